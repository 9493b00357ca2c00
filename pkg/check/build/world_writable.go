package build

import (
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/regex"
)

// worldWritable is the rule that files are not made writable for everybody. The rule about the files themselves judges what the
// layers hold, so that this one is for information.
func worldWritable() rule {
	return rule{check.Rule{
		ID: "LG-DF-009", Name: "mode-writable-for-all", Kind: finding.KindCheck, Severity: finding.SeverityMedium, Information: true,
		Title:  "files are made writable for everybody",
		Why:    "Every process in the container can change them, whoever it runs as.",
		Remedy: "Give the files to the user who needs them, with chown or --chown, and keep modes such as 755 and 644.",
		References: []check.Reference{
			{Name: "CWE-732", URL: "https://cwe.mitre.org/data/definitions/732.html"},
		},
	}, findWorldWritable}
}

func findWorldWritable(_ *Subject, steps []*step) []seen {
	out := ofCommands(own(steps), func(c command) string {
		if !c.is("chmod") {
			return ""
		}
		for _, arg := range c.args {
			if writableForAll(arg) {
				return "files get the mode " + arg
			}
		}
		return ""
	})
	for _, s := range own(steps) {
		mode := ""
		switch c := s.Command.(type) {
		case *instructions.CopyCommand:
			mode = c.Chmod
		case *instructions.AddCommand:
			mode = c.Chmod
		}
		if writableForAll(mode) {
			text := strings.ToUpper(s.Command.Name()) + " --chmod=" + mode
			out = append(out, seen{step: s, excerpt: excerpt{text: text}, saw: "files get the mode " + mode})
		}
	}
	return out
}

var (
	// octal is a mode in which others may write, and that is not sticky.
	octal = regex.New(`^[0246]?[0-7][0-7][2367]$`)
	// symbolic gives others, or all, the right to write.
	symbolic = regex.New(`(?:^|,)[ug]*[oa][ugoa]*[+=][rxXst]*w`)
)

func writableForAll(mode string) bool {
	return octal.MatchString(strings.TrimPrefix(mode, "0o")) || symbolic.MatchString(mode)
}
