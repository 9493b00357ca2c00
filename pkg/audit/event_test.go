package audit_test

import (
	"bytes"
	"encoding/json"
	"net/url"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/audit"
	"github.com/layergate/layergate/pkg/event"
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

// The parts of an audit begin one after the other. What a part tells of an image is what all parts together tell of it, as the same event.
func TestEventsOfParts(t *testing.T) {
	t.Parallel()
	var parts []*audit.Result
	want := map[string]event.Event{}
	for index := 1; index <= 3; index++ {
		cfg, _ := config()
		cfg.Shard, cfg.Now = audit.Shard{Index: index, Of: 3}, now().Add(time.Duration(index)*time.Minute)
		part := run(t, cfg)
		for _, e := range audit.Events(part) {
			want[e.Subject] = e
		}
		var file bytes.Buffer
		if err := audit.JSON(&file, part); err != nil {
			t.Fatal(err)
		}
		read, err := audit.Read(file.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, read)
	}
	merged, err := audit.Merge(parts)
	if err != nil {
		t.Fatal(err)
	}
	got := audit.Events(merged)
	if len(got) != len(want) || len(got) != 3 {
		t.Fatalf("the parts tell of %d images, and all together of %d, want 3", len(want), len(got))
	}
	for _, e := range got {
		if of := want[e.Subject]; e.ID != of.ID || e.Source != of.Source || e.Time != of.Time {
			t.Errorf("of %s the part tells as %s of %s at %s, and all together as %s of %s at %s", e.Subject, of.ID, of.Source, of.Time, e.ID, e.Source, e.Time)
		}
	}
}
