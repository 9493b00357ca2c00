package ci_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/layergate/layergate/pkg/ci"
)

// speak has a platform say one thing of every kind.
func speak(p ci.Platform) {
	p.Progress("scanning")
	fmt.Fprintln(p.LogWriter(), "a line")
	p.Group("a section")
	p.EndGroup()
	p.Debug("a detail\nof two lines")
	p.Annotate(ci.Annotation{Level: ci.LevelNotice, Message: "a notice"})
	ci.Warn(p, "a warning")
	ci.Error(p, "an error")
}

func TestVerbosity(t *testing.T) {
	t.Parallel()
	github := map[string]string{"GITHUB_ACTIONS": "true"}
	for _, tt := range []struct {
		name string
		env  map[string]string
		wrap func(ci.Platform) ci.Platform
		want string
	}{
		{name: "quiet on a terminal", wrap: ci.Quiet, want: "warning: a warning\nerror: an error\n"},
		{name: "quiet on GitHub", env: github, wrap: ci.Quiet, want: "::warning::a warning\n::error::an error\n"},
		{name: "quiet where the debug log is on", env: map[string]string{"LAYERGATE_DEBUG": "1"}, wrap: ci.Quiet, want: "warning: a warning\nerror: an error\n"},
		{
			name: "verbose on a terminal", wrap: ci.Verbose,
			want: "a line\na section\ndebug: a detail\\x0aof two lines\nnotice: a notice\nwarning: a warning\nerror: an error\n",
		},
		{
			name: "verbose on GitHub", env: github, wrap: ci.Verbose,
			want: "a line\n::group::a section\n::endgroup::\ndebug: a detail\\x0aof two lines\n::notice::a notice\n::warning::a warning\n::error::an error\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			p, _ := ci.Detect(ci.Env{Getenv: func(name string) string { return tt.env[name] }, Stdout: &out, Stderr: &out})
			speak(tt.wrap(p))
			if out.String() != tt.want {
				t.Errorf("%q was written, want %q", out.String(), tt.want)
			}
		})
	}
}
