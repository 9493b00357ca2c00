package build

import (
	"path"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/regex"
)

// caller is a program that calls another one, which follows its options and operands.
type caller struct {
	valued   string // the letters of options that have a value
	operands int    // before the program
}

// callers lists the programs that call another one.
func callers() map[string]caller {
	return map[string]caller{
		"sudo": {valued: "ugpCrtTUhD"}, "doas": {valued: "uC"}, "env": {valued: "uCS"}, "exec": {valued: "a"}, "time": {valued: "fo"}, "nice": {valued: "n"},
		"nohup": {}, "command": {}, "builtin": {}, "timeout": {valued: "sk", operands: 1}, "stdbuf": {valued: "ioe"}, "xargs": {valued: "aEeIiLlnPsd"},
		"busybox": {}, "setsid": {}, "gosu": {operands: 1}, "su-exec": {operands: 1}, "chroot": {operands: 1}, "ionice": {valued: "cnp"}, "chronic": {},
	}
}

// variable is an assignment before a command.
var variable = regex.New(`^[A-Za-z_][A-Za-z0-9_]*=`)

// newCommand takes words apart: what calls the program, the variables that are set for it, its name and its arguments.
func newCommand(words []string) command {
	var c command
	known := callers()
	for len(words) > 0 {
		name := path.Base(words[0])
		call, ok := known[name]
		if !ok {
			c.path, c.name, c.args = words[0], name, words[1:]
			return c
		}
		rest := call.skip(words[1:])
		for len(rest) > 0 && variable.MatchString(rest[0]) && (name == "env" || name == "sudo") {
			c.variables, rest = append(c.variables, rest[0]), rest[1:]
		}
		if len(rest) == 0 {
			c.path, c.name, c.args = words[0], name, words[1:]
			return c
		}
		c.called, words = append(c.called, name), rest
	}
	return c
}

// skip returns the words behind a caller's own options and operands.
func (c caller) skip(words []string) []string {
	for len(words) > 0 && strings.HasPrefix(words[0], "-") && words[0] != "-" {
		word := words[0]
		words = words[1:]
		if word == "--" {
			break
		}
		if len(word) == 2 && strings.Contains(c.valued, word[1:]) && len(words) > 0 {
			words = words[1:]
		}
	}
	return words[min(c.operands, len(words)):]
}

// has tells whether an argument is one of some words, or one of them with a value behind an equals sign.
func (c command) has(words ...string) bool {
	return slices.ContainsFunc(c.args, func(arg string) bool {
		name, _, _ := strings.Cut(arg, "=")
		return slices.Contains(words, arg) || strings.HasPrefix(arg, "--") && slices.Contains(words, name)
	})
}

// abbreviates tells whether an argument is a long option or its beginning, which has to begin itself as no other option does.
func (c command) abbreviates(option, shortest string) bool {
	return slices.ContainsFunc(c.args, func(arg string) bool {
		arg, _, _ = strings.Cut(arg, "=")
		return strings.HasPrefix(option, arg) && strings.HasPrefix(arg, shortest)
	})
}

// operands are the arguments that are no options, nor the values of those that have one.
func (c command) operands(valued string) []string {
	var out []string
	for i := 0; i < len(c.args); i++ {
		arg := c.args[i]
		switch {
		case arg == "--":
			return append(out, c.args[i+1:]...)
		case !strings.HasPrefix(arg, "-") || arg == "-":
			out = append(out, arg)
		case arg[1] != '-' && strings.IndexByte(valued, arg[len(arg)-1]) >= 0:
			i++
		}
	}
	return out
}

// is tells whether the program is one of some.
func (c command) is(names ...string) bool { return slices.Contains(names, c.name) }

// short tells whether a letter is among the options. valued are the letters of options that take the rest of the word, or
// the next one, for a value.
func (c command) short(letter byte, valued string) bool {
	_, ok := c.option(letter, valued)
	return ok
}

// option is the value of a short option; the value is empty for one without. ok is false where it is not there.
func (c command) option(letter byte, valued string) (value string, ok bool) {
	for i := 0; i < len(c.args); i++ {
		arg := c.args[i]
		if len(arg) < 2 || arg[0] != '-' || arg[1] == '-' {
			continue
		}
		for k := 1; k < len(arg); k++ {
			takes := strings.IndexByte(valued, arg[k]) >= 0
			rest := arg[k+1:]
			if takes && rest == "" && i+1 < len(c.args) {
				rest = c.args[i+1]
				i++
			}
			if arg[k] == letter {
				if !takes {
					rest = ""
				}
				return rest, true
			}
			if takes {
				break
			}
		}
	}
	return "", false
}

// long is the value of a long option, in either form. ok is false where it is not there.
func (c command) long(name string) (value string, ok bool) {
	for i, arg := range c.args {
		if value, ok := strings.CutPrefix(arg, name+"="); ok {
			return value, true
		}
		if arg == name {
			if i+1 < len(c.args) {
				return c.args[i+1], true
			}
			return "", true
		}
	}
	return "", false
}

// The letters of the options of curl and wget that have a value.
const (
	curlValued = "AbcCdDeEFhHKmoPQrtTuUwxXyYz"
	wgetValued = "oaeiBtOTwQPlUADIXR"
)

// downloads tells whether it fetches something from elsewhere.
func (c command) downloads() bool {
	return c.is("curl", "wget", "wget2", "fetch", "aria2c", "axel", "http", "https", "xh", "lwp-request", "lynx")
}

// saved are the files that a download ends in; none where it goes to the standard output.
func (c command) saved() []string {
	var file string
	var named bool
	switch c.name {
	case "curl":
		if file, named = c.option('o', curlValued); !named {
			file, named = c.long("--output")
		}
		if !named && (c.short('O', curlValued) || c.has("--remote-name", "--remote-name-all")) {
			return c.baseNames()
		}
	case "wget", "wget2":
		if file, named = c.option('O', wgetValued); !named {
			file, named = c.long("--output-document")
		}
		if !named {
			return c.baseNames()
		}
	case "aria2c", "axel", "fetch":
		if file, named = c.option('o', "od"); !named {
			return c.baseNames()
		}
	default:
		return c.writes
	}
	if file == "-" || file == "/dev/stdout" || !named {
		return c.writes
	}
	return []string{file}
}

// baseNames are the last parts of the addresses among the arguments.
func (c command) baseNames() []string {
	var out []string
	for _, arg := range c.args {
		if _, rest, ok := strings.Cut(arg, "://"); ok && !strings.HasPrefix(arg, "-") {
			rest, _, _ = strings.Cut(rest, "?")
			out = append(out, path.Base(rest))
		}
	}
	return out
}

// isShell tells whether it is a shell.
func (c command) isShell() bool {
	return c.is("sh", "bash", "dash", "ash", "ksh", "mksh", "zsh")
}

// interprets tells whether it runs what it reads.
func (c command) interprets() bool {
	switch name := strings.TrimRight(c.name, "0123456789."); {
	case c.isShell():
		return true
	case name == "python", name == "pypy", name == "perl", name == "ruby", name == "node", name == "nodejs", name == "php", name == "lua", name == "pwsh", name == "deno":
		return true
	}
	return false
}

// hasScript tells whether an interpreter is given what it runs, and does not read it from its standard input.
func (c command) hasScript() bool {
	if c.isShell() && (c.short('s', "oO") || c.has("--")) {
		return false
	}
	for i := 0; i < len(c.args); i++ {
		switch arg := c.args[i]; {
		case arg == "-" || arg == "/dev/stdin" || arg == "/proc/self/fd/0":
			return false
		case c.isShell() && (arg == "-o" || arg == "-O" || arg == "+o" || arg == "--rcfile" || arg == "--init-file"):
			i++
		case strings.HasPrefix(arg, "-") && len(arg) > 1 && arg[1] != '-' && strings.ContainsAny(arg, "cem"):
			if c.isShell() && !strings.Contains(arg, "c") {
				continue // set -e
			}
			return true // a script among the arguments, or a module
		case strings.HasPrefix(arg, "-"), strings.HasPrefix(arg, "+"):
		default:
			return true
		}
	}
	return false
}

// takesScript tells whether xargs hands what it reads to a shell for a script: behind -c, or in the place of a word that it replaces.
func (c command) takesScript() bool {
	if !slices.Contains(c.called, "xargs") || !c.isShell() || len(c.args) == 0 {
		return false
	}
	last := c.args[len(c.args)-1]
	flag := strings.HasPrefix(last, "-") && !strings.HasPrefix(last, "--") && strings.Contains(last, "c")
	return flag || c.scriptArgument() == len(c.args)-1 && slices.Contains([]string{"{}", "%", "@"}, last)
}

// scriptArgument is the argument that is a script for a shell, as of sh -c and of eval, or -1.
func (c command) scriptArgument() int {
	if c.name == "eval" && len(c.args) > 0 {
		return 0
	}
	if !c.isShell() && !c.is("su", "runuser") {
		return -1
	}
	for i, arg := range c.args {
		letters, ok := strings.CutPrefix(arg, "-")
		if ok && !strings.HasPrefix(letters, "-") && strings.Contains(letters, "c") && i+1 < len(c.args) {
			return i + 1
		}
	}
	return -1
}
