package match

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/anchore/grype/grype/distro"
	grypepkg "github.com/anchore/grype/grype/pkg"
	"github.com/anchore/grype/grype/version"
	"github.com/anchore/grype/grype/vulnerability"
	"github.com/anchore/syft/syft/linux"
	"github.com/anchore/syft/syft/pkg"
	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/vulndb"
	"github.com/layergate/layergate/pkg/vulndb/osv"
	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

// of makes an inventory's package; root is empty for one of no system.
func of(typ pkg.Type, root string, r *linux.Release) inventory.Package {
	return inventory.Package{
		Package: finding.Package{Name: "a", Version: "1", Type: string(typ)}, Path: "/usr/lib/" + string(typ), State: finding.Visible, Root: root, Release: r,
	}
}

// asked is a database that knows Debian 12, npm and some CPE names, and too little of Debian 11 and of three types of packages.
func asked(cpes finding.Cover) Target {
	enough, few := finding.Cover{Advisories: 1000, Newest: "2026-11-19"}, finding.Cover{Advisories: 2, TooFew: true}
	return Target{
		Platform: "linux/amd64", Layers: []finding.Layer{{}, {Index: 1}},
		Covers: func(_ context.Context, d *distro.Distro) (finding.Cover, bool, error) {
			return map[string]finding.Cover{"12": enough, "11": few}[d.MajorVersion()], d.Type == distro.Debian, nil
		},
		Ecosystems: func(context.Context, []string) (map[string]finding.Cover, error) {
			return map[string]finding.Cover{"npm": enough, "dotnet": few, "lua-rocks": few, "conan": few}, nil
		},
		CPEs: func(context.Context) (finding.Cover, error) { return cpes, nil },
	}
}

