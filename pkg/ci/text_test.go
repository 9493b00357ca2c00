package ci

import (
	stdcmp "cmp"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func hostile() []string {
	return []string{
		"", "lodash 4.17.20", "::error::boo", "  \t::add-mask::x", "\u00a0::error::x", ":\u200b:error::x", "\ufeff::error::x",
		"a ##[error]b", "##[group]x", "###[error]x", "#\u200d#[error]x", "##\ufe0f[error]x", "##vso[task.complete result=Succeeded;]done",
		"x ##vso[task.setvariable variable=a]b", "##VSO[task.complete result=Failed]", "##vso", "##v\u00adso[task.debug]x",
		"a\r::error::b", "a\n##vso[task.logissue type=error]b", "a\r\n::set-output name=x::y", "\x1b[31mred", "\u202eevil", "\x00::error::",
		"100%0A::error::", "%250A", "%AZP250D", "%5D;%3B", "];sourcepath=/etc/passwd;", "=a,b=c:d", "\xff\xfe##[error]", "✔\ufe0f done", "\u3164::x::",
		"\u2028::error::x", "a::b::c", "::", "##", "##[", "::\\::", strings.Repeat("é", 5000), "tab\tkept", "\ufffd",
	}
}

func TestLineSinks(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, github, azure string }{
		{name: "plain", in: "3 findings", github: "3 findings", azure: "3 findings"},
		{name: "command", in: "::error::x", github: `\::error::x`, azure: "::error::x"},
		{name: "indented command", in: "  ::error::x", github: `  \::error::x`, azure: "  ::error::x"},
		{name: "inner colons", in: "std::string", github: "std::string", azure: "std::string"},
		{name: "legacy command", in: "a ##[error]x", github: `a ##\[error]x`, azure: `a ##\[error]x`},
		{name: "agent command", in: "a ##vso[task.debug]x", github: `a ##\vso[task.debug]x`, azure: `a ##\vso[task.debug]x`},
		{name: "three signs", in: "###[x]", github: `###\[x]`, azure: `###\[x]`},
		{name: "heading", in: "## Findings", github: "## Findings", azure: "## Findings"},
		{name: "carriage return", in: "a\r::error::x", github: `a\x0d::error::x`, azure: `a\x0d::error::x`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := githubLine(tt.in); got != tt.github {
				t.Errorf("githubLine(%q) = %q, want %q", tt.in, got, tt.github)
			}
			if got := azureLine(tt.in); got != tt.azure {
				t.Errorf("azureLine(%q) = %q, want %q", tt.in, got, tt.azure)
			}
		})
	}
}

func TestShorten(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		n        int
		want     string
	}{
		{name: "fits", in: "abcd", n: 4, want: "abcd"},
		{name: "too long", in: "abcde", n: 4, want: "abc…"},
		{name: "bytes are not counted", in: "éééé", n: 4, want: "éééé"},
		{name: "surrogates count twice", in: "🙂🙂", n: 3, want: "🙂…"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := shorten(tt.in, tt.n); got != tt.want {
				t.Errorf("shorten(%q, %d) = %q, want %q", tt.in, tt.n, got, tt.want)
			}
		})
	}
}

func seed(f *testing.F) {
	f.Helper()
	for _, s := range hostile() {
		f.Add(s)
	}
}

// mustBePlain fails where s holds anything a runner could act on, or that is not one line of valid text.
func mustBePlain(t *testing.T, in, s string, parse func(string) (command, bool)) {
	t.Helper()
	if !utf8.ValidString(s) || strings.ContainsAny(s, "\r\n\x1b\x00\u202e\u200b") {
		t.Errorf("line of %q = %q, want one line of visible text", in, s)
	}
	for _, line := range append(outputLines(s), outputLines(weightless(s))...) {
		if c, ok := parse(line); ok {
			t.Errorf("line of %q = %q, read as the command %+v", in, s, c)
		}
	}
}

func FuzzGitHubLine(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, s string) { mustBePlain(t, s, githubLine(s), githubCommand) })
}

