package fault_test

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
)

// Hints that were written down and read back are spelled as before.
func TestHintPartsAndBack(t *testing.T) {
	t.Parallel()
	inner := fault.WithHint(errors.New("too large"), fault.Hintf("if it is 100%% so, raise %s or %s", fault.Input("timeout"), fault.Input("cache-size")))
	err := fault.WithHint(fmt.Errorf("reading: %w", inner), "ask %s")
	var buf bytes.Buffer
	if err := gob.NewEncoder(&buf).Encode(fault.HintParts(err)); err != nil {
		t.Fatal(err)
	}
	var parts [][]fault.Part
	if err := gob.NewDecoder(&buf).Decode(&parts); err != nil {
		t.Fatal(err)
	}
	var back error = errors.New("again")
	for i := len(parts) - 1; i >= 0; i-- {
		back = fault.WithHint(back, fault.JoinParts(parts[i]))
	}
	spell := func(name string) string { return "<" + name + ">" }
	if diff := cmp.Diff(fault.SpelledHints(err, spell), fault.SpelledHints(back, spell)); diff != "" {
		t.Errorf("hints (-before +after):\n%s", diff)
	}
	if want := []string{"ask %s", "if it is 100% so, raise <timeout> or <cache-size>"}; !cmp.Equal(fault.SpelledHints(back, spell), want) {
		t.Errorf("hints = %q, want %q", fault.SpelledHints(back, spell), want)
	}
}
