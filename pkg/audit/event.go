package audit

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/url"
	"strings"
)

// eventType is that of the event about an image which was looked at. What the data says is the image as in the JSON of the audit.
const eventType = "io.github.layergate.audit.verdict.v1"

// event is a CloudEvent in structured mode (CloudEvents 1.0, JSON Event Format).
type event struct {
	SpecVersion     string `json:"specversion"`
	ID              string `json:"id"`     // the same for the same verdict of the same audit
	Source          string `json:"source"` // oci:HOST/REPOSITORY; oci:unknown where a part of the audit is missing
	Type            string `json:"type"`
	Subject         string `json:"subject,omitempty"` // the digest
	Time            string `json:"time"`
	DataContentType string `json:"datacontenttype"`
	Data            Entry  `json:"data"`
}

// CloudEvents writes an event for each image, a line for each.
func CloudEvents(w io.Writer, r *Result) error {
	e := json.NewEncoder(w)
	for _, image := range r.Images {
		if err := e.Encode(newEvent(image, r)); err != nil {
			return err
		}
	}
	return nil
}

func newEvent(e Entry, r *Result) event {
	source := "oci:" + (&url.URL{Path: cmp.Or(e.Repository, "unknown")}).EscapedPath()
	sum := sha256.Sum256([]byte(strings.Join([]string{source, e.Label(), e.Digest, string(e.Outcome), r.At}, "\n")))
	return event{
		SpecVersion: "1.0", ID: hex.EncodeToString(sum[:16]), Source: source, Type: eventType, Subject: e.Digest,
		Time: r.At, DataContentType: "application/json", Data: e,
	}
}
