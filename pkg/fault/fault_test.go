package fault_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	plain := errors.New("plain")
	tests := []struct {
		name    string
		err     error
		request bool
		hints   []string
	}{
		{name: "none", err: nil},
		{name: "plain", err: plain},
		{name: "request", err: fault.Request(plain, "do this"), request: true, hints: []string{"do this"}},
		{name: "request without a remedy", err: fault.Request(plain, ""), request: true},
		{name: "remedy", err: fault.WithHint(plain, "do that"), hints: []string{"do that"}},
		{name: "wrapped", err: fmt.Errorf("opening: %w", fault.Request(plain, "do this")), request: true, hints: []string{"do this"}},
		{name: "nested", err: fault.WithHint(fmt.Errorf("outer: %w", fault.Request(plain, "inner")), "outer"), request: true, hints: []string{"outer", "inner"}},
		{name: "joined with clean-up", err: errors.Join(fault.Request(plain, "do this"), nil), request: true, hints: []string{"do this"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := fault.IsRequest(tt.err); got != tt.request {
				t.Errorf("IsRequest() = %t, want %t", got, tt.request)
			}
			if diff := cmp.Diff(tt.hints, fault.Hints(tt.err)); diff != "" {
				t.Errorf("Hints() (-want +got):\n%s", diff)
			}
		})
	}
	if !errors.Is(fault.WithHint(io.EOF, "x"), io.EOF) {
		t.Error("the cause is lost")
	}
}
