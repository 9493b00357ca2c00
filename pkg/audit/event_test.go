package audit_test

import (
	"bytes"
	"encoding/json"
	"net/url"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/audit"
)

// Each event has what CloudEvents 1.0 requires, and an identifier that it shares with no other of its source.
func TestCloudEvents(t *testing.T) {
	t.Parallel()
	cfg, _ := config()
	r := run(t, cfg)
	r.Images = append(r.Images, audit.Entry{Image: audit.Image{Digest: digest("9")}, Outcome: audit.Undecided}, audit.Entry{Image: audit.Image{Repository: "a b\n/<c>", Digest: digest("8")}})
	var b bytes.Buffer
	if err := audit.CloudEvents(&b, r); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	lines := bytes.Split(bytes.TrimSpace(b.Bytes()), []byte("\n"))
	if len(lines) != len(r.Images) {
		t.Fatalf("CloudEvents() wrote %d lines, want %d", len(lines), len(r.Images))
	}
	for _, line := range lines {
		var e struct {
			SpecVersion, ID, Source, Type, Time string
			Data                                *struct{ Outcome string }
		}
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		source, err := url.Parse(e.Source)
		_, timeErr := time.Parse(time.RFC3339, e.Time)
		if e.SpecVersion != "1.0" || e.ID == "" || e.Type == "" || err != nil || source.String() == "" || timeErr != nil || e.Data == nil {
			t.Errorf("%s is no event of CloudEvents 1.0: %v, %v", line, err, timeErr)
		}
		if seen[e.Source+e.ID] {
			t.Errorf("the identifier %s is there twice", e.ID)
		}
		seen[e.Source+e.ID] = true
	}
}
