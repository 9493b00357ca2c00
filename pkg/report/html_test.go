package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// elements counts the tags with their attributes' names, and lists the addresses that a page refers to.
func elements(t testing.TB, source []byte) (counts map[string]int, addresses []string) {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	counts = map[string]int{}
	for n := range root.Descendants() {
		if n.Type == html.CommentNode {
			counts["comment"]++
		}
		if n.Type != html.ElementNode {
			continue
		}
		tag := n.Data
		for _, a := range n.Attr {
			tag += " " + a.Key
			if a.Key == "href" || a.Key == "src" {
				addresses = append(addresses, a.Val)
			}
		}
		counts[tag]++
	}
	return counts, addresses
}

// pageOf puts a text into every place of a report that an image or an advisory fills.
func pageOf(s string) *Report {
	layer := finding.Layer{Index: 0, DiffID: digestOfAll("e"), CreatedBy: "x" + s}
	r := base(layer)
	r.Image.Name, r.Image.Digest = "x"+s, "x"+s
	r.Image.Base = &BaseImage{Name: "x" + s, Layers: 1}
	r.Image.Dockerfile = &Dockerfile{File: "x" + s, Lines: []string{"x" + s, "x" + s}}
	r.Platforms[0].Layers[0].Location = &finding.Location{File: "x" + s, Line: 2, EndLine: 2}
	r.Warnings = []string{"x" + s}
	r.Platforms[0].Platform = "x" + s
	r.Platforms[0].Distro.Name = "x" + s
	f := vulnerable("x"+s, finding.SeverityHigh, 8, layer, heldPackage{finding.Package{Name: "x" + s, Version: "x" + s, Type: "x" + s}, "x" + s}, "x"+s)
	f.Summary, f.Platform = "x"+s, "x"+s
	f.URLs = []string{s, "https://ok.example/"}
	f.Location = &finding.Location{File: "x" + s, Line: 1, EndLine: 1}
	hidden := f
	hidden.State = finding.Shadowed
	check, gap := hostileCheck(s), hostileGap(s)
	check.URLs, check.Summary, check.Location, check.Check.Container = f.URLs, f.Summary, f.Location, "x"+s
	return judge(r, policy.Any, f, hidden, check, gap)
}

// FuzzHTML puts any text into every place of the page, and wants the page to keep its elements and to link to nothing
// but the web.
func FuzzHTML(f *testing.F) {
	for _, s := range hostileStrings() {
		f.Add(s)
	}
	f.Add(`"><script>alert(1)</script>`)
	f.Add(`</style><img src=x onerror=alert(1)>`)
	f.Add(`javascript:alert(1)`)
	f.Add(`{{.Style}}`)
	f.Add(`</script><script>alert(1)</script>`)
	f.Add("\"; alert(1); //")
	want, _ := elements(f, render(f, HTML, pageOf("")))
	f.Fuzz(func(t *testing.T, s string) {
		page := render(t, HTML, pageOf(s))
		got, addresses := elements(t, page)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q changes the page (-want +got):\n%s", s, diff)
		}
		for _, a := range addresses {
			id, onPage := strings.CutPrefix(a, "#")
			if onPage && !bytes.Contains(page, []byte(`id="`+id+`"`)) || !onPage && !strings.HasPrefix(a, "https://") && !strings.HasPrefix(a, "http://") {
				t.Errorf("%q makes a link to %q", s, a)
			}
		}
		noControl(t, string(page))
	})
}

// The page needs nothing but itself, and its policy allows nothing but its own style and script.
func TestHTMLStandsAlone(t *testing.T) {
	t.Parallel()
	forEachFixture(t, func(t *testing.T, r *Report) {
		page := render(t, HTML, r)
		counts, _ := elements(t, page)
		for tag := range maps.Keys(counts) {
			name, attributes, _ := strings.Cut(tag, " ")
			if slices.Contains([]string{"img", "link", "iframe", "object", "embed", "base"}, name) {
				t.Errorf("the page has the element %s", tag)
			}
			for attribute := range strings.FieldsSeq(attributes) {
				if attribute == "style" || strings.HasPrefix(attribute, "on") {
					t.Errorf("the page has the element %s, whose %s its policy forbids", tag, attribute)
				}
			}
		}
		if counts["script"] != 1 || counts["style"] != 1 {
			t.Errorf("the page has %d scripts and %d styles, want 1 of each without attributes", counts["script"], counts["style"])
		}
		want := fmt.Sprintf("default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'", hashOf(page, "style"), hashOf(page, "script"))
		if !strings.Contains(html.UnescapeString(string(page)), `content="`+want+`"`) {
			t.Errorf("the page's policy is not %q", want)
		}
	})
}

// A browser takes long to lay out what is shown, and so of thousands of changes and rows the page shows the first and folds the
// others.
func TestHTMLFolds(t *testing.T) {
	t.Parallel()
	r := base(appLayer, appLayer, appLayer)
	var findings []finding.Finding
	for i := range maxRows + 1 {
		p := npm(fmt.Sprintf("package-%d", i), "1.0.0", "/srv/package.json")
		findings = append(findings, vulnerable(fmt.Sprintf("CVE-%d", i), finding.SeverityHigh, 5, appLayer, p, "1.0.1"))
	}
	judge(r, policy.Any, findings...)
	root, err := html.Parse(bytes.NewReader(render(t, HTML, r)))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for n := range root.Descendants() {
		if n.Data != "li" || n.Parent == nil {
			continue
		}
		list := classOf(n.Parent)
		if folded := n.Parent.Parent.Data == "details"; folded {
			list += " folded"
		}
		got[list]++
	}
	for list, want := range map[string]int{"steps": maxSteps, "steps folded": maxRows + 1 - maxSteps, "rows": maxRows, "rows folded": 1} {
		if got[list] != want {
			t.Errorf("%d items in the list %q, want %d", got[list], list, want)
		}
	}
}

func classOf(n *html.Node) string {
	for _, a := range n.Attr {
		if a.Key == "class" {
			return a.Val
		}
	}
	return ""
}

// hashOf computes what a Content-Security-Policy allows the first element of a name by.
func hashOf(page []byte, name string) string {
	_, text, _ := strings.Cut(string(page), "<"+name+">")
	text, _, _ = strings.Cut(text, "</"+name+">")
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
