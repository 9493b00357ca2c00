package build

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/layergate/layergate/pkg/dockerfile"
)

// script is the commands of a RUN instruction.
type script struct {
	commands  []command
	pipelines []pipeline
	// substitutions are the parts whose output becomes a part of a word, or a file.
	substitutions []excerpt
	unread        string // why commands are not known; empty where they are
}

// source is a text that is read, and where it begins in the script.
type source struct {
	text   string
	offset int
}

// command is a simple command, without what only calls it, such as sudo.
type command struct {
	path      string   // of the program, as it is called
	name      string   // the last part of path
	args      []string // with quotes removed and variables as they are written
	called    []string // what calls it, such as sudo
	variables []string // that are set for it, or by it, as NAME=VALUE
	writes    []string // files that its standard output goes to
	reads     []string // texts that its standard input comes from: of heredocs and here-strings
	inputs    []string // files that its standard input comes from
	sets      []set    // variables that get the output of other commands
	// substitutes are the commands whose output is among the arguments, or is read as a file.
	substitutes []command
	excerpt
}

// set is a variable that gets the output of other commands.
type set struct {
	name        string
	substitutes []command
}

// pipeline is commands of which each reads what those before it write.
type pipeline struct {
	parts [][]command
	excerpt
}

// excerpt is a part of a script.
type excerpt struct {
	text     string // as it is written
	from, to int    // of the script's text; to is 0 in the exec form, which is no script
}

// in tells whether it is a part of another one.
func (e excerpt) in(outer excerpt) bool { return e.from >= outer.from && e.to <= outer.to }

// excerpt is the part of a script that a node of the parser's is.
func (s source) excerpt(n syntax.Node) excerpt {
	from, to := int(n.Pos().Offset()), int(n.End().Offset())
	from = min(from, len(s.text))
	to = max(min(to, len(s.text)), from)
	return excerpt{text: s.text[from:to], from: s.offset + from, to: s.offset + to}
}

// maxScript is how many bytes of a script are read: the parser calls itself for what is nested.
const maxScript = 64 << 10

// parse reads what a RUN instruction runs.
func parse(s dockerfile.Script) script {
	var out script
	switch {
	case len(s.Exec) > 0:
		c := newCommand(s.Exec)
		c.text = strings.Join(s.Exec, " ")
		out.commands = append(out.commands, c)
	case s.Text == "":
	case !s.Posix():
		out.unread = "the shell is " + shellName(s.Shell)
	case len(s.Text) > maxScript:
		out.unread = "the command is too long"
	default:
		r := &reader{out: &out, lang: language(s.Shell)}
		if !r.read(source{text: s.Text}) {
			out = script{unread: "the command is not valid in the shell's language"}
		}
	}
	return out
}