// Each gap is one finding, and what the database can judge is none.
func TestGaps(t *testing.T) {
	t.Parallel()
	debian, past, future, foreign := &linux.Release{ID: "debian", VersionID: "12"}, &linux.Release{ID: "debian", VersionID: "11"}, &linux.Release{ID: "debian", VersionID: "99"}, &linux.Release{ID: "homegrown"}
	hidden := of(pkg.GemPkg, "", nil)
	hidden.State = finding.Shadowed
	system, part := of(pkg.DebPkg, "/", debian), of(pkg.PythonPkg, "", nil)
	part.Owners, system.Details.Maintainer = []int{0}, "Debian Python Team <team+python@tracker.debian.org>"
	tests := []struct {
		name string
		inv  inventory.Inventory
		cpes finding.Cover
		want []string // gap, subject and count
	}{
		{name: "all is known", inv: inventory.Inventory{Release: debian, Packages: []inventory.Package{of(pkg.DebPkg, "/", debian), of(pkg.NpmPkg, "", nil)}}},
		{name: "no distribution, and none needed", inv: inventory.Inventory{Packages: []inventory.Package{of(pkg.NpmPkg, "", nil)}}},
		{name: "a release", inv: inventory.Inventory{Release: future, Packages: []inventory.Package{of(pkg.DebPkg, "/", future)}}, want: []string{"unknown-release debian 99 1"}},
		{name: "a distribution", inv: inventory.Inventory{Release: foreign, Packages: []inventory.Package{of(pkg.RpmPkg, "/", foreign)}}, want: []string{"unknown-distribution homegrown 1"}},
		{
			name: "one in another system of the image",
			inv:  inventory.Inventory{Release: debian, Packages: []inventory.Package{of(pkg.DebPkg, "/", debian), of(pkg.DebPkg, "/srv", future)}},
			want: []string{"unknown-release debian 99 1"},
		},
		{name: "ecosystems", inv: inventory.Inventory{Packages: []inventory.Package{of(pkg.GemPkg, "", nil), of(pkg.GemPkg, "", nil), of(pkg.PythonPkg, "", nil)}}, want: []string{"unknown-ecosystem gem 2", "unknown-ecosystem python 1"}},
		{name: "what nobody publishes", inv: inventory.Inventory{Packages: []inventory.Package{of(pkg.Rpkg, "", nil)}}, cpes: finding.Cover{Advisories: 1000}, want: []string{"unpublished-ecosystem R-package 1"}},
		{name: "a program, and no CPE names", inv: inventory.Inventory{Packages: []inventory.Package{of(pkg.BinaryPkg, "", nil)}}, want: []string{"unknown-ecosystem binary 1"}},
		{name: "a program, and CPE names", inv: inventory.Inventory{Packages: []inventory.Package{of(pkg.BinaryPkg, "", nil)}}, cpes: finding.Cover{Advisories: 1000}},
		{name: "a program, and few CPE names", inv: inventory.Inventory{Packages: []inventory.Package{of(pkg.BinaryPkg, "", nil)}}, cpes: finding.Cover{Advisories: 1, TooFew: true}, want: []string{"few-advisories binary 1"}},
		{name: "few of a type, and CPE names", inv: inventory.Inventory{Packages: []inventory.Package{of(pkg.ConanPkg, "", nil)}}, cpes: finding.Cover{Advisories: 1000}},
		{name: "few of a type, and no CPE names", inv: inventory.Inventory{Packages: []inventory.Package{of(pkg.ConanPkg, "", nil)}}, want: []string{"few-advisories conan 1"}},
		{name: "few of a release", inv: inventory.Inventory{Release: past, Packages: []inventory.Package{of(pkg.DebPkg, "/", past)}}, want: []string{"few-advisories debian 11 1"}},
		{
			name: "few of an ecosystem, and CPE names that do not stand in for it",
			inv:  inventory.Inventory{Packages: []inventory.Package{of(pkg.DotnetPkg, "", nil), of(pkg.DotnetPkg, "", nil)}}, cpes: finding.Cover{Advisories: 1000},
			want: []string{"few-advisories dotnet 2"},
		},
		{name: "few where nobody publishes any", inv: inventory.Inventory{Packages: []inventory.Package{of(pkg.LuaRocksPkg, "", nil)}}, want: []string{"unpublished-ecosystem lua-rocks 1"}},
		{name: "nothing at all", want: []string{"no-packages  0"}},
		{name: "only data", inv: inventory.Inventory{Looked: inventory.Looked{Files: 1, Data: true}}},
		{name: "only software that was not identified", inv: inventory.Inventory{Unidentified: []inventory.Gap{{Path: "/c.tar"}}}, want: []string{"no-packages  0", "unidentified-software /c.tar 1"}},
		{name: "only what is gone", inv: inventory.Inventory{Packages: []inventory.Package{hidden}}, want: []string{"no-packages  0"}},
		{name: "a distribution without packages", inv: inventory.Inventory{Release: debian, Packages: []inventory.Package{of(pkg.NpmPkg, "", nil)}}, want: []string{"no-system-packages debian 12 0"}},
		{
			name: "a distribution with packages elsewhere", inv: inventory.Inventory{Release: debian, Packages: []inventory.Package{of(pkg.DebPkg, "/srv", debian)}},
			want: []string{"no-system-packages debian 12 0"},
		},
		{name: "busybox is no distribution", inv: inventory.Inventory{Release: &linux.Release{ID: "busybox", VersionID: "1.36"}, Packages: []inventory.Package{of(pkg.NpmPkg, "", nil)}}},
		{name: "nor is scratch", inv: inventory.Inventory{Release: &linux.Release{ID: "scratch"}, Packages: []inventory.Package{of(pkg.NpmPkg, "", nil)}}},
		{name: "what is a part of a system's package", inv: inventory.Inventory{Release: debian, Packages: []inventory.Package{system, part}}},
		{
			name: "unread files", inv: inventory.Inventory{Unreadable: []inventory.Gap{{Path: "/a.jar"}}, Unread: []inventory.Gap{{Path: "/b.phar", Layer: 1}}, Unidentified: []inventory.Gap{{Path: "/c.tar"}}},
			want: []string{"unidentified-software /c.tar 1", "unread-format /b.phar 1", "unreadable-file /a.jar 1"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			target := asked(tt.cpes)
			packages := tt.inv.Matchables()
			known := newDistros(&tt.inv, packages)
			lookedUp, err := lookUp(t.Context(), &tt.inv, packages, known, target)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range target.gaps(&tt.inv, known, lookedUp, nil) {
				if err := f.Valid(); err != nil || f.Platform != "linux/amd64" {
					t.Errorf("the finding %+v is of %q and: %v", f, f.Platform, err)
				}
				got = append(got, fmt.Sprintf("%s %s %d", f.ID, f.Coverage.Subject(f.Path), f.Coverage.Count))
			}
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("gaps() (-want +got):\n%s", diff)
			}
		})
	}
}

