package audit_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/layergate/layergate/pkg/audit"
	"github.com/layergate/layergate/pkg/finding"
)

func page(t *testing.T, r *audit.Result) string {
	t.Helper()
	var b bytes.Buffer
	if err := audit.HTML(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Texts of images add no element, no attribute and no control to the page.
func TestHTMLHostile(t *testing.T) {
	t.Parallel()
	const hostile = `"><script>alert(1)</script><img src=x onerror=a>` + "\x1b[2J\u202e\n"
	result := func(text string) *audit.Result {
		return &audit.Result{Where: text, Images: []audit.Entry{{
			Image: audit.Image{Repository: text, Digest: text, Names: []string{text}, Deployed: []string{text}}, Outcome: audit.Blocked, Problem: text,
			Base: &audit.Base{Name: text, State: audit.BaseUnknown, Why: text}, EndOfLife: []string{text}, Created: text, Matches: []string{text},
			Blocking: []audit.Blocker{{ID: text, Severity: finding.SeverityHigh, Subject: text, Fix: text, Published: text, New: true}},
		}}}
	}
	elements := func(of string) (out []string) {
		for z := html.NewTokenizer(strings.NewReader(of)); z.Next() != html.ErrorToken; {
			if token := z.Token(); token.Type == html.StartTagToken {
				out = append(out, fmt.Sprint(token.Data, len(token.Attr)))
			}
		}
		return out
	}
	got := page(t, result(hostile))
	if want, of := strings.Join(elements(page(t, result("text"))), " "), strings.Join(elements(got), " "); of != want {
		t.Errorf("a hostile text makes the elements\n%s\nwant\n%s", of, want)
	}
	if strings.ContainsAny(got, "\x1b\u202e") {
		t.Error("the page has controls of terminals or of writing direction")
	}
}

// Of more than a browser can show the page says what it leaves out.
func TestHTMLLeavesOut(t *testing.T) {
	t.Parallel()
	r := &audit.Result{}
	many := make([]audit.Blocker, 105)
	for i := range 2003 {
		r.Images = append(r.Images, audit.Entry{Image: audit.Image{Digest: fmt.Sprint(i)}, Outcome: audit.Blocked})
	}
	r.Images[0].Blocking = many
	got := page(t, r)
	for _, want := range []string{"3 more images are not on this page", "and 5 more, which the JSON has"} {
		if !strings.Contains(got, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}
