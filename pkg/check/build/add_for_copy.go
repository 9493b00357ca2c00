package build

import (
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/dfgitutil"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/regex"
)

// addForCopy is the rule that ADD is for what COPY cannot do.
func addForCopy() rule {
	return rule{check.Rule{
		ID: "LG-DF-002", Name: "add-where-copy-does", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
		Title:  "ADD is used where COPY does the same",
		Why:    "ADD also fetches URLs and unpacks archives: whoever reads the line has to know the files to know what it does.",
		Remedy: "Write COPY in place of ADD.",
		References: []check.Reference{
			{Name: "CIS Docker 4.9"},
			{Name: "trivy DS-0005", URL: "https://avd.aquasec.com/misconfig/ds-0005"},
			{Name: "hadolint DL3020", URL: "https://github.com/hadolint/hadolint/wiki/DL3020"},
		},
	}, findAddForCopy}
}

// archive matches the names of files that ADD unpacks.
var archive = regex.New(`(?i)\.(tar|tgz|tbz2?|txz|tzst|tar\.\w+|gz|bz2|xz|zst)$`)

func findAddForCopy(_ *Subject, steps []*step) []seen {
	var out []seen
	for _, s := range own(steps) {
		add, ok := s.Command.(*instructions.AddCommand)
		if !ok || s.Location.Line == 0 || add.Checksum != "" || add.Unpack != nil {
			continue // a history says of many an ADD less than the Dockerfile did
		}
		if !needsAdd(s.Sources) {
			text := strings.Join(append([]string{"ADD"}, s.Sources...), " ")
			out = append(out, seen{step: s, excerpt: excerpt{text: text}, saw: "ADD takes files of the build context"})
		}
	}
	return out
}

// needsAdd tells whether one of the sources is fetched, may be unpacked, or is not known.
func needsAdd(sources []string) bool {
	for _, source := range sources {
		_, isGit, _ := dfgitutil.ParseGitRef(source)
		if isGit || isURL(source) || archive.MatchString(source) || strings.ContainsAny(source, "$*?[") {
			return true
		}
	}
	return false
}
