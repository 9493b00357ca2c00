package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
)

func TestCompareVersions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		kind, a, b string
		want       int
		unsure     bool
	}{
		{kind: "deb", a: "3.0.11-1~deb12u2", b: "3.0.11-1", want: -1},
		{kind: "deb", a: "1:1.0", b: "2.0", want: 1},
		{kind: "deb", a: "not a version", b: "2.0", unsure: true},
		{kind: "apk", a: "1.2.3-r10", b: "1.2.3-r9", want: 1},
		{kind: "apk", a: "1.2_rc1", b: "1.2", want: -1},
		{kind: "apk", a: "!", b: "1.2", unsure: true},
		{kind: "rpm", a: "1.1.1k-7.el8_6", b: "1.1.1k-12.el8_9", want: -1},
		{kind: "rpm", a: "1:1.0-1", b: "0:2.0-1", want: 1},
		{kind: "rpm", a: "1.0~rc1-1", b: "1.0-1", want: -1},
		{kind: "rpm", a: "1.0^git1-1", b: "1.0-1", want: 1},
		{kind: "rpm", a: "1.0^git1", b: "1.0.1", want: -1},
		{kind: "rpm", a: "1.0a", b: "1.0.1", want: -1},
		{kind: "rpm", a: "1.010", b: "1.10", want: 0},
		{kind: "rpm", a: "1.0", b: "1.0-5.el9", want: 0},
		{kind: "rpm", a: "1.0~a~b", b: "1.0~a", want: -1},
		{kind: "npm", a: "4.17.21", b: "4.17.3", want: 1},
		{kind: "npm", a: "8.0.0-alpha.4", b: "8.0.0", want: -1},
		{kind: "go-module", a: "v1.2.10", b: "1.2.9", want: 1},
		{kind: "go-module", a: "go1.21.13", b: "1.21.4", want: 1},
		{kind: "java-archive", a: "2.9.10.1", b: "2.9.10", want: 1},
		{kind: "python", a: "2.0rc1", b: "2.0", want: -1},
		{kind: "binary", a: "r2021", b: "r2022", unsure: true},
	}
	for _, tt := range tests {
		t.Run(tt.kind+" "+tt.a+" "+tt.b, func(t *testing.T) {
			t.Parallel()
			got, ok := compareVersions(tt.kind, tt.a, tt.b)
			if ok == tt.unsure || ok && got != tt.want {
				t.Errorf("compareVersions(%q, %q, %q) = %d, %v, want %d, %v", tt.kind, tt.a, tt.b, got, ok, tt.want, !tt.unsure)
			}
			if back, ok := compareVersions(tt.kind, tt.b, tt.a); ok && back != -tt.want {
				t.Errorf("compareVersions(%q, %q, %q) = %d, want %d", tt.kind, tt.b, tt.a, back, -tt.want)
			}
		})
	}
}

func FuzzCompareVersions(f *testing.F) {
	f.Add("1.0~rc1-1", "1:1.0^2-1")
	f.Fuzz(func(t *testing.T, a, b string) {
		for _, kind := range []string{"deb", "apk", "rpm", "npm"} {
			forth, ok := compareVersions(kind, a, b)
			back, okBack := compareVersions(kind, b, a)
			if kind == "rpm" && ok && okBack && forth != -back {
				t.Errorf("compareVersions(%q, %q, %q) = %d, the other way round %d", kind, a, b, forth, back)
			}
		}
	})
}

func TestUpgrade(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, kind, installed string
		fixes                 [][]string
		want                  upgrade
	}{
		{name: "highest of the smallest", kind: "npm", installed: "4.17.15", fixes: [][]string{{"4.17.21"}, {"3.10.2", "4.17.19"}}, want: upgrade{[]string{"4.17.21"}, true}},
		{name: "stays in its branch", kind: "npm", installed: "7.20.0", fixes: [][]string{{"8.0.0", "7.23.2"}}, want: upgrade{[]string{"7.23.2"}, true}},
		{name: "one version of unknown order", kind: "binary", installed: "r1", fixes: [][]string{{"r2"}}, want: upgrade{[]string{"r2"}, true}},
		{name: "unknown order", kind: "binary", installed: "r1", fixes: [][]string{{"r2"}, {"r3"}}, want: upgrade{[]string{"r2", "r3"}, false}},
		{name: "all below the installed", kind: "npm", installed: "5.0.0", fixes: [][]string{{"3.0.0", "4.0.0"}}, want: upgrade{[]string{"3.0.0", "4.0.0"}, false}},
		{name: "no version named", kind: "npm", installed: "5.0.0", fixes: [][]string{{}}, want: upgrade{}},
		{name: "some without a version", kind: "npm", installed: "5.0.0", fixes: [][]string{{}, {"5.0.1"}}, want: upgrade{[]string{"5.0.1"}, true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := group{}
			for _, versions := range tt.fixes {
				p := heldPackage{finding.Package{Type: tt.kind, Version: tt.installed}, ""}
				g.findings = append(g.findings, vulnerable("CVE-1", finding.SeverityHigh, 0, finding.Layer{}, p, versions...))
			}
			if diff := cmp.Diff(tt.want, g.upgrade(), cmp.AllowUnexported(upgrade{})); diff != "" {
				t.Errorf("upgrade (-want +got):\n%s", diff)
			}
		})
	}
}
