package report

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// parseMarkdown reads source as GitHub does: tables, strikethrough, task lists and bare links.
func parseMarkdown(source string) ast.Node {
	return goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader([]byte(source)))
}

// kinds counts the nodes of a document that hostile text might add to.
func kinds(source string) map[string]int {
	counts := map[string]int{}
	_ = ast.Walk(parseMarkdown(source), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering && n.Kind() != ast.KindText && n.Kind() != ast.KindString {
			counts[n.Kind().String()]++
		}
		return ast.WalkContinue, nil
	})
	return counts
}

func noControl(t *testing.T, s string) {
	t.Helper()
	for _, r := range s {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) || !utf8.ValidRune(r) {
			t.Errorf("control character %U in %q", r, s)
		}
	}
}

// FuzzMarkdownText puts any text into every place of a table, a heading and a list, and wants the document to keep the
// shape that it has with plain words.
func FuzzMarkdownText(f *testing.F) {
	for _, s := range hostileStrings() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		shape := func(text, code, path string) string {
			return fmt.Sprintf("## Title %s\n\n**Bold** %s\n\n| A | B | C |\n|---|---|---|\n| %s | %s | %s |\n| %s | %s x | y |\n\n- item %s\n",
				code, text, text, code, path, text, code, text)
		}
		got := shape(markdownText(s, 50), orDash(markdownCode(s, 50)), orDash(markdownPath(s, 50)))
		word := "word"
		if printable(s) == "" {
			word = ""
		}
		want := shape(word, orDash(markdownCode(word, 50)), orDash(markdownPath(word, 50)))
		if diff := cmp.Diff(kinds(want), kinds(got)); diff != "" {
			t.Errorf("%q changes the document (-want +got):\n%s\n%s", s, diff, got)
		}
		noControl(t, got)
	})
}

func FuzzMarkdownLink(f *testing.F) {
	for _, s := range hostileStrings() {
		f.Add(s, "https://ok.example/"+s)
		f.Add("CVE-1", s)
	}
	f.Fuzz(func(t *testing.T, s, address string) {
		source := "| A | B |\n|---|---|\n| " + markdownLink(s, []string{address}) + " | b |\n"
		cells := 0
		_ = ast.Walk(parseMarkdown(source), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			switch n := n.(type) {
			case *east.TableCell:
				if entering {
					cells++
				}
			case *ast.RawHTML, *ast.HTMLBlock, *ast.AutoLink, *ast.Image:
				t.Errorf("%s in %q", n.Kind(), source)
			case *ast.Link:
				if d := string(n.Destination); !strings.HasPrefix(d, "https://") && !strings.HasPrefix(d, "http://") {
					t.Errorf("link to %q in %q", d, source)
				}
			}
			return ast.WalkContinue, nil
		})
		if cells != 4 {
			t.Errorf("%d cells instead of 4 in %q", cells, source)
		}
		noControl(t, source)
	})
}

func TestMarkdownHostile(t *testing.T) {
	t.Parallel()
	for _, r := range []*Report{hostileReport(), hostileKindsReport()} {
		source := string(render(t, Markdown, r))
		noControl(t, source)
		for _, kind := range []string{"RawHTML", "HTMLBlock", "AutoLink", "Image", "Strikethrough"} {
			if n := kinds(source)[kind]; n > 0 {
				t.Errorf("%d nodes of kind %s", n, kind)
			}
		}
		if got, want := kinds(source)["Heading"], 5; got != want {
			t.Errorf("headings = %d, want %d", got, want)
		}
	}
}

func TestMarkdownBudget(t *testing.T) {
	t.Parallel()
	r := manyFindings(15_000)
	for _, budget := range []int{4_000, MarkdownBudget} {
		got := markdown(r, budget)
		if len(got) > budget {
			t.Errorf("markdown(%d) = %d bytes", budget, len(got))
		}
		if !strings.Contains(got, "packages left out to keep within the size of a step summary") {
			t.Errorf("markdown(%d) does not say what it left out", budget)
		}
		for line := range strings.Lines(got) {
			if strings.HasPrefix(line, "| `package") && strings.Count(line, "|") != 7 {
				t.Errorf("markdown(%d) cut a row: %s", budget, line)
			}
		}
	}
}

func TestMarkdownBudgetSpendsBySeverity(t *testing.T) {
	t.Parallel()
	low := vulnerable("CVE-1", finding.SeverityLow, 0, baseLayer, debian("minor", "1"), "2")
	bad := vulnerable("CVE-2", finding.SeverityCritical, 0, baseLayer, debian("major", "1"))
	r := judge(base(baseLayer), policy.Any, low, bad)
	whole := len(markdown(r, MarkdownBudget))
	got := markdown(r, whole+3*omissionReserve-60)
	if !strings.Contains(got, "`major`") || strings.Contains(got, "`minor`") {
		t.Errorf("want the critical finding kept and the low one left out:\n%s", got)
	}
}

func TestMarkdownWriteError(t *testing.T) {
	t.Parallel()
	r, w := io.Pipe()
	_ = r.Close()
	for suffix, f := range renderers() {
		if err := f(w, cleanReport()); err == nil {
			t.Errorf("%s: no error from a writer that fails", suffix)
		}
	}
}
