package pipe_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/pipe"
)

func TestReadAll(t *testing.T) {
	t.Parallel()
	if raw, err := pipe.ReadAll(strings.NewReader("abc"), 3); string(raw) != "abc" || err != nil {
		t.Errorf("ReadAll() = %q, %v, want all of it", raw, err)
	}
	if raw, err := pipe.ReadAll(strings.NewReader("abc"), 2); raw != nil || !errors.Is(err, pipe.ErrTooLarge) {
		t.Errorf("ReadAll() = %q, %v, want that it is too much", raw, err)
	}
}
