package kept_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/kept"
)

// store keeps values in memory.
type store map[string][]byte

func (s store) Get(key string) ([]byte, bool) {
	v, ok := s[key]
	return v, ok
}

func (s store) Put(key string, value []byte) { s[key] = value }

type value struct {
	Name  string
	Parts []string
}

func TestGetReturnsWhatWasPut(t *testing.T) {
	t.Parallel()
	s := store{}
	want := value{Name: strings.Repeat("name", 1000), Parts: []string{"a", "b"}}
	if err := kept.Put(s, "key", want); err != nil {
		t.Fatal(err)
	}
	if len(s["key"]) >= len(want.Name) {
		t.Errorf("a value of %d repeated bytes is kept in %d, want fewer", len(want.Name), len(s["key"]))
	}
	var got value
	if !kept.Get(s, "key", &got) {
		t.Fatal("Get() = false, want what was put")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Get() (-want +got):\n%s", diff)
	}
}

func TestGetRefusesWhatIsNoValue(t *testing.T) {
	t.Parallel()
	s := store{}
	if err := kept.Put(s, "good", value{Name: "name"}); err != nil {
		t.Fatal(err)
	}
	s["empty"], s["text"], s["cut"] = nil, []byte("damaged"), s["good"][:len(s["good"])-3]
	if err := kept.Put(s, "other", 7); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"missing", "empty", "text", "cut", "other"} {
		if kept.Get(s, key, &value{}) {
			t.Errorf("Get(%q) = true, want false", key)
		}
	}
}

func TestPutRefusesWhatCannotBeWritten(t *testing.T) {
	t.Parallel()
	s := store{}
	if err := kept.Put(s, "key", func() {}); err == nil || len(s) > 0 {
		t.Errorf("Put() of a function = %v with %d values kept, want an error and none", err, len(s))
	}
}
