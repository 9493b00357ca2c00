package retention

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/dustin/go-humanize/english"

	"github.com/layergate/layergate/pkg/report"
)

// Text writes a plan for people: what goes, and why all else stays. Words of registries are made safe for terminals and the logs of CI systems.
func Text(w io.Writer, p *Plan) error {
	t := &text{}
	goes, stays := 0, 0
	for _, r := range p.Repositories {
		goes, stays = goes+len(r.Goes), stays+len(r.Stays)
	}
	t.line(0, "RETENTION: %s could go, %s; %s", english.Plural(goes, "image", ""), stayWords(stays), p.Rule)
	if !p.KnowsDeployed {
		t.line(2, "! IT IS NOT KNOWN WHAT RUNS: no image stays because it is deployed")
	} else if p.Found == 0 {
		t.line(2, "! NOTHING THAT RUNS IS HERE: none of the %s that run leads to an image of these repositories, by its digest or by this name of the registry", english.Plural(p.Running, "reference", ""))
	} else {
		t.line(2, "%d of %s that run are of these repositories", p.Found, english.Plural(p.Running, "reference", ""))
	}
	for _, r := range p.Repositories {
		t.repository(r)
	}
	t.done(p)
	_, err := w.Write(t.Bytes())
	return err
}

func stayWords(n int) string {
	if n == 1 {
		return "1 stays"
	}
	return fmt.Sprintf("%d stay", n)
}

type text struct{ bytes.Buffer }

// line writes a line that may be hostile.
func (t *text) line(indent int, format string, args ...any) {
	t.WriteString(strings.Repeat(" ", indent) + report.TerminalText(fmt.Sprintf(format, args...)) + "\n")
}

func (t *text) repository(r RepoPlan) {
	t.line(0, "")
	t.line(0, "%s", r.Name)
	if !r.Untagged {
		t.line(2, "the registry does not list manifests without a tag; those that no tag leads to are not seen")
	}
	for _, img := range r.Goes {
		t.image("GOES", img)
		if len(img.With) > 0 {
			t.line(8, "with %s that %s to it", english.Plural(len(img.With), "manifest", ""), map[bool]string{true: "belongs", false: "belong"}[len(img.With) == 1])
		}
	}
	for _, img := range r.Stays {
		t.image("STAYS", img)
		for _, why := range img.Why {
			t.line(8, "%s", why)
		}
	}
}

func (t *text) image(word string, img Image) {
	date := "of unknown age"
	switch img.DateFrom {
	case fromRegistry:
		date = "pushed or changed " + img.Date
	case fromImage:
		date = "built " + img.Date
	}
	name := "without a tag"
	if len(img.Tags) > 0 {
		name = strings.Join(img.Tags, ", ")
	}
	t.line(2, "%s %s, %s", word, name, date)
	t.line(8, "%s", img.Digest)
}

// done says what was deleted.
func (t *text) done(p *Plan) {
	if len(p.Deletions) == 0 && p.Stopped == "" {
		return
	}
	t.line(0, "")
	t.line(0, "Deleted %s", english.Plural(len(p.Deletions), "manifest", ""))
	for _, d := range p.Deletions {
		t.line(2, "%s@%s %s %s", d.Repository, d.Digest, d.At, d.Answer)
	}
	if p.Stopped != "" {
		t.line(2, "STOPPED: %s", p.Stopped)
	}
}
