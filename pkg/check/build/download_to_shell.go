package build

import (
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// downloadToShell is the rule that what is downloaded does not run unseen.
func downloadToShell() rule {
	return rule{check.Rule{
		ID: "LG-DF-003", Name: "download-piped-to-shell", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
		Title:  "a download runs without anybody having looked at it",
		Why:    "Whoever controls the server or the way to it runs commands in the build and decides what is in the image. A download that breaks off runs half a script.",
		Remedy: "Download the script into a file, check its digest or signature (sha256sum -c), and run it then.",
		References: []check.Reference{
			{Name: "CIS Docker 4.11"},
			{Name: "CWE-494", URL: "https://cwe.mitre.org/data/definitions/494.html"},
			{Name: "OpenSSF Scorecard: Pinned-Dependencies", URL: "https://github.com/ossf/scorecard/blob/main/docs/checks.md#pinned-dependencies"},
		},
	}, findDownloadToShell}
}

func findDownloadToShell(_ *Subject, steps []*step) []seen {
	var out []seen
	for _, s := range steps {
		vars := s.script.fetched()
		var places []excerpt
		for _, p := range s.script.pipelines {
			if from, to, ok := p.runsDownload(vars); ok {
				places = append(places, p.excerpt)
				out = append(out, seen{step: s, excerpt: p.excerpt, saw: fmt.Sprintf("what %s downloads is piped into %s", from, to)})
			}
		}
		for _, c := range s.script.commands {
			inside := slices.ContainsFunc(places, c.in)
			if saw := c.runsSubstitute(vars); saw != "" && !inside {
				out = append(out, seen{step: s, excerpt: c.excerpt, saw: saw})
			}
		}
	}
	return out
}

// downloads are variables that hold what was downloaded, and the programs that did it.
type downloads map[string]string

// fetched lists the variables of a script that get what a command downloads.
func (s script) fetched() downloads {
	out := downloads{}
	for _, c := range s.commands {
		for _, set := range c.sets {
			for _, inner := range set.substitutes {
				if name := inner.fetched(out); name != "" {
					out[set.name] = name
				}
			}
		}
	}
	return out
}

// in is the program that downloaded what a text begins with, or is all of; empty where it begins with something else.
func (d downloads) in(text string) string {
	name, _, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(text), "${"), "}")
	if !ok || !strings.HasPrefix(strings.TrimSpace(text), "${") {
		return ""
	}
	return d[name]
}

// runsDownload tells whether a part downloads something and a later one runs what it reads, and which they are.
func (p pipeline) runsDownload(vars downloads) (from, to string, ok bool) {
	for _, part := range p.parts {
		read := downloads{} // variables that hold what the part reads
		for _, c := range part {
			if from == "" {
				break
			}
			if c.interprets() && !c.hasScript() || c.takesScript() || c.runsVariable(read) != "" {
				return from, c.name, true
			}
			if c.is("read", "mapfile", "readarray") {
				for _, name := range c.operands("adeinNptu") {
					read[name] = from
				}
			}
		}
		for _, c := range part {
			if source := c.fetched(vars); source != "" {
				from = source
			}
		}
	}
	return "", "", false
}

// fetched is the program that downloads what the command writes to its standard output; empty where none does.
func (c command) fetched(vars downloads) string {
	if c.downloads() && len(c.saved()) == 0 {
		return c.name
	}
	if !c.is("echo", "printf", "cat") {
		return ""
	}
	for _, inner := range c.substitutes {
		if name := inner.fetched(vars); name != "" {
			return name
		}
	}
	for _, text := range append(slices.Clone(c.args), c.reads...) {
		if name := vars.in(text); name != "" {
			return name
		}
	}
	return ""
}

// runsSubstitute says what is wrong with a command that runs the output of a download, as a script or as a file.
func (c command) runsSubstitute(vars downloads) string {
	if c.interprets() && c.runsFetchedCode() {
		return c.name + " fetches code and runs it"
	}
	if name := c.runsVariable(vars); name != "" {
		return fmt.Sprintf("%s runs what %s downloads", c.name, name)
	}
	if !c.interprets() && !c.is("eval", "source", ".") {
		return ""
	}
	for _, inner := range c.substitutes {
		if name := inner.fetched(vars); name != "" {
			return fmt.Sprintf("%s runs what %s downloads", c.name, name)
		}
	}
	return ""
}

// runsVariable is the program that downloaded the variable which the command runs as a script; empty where it runs none. A variable
// within a script, such as a version, is none.
func (c command) runsVariable(vars downloads) string {
	var scripts []string
	switch {
	case c.is("eval"):
		scripts = c.args[:min(1, len(c.args))]
	case !c.interprets():
	case !c.hasScript():
		scripts = c.reads
	default:
		for i, arg := range c.args[:len(c.args)-1] {
			if strings.HasPrefix(arg, "-") && !strings.HasPrefix(arg, "--") && strings.ContainsAny(arg, "cer") {
				scripts = append(scripts, c.args[i+1])
			}
		}
	}
	for _, script := range scripts {
		if name := vars.in(script); name != "" {
			return name
		}
	}
	return ""
}

// runsFetchedCode tells whether an interpreter's own script fetches code and runs it.
func (c command) runsFetchedCode() bool {
	if c.isShell() {
		return false // its scripts are read
	}
	for _, arg := range c.args {
		fetches := strings.Contains(arg, "urlopen(") || strings.Contains(arg, "urlretrieve(") || strings.Contains(arg, "requests.get(") || strings.Contains(arg, "LWP::Simple") ||
			strings.Contains(arg, "URI.open(") || strings.Contains(arg, "file_get_contents('http") || strings.Contains(arg, `file_get_contents("http`)
		runs := strings.Contains(arg, "exec(") || strings.Contains(arg, "eval(") || strings.Contains(arg, "eval ") || strings.Contains(arg, "os.system(")
		if fetches && runs {
			return true
		}
	}
	return false
}
