package audit

import (
	"cmp"
	"encoding/json"
	"io"
	"time"

	"github.com/layergate/layergate/pkg/event"
)

// CloudEvents writes an event for each image, a line for each.
func CloudEvents(w io.Writer, r *Result) error {
	e := json.NewEncoder(w)
	for _, one := range Events(r) {
		if err := e.Encode(one); err != nil {
			return err
		}
	}
	return nil
}

// Events are those of the images, in their order. What an event says is the image as in the JSON of the audit.
func Events(r *Result) []event.Event {
	began, _ := time.Parse(time.RFC3339, r.At) // as Run writes it
	var out []event.Event
	for _, e := range r.Images {
		out = append(out, event.New(event.Verdict{Command: "audit", Repository: cmp.Or(e.Repository, "unknown"), Name: e.Label(), Digest: e.Digest, Outcome: string(e.Outcome), At: began}, e))
	}
	return out
}