// However many files cannot be read, the findings are few, and count them all.
func TestManyUnreadFilesAreCounted(t *testing.T) {
	t.Parallel()
	var files []inventory.Gap
	for i := range 1000 {
		files = append(files, inventory.Gap{Path: fmt.Sprintf("/app/node_modules/p%d/package.json", i), Layer: 1})
	}
	files = append(files, inventory.Gap{Path: "/x.jar"}, inventory.Gap{Path: "/x.jar", Cataloger: "another"})
	var got []string
	for _, f := range asked(finding.Cover{}).unread(finding.GapUnreadableFile, files) {
		got = append(got, fmt.Sprintf("%s %d in layer %d", f.Path, f.Coverage.Count, f.Layer.Index))
	}
	if diff := cmp.Diff([]string{"/app/node_modules 1000 in layer 1", "/x.jar 1 in layer 0"}, got); diff != "" {
		t.Errorf("unread() (-want +got):\n%s", diff)
	}
}

// A finding about files says why they were not read, first what most of them have.
func TestWhyUnread(t *testing.T) {
	t.Parallel()
	file := func(path, reason string) inventory.Gap { return inventory.Gap{Path: path, Reason: reason} }
	for want, files := range map[string][]inventory.Gap{
		"":                            {file("/a", "")},
		"it is cut off":               {file("/a", "/a: it is\n cut off")},
		"y; x":                        {file("/a", "x"), file("/b", "y"), file("/c", "y")},
		"a; b; c; and 1 other reason": {file("/1", "d"), file("/2", "c"), file("/3", "b"), file("/4", "a")},
	} {
		if got := whyUnread(files); got != want {
			t.Errorf("whyUnread(%+v) = %q, want %q", files, got, want)
		}
		for _, f := range asked(finding.Cover{}).unread(finding.GapUnreadableFile, files[:1]) {
			if f.Coverage.Reason != whyUnread(files[:1]) {
				t.Errorf("the reason is %q", f.Coverage.Reason)
			}
		}
	}
}

// database has an advisory for all versions below 99 of a package of each ecosystem.
func database(t *testing.T, packages map[string]string) vulnerability.Provider {
	t.Helper()
	var all []advisory
	for ecosystem, name := range packages {
		all = append(all, advisory{"ACME-" + ecosystem, ecosystem, name, "0", "99.0.0"})
	}
	return advisories(t, all...)
}

// advisory says that a package has a vulnerability from one version to another, or where that is empty, in all that follow.
type advisory struct{ id, ecosystem, name, introduced, fixed string }

