package input

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
)

// with are the inputs of a command line with one that is set.
func with(name, value string) *Values {
	none := func(string) string { return "" }
	v := Read(CommandLine, none, none)
	v.Set(name, value)
	return v
}

func TestList(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, value string
		want        []string
	}{
		{name: "nothing", want: []string{}},
		{name: "one", value: "r.example/app:1", want: []string{"r.example/app:1"}},
		{name: "lines", value: "a:1\r\n  b:2\n\n", want: []string{"a:1", "b:2"}},
		{name: "commas", value: "a:1, b:2,,", want: []string{"a:1", "b:2"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, with("push", tt.value).List("push")); diff != "" {
				t.Errorf("List(push) of %q (-want +got):\n%s", tt.value, diff)
			}
		})
	}
}

func TestTypedValues(t *testing.T) {
	t.Parallel()
	duration := func(in *Values) (any, error) { return in.Duration("db-max-age") }
	size := func(in *Values) (any, error) { return in.Size("memory-budget") }
	choice := func(in *Values) (any, error) { return in.Choice("fail-on") }
	tests := []struct {
		name, input, value string
		get                func(*Values) (any, error)
		want               any
		err, hint          string
	}{
		{name: "default duration", input: "db-max-age", get: duration, want: 120 * time.Hour},
		{name: "duration", input: "db-max-age", value: "36h30m", get: duration, want: 36*time.Hour + 30*time.Minute},
		{name: "zero duration", input: "db-max-age", value: "0", get: duration, want: time.Duration(0)},
		{name: "days", input: "db-max-age", value: "5d", get: duration, want: 120 * time.Hour},
		{name: "no number of days", input: "db-max-age", value: "d", get: duration, err: `--db-max-age: "d" is not a duration`, hint: DurationHint},
		{name: "negative days", input: "db-max-age", value: "-5d", get: duration, err: `--db-max-age: "-5d" is not a duration`, hint: DurationHint},
		{name: "more than a hundred years", input: "db-max-age", value: "36501d", get: duration, err: `--db-max-age: "36501d" is not a duration`, hint: DurationHint},
		{name: "negative duration", input: "db-max-age", value: "-1h", get: duration, err: `--db-max-age: "-1h" is not a duration`, hint: DurationHint},
		{name: "default size", input: "memory-budget", get: size, want: int64(256 << 20)},
		{name: "bytes", input: "memory-budget", value: "1024", get: size, want: int64(1024)},
		{name: "decimal unit", input: "memory-budget", value: "2GB", get: size, want: int64(2e9)},
		{name: "binary unit, any case", input: "memory-budget", value: "32 gib", get: size, want: int64(32 << 30)},
		{name: "zero size", input: "memory-budget", value: "0", get: size, want: int64(0)},
		{name: "unit without a number", input: "memory-budget", value: "MiB", get: size, err: `--memory-budget: "MiB" is not a size`, hint: "use a whole number with a unit, such as 512MiB, 2GB or 32GiB"},
		{name: "negative size", input: "memory-budget", value: "-1MiB", get: size, err: `--memory-budget: "-1MiB" is not a size`, hint: "use a whole number with a unit, such as 512MiB, 2GB or 32GiB"},
		{name: "fraction", input: "memory-budget", value: "1.5GiB", get: size, err: `--memory-budget: "1.5GiB" is not a size`, hint: "use a whole number with a unit, such as 512MiB, 2GB or 32GiB"},
		{name: "overflow", input: "memory-budget", value: "9000000TiB", get: size, err: `--memory-budget: "9000000TiB" is not a size`, hint: "that is more bytes than can be counted"},
		{name: "choice without default", input: "fail-on", get: choice, want: ""},
		{name: "choice in capitals", input: "fail-on", value: "HIGH", get: choice, want: "high"},
		{
			name: "misspelt choice", input: "fail-on", value: "hihg", get: choice,
			err: `--fail-on: "hihg" is not one of any, negligible, low, medium, high, critical, never`, hint: "did you mean high",
		},
		{name: "another choice", input: "fail-on", value: "moderately", get: choice, err: `--fail-on: "moderately" is not one of any, negligible, low, medium, high, critical, never`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := tt.get(with(tt.input, tt.value))
			if tt.err == "" {
				if err != nil || !cmp.Equal(got, tt.want) {
					t.Errorf("%s %q = %v, %v, want %v", tt.input, tt.value, got, err, tt.want)
				}
				return
			}
			if err == nil || err.Error() != tt.err || !fault.IsRequest(err) {
				t.Fatalf("%s %q: error %v, want the wrong request %q", tt.input, tt.value, err, tt.err)
			}
			if got := strings.Join(fault.Hints(err), "\n"); got != tt.hint {
				t.Errorf("%s %q: hint %q, want %q", tt.input, tt.value, got, tt.hint)
			}
		})
	}
}

func TestBool(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, value string
		want, fails bool
	}{
		{name: "nothing"},
		{name: "true", value: "True", want: true},
		{name: "false", value: "false"},
		{name: "yes", value: "yes", fails: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := with("pull", tt.value).Bool("pull")
			if got != tt.want || fault.IsRequest(err) != tt.fails {
				t.Errorf("Bool of %q = %v, %v, want %v", tt.value, got, err, tt.want)
			}
		})
	}
}

func TestUnknownInputPanics(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error(`String("fail_on") did not panic`)
		}
	}()
	with("fail-on", "").String("fail_on")
}
