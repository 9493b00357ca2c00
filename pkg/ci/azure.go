package ci

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/layergate/layergate/pkg/input"
)

// azure speaks the logging commands of Azure Pipelines. Everything goes to the standard output, which keeps lines and
// commands in order.
type azure struct {
	env Env
	log *lines
	*annotationQuota
	*meterLines
	bar       bar
	noIDToken // Azure Pipelines gives tokens to service connections only
}

func newAzure(env Env) *azure {
	log := &lines{out: env.Stdout, clean: azureLine}
	return &azure{env: env, log: log, annotationQuota: newAnnotationQuota(LevelError, LevelWarning), meterLines: newMeterLines(env, log)}
}

func (z *azure) Name() string { return Azure }

// Inputs reads the variables of the agent, such as INPUT_FAILON.
func (z *azure) Inputs() *input.Values {
	in := input.Read(input.AzurePipelines, func(name string) string {
		return z.env.Getenv("INPUT_" + strings.ToUpper(input.TaskName(name)))
	}, z.env.Getenv)
	in.Hide(z.connectionSecrets(in)...)
	return in
}

func (z *azure) LogWriter() io.Writer { return z.log }

// Mask masks each line of the secret, because the agent looks for it line by line and refuses several.
func (z *azure) Mask(secret string) {
	for _, part := range z.log.mask(secret) {
		z.log.command(azureCommand("task.setsecret", nil, azureEscape(part)))
	}
}

func (z *azure) Group(title string) { z.log.command("##[group]" + azureLine(title)) }

func (z *azure) EndGroup() { z.log.command("##[endgroup]") }

func (z *azure) Debug(line string) {
	z.log.command(azureCommand("task.debug", nil, azureMessage(line)))
}

// Annotate logs an issue. There is no level below a warning: a notice becomes a plain line.
func (z *azure) Annotate(a Annotation) {
	if a.Level != LevelError && a.Level != LevelWarning {
		writePlain(z.log, a)
		return
	}
	z.spend(a.Level)
	fields := []field{{"type", string(a.Level)}}
	if azureProperty(a.File) != "" {
		code := a.Code
		if azureProperty(code) == "" {
			code = "layergate"
		}
		fields = append(fields, // the agent wants all four or none
			field{"sourcepath", z.absolute(a.File)},
			field{"linenumber", strconv.Itoa(max(1, a.Line))},
			field{"columnnumber", strconv.Itoa(max(1, a.Column))},
			field{"code", code},
		)
	}
	z.log.command(azureCommand("task.logissue", fields, azureMessage(a.text())))
}

// absolute is the file on the agent's disk: the agent turns a path into one of the repository only if it finds the
// file, and it does not look from the task's working directory.
func (z *azure) absolute(file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	for _, name := range []string{"BUILD_REPOSITORY_LOCALPATH", "BUILD_SOURCESDIRECTORY", "SYSTEM_DEFAULTWORKINGDIRECTORY"} {
		if root := z.env.Getenv(name); root != "" {
			return filepath.Join(root, filepath.FromSlash(file))
		}
	}
	return file
}

// Summary has the agent upload the file.
func (z *azure) Summary(path string) error {
	if err := z.handFile("task.uploadsummary", nil, path); err != nil {
		return fmt.Errorf("reading the summary: %w", err)
	}
	return nil
}

// pageType is the type of the attachments that cmd/azure-task/tab shows.
const pageType = "layergate.html"

// Page has the agent attach the file to the record of the task. The name may have no sign that a file's may not have.
func (z *azure) Page(name, path string) error {
	if name = artifactText(name); name == "" {
		name = "image"
	}
	if err := z.handFile("task.addattachment", []field{{"type", pageType}, {"name", name}}, path); err != nil {
		return fmt.Errorf("reading the page: %w", err)
	}
	return nil
}

// handFile has the agent take a file by its absolute path. It fails the task where the file is missing.
func (z *azure) handFile(action string, fields []field, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); err != nil {
		return err
	}
	z.log.command(azureCommand(action, fields, azureEscape(path)))
	return nil
}

// Writable is nil: the agent writes everything.
func (z *azure) Writable() error { return nil }

// SetOutput sets an output variable of the task.
func (z *azure) SetOutput(name, value string) error {
	if err := checkOutput(name, value); err != nil {
		return err
	}
	z.log.command(azureCommand("task.setvariable", []field{{"variable", input.TaskName(name)}, {"isOutput", "true"}}, azureEscape(value)))
	return nil
}

func (z *azure) Flush() error { return z.log.close() }

type field struct{ name, value string }

// azureCommand is a logging command: ##vso[area.action name=value;…]data. The values are escaped here, the data by the
// caller; the names are ours.
func azureCommand(action string, fields []field, data string) string {
	var b strings.Builder
	b.WriteString("##vso[" + action)
	for i, f := range fields {
		if i == 0 {
			b.WriteByte(' ')
		}
		b.WriteString(f.name + "=" + azureProperty(f.value) + ";")
	}
	b.WriteString("]" + data)
	return b.String()
}