// advisories is a database of some.
func advisories(t *testing.T, all ...advisory) vulnerability.Provider {
	t.Helper()
	dir := t.TempDir()
	var files []string
	for _, a := range all {
		fixed := ""
		if a.fixed != "" {
			fixed = fmt.Sprintf(`,{"fixed":%q}`, a.fixed)
		}
		files = append(files, vulndbtest.WriteFile(t, dir, a.id+".json", fmt.Appendf(nil, `{"id":%q,"summary":"nodejs:18 security update","modified":"2026-01-01T00:00:00Z","affected":[
			{"package":{"ecosystem":%q,"name":%q},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":%q}%s]}]}]}`, a.id, a.ecosystem, a.name, a.introduced, fixed)))
	}
	path := filepath.Join(dir, "db")
	if _, err := osv.Build(t.Context(), osv.Config{Dir: path, Files: files, Now: vulndbtest.Clock(0)}); err != nil {
		t.Fatal(err)
	}
	db, err := vulndb.Open(t.Context(), vulndb.Config{Sources: []vulndb.Source{vulndb.Path(path)}, Now: vulndbtest.Clock(0)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	return db.Provider()
}

// A package whose version cannot be compared with its advisories' is noted, and others are not.
func TestIncomparableVersions(t *testing.T) {
	t.Parallel()
	db := database(t, map[string]string{"PyPI": "PyYAML", "NuGet": "Lib", "npm": "lodash", "Go": "example.org/app", "Packagist": "symfony/yaml", "RubyGems": "rack", "Maven": "org.a:b", "crates.io": "time", "Hex": "plug", "Pub": "http"})
	tests := []struct {
		typ           pkg.Type
		language      pkg.Language
		name, version string
		metadata      any
		want          bool
	}{
		{typ: pkg.PythonPkg, language: pkg.Python, name: "PyYAML", version: "3.12"},
		{typ: pkg.PythonPkg, language: pkg.Python, name: "PyYAML", version: "3.12+local.1"},
		{typ: pkg.PythonPkg, language: pkg.Python, name: "PyYAML", version: "3.12-custom", want: true},
		{typ: pkg.PythonPkg, language: pkg.Python, name: "PyYAML", version: "unknown", want: true},
		{typ: pkg.PythonPkg, language: pkg.Python, name: "other", version: "unknown"},
		{typ: pkg.PythonPkg, language: pkg.Python, name: "other", version: "3.12-custom"},
		{typ: pkg.DotnetPkg, language: pkg.Dotnet, name: "Lib", version: "4.0.0.0"},
		{typ: pkg.NpmPkg, language: pkg.JavaScript, name: "lodash", version: "4.17.21-rc.1+build"},
		{typ: pkg.NpmPkg, language: pkg.JavaScript, name: "lodash", version: "0.0.1beta"},
		{typ: pkg.NpmPkg, language: pkg.JavaScript, name: "lodash", version: "latest", want: true},
		{typ: pkg.NpmPkg, language: pkg.JavaScript, name: "lodash", version: "workspace:*", want: true},
		{typ: pkg.NpmPkg, language: pkg.JavaScript, name: "lodash", version: "npm:lodash@4", want: true},
		{typ: pkg.NpmPkg, language: pkg.JavaScript, name: "lodash", version: " 4.17.21", want: true},
		{typ: pkg.NpmPkg, language: pkg.JavaScript, name: "other", version: "latest"},
		{typ: pkg.PhpComposerPkg, language: pkg.PHP, name: "symfony/yaml", version: "v2.0.0-RC1"},
		{typ: pkg.PhpComposerPkg, language: pkg.PHP, name: "symfony/yaml", version: "dev-master", want: true},
		{typ: pkg.PhpComposerPkg, language: pkg.PHP, name: "symfony/yaml", version: "2.x-dev", want: true},
		{typ: pkg.GemPkg, language: pkg.Ruby, name: "rack", version: "2.0.pre1-x86_64-linux"},
		{typ: pkg.GemPkg, language: pkg.Ruby, name: "rack", version: "latest", want: true},
		{typ: pkg.GemPkg, language: pkg.Ruby, name: "rack", version: "v2", want: true},
		{typ: pkg.GemPkg, language: pkg.Ruby, name: "rack", version: "2.0\n", want: true},
		{typ: pkg.JavaPkg, language: pkg.Java, name: "org.a:b", version: "Finchley.SR1"},
		{typ: pkg.JavaPkg, language: pkg.Java, name: "org.a:b", version: "${revision}", want: true},
		{typ: pkg.JavaPkg, language: pkg.Java, name: "org.a:b", version: "1.${revision}", want: true},
		{typ: pkg.JavaPkg, language: pkg.Java, name: "org.a:b", version: "RELEASE", want: true},
		{typ: pkg.RustPkg, language: pkg.Rust, name: "time", version: "0.11.0+wasi-snapshot-preview1"},
		{typ: pkg.RustPkg, language: pkg.Rust, name: "time", version: "branch-1", want: true},
		{typ: pkg.HexPkg, language: pkg.Erlang, name: "plug", version: "git", want: true},
		{typ: pkg.HexPkg, language: pkg.Erlang, name: "plug", version: "1.0.0-dev.1"},
		{typ: pkg.DartPubPkg, language: pkg.Dart, name: "http", version: "any", want: true},
		{typ: pkg.DartPubPkg, language: pkg.Dart, name: "http", version: "1.0.0+2"},
		{typ: pkg.DotnetPkg, language: pkg.Dotnet, name: "Lib", version: "latest", want: true},
		{typ: pkg.GoModulePkg, language: pkg.Go, name: "example.org/app", version: "(devel)", metadata: grypepkg.GolangBinMetadata{MainModule: "example.org/app"}, want: true},
		{typ: pkg.GoModulePkg, language: pkg.Go, name: "example.org/other", version: "(devel)", metadata: grypepkg.GolangBinMetadata{MainModule: "example.org/other"}},
	}
	for _, tt := range tests {
		t.Run(tt.name+" "+tt.version, func(t *testing.T) {
			p := grypepkg.Package{ID: "p", Name: tt.name, Version: tt.version, Type: tt.typ, Language: tt.language, Metadata: tt.metadata}
			noted := &incomparable{}
			if _, err := find(t.Context(), newProvider(db, nil), []grypepkg.Package{p}, nil, noted); err != nil {
				t.Fatal(err)
			}
			if got := noted.packages["p"]; got != tt.want {
				t.Errorf("noted = %t, want %t", got, tt.want)
			}
		})
	}
}

// What all versions of a package have, it has whatever its version is.
func TestAnyVersionIsInAll(t *testing.T) {
	t.Parallel()
	db := advisories(t, advisory{id: "MAL-2026-1", ecosystem: "npm", name: "malware", introduced: "0"})
	p := grypepkg.Package{ID: "p", Name: "malware", Version: "latest", Type: pkg.NpmPkg, Language: pkg.JavaScript}
	noted := &incomparable{}
	matches, err := find(t.Context(), newProvider(db, nil), []grypepkg.Package{p}, nil, noted)
	if err != nil || len(matches) != 1 || noted.packages["p"] {
		t.Errorf("find() = %d matches, %v, incomparable %t; want one match and nothing incomparable", len(matches), err, noted.packages["p"])
	}
}

// Grype's database calls the order of Rust's versions by a name that grype does not know.
func TestVersionsOfRust(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"0.1.0": true, "branch-1": false} {
		if got := (&watchedProvider{semantic: true}).isVersion(text, version.ParseFormat("rust")); got != want {
			t.Errorf("isVersion(%q) = %t, want %t", text, got, want)
		}
	}
}

// An rpm of a module that does not name its stream is noted where it would be affected in one of them.
func TestModulesWithoutStream(t *testing.T) {
	t.Parallel()
	db := advisories(t, advisory{"A-1", "Rocky Linux:8", "nodejs", "0", "1:18.20-1.module+el8.9.0+1+aa"}, advisory{"A-2", "Rocky Linux:8", "plain", "0", "2.0-1.el8"})
	tests := []struct {
		name, pkg, version string
		label              *string
		want               bool
	}{
		{name: "without a label", pkg: "nodejs", version: "1:18.1-1.module+el8.9.0+1+aa", label: new(string), want: true},
		{name: "younger than all repairs", pkg: "nodejs", version: "1:20.1-1.module+el8.9.0+1+aa", label: new(string)},
		{name: "of a stream", pkg: "nodejs", version: "1:16.1-1.module+el8.9.0+1+aa", label: new("nodejs:16:8090020231019:aa")},
		{name: "of no module", pkg: "nodejs", version: "1:10.1-1.el8", label: new(string)},
		{name: "of a database without labels", pkg: "nodejs", version: "1:18.1-1.module+el8.9.0+1+aa"},
		{name: "without advisories for streams", pkg: "plain", version: "1.0-1.module+el8.9.0+1+aa", label: new(string)},
		{name: "without advisories", pkg: "other", version: "1.0-1.module+el8.9.0+1+aa", label: new(string)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := distro.FromRelease(&linux.Release{ID: "rocky", VersionID: "8.9"}, distro.DefaultFixChannels())
			p := grypepkg.Package{ID: "p", Name: tt.pkg, Version: tt.version, Type: pkg.RpmPkg, Distro: d, Metadata: grypepkg.RpmMetadata{ModularityLabel: tt.label}}
			noted := &incomparable{}
			if _, err := find(t.Context(), newProvider(db, nil), []grypepkg.Package{p}, d, noted); err != nil {
				t.Fatal(err)
			}
			if got := noted.packages["p"]; got != tt.want {
				t.Errorf("noted = %t, want %t", got, tt.want)
			}
		})
	}
}
