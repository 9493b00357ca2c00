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
	if err := os.WriteFile(path, []byte(`{"specversion": "1.0", "id": "cut", "source": "oci:app", "type": "com.example.other.v1", "time": "2026-11-26T12:00:00Z"}`), 0o644); err != nil {
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

// A file that holds something else is a wrong request, which names it, and stays as it is.
func TestOpenFileOfSomethingElse(t *testing.T) {
	t.Parallel()
	const one = `{"specversion": "1.0", "id": "1", "source": "oci:app", "type": "t"}`
	for name, tt := range map[string]struct{ content, want string }{
		"empty":               {"", ""},
		"events":              {one + "\n" + one + "\n", ""},
		"an unfinished line":  {one + "\n{\"specver", ""},
		"an event over lines": {"{\n\"specversion\": \"1.0\"}", "is no object of JSON"},
		"a document":          {`{"id": "1", "source": "oci:app", "type": "t"}`, "is no CloudEvent"},
		"a list of events":    {"[" + one + "]\n", "is no object of JSON"},
		"text":                {"# Read me\n", "is no object of JSON"},
		"an empty line":       {"\n" + one + "\n", "is no object of JSON"},
		"an archive":          {"\x1f\x8b\x08\x00", "is no object of JSON"},
		"only an identifier":  {`{"specversion": "1.0", "id": "1"}`, "is no CloudEvent"},
	} {
		path := filepath.Join(t.TempDir(), "events.ndjson")
		if err := os.WriteFile(path, []byte(tt.content), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := event.OpenFile(path)
		if (err == nil) != (tt.want == "") || err != nil && (!fault.IsRequest(err) || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), path)) {
			t.Errorf("%s: OpenFile() = %v, want %q", name, err, tt.want)
		}
		if left, err := os.ReadFile(path); err != nil || string(left) != tt.content {
			t.Errorf("%s: the file holds %q, %v", name, left, err)
		}
	}
}

// A place that takes no events is a wrong request, and nothing is made there.
func TestOpenFileRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Symlink("elsewhere", filepath.Join(dir, "link")); err != nil {
		t.Skip(err)
	}
	for path, want := range map[string]string{dir: "which is a directory", filepath.Join(dir, "link"): "which is a link", filepath.Join(dir, "none", "events"): "is no directory", os.DevNull: "which is a device"} {
		if _, err := event.OpenFile(path); !fault.IsRequest(err) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), want) {
			t.Errorf("OpenFile(%q) = %v, want a wrong request with %q", path, err, want)
		}
	}
	if _, err := event.OpenFile(filepath.Join(dir, "new")); err != nil {
		t.Errorf("OpenFile() of a new file = %v", err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("the directory holds %v, %v, want the link alone", entries, err)
	}
}
