package kept_test

import (
	"testing"

	"github.com/layergate/layergate/pkg/kept"
)

// counting counts how often a value is read.
type counting struct {
	store
	reads int
}

func (c *counting) Get(key string) ([]byte, bool) {
	c.reads++
	return c.store.Get(key)
}

func TestHeld(t *testing.T) {
	t.Parallel()
	c := &counting{store: store{"key": []byte("first")}}
	h := kept.Hold(c)
	want := func(what string, key, value string, reads int) {
		t.Helper()
		if got, ok := h.Get(key); string(got) != value || ok != (value != "") || c.reads != reads {
			t.Errorf("%s: Get(%s) = %q, %t after %d reads, want %q after %d", what, key, got, ok, c.reads, value, reads)
		}
	}
	for _, time := range []string{"first", "second"} {
		if !h.Has("key") {
			t.Errorf("Has() of what is there is false the %s time", time)
		}
	}
	if h.Has("missing") {
		t.Error("Has() of what is missing is true")
	}
	delete(c.store, "key") // forgotten by the store, and not by who has said that it is there
	want("what Has found", "key", "first", 2)
	want("it is let go of", "key", "", 3)
	want("what is missing", "missing", "", 4)

	c.store["key"] = []byte("first")
	h.Has("key")
	h.Put("key", []byte("second"))
	want("what was put since", "key", "second", 6)
	if kept.Hold(nil) != nil {
		t.Error("Hold() of no store is a store")
	}
}
