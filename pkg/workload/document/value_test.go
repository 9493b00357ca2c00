package document_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/document"
)

const services = `x-base: &base
  user: "1000" # never root
  cap_drop: [ALL]
services:
  web:
    <<: *base
    user: 0
    volumes:
      - source: /
        target: /host
  empty:
  reset: {user: !reset "1"}
  all: [!reset a, *base]
`

func TestValuePlaces(t *testing.T) {
	t.Parallel()
	v := only(t, services).Value().Get("services")
	item := v.Get("web", "volumes").Items()[0]
	tests := []struct {
		name  string
		value document.Value
		kind  document.Kind
		text  string
		place workload.Place
	}{
		{name: "a field of its own before a merged one", value: v.Get("web", "user"), kind: document.Number, text: "0", place: workload.Place{Line: 7, Column: 5, Path: "services.web.user"}},
		{name: "an item of a merged field", value: v.Get("web", "cap_drop").Items()[0], kind: document.Text, text: "ALL", place: workload.Place{Line: 3, Column: 14, Path: "services.web.cap_drop[0]"}},
		{name: "a field of an item", value: item.Get("target"), kind: document.Text, text: "/host", place: workload.Place{Line: 10, Column: 9, Path: "services.web.volumes[0].target"}},
		{name: "an alias", value: v.Get("all").Items()[0].Get("user"), kind: document.Text, text: "1000", place: workload.Place{Line: 2, Column: 3, Path: "services.all[1].user"}},
		{name: "missing", value: v.Get("web", "deploy", "resources"), place: workload.Place{
			Line: 5, Column: 3, Path: "services.web.deploy.resources", Missing: []string{"deploy", "resources"}, Style: workload.Block, Indent: 4, Step: 2,
		}},
		{name: "null", value: v.Get("empty"), kind: document.Null, place: workload.Place{Line: 11, Column: 3, Path: "services.empty"}},
		{name: "reset", value: v.Get("reset", "user"), place: workload.Place{
			Line: 12, Column: 11, Path: "services.reset.user", Missing: []string{"user"}, Style: workload.Opaque, Step: 2,
		}},
		{name: "beside what is reset", value: v.Get("reset", "deploy", "user"), place: workload.Place{
			Line: 12, Column: 11, Path: "services.reset.deploy.user", Missing: []string{"deploy", "user"}, Style: workload.Inline, Step: 2,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.place.File = "a.yaml"
			if got := tt.value.Kind(); got != tt.kind || tt.value.Text() != tt.text || tt.value.Exists() != (tt.kind != "") {
				t.Errorf("value = %q %q, want %q %q", got, tt.value.Text(), tt.kind, tt.text)
			}
			if diff := cmp.Diff(tt.place, tt.value.Place()); diff != "" {
				t.Errorf("Place() (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	v := only(t, services+"values: [1, 2.5, true, ~, 18446744073709551615, \"1\", 2001-01-01]\nsecret: s\n").Value()
	got, err := v.Plain(func(v document.Value) bool { return v.Text() == "s" })
	base := map[string]any{"user": "1000", "cap_drop": []any{"ALL"}}
	want := map[string]any{
		"x-base": base,
		"services": map[string]any{
			"web":   map[string]any{"user": 0, "cap_drop": []any{"ALL"}, "volumes": []any{map[string]any{"source": "/", "target": "/host"}}},
			"empty": nil, "reset": map[string]any{}, "all": []any{base},
		},
		"values": []any{1, 2.5, true, nil, uint64(18446744073709551615), "1", "2001-01-01"},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("Plain() = %v (-want +got):\n%s", err, diff)
	}
}

// bomb is a file of a few lines that stands for a billion values, and mergeBomb one whose fields are merged over and over.
func bomb() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 9; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	return b.String()
}

func mergeBomb() string {
	return "base: &base\n" + lines(3000) + "all:\n" + strings.Repeat("  - <<: *base\n", 1000)
}

func TestPlainRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{name: "aliases", text: bomb(), want: "aliases stand for more than 2000000 values"},
		{name: "merge keys", text: mergeBomb(), want: "aliases stand for more than 2000000 values"},
		{name: "a wrong tag", text: "a: !!int x\n", want: `a.yaml:1:1: a: "x" is a number that cannot be read`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := only(t, tt.text).Value().Plain(func(document.Value) bool { return false })
			if !fault.IsRequest(err) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Plain() = %v, want %q", err, tt.want)
			}
		})
	}
}
