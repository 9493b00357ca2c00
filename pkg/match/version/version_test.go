package version

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
)

func TestUpgrade(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, kind, installed string
		fixes                 [][]string
		want                  []string
		unsure                bool
	}{
		{name: "highest of the lowest", kind: "npm", installed: "4.17.15", fixes: [][]string{{"4.17.21"}, {"3.10.2", "4.17.19"}}, want: []string{"4.17.21"}},
		{name: "stays in its branch", kind: "npm", installed: "7.20.0", fixes: [][]string{{"8.0.0", "7.23.2"}}, want: []string{"7.23.2"}},
		{name: "not repaired on that branch", kind: "npm", installed: "1.5.0", fixes: [][]string{{"1.9.9", "2.0.5"}, {"2.0.1"}}, want: []string{"2.0.5"}},
		{name: "nor on a branch of the second number", kind: "python", installed: "3.2.1", fixes: [][]string{{"3.2.18", "4.0.10", "4.1.7"}, {"4.1.2"}}, want: []string{"4.1.7"}},
		{name: "later on the same branch", kind: "npm", installed: "1.5.0", fixes: [][]string{{"1.9.9", "2.0.5"}, {"1.10.0"}}, want: []string{"1.10.0"}},
		{name: "the next branch for one of two", kind: "go-module", installed: "1.19.0", fixes: [][]string{{"1.20.10", "1.21.3"}, {"1.21.8", "1.22.1"}}, want: []string{"v1.21.8"}},
		{name: "Maven's 2.0-1 is above 2.0", kind: "java-archive", installed: "2.0-1", fixes: [][]string{{"2.0", "3.0"}}, want: []string{"3.0"}},
		{name: "the one fix is below", kind: "npm", installed: "2.0.0", fixes: [][]string{{"1.0.1"}}},
		{name: "the one fix is the installed version", kind: "npm", installed: "2.0.0", fixes: [][]string{{"2.0.0"}}},
		{name: "all are below", kind: "npm", installed: "5.0.0", fixes: [][]string{{"3.0.0", "4.0.0"}}},
		{name: "one of two has no upgrade", kind: "npm", installed: "2.0.0", fixes: [][]string{{"1.0.1"}, {"2.1.0"}}, want: []string{"2.1.0"}},
		{name: "one of unknown order", kind: "binary", installed: "r1", fixes: [][]string{{"r2"}}, want: []string{"r2"}},
		{name: "two of unknown order", kind: "binary", installed: "r1", fixes: [][]string{{"r3"}, {"r2"}, {"r3"}}, want: []string{"r3", "r2"}, unsure: true},
		{name: "two of unknown order in one list", kind: "binary", installed: "r1", fixes: [][]string{{"r3", "r2"}}, want: []string{"r3", "r2"}, unsure: true},
		{name: "what is below is not listed", kind: "deb", installed: "2.0-1", fixes: [][]string{{"1.0-1", "not a version", "2.0-2"}}, want: []string{"not a version", "2.0-2"}, unsure: true},
		{name: "nothing installed to compare with", kind: "npm", fixes: [][]string{{"1.0.0", "2.0.0"}}, want: []string{"1.0.0", "2.0.0"}, unsure: true},
		{name: "no version named", kind: "npm", installed: "5.0.0", fixes: [][]string{{}}},
		{name: "some without a version", kind: "npm", installed: "5.0.0", fixes: [][]string{{}, {"5.0.1"}}, want: []string{"5.0.1"}},
		{name: "no vulnerability", kind: "npm", installed: "5.0.0"},
		{name: "Go wants a v", kind: "go-module", installed: "v0.3.7", fixes: [][]string{{"0.3.8"}, {"v0.39.0", "0.39.0"}}, want: []string{"v0.39.0"}},
		{name: "Go, built from a checkout", kind: "go-module", installed: "(devel)", fixes: [][]string{{"0.3.8", "v0.3.8"}}, want: []string{"v0.3.8"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, sure := Upgrade(finding.Package{Name: "some", Type: tt.kind, Version: tt.installed}, tt.fixes...)
			if diff := cmp.Diff(tt.want, got); diff != "" || sure == tt.unsure {
				t.Errorf("Upgrade() = %q, %t, want sure %t (-want +got):\n%s", got, sure, !tt.unsure, diff)
			}
		})
	}
}

