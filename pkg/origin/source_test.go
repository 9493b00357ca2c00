package origin

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNewSource(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", maxSourceLine-1) + "é"
	tests := []struct {
		name, text string
		want       Source
	}{
		{name: "lines", text: "FROM a\n\n  RUN b\n", want: Source{Lines: []string{"FROM a", "", "  RUN b"}}},
		{name: "lines of Windows", text: "FROM a\r\nRUN b", want: Source{Lines: []string{"FROM a", "RUN b"}}},
		{name: "a secret", text: "FROM a\nENV API_TOKEN=hush\n", want: Source{Lines: []string{"FROM a", "ENV API_TOKEN=***"}}},
		{name: "a long line", text: long + "\n", want: Source{Lines: []string{strings.Repeat("x", maxSourceLine-1) + "…"}}},
		{
			name: "many lines", text: strings.Repeat("#\n", maxSourceLines+2),
			want: Source{Lines: strings.Split(strings.Repeat("#", maxSourceLines), ""), More: 2},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.want.File = "Dockerfile"
			if diff := cmp.Diff(&tt.want, newSource("Dockerfile", []byte(tt.text))); diff != "" {
				t.Errorf("newSource(%.60q) (-want +got):\n%s", tt.text, diff)
			}
		})
	}
}
