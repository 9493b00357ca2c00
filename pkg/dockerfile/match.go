package dockerfile

import (
	"path"
	"regexp"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/layergate/layergate/pkg/regex"
)

// matcher compares the steps of a chain with entries of a history.
type matcher struct {
	file   *File
	steps  []step
	shells [][]string // the shells that a step's command line may run in
}

// defaultShell is that of a Linux image that sets none.
func defaultShell() []string { return []string{"/bin/sh", "-c"} }

func newMatcher(f *File, c chain, b Build) *matcher {
	m := &matcher{file: f, steps: c.steps}
	current := []string{strings.Join(defaultShell(), " ")}
	if len(b.Shell) > 0 {
		current = append(current, strings.Join(b.Shell, " "))
	}
	for _, s := range c.steps {
		if sh, ok := s.command.(*instructions.ShellCommand); ok {
			current = []string{strings.Join(sh.Shell, " ")}
		}
		m.shells = append(m.shells, current)
	}
	return m
}

// buildkitMark ends the entries of layers that BuildKit made, and nop begins the classic builder's entries of what
// runs no command.
const (
	buildkitMark = " # buildkit"
	nop          = "#(nop) "
)

// HistoryInstruction is an entry of an image's history as an instruction, as far as it is one.
func HistoryInstruction(entry string) string {
	entry = strings.TrimSuffix(entry, buildkitMark)
	if _, rest, ok := strings.Cut(entry, nop); ok {
		return strings.TrimSpace(rest)
	}
	return entry
}

// matches tells whether step i made a history entry. Kaniko writes instructions down as the Dockerfile has them.
func (m *matcher) matches(i int, entry string) bool {
	classic := strings.Contains(entry, nop)
	text := HistoryInstruction(entry)
	c := m.steps[i].command
	if run, ok := c.(*instructions.RunCommand); ok {
		return !classic && (m.ran(run, m.shells[i], text) || squeeze(entry) == squeeze(run.String()))
	}
	word, rest, _ := strings.Cut(text, " ")
	if !strings.EqualFold(word, c.Name()) {
		return false
	}
	rest = strings.TrimSpace(rest)
	switch c := c.(type) {
	case *instructions.CopyCommand:
		return m.copied(c.SourcesAndDest, rest, classic)
	case *instructions.AddCommand:
		return m.copied(c.SourcesAndDest, rest, classic)
	case *instructions.WorkdirCommand:
		return m.workdir(c.Path, rest)
	case *instructions.EnvCommand:
		return keysIn(c.Env, rest)
	case *instructions.LabelCommand:
		return keysIn(c.Labels, rest)
	case *instructions.ArgCommand:
		return len(c.Args) > 0 && wordBegins(rest, c.Args[0].Key)
	}
	return true
}

// ran tells whether a RUN instruction made an entry: RUN [|N K=V…] SHELL COMMAND of BuildKit's, or the same without
// RUN of the classic builder's. Variables in a command are the shell's, so that the text has to be the same.
func (m *matcher) ran(c *instructions.RunCommand, shells []string, entry string) bool {
	entry = squeeze(strings.TrimPrefix(entry, "RUN "))
	for _, command := range commandLines(c) {
		command = squeeze(command)
		if !c.PrependShell {
			shells = []string{""}
		}
		for _, sh := range shells {
			want := squeeze(sh + " " + command)
			if entry == want {
				return true
			}
			if args, ok := strings.CutSuffix(entry, " "+want); ok && buildArgs.MatchString(args) {
				return true
			}
		}
	}
	return false
}

// buildArgs matches the prefix that builders write before a command that uses build arguments: their number and, after
// it, each with its value.
var buildArgs = regex.New(`^\|\d+( |$)`)