func TestSpelling(t *testing.T) {
	t.Parallel()
	tests := []struct{ kind, name, installed, fix, version string }{
		{"go-module", "golang.org/x/text", "v0.3.7", "0.39.0", "v0.39.0"},
		{"go-module", "stdlib", "go1.21.3", "1.21.4", "1.21.4"},
		{"npm", "@babel/traverse", "7.20.0", "7.23.2", "7.23.2"},
		{"rust-crate", "smallvec", "1.6.0", "1.6.1", "1.6.1"},
		{"python", "Jinja2", "2.10", "2.10.1", "2.10.1"},
		{"deb", "zlib1g", "1:1.2.11-1", "1:1.2.11-2", "1:1.2.11-2"},
	}
	for _, tt := range tests {
		p := finding.Package{Name: tt.name, Type: tt.kind, Version: tt.installed}
		got, _ := Upgrade(p, []string{tt.fix})
		if diff := cmp.Diff([]string{tt.version}, got); diff != "" {
			t.Errorf("Upgrade(%s) (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestCompare(t *testing.T) {
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
		{kind: "rpm", a: "1.0a", b: "1.0.1", want: -1},
		{kind: "rpm", a: "1.010", b: "1.10", want: 0},
		{kind: "rpm", a: "x:1.0", b: "1.0", unsure: true},
		{kind: "alpm", a: "1:2.0-1", b: "1:1.0-2", want: 1},
		{kind: "npm", a: "4.17.21", b: "4.17.3", want: 1},
		{kind: "npm", a: "8.0.0-alpha.4", b: "8.0.0", want: -1},
		{kind: "npm", a: "latest", b: "8.0.0", unsure: true},
		{kind: "go-module", a: "v1.2.10", b: "1.2.9", want: 1},
		{kind: "go-module", a: "go1.21.13", b: "1.21.4", want: 1},
		{kind: "go-module", a: "(devel)", b: "1.21.4", unsure: true},
		{kind: "java-archive", a: "2.9.10.1", b: "2.9.10", want: 1},
		{kind: "java-archive", a: "4.1.100.Final", b: "4.1.99.Final", want: 1},
		{kind: "java-archive", a: "4.1.100.Final", b: "4.1.100", want: 0},
		{kind: "java-archive", a: "2.0-1", b: "2.0", want: 1},
		{kind: "python", a: "2.0rc1", b: "2.0", want: -1},
		{kind: "python", a: "2.0.post1", b: "2.0", want: 1},
		{kind: "gem", a: "2.0.pre1", b: "2.0", want: -1},
		{kind: "gem", a: "2.2.3.1", b: "2.2.3", want: 1},
		{kind: "rust-crate", a: "1.10.0", b: "1.9.0", want: 1},
		{kind: "dotnet", a: "4.0.10.2", b: "4.0.9", want: 1},
		{kind: "php-composer", a: "v2.1.1", b: "2.1.0", want: 1},
		{kind: "binary", a: "1.0.2l", b: "1.0.2k", want: 1},
		{kind: "binary", a: "1.0.2k", b: "1.0.2", want: 1},
		{kind: "binary", a: "r2021", b: "r2022", unsure: true},
	}
	for _, tt := range tests {
		t.Run(tt.kind+" "+tt.a+" "+tt.b, func(t *testing.T) {
			t.Parallel()
			got, ok := newOrder(tt.kind).compare(tt.a, tt.b)
			if ok == tt.unsure || ok && got != tt.want {
				t.Errorf("compare(%q, %q) = %d, %v, want %d, %v", tt.a, tt.b, got, ok, tt.want, !tt.unsure)
			}
			if back, ok := newOrder(tt.kind).compare(tt.b, tt.a); ok && back != -tt.want {
				t.Errorf("compare(%q, %q) = %d, want %d", tt.b, tt.a, back, -tt.want)
			}
		})
	}
}

// FuzzUpgrade holds that no version is advised that is the installed one or known to be below it, and none that no
// advisory names.
func FuzzUpgrade(f *testing.F) {
	f.Add("1.0~rc1-1", "1:1.0^2-1", "2.0")
	f.Add("2.0-1", "2.0", "3.0")
	f.Fuzz(func(t *testing.T, installed, a, b string) {
		for _, kind := range []string{"deb", "apk", "rpm", "npm", "java-archive", "python", "gem", "go-module", "alpm", "binary"} {
			p := finding.Package{Name: "some", Type: kind, Version: installed}
			got, sure := Upgrade(p, []string{a, b}, []string{b})
			if sure && len(got) > 1 {
				t.Errorf("%s %q with fixes %q, %q: Upgrade() = %q, true", kind, installed, a, b, got)
			}
			for _, v := range got {
				if v != spell(p, a) && v != spell(p, b) {
					t.Errorf("%s %q with fixes %q, %q: Upgrade() = %q", kind, installed, a, b, got)
				}
				if c, ok := newOrder(kind).compare(v, installed); ok && c <= 0 {
					t.Errorf("%s %q with fixes %q, %q: Upgrade() = %q, which is not above", kind, installed, a, b, got)
				}
			}
		}
	})
}

func TestInRange(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, kind, version, versions string
		want, fails                   bool
	}{
		{name: "below", kind: "npm", version: "4.17.15", versions: "< 4.17.21", want: true},
		{name: "at the limit", kind: "npm", version: "4.17.21", versions: "< 4.17.21"},
		{name: "between", kind: "deb", version: "3.0.9-1", versions: ">= 3.0, < 3.1", want: true},
		{name: "a distribution's order", kind: "deb", version: "1.0~rc1-1", versions: "< 1.0-1", want: true},
		{name: "one of two", kind: "python", version: "2.0", versions: "< 1.0 || = 2.0", want: true},
		{name: "a version alone", kind: "npm", version: "2.0.0", versions: "2.0.0", want: true},
		{name: "another version alone", kind: "npm", version: "2.0.1", versions: "2.0.0"},
		{name: "no range", kind: "npm", version: "2.0.0", versions: "all of them", fails: true},
		{name: "no version", kind: "npm", version: "", versions: "< 1", fails: true},
		{name: "a version of no order", kind: "binary", version: "r2021", versions: "< r2022", fails: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := InRange(finding.Package{Name: "some", Type: tt.kind, Version: tt.version}, tt.versions)
			if got != tt.want || (err != nil) != tt.fails {
				t.Errorf("InRange(%s, %q) = %t, %v, want %t", tt.version, tt.versions, got, err, tt.want)
			}
		})
	}
}

