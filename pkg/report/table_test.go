package report

import (
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/clipperhouse/displaywidth"
	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

func table(opt TableOptions) func(io.Writer, *Report) error {
	return func(w io.Writer, r *Report) error { return Table(w, r, opt) }
}

func TestTableColor(t *testing.T) {
	t.Parallel()
	r := blockedReport()
	if got := string(render(t, table(TableOptions{}), r)); strings.Contains(got, "\x1b") || strings.Contains(got, "…") {
		t.Errorf("without options the table has colours or is cut:\n%s", got)
	}
	colored := string(render(t, table(TableOptions{Color: true}), r))
	if !strings.Contains(colored, "\x1b[1;31mBLOCKED\x1b[0m") || !strings.Contains(colored, "\x1b[31m2H 1M\x1b[0m") {
		t.Errorf("no colours:\n%s", colored)
	}
	plain := string(render(t, table(TableOptions{}), r))
	if diff := cmp.Diff(plain, regexp.MustCompile(`\x1b\[[0-9;]*m`).ReplaceAllString(colored, "")); diff != "" {
		t.Errorf("colours change the text (-plain +colored):\n%s", diff)
	}
}

// mayBeWide tells whether a line holds a word that is not broken because readers copy it.
func mayBeWide(line string) bool {
	return strings.HasPrefix(line, "     ") || regexp.MustCompile(`^\s*(\S+|\| .*)$`).MatchString(line) || strings.Contains(line, "https://")
}

func TestTableFitsItsWidth(t *testing.T) {
	t.Parallel()
	forEachFixture(t, func(t *testing.T, r *Report) {
		for _, width := range []int{40, 60, 80, 100, 120, 200} {
			for line := range strings.Lines(string(render(t, table(TableOptions{Width: width}), r))) {
				line = strings.TrimSuffix(line, "\n")
				if n := displaywidth.String(line); n > width && !mayBeWide(line) {
					t.Errorf("line of %d columns, want at most %d: %s", n, width, line)
				}
			}
		}
	})
}

// The layer is in the table at every width. Where there is no room for columns, rows are folded and nothing is cut or left out; wide
// characters count as the two columns that they take.
func TestTableFolds(t *testing.T) {
	t.Parallel()
	p := npm("世界世界世界世界", "4.17.15", "/srv/shop/世界/package.json")
	layer := finding.Layer{CreatedBy: "COPY . /srv/shop"}
	const folded = `世界世界世界世界
  INSTALLED 4.17.15, FIXED IN 4.17.21
  SEVERITY 1H, LAYER 0
  WHERE /srv/shop/世界/package.json
    CVE-1 (high)
`
	for width, want := range map[int]string{
		40: folded,
		80: `PACKAGE           INSTALLED  FIXED IN  SEVERITY  LAYER  WHERE
世界世界世界世界  4.17.15    4.17.21   1H            0  …/shop/世界/package.json
    CVE-1 (high)
`,
		100: `PACKAGE           INSTALLED  FIXED IN  SEVERITY  LAYER  WHERE
世界世界世界世界  4.17.15    4.17.21   1H            0  /srv/shop/世界/package.json
    CVE-1 (high)
`,
	} {
		r := base(layer)
		judge(r, policy.Any, vulnerable("CVE-1", finding.SeverityHigh, 0, layer, p, "4.17.21"))
		if got := string(render(t, table(TableOptions{Width: width}), r)); !strings.Contains(got, want) {
			t.Errorf("in %d columns the table is\n%s\nwant it to have\n%s", width, got, want)
		}
	}
}

// In the log of a CI system a sentence is one line, so that a search of the log finds it, and tables are as wide as before.
func TestTableUnwrapped(t *testing.T) {
	t.Parallel()
	forEachFixture(t, func(t *testing.T, r *Report) {
		wide := string(render(t, table(TableOptions{}), r))
		got := string(render(t, table(TableOptions{Width: LogWidth, Unwrapped: true}), r))
		for _, report := range []string{wide, got} {
			if !strings.Contains(report, "policy: "+TerminalText(r.policyLine())+"\n") {
				t.Errorf("the line about the policy is broken:\n%s", report)
			}
		}
		if _, verdict, ok := strings.Cut(wide, "\nBLOCKED  "); ok && !strings.HasSuffix(got, verdict) {
			t.Errorf("the verdict is wrapped:\n%s", got)
		}
		for line := range strings.Lines(got) {
			if strings.HasPrefix(line, "LAYER  ") && displaywidth.String(line) > LogWidth {
				t.Errorf("the table is not fitted: %s", line)
			}
		}
	})
}

// What is repaired in one go is one row, however many vulnerabilities, platforms and places it has, and the worst of them is
// named where there is room.
func TestTableGroups(t *testing.T) {
	t.Parallel()
	for width, want := range map[int]string{
		0:  "lodash 4.17.15 4.17.21 2H 1M all 2 Dockerfile:7",
		80: "lodash 4.17.15 4.17.21 2H 1M 2 Dockerfile:7",
	} {
		var rows []string
		for line := range strings.Lines(string(render(t, table(TableOptions{Width: width}), blockedReport()))) {
			if strings.HasPrefix(line, "lodash") {
				rows = append(rows, strings.Join(strings.Fields(line), " "))
			}
		}
		if len(rows) != 1 || !strings.HasPrefix(rows[0], want) {
			t.Errorf("rows of lodash in %d columns = %q, want one that begins with %q", width, rows, want)
		}
	}
}

// What says which thing a row is about stays, where versions are cut: the name of a package, and that of a file and its line.
func TestTableKeepsNames(t *testing.T) {
	t.Parallel()
	const long = "1:2.3.4-1+deb12u3~bpo11+1really2.3.3"
	p := npm("webpack-bundle-analyzer", long, "/srv/shop/frontend/node_modules/webpack-bundle-analyzer/package-of-shop.json")
	layer := finding.Layer{CreatedBy: "COPY . /srv/shop"}
	r := base(layer)
	judge(r, policy.Any, vulnerable("CVE-1", finding.SeverityHigh, 0, layer, p, long))
	got := string(render(t, table(TableOptions{Width: TableWidth}), r))
	for _, want := range []string{"\nwebpack-bundle-analyzer ", "…/package-of-shop.json\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("the table does not have %q:\n%s", want, got)
		}
	}
}

