package safetext_test

import (
	"testing"

	"github.com/layergate/layergate/pkg/safetext"
)

func TestEscape(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{name: "plain", in: "curl 7.88.1-10+deb12u5", want: "curl 7.88.1-10+deb12u5"},
		{name: "other scripts", in: "café 漢字 🙂", want: "café 漢字 🙂"},
		{name: "tab", in: "a\tb", want: "a\tb"},
		{name: "line ends", in: "a\r\nb", want: `a\x0d\x0ab`},
		{name: "terminal escape", in: "\x1b[2J", want: `\x1b[2J`},
		{name: "right-to-left override", in: "a\u202eb", want: `a\u202eb`},
		{name: "zero width", in: "a\u200bb", want: `a\u200bb`},
		{name: "tag character", in: "a\U000E0041", want: `a\U000e0041`},
		{name: "variation selector", in: "a\ufe0f", want: `a\ufe0f`},
		{name: "filler", in: "a\u3164", want: `a\u3164`},
		{name: "invalid byte", in: "a\xffb", want: `a\xffb`},
		{name: "replacement character", in: "a\ufffdb", want: "a\ufffdb"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := safetext.Escape(tt.in); got != tt.want {
				t.Errorf("Escape(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestLine(t *testing.T) {
	t.Parallel()
	if got, want := safetext.Line("  a\tb\r\n c\x1b[2J "), `a b c\x1b[2J`; got != want {
		t.Errorf("Line() = %q, want %q", got, want)
	}
}