func TestAbove(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		pkg      finding.Package
		versions []string
		want     []string
		known    bool
	}{
		{"the lowest first, each once", finding.Package{Type: "npm", Version: "1.2.0"}, []string{"2.0.0", "1.10.0", "1.9.0", "1.2.0", "1.9.0", "1.1.0"}, []string{"1.9.0", "1.10.0", "2.0.0"}, true},
		{"spelled for Go", finding.Package{Type: "go-module", Name: "a.example/b", Version: "v0.1.0"}, []string{"0.2.0", "v0.2.0"}, []string{"v0.2.0"}, true},
		{"one without an order", finding.Package{Type: "npm", Version: "1.0.0"}, []string{"latest"}, []string{"latest"}, true},
		{"some without an order", finding.Package{Type: "npm", Version: "1.0.0"}, []string{"next", "1.1.0"}, []string{"next", "1.1.0"}, false},
		{"none above", finding.Package{Type: "npm", Version: "1.0.0"}, []string{"0.9.0"}, nil, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, known := Above(tt.pkg, tt.versions)
			if diff := cmp.Diff(tt.want, got); diff != "" || known != tt.known {
				t.Errorf("Above(%q) = %t, want %t; versions (-want +got):\n%s", tt.versions, known, tt.known, diff)
			}
		})
	}
}

func TestSameMajor(t *testing.T) {
	t.Parallel()
	tests := []struct {
		a, b string
		want bool
	}{
		{"4.17.4", "4.17.21", true}, {"4.17.4", "5.0.0", false}, {"v1.2.3", "v1.3.0", true}, {"go1.21.5", "1.22.0", true}, {"v0.1.0", "v2.0.0", false},
		{"2022.12.7", "2024.7.4", true}, {"2022.12.7", "1.0", false}, {"1:2.3", "1:3.0", false}, {"r2021", "r2022", true}, {"1", "10", false},
	}
	for _, tt := range tests {
		if got := SameMajor(tt.a, tt.b); got != tt.want {
			t.Errorf("SameMajor(%q, %q) = %t, want %t", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestRepairs(t *testing.T) {
	t.Parallel()
	tests := []struct {
		fixes []string
		v     string
		want  bool
	}{
		{[]string{"4.17.11"}, "4.17.21", true},
		{[]string{"4.17.21"}, "4.17.11", false},
		{[]string{"4.0.10", "4.1.7"}, "4.1.2", false},
		{[]string{"latest"}, "4.1.2", false},
	}
	for _, tt := range tests {
		if got := Repairs(finding.Package{Type: "npm", Version: "1.0.0"}, tt.fixes, tt.v); got != tt.want {
			t.Errorf("Repairs(%q, %q) = %t, want %t", tt.fixes, tt.v, got, tt.want)
		}
	}
}
