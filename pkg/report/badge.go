package report

import (
	"encoding/json"
	"io"

	"github.com/layergate/layergate/pkg/policy"
)

// badge is what the endpoint badge of shields.io reads (https://shields.io/badges/endpoint-badge, schema version 1).
type badge struct {
	SchemaVersion int    `json:"schemaVersion"`
	Label         string `json:"label"`
	Message       string `json:"message"`
	Color         string `json:"color"`
	IsError       bool   `json:"isError"` // whoever shows the badge cannot choose another color
}

// Badge writes layergate.badge.json: the verdict in a few words, for a badge that is shown by shields.io. It holds no text
// of the image.
func Badge(w io.Writer, r *Report) error {
	b := badge{SchemaVersion: 1, Label: "layergate", Message: "clean", Color: "brightgreen"}
	blocking, _ := r.tally()
	switch {
	case r.Verdict.Outcome == policy.Clean && blocking.total() == 0:
	case blocking.severities.Total() > 0:
		b.Message = "blocked: " + countWords(blocking.severities)
	case blocking.total() > 0:
		b.Message = "blocked: " + blocking.nouns("")
	default:
		b.Message = "blocked"
	}
	if b.Message != "clean" {
		b.Color, b.IsError = "red", true
	}
	if r.Database.Outdated {
		b.Message += ", by outdated advisories"
		if !b.IsError {
			b.Color = "yellow"
		}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(b)
}