func FuzzAzureLine(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, s string) {
		line := azureLine(s)
		mustBePlain(t, s, line, azureAgentCommand)
		if strings.Contains(strings.ToLower(weightless(line)), "##vso") || strings.Contains(weightless(line), "##[") {
			t.Errorf("azureLine(%q) = %q holds a prefix", s, line)
		}
	})
}

func FuzzTerminalLine(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, s string) {
		mustBePlain(t, s, terminalLine(s), func(string) (command, bool) { return command{}, false })
		if again := terminalLine(terminalLine(s)); again != terminalLine(s) {
			t.Errorf("terminalLine(terminalLine(%q)) = %q, want it unchanged", s, again)
		}
	})
}

// fuzzAnnotation runs f over annotations whose every text is hostile.
func fuzzAnnotation(f *testing.F, check func(t *testing.T, a Annotation)) {
	f.Helper()
	all := hostile()
	for i, s := range all {
		f.Add(s, all[(i+7)%len(all)], all[(i+13)%len(all)], all[(i+19)%len(all)])
	}
	f.Fuzz(func(t *testing.T, title, message, file, code string) {
		check(t, Annotation{Level: LevelError, Title: title, Message: message, File: file, Code: code, Line: 3, EndLine: 4})
	})
}

func FuzzGitHubAnnotation(f *testing.F) {
	fuzzAnnotation(f, func(t *testing.T, a Annotation) {
		var out strings.Builder
		g := newGitHub(Env{Getenv: func(string) string { return "" }, Stdout: &out})
		g.Annotate(a)
		got := onlyCommand(t, out.String(), githubCommand)

		want := command{name: "error", fields: map[string]string{}}
		if title := githubProperty(a.Title); title != "" {
			want.fields["title"] = title
		}
		message := a.Message
		if file, ok := g.relative(a.File); ok {
			want.fields["file"], want.fields["line"], want.fields["endLine"] = githubProperty(file), "3", "4"
		} else if a.File != "" {
			message = a.File + ":3: " + message
		}
		want.data = githubMessage(message)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(command{})); diff != "" {
			t.Errorf("Annotate(%+v) wrote %q, read back with (-want +got):\n%s", a, out.String(), diff)
		}
		if n := len(utf16.Encode([]rune(got.data))); n > githubMessageLimit {
			t.Errorf("Annotate wrote a message of %d characters, want at most %d", n, githubMessageLimit)
		}
		for line := range strings.SplitSeq(got.data, "\n") { // the runner writes the message to its log
			mustBePlain(t, a.Message, line, githubCommand)
		}
	})
}

func FuzzAzureAnnotation(f *testing.F) {
	fuzzAnnotation(f, func(t *testing.T, a Annotation) {
		var out strings.Builder
		newAzure(Env{Getenv: func(string) string { return "" }, Stdout: &out}).Annotate(a)
		got := onlyCommand(t, out.String(), azureAgentCommand)

		want := command{name: "task.logissue", fields: map[string]string{"type": "error"}, data: eachLine(a.text(), azureLine)}
		if file := property(azureLine(a.File)); file != "" {
			want.fields["sourcepath"], want.fields["linenumber"], want.fields["columnnumber"] = file, "3", "1"
			want.fields["code"] = stdcmp.Or(property(azureLine(a.Code)), "layergate")
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(command{})); diff != "" {
			t.Errorf("Annotate(%+v) wrote %q, read back with (-want +got):\n%s", a, out.String(), diff)
		}
	})
}

// FuzzAzureEscape reads exact values back: secrets and paths are escaped, never changed.
func FuzzAzureEscape(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, s string) {
		got := onlyCommand(t, azureCommand("task.setsecret", nil, azureEscape(s))+"\n", azureAgentCommand)
		if got.name != "task.setsecret" || got.data != s {
			t.Errorf("azureEscape(%q) read back as %+v", s, got)
		}
	})
}

// onlyCommand reads the single command on the single line of out.
func onlyCommand(t *testing.T, out string, parse func(string) (command, bool)) command {
	t.Helper()
	line, ok := strings.CutSuffix(out, "\n")
	if !ok || strings.ContainsAny(line, "\r\n") {
		t.Fatalf("wrote %q, want one line", out)
	}
	c, ok := parse(line)
	if !ok {
		t.Fatalf("wrote %q, which no runner reads as a command", out)
	}
	return c
}
