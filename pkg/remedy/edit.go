package remedy

import (
	"path"
	"regexp"
	"strings"
)

// Edit makes the change of a step on the line that its Location names, and returns the new line. It is false where the change
// is not of one line, such as that of a lock file with checksums, and where the line is not the one that the step is about.
func (s Step) Edit(text string) (string, bool) {
	if s.Location == nil || !s.Sure || len(s.Changes) != 1 || len(s.Changes[0].From) != 1 || len(s.Changes[0].To) != 1 {
		return "", false
	}
	c := s.Changes[0]
	var in *regexp.Regexp
	name := func(s string) string { return s }
	switch base := path.Base(s.Location.File); {
	case s.Kind == KindBase && c.Type == TypeImage:
		return c.editFrom(text)
	case s.Kind != KindUpgrade:
		return "", false
	case c.Type == "python" && strings.HasPrefix(base, "requirements"):
		in = regexp.MustCompile(`^(\s*([A-Za-z0-9._-]+)\s*(?:\[[^\]]*\])?\s*===?\s*)([^\s;#,\\]+)`)
		name = func(s string) string { return strings.NewReplacer("_", "-", ".", "-").Replace(strings.ToLower(s)) } // PEP 503
	case c.Type == "go-module" && base == "go.mod":
		in = regexp.MustCompile(`^(\s*(?:require\s+)?(\S+)\s+)(v\S+)`)
	default:
		return "", false
	}
	m := in.FindStringSubmatch(text)
	if m == nil || name(m[2]) != name(c.Name) || m[3] != c.From[0] {
		return "", false
	}
	return m[1] + c.To[0] + strings.TrimPrefix(text, m[0]), true
}

// editFrom changes a FROM instruction that names the base image without variables.
func (c Change) editFrom(text string) (string, bool) {
	present := c.Name + ":" + c.From[0]
	to := c.Name + ":" + c.To[0]
	if name, _, _ := strings.Cut(c.To[0], "@"); strings.ContainsAny(name, "/:") {
		to = c.To[0] // of another repository
	}
	words := strings.Fields(text)
	if len(words) == 0 || !strings.EqualFold(words[0], "FROM") {
		return "", false
	}
	for _, w := range words[1:] {
		if w == present {
			return strings.Replace(text, present, to, 1), true
		}
	}
	return "", false
}
