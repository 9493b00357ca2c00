package fault_test

import (
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/fault"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	severities := []string{"any", "low", "medium", "high", "critical"}
	for _, tt := range []struct {
		word    string
		choices []string
		want    string
	}{
		{word: "hihg", choices: severities, want: "high"},
		{word: "MEDUM", choices: severities, want: "medium"},
		{word: "crit", choices: severities, want: "critical"},
		{word: "xylophone", choices: severities},
		{word: "xyz", choices: []string{"any"}},
		{word: "push", choices: []string{"ssh", "pull"}},
		{word: "kev", choices: []string{"set"}},
		{word: "scna", choices: []string{"scan"}, want: "scan"},
		{word: "bild", choices: []string{"digest", "built"}, want: "built"},
		{word: "neg", choices: []string{"never", "negligible"}, want: "negligible"},
		{word: "any"},
		{word: "x", choices: []string{"db"}},
		{word: "éb", choices: []string{"db"}},
		{word: "dbb", choices: []string{"db"}, want: "db"},
	} {
		if got := fault.Nearest(tt.word, tt.choices); got != tt.want {
			t.Errorf("Nearest(%q, %q) = %q, want %q", tt.word, tt.choices, got, tt.want)
		}
	}
}

func TestOneOf(t *testing.T) {
	t.Parallel()
	valid := []string{"any", "low"}
	for word, want := range map[string]string{
		"lwo":                       "did you mean low? use one of any, low",
		"xylophone":                 "use one of any, low",
		strings.Repeat("low", 1000): "use one of any, low",
	} {
		if got := fault.OneOf(word, valid); got != want {
			t.Errorf("OneOf(%.10q) = %q, want %q", word, got, want)
		}
	}
}
