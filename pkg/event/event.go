// Package event says what came of images to whatever takes events: as CloudEvents 1.0 in the JSON format, one a line in a file, or one a request
// to an address.
//
// What an event says of an image is its caller's. It must not import anything that judges images.
package event

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strings"
	"time"
)

// MediaType is that of one event in structured mode (CloudEvents 1.0, HTTP Protocol Binding, "Structured Content Mode").
const MediaType = "application/cloudevents+json"

// Schema names the form of the data of all events, in this version. What is added to the data does not change it.
const Schema = "https://github.com/layergate/layergate/event/verdict/v1"

// Event is a CloudEvent (CloudEvents 1.0, JSON Event Format).
type Event struct {
	SpecVersion     string `json:"specversion"`
	ID              string `json:"id"`     // the same each time that this event is written or sent
	Source          string `json:"source"` // what the verdict is about: oci:HOST/REPOSITORY, or layergate:NAME for an image of no registry
	Type            string `json:"type"`
	Subject         string `json:"subject,omitempty"` // the digest
	Time            string `json:"time"`              // RFC 3339, UTC
	DataContentType string `json:"datacontenttype"`
	DataSchema      string `json:"dataschema"`
	Data            any    `json:"data"`
}

// Verdict says which verdict an event tells of. The event has the same identifier wherever all of it is the same.
type Verdict struct {
	Command    string // that came to it: gate, scan or audit
	Repository string // HOST/REPOSITORY of the image; empty for one of no registry
	Name       string // of the image; may be hostile
	Digest     string // of the image; empty where it has none
	Outcome    string
	At         time.Time
}

// New is the event of a verdict.
func New(v Verdict, data any) Event {
	source := "oci:" + escaped(v.Repository)
	if v.Repository == "" {
		source = "layergate:" + escaped(v.Name)
	}
	at := v.At.UTC().Format(time.RFC3339)
	kind := "io.github.layergate." + v.Command + ".verdict.v1"
	sum := sha256.Sum256([]byte(strings.Join([]string{kind, source, v.Name, v.Digest, v.Outcome, v.At.UTC().Format(time.RFC3339Nano)}, "\n")))
	return Event{
		SpecVersion: "1.0", ID: hex.EncodeToString(sum[:16]), Source: source, Type: kind, Subject: v.Digest,
		Time: at, DataContentType: "application/json", DataSchema: Schema, Data: data,
	}
}

// escaped is a text as the path of an address (RFC 3986); never empty.
func escaped(text string) string {
	if text == "" {
		text = "unknown"
	}
	return (&url.URL{Path: text}).EscapedPath()
}
