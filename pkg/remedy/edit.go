package remedy

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/lockfile"
	"github.com/layergate/layergate/pkg/regex"
)

// Edit is the change of the line that a step's Location names, or what to add behind it.
type Edit struct {
	// Old is what the line has now, as it is written there, and New takes its place. Where Old is empty, the lines of New belong
	// behind the line.
	Old string   `json:"old,omitempty"`
	New []string `json:"new"`
}

// newEdit replaces a part of a line. It is nil where the new text would be of several lines, or no text at all.
func newEdit(from, to string) *Edit {
	if from == "" || to == "" || from == to || strings.ContainsFunc(from+to, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return nil
	}
	return &Edit{Old: from, New: []string{to}}
}

// fromEdit names another base image in a FROM instruction.
func (c Change) fromEdit() *Edit {
	if len(c.From) == 0 {
		return nil
	}
	to := c.Name + ":" + c.To[0]
	if name, _, _ := strings.Cut(c.To[0], "@"); strings.ContainsAny(name, "/:") {
		to = c.To[0] // of another repository
	}
	return newEdit(c.Name+":"+c.From[0], to)
}

// sourceEdit takes another version on the line of a file that people write.
func sourceEdit(source lockfile.Source, p finding.Package, to string) *Edit {
	if !editWord.MatchString(to) {
		return nil
	}
	text, ok := source.Rewrite(p.Version, to)
	if !ok {
		return nil
	}
	return newEdit(source.Text, text)
}

// editWord is a version that ends nothing on a line of any of these files. It may have an epoch of Python, which a shell would
// not take.
var editWord = regex.New(`^[A-Za-z0-9][A-Za-z0-9._+:~!-]*$`)

// pinEdit takes another version of a package of the distribution in the instruction that names one.
func pinEdit(f finding.Finding, to string) (edit *Edit, note string) {
	pin, ok := pinOf(f)
	if !ok {
		return nil, ""
	}
	text, ok := pin.Rewrite(f.Vulnerability.Package.Version, to)
	if !ok || !editWord.MatchString(to) {
		return nil, "the version that the instruction names is not written out there: change it where it comes from"
	}
	return newEdit(pin.Word, text), "a distribution may have replaced this version by a later one: where the build does not find it, take that"
}

// Apply makes the edit of a step in the text of its line, which may end with a line end, and returns what takes its place. It returns
// a reason instead, a phrase that may hold hostile text, where the step has no edit or is not sure, where the line does not have what
// the edit replaces, or has it several times, and where the edit of a base image is of no FROM instruction on one line.
func (s Step) Apply(text string) (changed, reason string) {
	switch {
	case s.Kind == KindRebuild:
		return "", "it changes no file"
	case s.Location == nil:
		return "", "no line is known that it changes"
	case !s.Sure:
		return "", cmp.Or(s.Note, "it is not sure that this is enough")
	case s.Edit == nil && s.Command != "":
		return "", "the command makes the change, which is more than one line"
	case s.Edit == nil && s.Kind != KindCorrect:
		return "", "no line is known that names the version"
	case s.Edit == nil:
		return "", "what to write is for you to decide"
	}
	place := fmt.Sprintf("%s:%d", s.Location.File, s.Location.Line)
	instruction, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	if s.Kind == KindBase && (!strings.EqualFold(instruction, "FROM") || s.Location.EndLine > s.Location.Line) {
		return "", place + " is no FROM instruction on one line"
	}
	if s.Edit.Old == "" {
		line := strings.TrimRight(text, "\r\n")
		end := cmp.Or(text[len(line):], "\n")
		return line + end + strings.Join(s.Edit.New, end) + text[len(line):], ""
	}
	changed, ok := s.Edit.replace(text)
	if !ok {
		return "", place + " does not say " + s.Edit.Old + " once"
	}
	return changed, ""
}

// inWord is what a name and a version have within.
const inWord = `[A-Za-z0-9._/@:+~-]`

// replace puts the new text in the place of the old one, where the line has that once and not as a part of a longer word.
func (e Edit) replace(text string) (string, bool) {
	found := regexp.MustCompile(inWord+"*"+regexp.QuoteMeta(e.Old)+inWord+"*").FindAllString(text, -1)
	if len(found) != 1 || found[0] != e.Old || len(e.New) != 1 {
		return "", false
	}
	return strings.Replace(text, e.Old, e.New[0], 1), true
}
