package report

import (
	"fmt"
	"io"
	"regexp"
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
	forEachFixture(t, func(t *testing.T, r *Report) {
		source := string(render(t, Markdown, r))
		noControl(t, source)
		for _, kind := range []string{"RawHTML", "AutoLink", "Image", "Strikethrough"} {
			if n := kinds(source)[kind]; n > 0 {
				t.Errorf("%d nodes of kind %s", n, kind)
			}
		}
		own := regexp.MustCompile(`^(<details><summary>[A-Za-z0-9, ]+</summary>|</details>)\n$`)
		open := 0
		_ = ast.Walk(parseMarkdown(source), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			switch n := n.(type) {
			case *ast.HTMLBlock:
				if entering {
					text := string(n.Lines().Value([]byte(source)))
					open += strings.Count(text, "<details>") - strings.Count(text, "</details>")
					if !own.MatchString(text) {
						t.Errorf("HTML that is not ours: %q", text)
					}
				}
			case *ast.Heading:
				if text := string(n.Lines().Value([]byte(source))); entering && n.Level > 2 && strings.Contains(text, "evil") {
					t.Errorf("heading %q", text)
				}
			}
			return ast.WalkContinue, nil
		})
		if open != 0 {
			t.Errorf("%d more folds are opened than closed", open)
		}
	})
}

// What a reader needs first is not folded, and fits on a screen; a clean image is a few lines.
func TestMarkdownFitsAScreen(t *testing.T) {
	t.Parallel()
	for name, most := range map[string]int{"clean": 9, "blocked": 32, "policy": 36, "change": 28} {
		source := string(render(t, Markdown, fixtures()[name]))
		folded, lines := 0, 0
		for line := range strings.Lines(source) {
			folded += strings.Count(line, "<details>")
			if folded == 0 {
				lines++
			}
			folded -= strings.Count(line, "</details>")
		}
		if lines > most {
			t.Errorf("%d lines of %s are not folded, want at most %d:\n%s", lines, name, most, source)
		}
	}
}

// What the image holds is said once, also where nothing was found in it, and the paragraph is not there where it would be empty.
func TestMarkdownSaysOnceWhatTheImageHolds(t *testing.T) {
	t.Parallel()
	forEachFixture(t, func(t *testing.T, r *Report) {
		verdict := markdownVerdict(r)
		if n := strings.Count(verdict, r.holds()); n != 1 || strings.Contains(verdict, "\n\n\n") {
			t.Errorf("markdownVerdict() says %d times what the image holds:\n%s", n, verdict)
		}
	})
}

func TestBar(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		counts finding.Counts
		most   int
		want   string
	}{
		{"none", finding.Counts{}, 3, ""},
		{"few", finding.Counts{Critical: 1, High: 2}, 3, "🟥🟧🟧"},
		{"scaled to the layer that has most", finding.Counts{High: 50, Low: 50}, 100, "🟧🟧🟧🟧🟧🟦🟦🟦🟦🟦"},
		{"at least one for each severity", finding.Counts{Critical: 1, Medium: 2}, 1000, "🟥🟨"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := bar(tt.counts, tt.most); got != tt.want {
				t.Errorf("bar(%+v, %d) = %s, want %s", tt.counts, tt.most, got, tt.want)
			}
		})
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
	seen := false
	for budget := 0; budget < len(markdown(r, MarkdownBudget))+2000; budget += 40 {
		got := markdown(r, budget)
		bad, low := strings.Contains(got, "| `major`"), strings.Contains(got, "| `minor`")
		seen = seen || bad && !low
		if low && !bad {
			t.Fatalf("in %d bytes the low finding is kept and the critical one left out:\n%s", budget, got)
		}
	}
	if !seen {
		t.Error("no budget keeps the critical finding alone")
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
