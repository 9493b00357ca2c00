package ci

import (
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/layergate/layergate/pkg/safetext"
)

// bar counts the progress of a step in percent. How many steps of the run there will be is not known before the image
// is open, so that each takes a part of what is left.
type bar struct {
	mu      sync.Mutex
	percent int
}

// next is where the bar stands when a step begins.
func (b *bar) next() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	percent := b.percent
	b.percent += (100 - percent) / 4
	return percent
}

// Progress shows what begins, and a bar that moves on.
func (z *azure) Progress(step string) {
	z.log.command(azureCommand("task.setprogress", []field{{"value", strconv.Itoa(z.bar.next())}}, azureMessage(step)))
}

// Complete keeps the reports as an artifact of the build, tags the build with the verdict, and gives the step its
// result. A release has neither artifacts nor tags of its own: its BUILD_BUILDID is that of the build that it deploys,
// and the agent would fail the step.
func (z *azure) Complete(e Ending) {
	if strings.EqualFold(z.env.Getenv("SYSTEM_HOSTTYPE"), "build") && z.env.Getenv("BUILD_BUILDID") != "" {
		z.upload(e.Reports)
		if e.Verdict != "" {
			z.log.command(azureCommand("build.addbuildtag", nil, azureEscape("layergate-"+e.Verdict)))
		}
	}
	z.log.command(azureCommand("task.complete", []field{{"result", string(e.Result)}}, azureMessage(strings.TrimSpace("Layergate: "+e.Verdict))))
}

// upload has the agent keep the directory, by its absolute path.
func (z *azure) upload(directory string) {
	if directory == "" || z.env.Getenv("BUILD_CONTAINERID") == "" { // where the build keeps its artifacts
		return
	}
	name := z.Inputs().String("artifact")
	switch {
	case strings.EqualFold(name, "off"):
		return
	case name == "":
		name = z.artifactName(directory)
	}
	if name = artifactText(name); name == "" {
		name = "layergate-results"
	}
	directory, err := filepath.Abs(directory)
	if err != nil { // the working directory is gone, and the reports with it
		return
	}
	// Artifacts that share a container directory share their files, too.
	z.log.command(azureCommand("artifact.upload", []field{{"containerfolder", name}, {"artifactname", name}}, azureEscape(directory)))
}

// artifactName is the directory's, with what tells apart the jobs of a run and the attempts at them: one name holds one
// artifact of a build.
func (z *azure) artifactName(directory string) string {
	parts := []string{filepath.Base(directory)}
	if filepath.IsLocal(directory) {
		parts = strings.Split(filepath.ToSlash(filepath.Clean(directory)), "/")
	}
	several := false
	for _, variable := range []string{"SYSTEM_STAGENAME", "SYSTEM_PHASENAME", "SYSTEM_JOBNAME"} {
		// The server names a stage and a job where the pipeline does not.
		if v := z.env.Getenv(variable); v != "" && v != "__default" && v != "Job" {
			parts = append(parts, v)
			several = variable == "SYSTEM_JOBNAME"
		}
	}
	if total := z.env.Getenv("SYSTEM_TOTALJOBSINPHASE"); !several && total != "" && total != "1" {
		parts = append(parts, z.env.Getenv("SYSTEM_JOBPOSITIONINPHASE"))
	}
	name := strings.Join(parts, "-")
	var attempts []string
	again := false
	for _, variable := range []string{"SYSTEM_STAGEATTEMPT", "SYSTEM_PHASEATTEMPT", "SYSTEM_JOBATTEMPT"} {
		if v := z.env.Getenv(variable); v != "" {
			attempts = append(attempts, v)
			again = again || v != "1"
		}
	}
	if again {
		name += "-attempt-" + strings.Join(attempts, ".")
	}
	return name
}

// artifactText replaces all but letters, digits and a few signs: the name of an artifact is one of a directory, too, on
// whatever system somebody unpacks it.
func artifactText(name string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if (unicode.IsLetter(r) || unicode.IsDigit(r)) && safetext.IsSafe(string(r)) || strings.ContainsRune(" ._-", r) {
			return r
		}
		return '-'
	}, name), " .-")
}
