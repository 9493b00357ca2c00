package ci

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	githubactions "github.com/sethvargo/go-githubactions"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/safetext"
)

// githubSummaryLimit is the size in bytes over which GitHub drops the whole summary of a step.
const githubSummaryLimit = 1 << 20

// github speaks GitHub's workflow commands. Everything goes to the standard output: the runner reads both streams for
// commands, and only one of them keeps lines and commands in order.
type github struct {
	env    Env
	log    *lines
	action *githubactions.Action
	*annotationQuota
	*meterLines
	noConnections
}

func newGitHub(env Env) *github {
	log := &lines{out: env.Stdout, clean: githubLine}
	return &github{env: env, log: log, annotationQuota: newAnnotationQuota(LevelError, LevelWarning, LevelNotice), meterLines: newMeterLines(env, log), action: githubactions.New(
		githubactions.WithWriter(commands{log}),
		githubactions.WithGetenv(env.Getenv),
	)}
}

// commands is the stream that go-githubactions writes whole commands to. It never fails, because the library panics
// then; lines keeps the error for Flush.
type commands struct{ log *lines }

func (c commands) Write(p []byte) (int, error) {
	c.log.command(string(bytes.TrimRight(p, "\r\n")))
	return len(p), nil
}

func (g *github) Name() string { return GitHub }

// Inputs reads the variables of the runner, such as INPUT_FAIL-ON: hyphens stay.
func (g *github) Inputs() *input.Values {
	return input.Read(input.GitHubActions, g.action.GetInput, g.env.Getenv)
}

func (g *github) LogWriter() io.Writer { return g.log }

// Mask masks each line of the secret, because the runner looks for it line by line.
func (g *github) Mask(secret string) {
	for _, part := range g.log.mask(secret) {
		g.action.AddMask(part)
	}
}

func (g *github) Group(title string) { g.action.Group(githubLine(title)) }

func (g *github) EndGroup() { g.action.EndGroup() }

func (g *github) Debug(line string) { g.action.Debugf("%s", githubMessage(line)) }

func (g *github) Annotate(a Annotation) {
	if a.Level == "" {
		a.Level = LevelNotice
	}
	g.spend(a.Level)
	fields := githubactions.CommandProperties{}
	set := func(key, value string) {
		if value = githubProperty(value); value != "" { // the runner drops empty ones
			fields[key] = value
		}
	}
	set("title", a.Title)
	message := a.Message
	if file, ok := g.relative(a.File); ok {
		set("file", file)
		if a.Line > 0 {
			set("line", strconv.Itoa(a.Line))
			set("endLine", strconv.Itoa(max(a.Line, a.EndLine)))
			if a.Column > 0 {
				set("col", strconv.Itoa(a.Column))
			}
		}
	} else {
		message = a.place() + message
	}
	action := g.action.WithFieldsMap(fields)
	switch message = githubMessage(message); a.Level {
	case LevelError:
		action.Errorf("%s", message)
	case LevelWarning:
		action.Warningf("%s", message)
	default:
		action.Noticef("%s", message)
	}
}

// relative is file as seen from the workspace, or false where it names none or lies outside, where no annotation can
// be shown.
func (g *github) relative(file string) (string, bool) {
	if workspace := g.env.Getenv("GITHUB_WORKSPACE"); filepath.IsAbs(file) && workspace != "" {
		rel, err := filepath.Rel(workspace, file)
		if err != nil {
			return "", false
		}
		file = rel
	}
	file = filepath.Clean(file)
	inside := filepath.IsLocal(file) && file != "."
	file = filepath.ToSlash(file)
	return file, inside && githubProperty(file) != ""
}

// Summary appends the file to the step's summary. What would make the summary larger than GitHub takes is cut at the
// end of a line, and a last line says so. Where the runner offers no summary, a log line names the file.
func (g *github) Summary(path string) error {
	target := g.env.Getenv("GITHUB_STEP_SUMMARY")
	if target == "" {
		g.log.line("The summary of this run is in " + path)
		return nil
	}
	markdown, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading the summary: %w", err)
	}
	room := int64(githubSummaryLimit) - 1 // the library ends what it writes with a new line
	if info, err := os.Stat(target); err == nil {
		room -= info.Size()
	}
	text, err := cutSummary(string(markdown), room, path)
	if err != nil {
		return err
	}
	return g.fileCommand("step-summary", text)
}

// Page does nothing: a run has no place for a page.
func (g *github) Page(_, _ string) error { return nil }

// cutSummary shortens Markdown to at most room bytes.
func cutSummary(markdown string, room int64, path string) (string, error) {
	if int64(len(markdown)) <= room {
		return markdown, nil
	}
	note := "\nThis summary was cut at GitHub's limit of 1 MiB; the whole of it is in " + strconv.Quote(safetext.Escape(path)) + ".\n"
	if room < int64(len(note)) {
		return "", errors.New("writing the summary: the step's summary has no room left")
	}
	head := markdown[:room-int64(len(note))]
	return head[:strings.LastIndexByte(head, '\n')+1] + note, nil
}

// Writable opens the files as their writer does.
func (g *github) Writable() error {
	for _, name := range []string{"GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"} {
		path := g.env.Getenv(name)
		if path == "" {
			continue
		}
		f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err == nil {
			err = f.Close()
		}
		if err != nil {
			return fault.WithHint(fmt.Errorf("the file that %s names cannot be written: %w", name, err),
				"in a container, mount that file, or leave the variable out where nobody reads what it is for")
		}
	}
	return nil
}

// SetOutput writes name=value. go-githubactions' own SetOutput is not used: it closes a value with a fixed delimiter,
// and a value that holds the delimiter would start another output. In this form, which has no delimiter, a value can
// only end at a line end, and values with one are refused. Where the runner offers no file for outputs, nothing can
// receive the value and a log line shows it.
func (g *github) SetOutput(name, value string) error {
	if err := checkOutput(name, value); err != nil {
		return err
	}
	if g.env.Getenv("GITHUB_OUTPUT") == "" {
		g.log.line("output " + name + ": " + value)
		return nil
	}
	return g.fileCommand("output", name+"="+value)
}

// fileCommand appends a line to the file of a command. The library panics where that fails.
func (g *github) fileCommand(name, message string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			cause, ok := r.(error)
			if !ok {
				panic(r)
			}
			err = fmt.Errorf("writing the step's %s: %w", name, cause)
		}
	}()
	g.action.IssueFileCommand(&githubactions.Command{Name: name, Message: message})
	return nil
}

// IDToken asks the runner, which answers jobs with the permission id-token: write.
func (g *github) IDToken(audience string) IDTokenSource {
	return func(ctx context.Context, client *http.Client) (string, error) {
		if g.env.Getenv("ACTIONS_ID_TOKEN_REQUEST_URL") == "" {
			return "", fault.WithHint(ErrNoIDToken, "give the job permissions: id-token: write")
		}
		action := githubactions.New(githubactions.WithWriter(commands{g.log}), githubactions.WithGetenv(g.env.Getenv),
			githubactions.WithHTTPClient(client))
		token, err := action.GetIDToken(ctx, audience)
		if err != nil {
			return "", fmt.Errorf("asking GitHub for an OpenID Connect token: %w", err)
		}
		g.Mask(token)
		return token, nil
	}
}

// Progress has no place of its own on GitHub.
func (g *github) Progress(string) {}

// Complete has nothing to add to the exit code.
func (g *github) Complete(Ending) {}

func (g *github) Flush() error { return g.log.close() }
