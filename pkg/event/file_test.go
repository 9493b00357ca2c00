package event_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/layergate/layergate/pkg/event"
	"github.com/layergate/layergate/pkg/fault"
)

// Events are added to a file, a line for each, whatever it ends with and whoever else adds to it.
func TestFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "events.ndjson")
	if err := os.WriteFile(path, []byte(`{"id": "cut"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 8 {
		f, err := event.OpenFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			if err := f.Send(context.Background(), event.Event{ID: "a\nb", Data: strings.Repeat("x", 9000)}, event.Event{ID: "c"}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range bytes.Lines(raw) {
		var e event.Event
		if err := json.Unmarshal(line, &e); err == nil {
			n++
		} else if len(bytes.TrimSpace(line)) > 0 {
			t.Errorf("the line %.40q is no event: %v", line, err)
		}
	}
	if n != 17 {
		t.Errorf("the file has %d events, want 17", n)
	}
}

// A place that takes no events is a wrong request, and nothing is made there.
func TestOpenFileRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Symlink("elsewhere", filepath.Join(dir, "link")); err != nil {
		t.Skip(err)
	}
	for _, path := range []string{dir, filepath.Join(dir, "link"), filepath.Join(dir, "none", "events")} {
		if _, err := event.OpenFile(path); !fault.IsRequest(err) {
			t.Errorf("OpenFile(%q) = %v, want a wrong request", path, err)
		}
	}
	if _, err := event.OpenFile(filepath.Join(dir, "new")); err != nil {
		t.Errorf("OpenFile() of a new file = %v", err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("the directory holds %v, %v, want the link alone", entries, err)
	}
}
