package remedy

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"strings"
)

// Edit makes the change of a step on the line that its Location names, and returns the new line. Where the change is not of one
// line, such as that of a lock file with checksums, or the line is not the one that the step is about, it returns a reason instead.
// That is a phrase that may hold hostile text.
func (s Step) Edit(text string) (line, reason string) {
	switch {
	case s.Kind == KindRebuild:
		return "", "it changes no file"
	case s.Location == nil:
		return "", "no line is known that it changes"
	case s.Kind == KindCorrect:
		return "", fmt.Sprintf("what to write at %s:%d is for you to decide", s.Location.File, s.Location.Line)
	case !s.Sure:
		return "", cmp.Or(s.Note, "it is not sure that this is enough")
	case len(s.Changes) != 1 || len(s.Changes[0].From) != 1 || len(s.Changes[0].To) != 1:
		return "", "it is more than one change"
	}
	c := s.Changes[0]
	switch base := path.Base(s.Location.File); {
	case s.Kind == KindBase && c.Type == TypeImage:
		line = c.editFrom(text)
	case s.Kind == KindBase:
		return "", "it takes an instruction that upgrades packages of the base image"
	case c.Type == "python" && strings.HasPrefix(base, "requirements"):
		// Names are the same as PEP 503 says.
		line = c.editVersion(text, requirement, func(s string) string { return strings.NewReplacer("_", "-", ".", "-").Replace(strings.ToLower(s)) })
	case c.Type == "go-module" && base == "go.mod":
		line = c.editVersion(text, module, func(s string) string { return s })
	case s.Command != "":
		return "", "the command writes " + base + ", with all that belongs to the change"
	default:
		return "", base + " is not among what a patch changes: FROM instructions, requirements.txt and go.mod"
	}
	if line == "" {
		return "", fmt.Sprintf("%s:%d does not say %s %s in plain words", s.Location.File, s.Location.Line, c.Name, c.From[0])
	}
	return line, ""
}

// Lines that pin a version: what stands before it, the name in that, and the version.
var (
	requirement = regexp.MustCompile(`^(\s*([A-Za-z0-9._-]+)\s*(?:\[[^\]]*\])?\s*===?\s*)([^\s;#,\\]+)`)
	module      = regexp.MustCompile(`^(\s*(?:require\s+)?(\S+)\s+)(v\S+)`)
)

// editVersion changes the version of a package on a line of a form; empty where the line is another's.
func (c Change) editVersion(text string, form *regexp.Regexp, name func(string) string) string {
	m := form.FindStringSubmatch(text)
	if m == nil || name(m[2]) != name(c.Name) || m[3] != c.From[0] {
		return ""
	}
	return m[1] + c.To[0] + strings.TrimPrefix(text, m[0])
}

// editFrom changes a FROM instruction that names the base image without variables; empty where the line is none.
func (c Change) editFrom(text string) string {
	present := c.Name + ":" + c.From[0]
	to := c.Name + ":" + c.To[0]
	if name, _, _ := strings.Cut(c.To[0], "@"); strings.ContainsAny(name, "/:") {
		to = c.To[0] // of another repository
	}
	words := strings.Fields(text)
	if len(words) == 0 || !strings.EqualFold(words[0], "FROM") {
		return ""
	}
	for _, w := range words[1:] {
		if w == present {
			return strings.Replace(text, present, to, 1)
		}
	}
	return ""
}
