package fault_test

import (
	"errors"
	"io"
	"testing"

	"github.com/layergate/layergate/pkg/fault"
)

func TestJoin(t *testing.T) {
	t.Parallel()
	if err := fault.Join(nil, nil); err != nil {
		t.Errorf("Join(nil, nil) = %v, want none", err)
	}
	if err := fault.Join(nil, io.EOF); err != io.EOF {
		t.Errorf("Join(nil, io.EOF) = %v, want that one itself", err)
	}
	err := fault.Join(errors.New("one failed"), nil, io.EOF)
	if got, want := err.Error(), "one failed; EOF"; got != want || !errors.Is(err, io.EOF) {
		t.Errorf("Join() = %q, which is io.EOF: %t; want %q, which is", got, errors.Is(err, io.EOF), want)
	}
}
