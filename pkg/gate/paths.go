package gate

import (
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/report"
	"github.com/layergate/layergate/pkg/secret"
)

// hidePaths hides the secrets that names of files are, wherever a platform or a finding of it shows a path: no report prints
// the token of a directory because something else in it is worth telling.
func hidePaths(p *report.Platform, findings []finding.Finding) {
	known := map[string]string{} // many packages and findings are of one file
	hide := func(texts ...*string) {
		for _, text := range texts {
			shown, ok := known[*text]
			if !ok {
				shown = secret.RedactPath(*text)
				known[*text] = shown
			}
			*text = shown
		}
	}
	for i := range p.Packages {
		hide(&p.Packages[i].Path)
	}
	for i := range p.Coverage.Unread {
		hide(&p.Coverage.Unread[i].Path, &p.Coverage.Unread[i].Reason)
	}
	for i := range p.Coverage.Executables.Largest {
		hide(&p.Coverage.Executables.Largest[i].Path)
	}
	for i := range findings {
		f := &findings[i]
		path := f.Path
		if hide(&f.Path); f.Path != path {
			f.Title = strings.ReplaceAll(f.Title, path, f.Path) // a gap's names its file
		}
		if f.Coverage != nil {
			hide(&f.Coverage.Reason)
		}
		if f.Kind == finding.KindCheck {
			hide(&f.Check.Saw, &f.Check.Field)
		}
	}
}
