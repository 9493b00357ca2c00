package image

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/facts"
	"github.com/layergate/layergate/pkg/finding"
)

// minHidden is how many bytes that nobody sees are worth a word.
const minHidden = 1 << 20

// hiddenBytes is the rule that a layer does not remove what a lower one ships.
func hiddenBytes() rule {
	return rule{check.Rule{
		ID: "LG-FILE-013", Name: "hidden-bytes", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
		Title:  "a layer hides files that lower layers ship",
		Why:    "The files are stored and pulled with every image, and whoever has the image can read them, but no container sees them.",
		Remedy: "Remove the files in the instruction that makes them, or build in a stage of its own and copy only the result.",
		References: []check.Reference{
			{Name: "Docker: minimize the size of layers", URL: "https://docs.docker.com/build/building/best-practices/"},
		},
	}, findHiddenBytes}
}

func findHiddenBytes(r check.Rule, s *Subject) []finding.Finding {
	var out []finding.Finding
	for by := range s.From.Layers {
		var sum facts.Hidden
		var related []finding.Related
		for i, l := range s.Facts[:min(by, len(s.Facts))] {
			for _, h := range l.Hidden {
				if h.By != by {
					continue
				}
				sum.Files, sum.Bytes, sum.Removed = sum.Files+h.Files, sum.Bytes+h.Bytes, sum.Removed+h.Removed
				if line := s.From.Line(i); line != nil && h.Bytes >= minHidden {
					related = append(related, finding.Related{Location: *line, Why: fmt.Sprintf("brings %s of it", megabytes(h.Bytes))})
				}
			}
		}
		if sum.Bytes < minHidden {
			continue
		}
		f := s.inLayer(r, by, "", fmt.Sprintf("%s with %s are hidden, of which %s are removed", files(sum.Files), megabytes(sum.Bytes), megabytes(sum.Removed)))
		f.Check.Field = s.From.Layers[by].CreatedBy
		f.Related = related
		out = append(out, f)
	}
	return out
}
