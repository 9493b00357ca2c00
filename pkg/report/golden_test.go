package report

import (
	"bytes"
	"flag"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

var update = flag.Bool("update", false, "write the golden files")

// renderers are all formats, by the suffix of their golden files.
func renderers() map[string]func(io.Writer, *Report) error {
	return map[string]func(io.Writer, *Report) error{
		".sarif":       SARIF,
		".json":        JSON,
		".html":        htmlMarkup,
		".md":          Markdown,
		".cdx.json":    CycloneDX,
		".spdx.json":   SPDX,
		".junit.xml":   JUnit,
		".gitlab.json": GitLab,
		".badge.json":  Badge,
		".txt": func(w io.Writer, r *Report) error {
			return Table(w, r, TableOptions{Width: TableWidth, Summary: MarkdownFile})
		},
	}
}

// htmlMarkup writes the page without its style and script, which are the same in every page.
func htmlMarkup(w io.Writer, r *Report) error {
	var b bytes.Buffer
	if err := HTML(&b, r); err != nil {
		return err
	}
	page := strings.NewReplacer(htmlStyle, "", htmlScript, "").Replace(b.String())
	_, err := io.WriteString(w, hash.ReplaceAllString(page, "sha256-HASH"))
	return err
}

// hash is one of the page's policy, as the template escapes it.
var hash = regexp.MustCompile(`sha256-(?:[A-Za-z0-9/=]|&#43;)+`)

func render(t testing.TB, f func(io.Writer, *Report) error, r *Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for name, r := range fixtures() {
		for suffix, f := range renderers() {
			t.Run(name+suffix, func(t *testing.T) {
				t.Parallel()
				got := render(t, f, r)
				path := filepath.Join("testdata", name+suffix)
				if *update {
					if err := os.WriteFile(path, got, 0o644); err != nil {
						t.Fatal(err)
					}
					return
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), string(got)); diff != "" {
					t.Errorf("%s differs from its golden file; run go test -update if it should (-want +got):\n%s", path, diff)
				}
			})
		}
	}
}

func TestSameBytes(t *testing.T) {
	t.Parallel()
	forEachFixture(t, func(t *testing.T, r *Report) {
		shuffled := *r
		shuffled.Findings = append([]finding.Finding{}, r.Findings...)
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled.Findings), func(i, j int) {
			shuffled.Findings[i], shuffled.Findings[j] = shuffled.Findings[j], shuffled.Findings[i]
		})
		finding.Sort(shuffled.Findings)
		shuffled.Verdict, _ = policy.Judge(r.Policy, input(shuffled.Findings))
		for suffix, f := range renderers() {
			first := render(t, f, r)
			if diff := cmp.Diff(string(first), string(render(t, f, r))); diff != "" {
				t.Errorf("rendering %s twice differs:\n%s", suffix, diff)
			}
			if diff := cmp.Diff(string(first), string(render(t, f, &shuffled))); diff != "" {
				t.Errorf("rendering %s of sorted findings in another order differs:\n%s", suffix, diff)
			}
		}
	})
}
