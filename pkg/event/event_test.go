package event_test

import (
	"encoding/json"
	"net/url"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/event"
)

// An event has what CloudEvents 1.0 requires, whatever the image is called, and an identifier that is the same for the same verdict alone.
func TestNew(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 26, 12, 0, 0, 7, time.UTC)
	base := event.Verdict{Command: "gate", Repository: "registry.example/app", Name: "registry.example/app:1", Digest: "sha256:a", Outcome: "clean", At: at}
	seen := map[string]string{}
	for name, change := range map[string]func(*event.Verdict){
		"as it is":           func(*event.Verdict) {},
		"another command":    func(v *event.Verdict) { v.Command = "scan" },
		"another repository": func(v *event.Verdict) { v.Repository = "a b\n/<c>%" },
		"no repository":      func(v *event.Verdict) { v.Repository = "" },
		"nothing":            func(v *event.Verdict) { v.Repository, v.Name, v.Digest = "", "", "" },
		"another name":       func(v *event.Verdict) { v.Name = "x" },
		"another digest":     func(v *event.Verdict) { v.Digest = "sha256:b" },
		"another outcome":    func(v *event.Verdict) { v.Outcome = "blocked" },
		"another time":       func(v *event.Verdict) { v.At = v.At.Add(1) },
	} {
		v := base
		change(&v)
		e, again := event.New(v, map[string]string{"outcome": v.Outcome}), event.New(v, nil)
		if e.ID != again.ID || e.ID == "" {
			t.Errorf("%s: New() has the identifiers %q and %q, want one", name, e.ID, again.ID)
		}
		if other, twice := seen[e.Source+e.ID]; twice {
			t.Errorf("%s has the identifier of %s", name, other)
		}
		seen[e.Source+e.ID] = name
		raw, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal(raw, &got); err != nil {
			t.Fatal(err)
		}
		for _, field := range []string{"specversion", "id", "source", "type", "time", "datacontenttype", "dataschema", "data"} {
			if got[field] == nil || got[field] == "" {
				t.Errorf("%s: the event %s has no %s", name, raw, field)
			}
		}
		if _, err := url.Parse(e.Source); err != nil {
			t.Errorf("%s: the source %q is no reference of a URI: %v", name, e.Source, err)
		}
		if schema, err := url.Parse(e.DataSchema); err != nil || !schema.IsAbs() {
			t.Errorf("%s: the schema %q is no URI: %v", name, e.DataSchema, err)
		}
	}
	if e := event.New(base, nil); e.Source != "oci:registry.example/app" || e.Type != "io.github.layergate.gate.verdict.v1" || e.Subject != "sha256:a" || e.Time != "2026-11-26T12:00:00Z" {
		t.Errorf("New() = %+v", e)
	}
}
