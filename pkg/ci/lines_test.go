package ci

import (
	"errors"
	"io"
	"strings"
	"testing"
)

func TestLines(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		do   func(l *lines)
		want string
	}{
		{name: "nothing", do: func(*lines) {}, want: ""},
		{name: "two lines in one write", do: func(l *lines) { write(l, "a\nb\n") }, want: "a\nb\n"},
		{name: "one line in two writes", do: func(l *lines) { write(l, "a", "b\n") }, want: "ab\n"},
		{name: "line ends of Windows", do: func(l *lines) { write(l, "a\r", "\nb\r\n") }, want: "a\nb\n"},
		{name: "unfinished line", do: func(l *lines) { write(l, "a") }, want: "a\n"},
		{name: "command in two writes", do: func(l *lines) { write(l, ":", ":error::x\n") }, want: "\\::error::x\n"},
		{name: "command behind an unfinished line", do: func(l *lines) { write(l, "a"); l.command("::endgroup::") }, want: "a\n::endgroup::\n"},
		{name: "unfinished line, then a command by a third party", do: func(l *lines) { write(l, "x "); l.line("::error::y") }, want: "x \n\\::error::y\n"},
		{name: "empty line", do: func(l *lines) { write(l, "\n") }, want: "\n"},
		{name: "masked", do: func(l *lines) { l.mask("hunter2"); write(l, "pw=hunt", "er2!\n") }, want: "pw=***!\n"},
		{name: "masked by line", do: func(l *lines) { l.mask("one\n two \n\n"); write(l, "one or two\n") }, want: "*** or ***\n"},
		{name: "a secret that begins with another", do: func(l *lines) { l.mask("abc"); l.mask("abcdef"); write(l, "abcdef\n") }, want: "***\n"},
		{name: "no secret", do: func(l *lines) { l.mask(" \n"); write(l, "a b\n") }, want: "a b\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			l := &lines{out: &out, clean: githubLine}
			tt.do(l)
			if err := l.close(); err != nil || out.String() != tt.want {
				t.Errorf("lines wrote %q, %v, want %q", out.String(), err, tt.want)
			}
		})
	}
}

func write(w io.Writer, parts ...string) {
	for _, p := range parts {
		_, _ = io.WriteString(w, p)
	}
}

func TestLinesDoNotGrowWithoutEnd(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	l := &lines{out: &out, clean: githubLine}
	write(l, strings.Repeat("x", lineLimit+1), "::error::y\n")
	if want := strings.Repeat("x", lineLimit+1) + "\n\\::error::y\n"; out.String() != want {
		t.Errorf("lines wrote %d bytes ending in %q, want a line of its own for the rest", out.Len(), out.String()[max(0, out.Len()-20):])
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestFlushTellsOfLostLines(t *testing.T) {
	t.Parallel()
	for _, env := range []map[string]string{{"GITHUB_ACTIONS": "true"}, {"TF_BUILD": "True"}, {}} {
		p, _ := Detect(Env{Getenv: getenv(env), Stdout: broken{}, Stderr: broken{}})
		t.Run(p.Name(), func(t *testing.T) {
			t.Parallel()
			Warn(p, "x")
			if err := p.Flush(); err == nil {
				t.Error("Flush() = nil after a line was lost")
			}
			if _, err := io.WriteString(p.LogWriter(), "y\n"); err == nil {
				t.Error("a write after a lost line succeeded")
			}
		})
	}
}

// FuzzLogWriter cuts hostile text into two writes with a command of ours between or behind.
func FuzzLogWriter(f *testing.F) {
	for i, s := range hostile() {
		f.Add(s, i, i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, s string, at int, between bool) {
		if len(s) > 0 {
			at = ((at % len(s)) + len(s)) % len(s)
		} else {
			at = 0
		}
		for _, p := range []struct {
			clean func(string) string
			parse func(string) (command, bool)
			ours  string
		}{
			{clean: githubLine, parse: githubCommand, ours: "::endgroup::"},
			{clean: azureLine, parse: azureAgentCommand, ours: "##vso[task.complete]"},
		} {
			var out strings.Builder
			l := &lines{out: &out, clean: p.clean}
			write(l, s[:at])
			if between {
				l.command(p.ours)
			}
			write(l, s[at:])
			if !between {
				l.command(p.ours)
			}
			if err := l.close(); err != nil {
				t.Fatal(err)
			}
			found := 0
			for _, line := range strings.FieldsFunc(out.String(), func(r rune) bool { return strings.ContainsRune("\r\n\v\f\u0085\u2028\u2029", r) }) {
				if _, ok := p.parse(weightless(line)); ok {
					found++
				}
			}
			if found != 1 || strings.Count(out.String(), p.ours+"\n") != 1 {
				t.Errorf("writing %q and %q gave %q, which holds %d commands, want one", s[:at], s[at:], out.String(), found)
			}
		}
	})
}