func shellName(shell []string) string {
	if len(shell) == 0 {
		return "unknown"
	}
	return path.Base(strings.ReplaceAll(shell[0], `\`, "/"))
}

// language is the parser's name for a shell. All but zsh is read as Bash, which has all of POSIX and more.
func language(shell []string) syntax.LangVariant {
	if shellName(shell) == "zsh" {
		return syntax.LangZsh
	}
	return syntax.LangBash
}

// reader collects the commands of a script.
type reader struct {
	out  *script
	lang syntax.LangVariant
}

// read reads a script, and tells whether it could.
func (r *reader) read(src source) bool {
	file, err := syntax.NewParser(syntax.Variant(r.lang)).Parse(strings.NewReader(src.text), "")
	if err != nil {
		return false
	}
	inner := map[*syntax.BinaryCmd]bool{}
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CmdSubst, *syntax.ProcSubst:
			r.out.substitutions = append(r.out.substitutions, src.excerpt(n))
		case *syntax.BinaryCmd:
			if isPipe(n) && !inner[n] {
				r.pipeline(n, src, inner)
			}
		case *syntax.Stmt:
			for _, c := range commandsOf(n, src) {
				r.out.commands = append(r.out.commands, c)
				r.nested(n, c, src)
			}
		}
		return true
	})
	return true
}

func isPipe(b *syntax.BinaryCmd) bool { return b.Op == syntax.Pipe || b.Op == syntax.PipeAll }

// pipeline notes the parts of a pipeline, which is a tree to the left.
func (r *reader) pipeline(b *syntax.BinaryCmd, src source, inner map[*syntax.BinaryCmd]bool) {
	p := pipeline{excerpt: src.excerpt(b)}
	for {
		p.parts = append(p.parts, allCommands(b.Y, src))
		left, ok := b.X.Cmd.(*syntax.BinaryCmd)
		if !ok || !isPipe(left) {
			break
		}
		inner[left] = true
		b = left
	}
	p.parts = append(p.parts, allCommands(b.X, src))
	slices.Reverse(p.parts)
	r.out.pipelines = append(r.out.pipelines, p)
}

// allCommands lists the commands in a part of a script, however deep.
func allCommands(n syntax.Node, src source) []command {
	var out []command
	syntax.Walk(n, func(n syntax.Node) bool {
		if stmt, ok := n.(*syntax.Stmt); ok {
			out = append(out, commandsOf(stmt, src)...)
		}
		return true
	})
	return out
}

// commandsOf is the simple command of a statement, or the variables that one sets; nothing for compound commands.
func commandsOf(stmt *syntax.Stmt, src source) []command {
	var c command
	var words []*syntax.Word
	switch n := stmt.Cmd.(type) {
	case *syntax.CallExpr:
		words = n.Args
		c = newCommand(texts(words))
		c.variables = append(assigned(n.Assigns), c.variables...)
		c.sets = setsOf(n.Assigns, src)
	case *syntax.DeclClause:
		c = command{name: n.Variant.Value, variables: assigned(n.Args), sets: setsOf(n.Args, src)}
	default:
		return nil
	}
	c.excerpt = src.excerpt(stmt)
	for _, w := range words {
		c.substitutes = append(c.substitutes, substituted(w, src)...)
	}
	for _, redirect := range stmt.Redirs {
		switch redirect.Op {
		case syntax.RdrOut, syntax.AppOut, syntax.RdrClob, syntax.RdrAll:
			if redirect.N == nil || redirect.N.Value == "1" {
				c.writes = append(c.writes, textOf(redirect.Word))
			}
		default:
			switch {
			case redirect.Hdoc != nil:
				c.reads = append(c.reads, textOf(redirect.Hdoc))
			case redirect.Op == syntax.WordHdoc:
				c.reads = append(c.reads, textOf(redirect.Word))
			case redirect.Op == syntax.RdrIn:
				c.inputs = append(c.inputs, textOf(redirect.Word))
			}
			c.substitutes = append(c.substitutes, substituted(redirect.Word, src)...)
			c.substitutes = append(c.substitutes, substituted(redirect.Hdoc, src)...)
		}
	}
	return []command{c}
}

// setsOf are the assignments of variables that get the output of other commands.
func setsOf(list []*syntax.Assign, src source) []set {
	var out []set
	for _, a := range list {
		if inner := substituted(a.Value, src); a.Name != nil && len(inner) > 0 {
			out = append(out, set{a.Name.Value, inner})
		}
	}
	return out
}

// substituted lists the commands whose output is part of a word.
func substituted(w *syntax.Word, src source) []command {
	if w == nil {
		return nil
	}
	var out []command
	syntax.Walk(w, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CmdSubst:
			for _, stmt := range n.Stmts {
				out = append(out, allCommands(stmt, src)...)
			}
			return false
		case *syntax.ProcSubst:
			for _, stmt := range n.Stmts {
				out = append(out, allCommands(stmt, src)...)
			}
			return false
		}
		return true
	})
	return out
}

// nested reads the scripts that a command hands to a shell: as an argument, or as a heredoc. Each is shorter than the one that
// it is in.
func (r *reader) nested(stmt *syntax.Stmt, c command, src source) {
	call, ok := stmt.Cmd.(*syntax.CallExpr)
	if !ok {
		return
	}
	if i := c.scriptArgument(); i >= 0 {
		w := call.Args[len(call.Args)-len(c.args)+i]
		r.read(source{c.args[i], src.excerpt(w).from + 1}) // one that does not parse is known to be of no use
	}
	if !c.isShell() || c.hasScript() {
		return
	}
	for _, redirect := range stmt.Redirs {
		if redirect.Hdoc != nil {
			r.read(source{textOf(redirect.Hdoc), src.excerpt(redirect.Hdoc).from})
		}
	}
}

// assigned are variables as NAME=VALUE.
func assigned(list []*syntax.Assign) []string {
	var out []string
	for _, a := range list {
		if a.Name != nil && a.Value != nil {
			out = append(out, a.Name.Value+"="+textOf(a.Value))
		}
	}
	return out
}

func texts(words []*syntax.Word) []string {
	var out []string
	for _, w := range words {
		out = append(out, textOf(w))
	}
	return out
}

// textOf is a word as the program gets it. What the shell puts in is written as a variable or a substitution is.
func textOf(w *syntax.Word) string {
	var b strings.Builder
	for _, part := range w.Parts {
		writePart(&b, part)
	}
	return b.String()
}

func writePart(b *strings.Builder, part syntax.WordPart) {
	switch p := part.(type) {
	case *syntax.Lit:
		b.WriteString(unescaped(p.Value))
	case *syntax.SglQuoted:
		b.WriteString(p.Value)
	case *syntax.DblQuoted:
		for _, inner := range p.Parts {
			writePart(b, inner)
		}
	case *syntax.ParamExp:
		if p.Param != nil {
			b.WriteString("${" + p.Param.Value + "}")
		}
	case *syntax.CmdSubst:
		b.WriteString("$()")
	case *syntax.ProcSubst:
		b.WriteString("<()")
	}
}

// unescaped is a literal without the backslashes that quote a character.
func unescaped(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	quoted := false
	for _, r := range s {
		if r == '\\' && !quoted {
			quoted = true
			continue
		}
		if !quoted || r != '\n' {
			b.WriteRune(r)
		}
		quoted = false
	}
	return b.String()
}
