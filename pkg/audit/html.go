package audit

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
)

//go:embed html.tmpl
var htmlTemplate string

//go:embed html.css
var htmlStyle string

// What the page has at most: a browser takes long to open one with more.
const (
	htmlImages   = 2000 // with all that is known of them
	htmlBlocking = 100  // findings of an image
)

// HTML writes one page, which needs no network and has no script: what counts first, then what to rebuild, then each image that is not
// clean. Its Content-Security-Policy names the style by its hash and allows nothing else.
func HTML(w io.Writer, r *Result) error {
	t, err := template.New("audit").Funcs(template.FuncMap{"text": safetext.Line}).Parse(htmlTemplate)
	if err != nil {
		return fmt.Errorf("reading the page's template: %w", err)
	}
	return t.Execute(w, newHTMLPage(r))
}

// htmlPage is what the template shows. Its texts may be hostile.
type htmlPage struct {
	Style     template.CSS
	StyleHash template.HTMLAttr // as a Content-Security-Policy names it (Content Security Policy Level 3, hash-source)
	Result    *Result
	Summary   Summary
	Facts     []fact
	Bases     []htmlBase
	Images    []htmlImage
	LeftOut   int // images
}

type htmlBase struct {
	Name  string
	State BaseState
	Words string
}

type htmlImage struct {
	Entry
	Severities []htmlCount
	Remedy     string
	Facts      []string
	Shown      []Blocker
	More       int // findings
}

type htmlCount struct {
	Severity string
	N        int
}

func newHTMLPage(r *Result) htmlPage {
	sum := sha256.Sum256([]byte(htmlStyle))
	s := Summarize(r)
	p := htmlPage{
		Style: template.CSS(htmlStyle), StyleHash: template.HTMLAttr("'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"),
		Result: r, Summary: s, Facts: s.facts(r),
	}
	for _, b := range s.Bases {
		p.Bases = append(p.Bases, htmlBase{b.Name, b.State, b.words()})
	}
	for _, e := range r.Images {
		switch {
		case e.Outcome == Clean && len(e.Matches) == 0:
		case len(p.Images) == htmlImages:
			p.LeftOut++
		default:
			p.Images = append(p.Images, newHTMLImage(e, r))
		}
	}
	return p
}

func newHTMLImage(e Entry, r *Result) htmlImage {
	n := min(len(e.Blocking), htmlBlocking)
	i := htmlImage{Entry: e, Facts: e.facts(r), Shown: e.Blocking[:n], More: len(e.Blocking) - n}
	for _, s := range finding.Severities() {
		if n := e.Counts.Of(s); n > 0 {
			i.Severities = append(i.Severities, htmlCount{s.String(), n})
		}
	}
	if len(e.Blocking) > 0 {
		i.Remedy = e.RemedyWords()
	}
	return i
}