// A size of which there is only one is not shown as two.
func TestTableSizes(t *testing.T) {
	t.Parallel()
	for unpacked, want := range map[int64]string{100: "LAYER   SIZE  PACKAGES", 200: "LAYER  STORED  UNPACKED  PACKAGES"} {
		layer := finding.Layer{CreatedBy: "COPY app /app"}
		r := base(layer)
		r.Platforms[0].Layers[0].Size, r.Platforms[0].Layers[0].Unpacked = 100, unpacked
		judge(r, policy.Any, vulnerable("CVE-1", finding.SeverityHigh, 0, layer, npm("lodash", "1", "/app/package.json")))
		if got := string(render(t, table(TableOptions{}), r)); !strings.Contains(got, want) {
			t.Errorf("the table of a layer of 100 bytes that unpack to %d does not have %q:\n%s", unpacked, want, got)
		}
		title := strings.Fields(want)[1]
		if got := strings.ToUpper(string(render(t, Markdown, r))); !strings.Contains(got, "| # | MADE BY | "+title+" |") {
			t.Errorf("the summary of a layer of 100 bytes that unpack to %d has no column %s:\n%s", unpacked, title, got)
		}
	}
}

func TestTableFixedIn(t *testing.T) {
	t.Parallel()
	p := npm("lodash", "4.17.15", "/app/package.json")
	fixed := func(versions ...string) finding.Finding {
		return vulnerable("CVE-1", finding.SeverityHigh, 0, appLayer, p, versions...)
	}
	wontFix := fixed()
	wontFix.Vulnerability.Fix.State = finding.FixWontFix
	later := fixed()
	later.Vulnerability.Fix.State = finding.FixFixed
	second := vulnerable("CVE-2", finding.SeverityHigh, 0, appLayer, p)
	tests := []struct {
		name string
		in   []finding.Finding
		want string
	}{
		{"a version", []finding.Finding{fixed("4.17.21")}, "4.17.21"},
		{"one of two", []finding.Finding{fixed("4.17.21"), second}, "4.17.21 (1 of 2)"},
		{"a later version", []finding.Finding{later}, "later version"},
		{"an earlier version", []finding.Finding{fixed("3.10.1")}, "earlier version"},
		{"refused", []finding.Finding{wontFix}, "won't fix"},
		{"none", []finding.Finding{second}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			groups := judge(base(baseLayer, aptLayer, appLayer), policy.Any, tt.in...).group(anyFinding)
			if got := fixedCell(&groups[0]); got != tt.want {
				t.Errorf("fixedCell() = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in         string
		n          int
		end, start string
	}{
		{"/app/lodash", 11, "/app/lodash", "/app/lodash"},
		{"/app/lodash", 7, "/app/l…", "…lodash"},
		{"世界你好", 8, "世界你好", "世界你好"},
		{"世界你好", 7, "世界你…", "…界你好"},
		{"世界你好", 6, "世界…", "…你好"},
		{"e\u0301e\u0301e\u0301", 2, "e\u0301…", "…e\u0301"},
		{"👩‍👩‍👧x", 2, "…", "…x"},
	}
	for _, tt := range tests {
		if end, start := cutEnd(tt.in, tt.n), cutStart(tt.in, tt.n); end != tt.end || start != tt.start {
			t.Errorf("cutEnd(%q, %d) and cutStart = %q, %q, want %q, %q", tt.in, tt.n, end, start, tt.end, tt.start)
		}
	}
}

// Wide characters take two columns, so that what follows stands below its title.
func TestTableAlignsWideCharacters(t *testing.T) {
	t.Parallel()
	b := tableWriter{}
	b.table([]column{{title: "NAME"}, {title: "N", right: true}, {title: "PATH"}},
		[]tableRow{{cells: []string{"世界", "12", "/a"}}, {cells: []string{"lodash", "7", "/b"}}})
	want := "NAME     N  PATH\n世界    12  /a\nlodash   7  /b\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}

func TestColumnWidths(t *testing.T) {
	t.Parallel()
	columns := []column{{title: "A", least: 4}, {title: "B"}, {title: "C", optional: true}, {title: "D", least: 5}}
	rows := []tableRow{{cells: []string{"aaaaaaaaaa", "bbbbbbbb", "cccccccc", "dddddddddddd"}}} // 10, 8, 8, 12
	tests := []struct {
		name  string
		width int
		want  []int
	}{
		{"any", 0, []int{10, 8, 8, 12}},
		{"room for all", 44, []int{10, 8, 8, 12}},
		{"the last gives way first", 40, []int{10, 8, 8, 8}},
		{"then the widest", 35, []int{8, 8, 8, 5}},
		{"an optional one is left out", 30, []int{10, 8, 0, 8}},
		{"all but those that are not cut", 21, []int{4, 8, 0, 5}},
		{"in the end those, too", 20, []int{4, 7, 0, 5}},
		{"no room", 1, []int{4, 6, 0, 5}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, columnWidths(columns, rows, tt.width)); diff != "" {
				t.Errorf("columnWidths(%d) (-want +got):\n%s", tt.width, diff)
			}
		})
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
		got := string(render(t, table(TableOptions{Width: width}), judge(r, policy.Any, v, hostileGap(s), hostileCheck(s))))
		noControl(t, got)
		for line := range strings.Lines(got) {
			if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##") {
				t.Errorf("a log command in %q", line)
			}
		}
	})
}
