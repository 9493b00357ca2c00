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
		{name: "joined with nothing", err: fault.Join(nil, fault.WithHint(plain, "do that"), nil), hints: []string{"do that"}},
		{name: "joined", err: fmt.Errorf("after: %w", fault.WithHint(fault.Join(fault.WithHint(plain, "first"), plain, fmt.Errorf("outer: %w", fault.WithHint(plain, "second"))), "outside")), hints: []string{"outside", "first", "second"}},
		{name: "the second of several", err: fmt.Errorf("%w and %w", plain, fault.WithHint(plain, "do that")), hints: []string{"do that"}},
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

func TestSpelledHints(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		err  error
		want []string
	}{
		{name: "text alone", err: fault.WithHint(io.EOF, "raise 100 %d"), want: []string{"raise 100 %d"}},
		{name: "an input", err: fault.WithHint(io.EOF, fault.Hintf("raise %s above %d", fault.Input("db-max-age"), 5)), want: []string{"raise <db-max-age> above 5"}},
		{
			name: "two hints, one in the other", want: []string{"write <ssh> default, or start an agent", "see <image>"},
			err: fault.Request(fault.WithHint(io.EOF, fault.Hintf("see %s", fault.Input("image"))), fault.Hintf("%s, or start an agent", fault.Hintf("write %s default", fault.Input("ssh")))),
		},
		{
			name: "text that looks like an input's place",
			err:  fault.WithHint(io.EOF, fault.Hintf("choose one of %s by %s", "%[2]s db-max-age %s", fault.Input("image-name"))),
			want: []string{"choose one of %[2]s db-max-age %s by <image-name>"},
		},
		{name: "no hint", err: fault.Request(io.EOF, fault.Hint{})},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := fault.SpelledHints(tt.err, func(name string) string { return "<" + name + ">" })
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("SpelledHints() (-want +got):\n%s", diff)
			}
		})
	}
}
