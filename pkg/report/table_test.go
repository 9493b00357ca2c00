package report

import (
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

func table(opt TableOptions) func(io.Writer, *Report) error {
	return func(w io.Writer, r *Report) error { return Table(w, r, opt) }
}

func TestTableOptions(t *testing.T) {
	t.Parallel()
	r := blockedReport()
	if got := string(render(t, table(TableOptions{}), r)); strings.Contains(got, "\x1b") || strings.Contains(got, "…") {
		t.Errorf("without options the table has colours or is cut:\n%s", got)
	}
	if got := string(render(t, table(TableOptions{Color: true}), r)); !strings.Contains(got, "\x1b[1;31mBLOCKED\x1b[0m") {
		t.Errorf("no colours:\n%s", got)
	}
	got := string(render(t, table(TableOptions{Limit: 2}), r))
	if !strings.Contains(got, "… and 6 more rows; layergate.json has all") || strings.Contains(got, "openssl") {
		t.Errorf("limit of 2 rows:\n%s", got)
	}
	_, rows, _ := strings.Cut(string(render(t, table(TableOptions{Width: 120}), r)), "PACKAGE")
	rows, _, _ = strings.Cut(rows, "BLOCKED")
	for line := range strings.Lines("PACKAGE" + rows) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 120 {
			t.Errorf("line of %d columns, want at most 120: %s", n, line)
		}
	}
}

func FuzzTable(f *testing.F) {
	for _, s := range hostileStrings() {
		f.Add(s, 80)
	}
	f.Fuzz(func(t *testing.T, s string, width int) {
		r := base(finding.Layer{CreatedBy: s})
		r.Image.Name, r.Image.Digest, r.Warnings = s, s, []string{s}
		r.Platforms[0].Distro.Name = s
		v := vulnerable(s, finding.SeverityHigh, 8, r.Platforms[0].Layers[0].Layer, heldPackage{finding.Package{Name: s, Version: s, Type: s}, s}, s)
		got := string(render(t, table(TableOptions{Width: width}), judge(r, policy.Any, v)))
		noControl(t, got)
		if n := strings.Count(got, "\n"); n != 13 {
			t.Errorf("%d lines, want 13:\n%s", n, got)
		}
		for line := range strings.Lines(got) {
			if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##") {
				t.Errorf("a log command in %q", line)
			}
		}
	})
}
