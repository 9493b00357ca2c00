package image

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/facts"
	"github.com/layergate/layergate/pkg/finding"
)

// inLayer is a finding of a rule about what a layer holds. A path may be empty.
func (s *Subject) inLayer(r check.Rule, layer int, path, saw string) finding.Finding {
	f := r.Finding()
	f.Check.Saw, f.Path, f.Layer = saw, path, &s.From.Layers[layer]
	if path != "" {
		f.State = finding.Visible
	}
	f.Location, f.Related = s.From.Locate(layer, finding.Package{}, path)
	return f
}

// eachFile makes a finding of every file of a kind, by its layer, and one of those that are not listed. saw returns what there
// is to say of a file, or nothing where it keeps the rule. What a later layer hides is for information: it is shipped and
// cannot be used.
func (s *Subject) eachFile(r check.Rule, kind facts.Kind, saw func(facts.File) string) []finding.Finding {
	var out []finding.Finding
	if s.isWindows() {
		return nil // the layers' modes mean nothing there
	}
	for i, l := range s.Facts {
		for _, file := range l.Files {
			if file.Kind != kind {
				continue
			}
			text := saw(file)
			if text == "" {
				continue
			}
			f := s.inLayer(r, i, file.Path, text)
			if file.Hidden >= 0 {
				f.State, f.Check.Information = finding.Shadowed, true
				f.Check.Saw += fmt.Sprintf("; layer %d hides it", file.Hidden)
			}
			out = append(out, f)
		}
		if n := l.More[kind]; n > 0 {
			f := s.inLayer(r, i, "", fmt.Sprintf("%d more files of the layer, which are not listed", n))
			f.Check.Field = fmt.Sprintf("more in layer %d", i)
			out = append(out, f)
		}
	}
	return out
}

// owned says whose a file is, for what a finding saw.
func owned(f facts.File) string {
	return fmt.Sprintf("mode %s, owner %d:%d", octal(f.Mode), f.UID, f.GID)
}
