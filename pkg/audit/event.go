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

// Events are those of the images, in their order. What an event says is the image as in the JSON of the audit. It is of the time at which the
// part of the audit began that looked at the image, so that the part and what Merge makes of all parts tell of one event.
func Events(r *Result) []event.Event {
	var out []event.Event
	for _, e := range r.Images {
		began, _ := time.Parse(time.RFC3339, cmp.Or(e.At, r.At)) // as Run writes it; results before the schema 1.3 have it once
		out = append(out, event.New(event.Verdict{Command: "audit", Repository: cmp.Or(e.Repository, "unknown"), Name: e.Label(), Digest: e.Digest, Outcome: string(e.Outcome), At: began}, e))
	}
	return out
}
