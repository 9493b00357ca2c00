package build

import (
	"fmt"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/dfgitutil"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/regex"
)

// addURL is the rule that ADD of a URL says what it is to get.
func addURL() rule {
	return rule{check.Rule{
		ID: "LG-DF-001", Name: "add-of-unverified-url", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
		Title:  "ADD takes a file from a URL, and nothing says which one it must be",
		Why:    "Whoever controls the server or the way to it decides what is in the image, and a later build gets something else.",
		Remedy: "Give ADD --checksum=sha256:… of a file, or the commit of a Git repository behind #.",
		References: []check.Reference{
			{Name: "CIS Docker 4.11"},
			{Name: "Dockerfile reference: ADD --checksum", URL: "https://docs.docker.com/reference/dockerfile/#add---checksum"},
			{Name: "CWE-494", URL: "https://cwe.mitre.org/data/definitions/494.html"},
		},
	}, findAddURL}
}

// commit matches the name of a Git commit.
var commit = regex.New(`^[0-9a-f]{40}(?:[0-9a-f]{24})?$`)

func findAddURL(_ *Subject, steps []*step) []seen {
	var out []seen
	for _, s := range steps {
		add, ok := s.Command.(*instructions.AddCommand)
		if !ok || s.hasChecksum(steps) {
			continue
		}
		for _, source := range s.Sources {
			found := seen{step: s, excerpt: excerpt{text: "ADD " + source}}
			ref, isGit, err := dfgitutil.ParseGitRef(source)
			switch {
			case isGit && err == nil && (ref.Checksum != "" || commit.MatchString(ref.Ref)):
			case isGit:
				found.saw, found.wants = "a Git repository is added by a name that can move", "Write the commit behind #, such as "+withCommit(source)+"."
				out = append(out, found)
			case isURL(source):
				found.saw = "a URL is added without a checksum"
				found.wants = "Write ADD --checksum=sha256:… before the URL, with the digest that its publisher names."
				if add.Checksum != "" {
					found.saw = "a URL is added with a checksum that has no value"
					found.wants = "Give the variable in " + add.Checksum + " a value: the digest that the publisher names."
				}
				out = append(out, found)
			}
		}
	}
	return out
}

// hasChecksum tells whether ADD compares what it fetches with a checksum. It does not where that is a variable which an ARG of the
// stage declares and nothing gives a value: a build takes it for no checksum.
func (s *step) hasChecksum(steps []*step) bool {
	name, isVariable := strings.CutPrefix(s.Checksum, "$")
	if !isVariable {
		return s.Checksum != ""
	}
	name = strings.Trim(name, "{}")
	for _, other := range steps {
		arg, ok := other.Command.(*instructions.ArgCommand)
		if !ok || other.Stage != s.Stage || other.Location.Line > s.Location.Line {
			continue
		}
		if slices.ContainsFunc(arg.Args, func(kv instructions.KeyValuePairOptional) bool { return kv.Key == name }) {
			return false
		}
	}
	return true
}

func withCommit(source string) string {
	repository, _, _ := strings.Cut(source, "#")
	return fmt.Sprintf("%s#0123…", repository)
}

// isURL tells whether ADD fetches a source.
func isURL(source string) bool {
	return strings.HasPrefix(source, "http://") || strings.HasPrefix(source, "https://")
}
