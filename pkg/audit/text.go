package audit

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/clipperhouse/displaywidth"
	"github.com/dustin/go-humanize/english"

	"github.com/layergate/layergate/pkg/report"
)

// Width is how many columns of a terminal the text takes.
const Width = 80

// worst is how many images the page names first.
const worst = 10

// Text writes one page with what counts, and behind it a paragraph for each image that is not clean. Texts of images are made safe for
// a terminal and for the logs of CI systems.
func Text(w io.Writer, r *Result) error {
	t := &text{}
	t.page(r)
	for _, e := range r.Images {
		if e.Outcome != Clean || len(e.Matches) > 0 {
			t.image(e, r)
		}
	}
	_, err := w.Write(t.Bytes())
	return err
}

type text struct{ bytes.Buffer }

// line writes a line that may be hostile, broken at the width.
func (t *text) line(indent int, format string, args ...any) {
	t.put(strings.Repeat(" ", indent), fmt.Sprintf(format, args...), indent+2)
}

// put writes a line behind text of our own. Those that continue it are indented.
func (t *text) put(prefix, line string, indent int) {
	for rest := report.TerminalText(line); ; {
		head, tail := cut(rest, Width-displaywidth.String(prefix))
		t.WriteString(strings.TrimRight(prefix+head, " ") + "\n")
		if tail == "" {
			return
		}
		rest, prefix = tail, strings.Repeat(" ", indent)
	}
}

// cut cuts a line at the last space that leaves it within the width, or else in the middle of a word.
func cut(s string, width int) (head, tail string) {
	if displaywidth.String(s) <= width {
		return s, ""
	}
	used, at, space := 0, len(s), -1
	for i, r := range s {
		if used += displaywidth.Rune(r); used > width {
			at = i
			break
		}
		if r == ' ' {
			space = i
		}
	}
	if space > 0 {
		return s[:space], s[space+1:]
	}
	return s[:at], s[at:]
}

// page is what a reader looks at first.
func (t *text) page(r *Result) {
	s := Summarize(r)
	t.line(0, "AUDIT: %s, %d blocked, %d undecided, %d clean", english.Plural(s.Images, "image", ""), s.Blocked, s.Undecided, s.Clean)
	if r.Shard.Of > 1 {
		t.line(2, "part %d of %d; the other parts look at %s", r.Shard.Index, r.Shard.Of, english.Plural(len(r.Elsewhere), "image", ""))
	}
	if r.Database.Built != "" {
		t.line(2, "advisory database built %s", r.Database.Built)
	}
	for _, fact := range s.facts(r) {
		t.put(fmt.Sprintf("%7d  ", fact.N), fact.Words, 9)
	}
	t.bases(s)
	t.worst(r)
	t.artifacts(r)
}

// artifacts names what was not judged because nothing can run it.
func (t *text) artifacts(r *Result) {
	if len(r.Artifacts) == 0 {
		return
	}
	t.line(0, "")
	t.line(0, "Not judged, since nothing can run them")
	for i, a := range r.Artifacts {
		if i == worst {
			t.line(2, "and %s; the JSON has all", english.Plural(len(r.Artifacts)-worst, "other", ""))
			break
		}
		t.line(2, "%s: %s", a.Label(), a.Type)
	}
}

// bases says what one rebuild of which base clears.
func (t *text) bases(s Summary) {
	if len(s.Bases) == 0 {
		return
	}
	t.line(0, "")
	t.line(0, "By base image")
	for _, b := range s.Bases {
		t.line(2, "%s (%s)", b.Name, b.State)
		t.line(4, "%s", b.words())
	}
}

func (t *text) worst(r *Result) {
	n := 0
	for _, e := range r.Images {
		if e.Outcome != Blocked || n == worst {
			continue
		}
		if n++; n == 1 {
			t.line(0, "")
			t.line(0, "Worst")
		}
		t.line(2, "%s: %s", e.Label(), e.CountWords())
	}
}

// image is a paragraph about one image.
func (t *text) image(e Entry, r *Result) {
	t.line(0, "")
	t.put(fmt.Sprintf("%-9s  ", strings.ToUpper(string(e.Outcome))), e.Label(), 11)
	if e.Digest != "" {
		t.line(2, "%s", e.Digest)
	}
	if e.Problem != "" {
		t.line(2, "%s", e.Problem)
	}
	for _, m := range e.Matches {
		t.line(2, "has %s", m)
	}
	if len(e.Blocking) > 0 {
		t.line(2, "%s; %s", e.CountWords(), e.RemedyWords())
	}
	for _, fact := range e.facts(r) {
		t.line(2, "%s", fact)
	}
	for i, b := range e.Blocking {
		if i == worst {
			t.line(4, "and %s; the JSON has all", english.Plural(len(e.Blocking)-worst, "other", ""))
			break
		}
		t.line(4, "%s", b)
	}
}

// String is the finding in one line.
func (b Blocker) String() string {
	words := []string{b.Severity.String(), b.ID, b.Subject}
	if b.Fix != "" {
		words = append(words, "(fixed in "+b.Fix+")")
	}
	if b.New {
		words = append(words, "new, published "+b.Published)
	}
	return strings.Join(words, " ")
}

// facts are what else counts about an image.
func (e Entry) facts(r *Result) []string {
	var out []string
	if e.Base != nil {
		fact := "base " + e.Base.Name + ": " + string(e.Base.State)
		if e.Base.Why != "" {
			fact += ": " + e.Base.Why
		}
		out = append(out, fact)
	}
	if len(e.EndOfLife) > 0 {
		out = append(out, strings.Join(e.EndOfLife, ", ")+" gets no more security updates")
	}
	if e.Created != "" {
		fact := "built " + e.Created
		if e.Stale {
			fact += ", too long ago"
		}
		out = append(out, fact)
	}
	if e.Kept != nil {
		out = append(out, e.Kept.facts())
	}
	if e.Verdict != nil {
		out = append(out, e.Verdict.fact())
	}
	switch {
	case len(e.Deployed) > 0:
		out = append(out, "deployed by "+strings.Join(e.Deployed, ", "))
	case r.KnowsDeployed:
		out = append(out, "not deployed")
	}
	if e.untagged() {
		out = append(out, "no tag leads to it")
	}
	return out
}