// commandLines lists how builders may write down the command of a RUN instruction.
func commandLines(c *instructions.RunCommand) []string {
	if !c.PrependShell {
		return []string{strings.Join(c.CmdLine, " ")}
	}
	line := strings.Join(c.CmdLine, " ")
	if len(c.Files) == 0 {
		return []string{line}
	}
	if heredoc, err := parser.ParseHeredoc(line); err == nil && heredoc != nil {
		data := c.Files[0].Data
		if c.Files[0].Chomp {
			data = parser.ChompHeredocContent(data)
		}
		return []string{data, path.Join("/dev/pipes", c.Files[0].Name)}
	}
	var b strings.Builder
	b.WriteString(line)
	for _, f := range c.Files {
		b.WriteString("\n" + f.Data + f.Name)
	}
	return []string{b.String()}
}

// classicSource matches how the classic builder writes the files of a COPY or ADD.
var classicSource = regex.New(`^(?:--.*?)?(file|dir|multi):[0-9a-f]{64} in (.*)$`)

// copied tells whether a COPY or ADD instruction made an entry.
func (m *matcher) copied(c instructions.SourcesAndDest, entry string, classic bool) bool {
	if classic {
		parts := classicSource.FindStringSubmatch(entry)
		return parts != nil && m.samePath(c.DestPath, strings.TrimSpace(parts[2]))
	}
	words := strings.Fields(entry)
	for len(words) > 0 && strings.HasPrefix(words[0], "--") {
		words = words[1:]
	}
	want := append([]string{}, c.SourcePaths...)
	for _, inline := range c.SourceContents {
		want = append(want, "<<"+inline.Path)
	}
	want = append(want, c.DestPath)
	return m.pattern(squeeze(strings.Join(want, " "))).MatchString(strings.Join(words, " "))
}

// workdir tells whether an entry's directory is the one that an instruction names, which may be relative.
func (m *matcher) workdir(want, got string) bool { return m.samePath(want, got) }

// samePath compares a path of an instruction with the absolute one that a builder wrote down.
func (m *matcher) samePath(want, got string) bool {
	want, got = strings.TrimRight(want, "/"), strings.TrimRight(got, "/")
	if want == "" || want == "." || want == "./" {
		return true
	}
	if path.IsAbs(want) {
		return m.pattern(path.Clean(want)).MatchString(path.Clean("/" + got))
	}
	rel := path.Clean(want)
	if strings.HasPrefix(rel, "..") {
		return true
	}
	return m.pattern(rel).MatchString(got) || m.suffix(rel).MatchString(got)
}

// variable is a variable of a Dockerfile: $NAME, ${NAME} and ${NAME:-word} and the like.
var variable = regex.New(`\$(\{[^}]*\}|[A-Za-z_][A-Za-z0-9_]*)`)

// pattern returns an expression for everything that a word of an instruction may have been expanded to: variables may
// have any value, and quotes and escapes are gone.
func (m *matcher) pattern(word string) *regexp.Regexp {
	return regexp.MustCompile("^" + m.expression(word) + "$")
}

func (m *matcher) suffix(word string) *regexp.Regexp {
	return regexp.MustCompile("/" + m.expression(word) + "$")
}

func (m *matcher) expression(word string) string {
	var b strings.Builder
	for word != "" {
		at := variable.FindStringIndex(word)
		if at == nil {
			at = []int{len(word), len(word)}
		}
		for _, c := range word[:at[0]] {
			b.WriteString(regexp.QuoteMeta(string(c)))
			if c == '"' || c == '\'' || c == m.file.escape {
				b.WriteString("?")
			}
		}
		if at[0] < at[1] {
			b.WriteString(".*")
		}
		word = word[at[1]:]
	}
	return b.String()
}

// keysIn tells whether an entry sets these keys, in this order.
func keysIn(pairs instructions.KeyValuePairs, entry string) bool {
	for _, kv := range pairs {
		key := strings.Trim(kv.Key, `"'`)
		if variable.MatchString(key) {
			continue
		}
		at := strings.Index(entry, key+"=")
		if at < 0 {
			return false
		}
		entry = entry[at+len(key)+1:]
	}
	return true
}

// wordBegins tells whether an entry begins with a word, alone or with a value.
func wordBegins(entry, word string) bool {
	return variable.MatchString(word) || entry == word || strings.HasPrefix(entry, word+"=") || strings.HasPrefix(entry, word+" ")
}

// squeeze makes all white space single blanks: builders differ in what they make of continued lines.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }
