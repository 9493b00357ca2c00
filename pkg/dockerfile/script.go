package dockerfile

import (
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/regex"
)

// Script is what a RUN instruction runs.
type Script struct {
	// Text is for the shell, continued lines joined and heredocs in it; empty for the exec form of another program than a shell.
	Text string
	// Shell is the program that reads Text, such as /bin/sh, and its arguments.
	Shell []string
	Exec  []string // program and arguments of the exec form

	file  string
	spans []span
}

// span is a piece of a script's text that comes from one line of the file.
type span struct{ offset, line int }

// variableName matches variables and captures their names.
var variableName = regex.New(`\$\{?([A-Za-z_][A-Za-z0-9_]*)`)

// Line is the line of the Dockerfile that the byte of Text at an offset comes from; nil where only the history tells.
func (s *Script) Line(offset int) *finding.Location {
	if len(s.spans) == 0 {
		return nil
	}
	i := sort.Search(len(s.spans), func(i int) bool { return s.spans[i].offset > offset })
	line := s.spans[max(i-1, 0)].line
	return &finding.Location{File: s.file, Line: line, EndLine: line}
}

// Posix tells whether the shell is one that understands the shell command language (POSIX.1-2017, XCU 2).
func (s *Script) Posix() bool {
	return len(s.Shell) > 0 && slices.Contains([]string{"sh", "bash", "dash", "ash", "ksh", "mksh", "zsh", "busybox"}, path.Base(s.Shell[0]))
}

// script is what a RUN instruction runs, in a shell where it is no exec form.
func (f *File) script(c *instructions.RunCommand, at finding.Location, shell []string) Script {
	s := Script{Shell: shell, file: f.name, spans: []span{{0, at.Line}}}
	line := strings.Join(c.CmdLine, " ")
	if !c.PrependShell {
		s.exec(c.CmdLine)
		return s
	}
	head, spans, next := f.joined(at)
	if begin := len(head) - len(line); strings.HasSuffix(head, line) {
		s.spans = cutSpans(spans, begin)
	}
	if len(c.Files) > 0 {
		if heredoc, err := parser.ParseHeredoc(line); err == nil && heredoc != nil {
			s.document(c.Files[0], next)
			return s
		}
	}
	var b strings.Builder
	b.WriteString(line)
	for _, doc := range c.Files {
		b.WriteByte('\n')
		s.lines(b.Len(), doc.Data, next)
		next += strings.Count(doc.Data, "\n") + 1
		b.WriteString(doc.Data)
		b.WriteString(doc.Name)
	}
	s.Text = b.String()
	return s
}

// document makes a heredoc the script, which may name another interpreter in its first line.
func (s *Script) document(doc instructions.ShellInlineFile, line int) {
	s.Text, s.spans = doc.Data, nil
	if doc.Chomp {
		s.Text = parser.ChompHeredocContent(s.Text)
	}
	if first, _, _ := strings.Cut(s.Text, "\n"); strings.HasPrefix(first, "#!") {
		s.Shell = strings.Fields(first[2:])
		if len(s.Shell) > 1 && path.Base(s.Shell[0]) == "env" {
			s.Shell = slices.DeleteFunc(s.Shell[1:], func(word string) bool { return strings.HasPrefix(word, "-") })
		}
	}
	s.lines(0, s.Text, line)
}

// exec takes the exec form apart: a shell's command is a script as well.
func (s *Script) exec(words []string) {
	s.Exec, s.Shell = words, nil
	shell := Script{Shell: words[:min(len(words), 1)]}
	if !shell.Posix() {
		return
	}
	for i, word := range words[1:] {
		if strings.HasPrefix(word, "-") && strings.HasSuffix(word, "c") && i+2 < len(words) {
			s.Exec, s.Shell, s.Text = nil, words[:i+2], words[i+2]
			return
		}
	}
}

// lines notes that a text at an offset begins on a line.
func (s *Script) lines(offset int, text string, line int) {
	for at := 0; at < len(text); line++ {
		s.spans = append(s.spans, span{offset + at, line})
		next := strings.IndexByte(text[at:], '\n')
		if next < 0 {
			return
		}
		at += next + 1
	}
}

// joined is an instruction with its continued lines joined as BuildKit does it, the lines that its parts come from, and the
// number of the line behind it, where a heredoc begins.
func (f *File) joined(at finding.Location) (text string, spans []span, next int) {
	var b strings.Builder
	for next = at.Line; next <= min(at.EndLine, len(f.lines)); next++ {
		line := strings.TrimRight(f.lines[next-1], "\r")
		trimmed := strings.TrimSpace(line)
		if next > at.Line && (trimmed == "" || trimmed[0] == '#') {
			continue // comments and empty lines between those that go on
		}
		rest, more := f.continued(line)
		spans = append(spans, span{b.Len(), next})
		b.WriteString(rest)
		if !more {
			next++
			break
		}
	}
	return strings.TrimRight(b.String(), " \t"), spans, next
}

// continued tells whether a line goes on in the next one, and returns what it has before the escape character at its end.
func (f *File) continued(line string) (string, bool) {
	escape := string(f.escape)
	rest, ok := strings.CutSuffix(strings.TrimRight(line, " \t"), escape)
	if !ok || strings.HasSuffix(rest, escape) {
		return line, false
	}
	return rest, true
}

// cutSpans are the spans of a text without its first bytes.
func cutSpans(spans []span, n int) []span {
	var out []span
	for _, s := range spans {
		if s.offset <= n {
			out = out[:0]
		}
		out = append(out, span{max(s.offset-n, 0), s.line})
	}
	return out
}
