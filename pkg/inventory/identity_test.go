package inventory_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/imagetest"
)

// An installed package whose manifest syft passes over is found by what its package manager goes by, or named as a gap.
func TestIdentity(t *testing.T) {
	t.Parallel()
	const site, gems = "usr/lib/python3/site-packages/", "usr/lib/ruby/gems/3.0.0/specifications/"
	const metadata = "Metadata-Version: 2.1\nName: Foo\nVersion: 1.2\n"
	const spec = "# -*- encoding: utf-8 -*-\n%\nGem::Specification.new do |s|\n  s.name = \"rack\".freeze\n  s.version = @\nend\n"
	gemspec := func(stub, version string) string { return strings.NewReplacer("%", stub, "@", version).Replace(spec) }
	tests := []struct {
		name  string
		files []imagetest.File
		want  string // the package; empty for the gap unreadable-file, "-" for nothing
	}{
		{"python: no version", []imagetest.File{file(site+"Foo-1.2.dist-info/METADATA", "Metadata-Version: 2.1\nName: Foo\n")}, "foo 1.2"},
		{"python: an empty version", []imagetest.File{file(site+"Foo-1.2.dist-info/METADATA", "Name: Foo\nVersion:")}, "foo 1.2"},
		{"python: empty", []imagetest.File{file(site+"Foo-1.2.dist-info/METADATA", "")}, "foo 1.2"},
		{"python: lines end with carriage returns", []imagetest.File{file(site+"foo.egg-info/PKG-INFO", strings.ReplaceAll(metadata, "\n", "\r"))}, "foo 1.2"},
		{"python: another version in the metadata", []imagetest.File{file(site+"Foo-9.dist-info/METADATA", metadata)}, "foo 1.2"},
		{"python: a description that speaks of versions", []imagetest.File{file(site+"Foo-1.2.dist-info/METADATA", "Metadata-Version: 2.1\n\nVersion: 9\nName: Bar\n")}, "foo 1.2"},
		{"python: a line that the parser cannot hold", []imagetest.File{file(site+"Foo-9.dist-info/METADATA", "License: "+strings.Repeat("x", 70<<10)+"\n"+metadata)}, "foo 1.2"},
		{"python: an egg", []imagetest.File{file(site+"Foo_bar-1.2-py3.9.egg/EGG-INFO/PKG-INFO", "Metadata-Version: 1.0\n")}, "foo-bar 1.2"},
		{"python: an egg-info that is a file", []imagetest.File{file(site+"Foo-1.2-py3.9.egg-info", "Name: Foo\n")}, "foo 1.2"},
		{"python: no name anywhere", []imagetest.File{file(site+"foo.egg-info/PKG-INFO", "Metadata-Version: 1.0\n")}, ""},
		{"python: found by a link", []imagetest.File{file("data/x", "Name: Foo\n"), symlink(site+"Foo-1.2.dist-info/METADATA", "/data/x")}, "foo 1.2"},
		{"python: a manifest of no end", []imagetest.File{file(site+"Foo-1.2.dist-info/METADATA", strings.Repeat("x", 17<<20))}, ""},
		{"python: no METADATA", []imagetest.File{file(site+"Foo-1.2.dist-info/RECORD", "foo.py,,\n"), file(site+"Foo-1.2.dist-info/INSTALLER", "pip\n"), file(site+"foo.py", "x")}, "foo 1.2"},
		{"python: no METADATA, and no version", []imagetest.File{file(site+"foo.dist-info/RECORD", "foo.py,,\n")}, ""},
		{"python: METADATA and RECORD", []imagetest.File{file(site+"Foo-9.dist-info/METADATA", metadata), file(site+"Foo-9.dist-info/RECORD", "foo.py,,\n")}, "foo 1.2"},
		{"python: two versions", []imagetest.File{file(site+"Foo-1.2.dist-info/METADATA", metadata+"Version: 9\n")}, ""},
		{"python: two names", []imagetest.File{file(site+"Foo-1.2.dist-info/METADATA", metadata+"Name: Bar\n")}, ""},
		{"python: one version twice, and an empty one", []imagetest.File{file(site+"Foo-1.2.dist-info/METADATA", metadata+"Version: 1.2\nVersion:\n")}, "foo 1.2"},
		{"ruby: two versions", []imagetest.File{file(gems+"rack-1.0.0.gemspec", gemspec("", "\"1.0.0\"\n  s.version = \"9\""))}, ""},
		{"ruby: two names", []imagetest.File{file(gems+"rack-1.0.0.gemspec", gemspec("", "\"1.0.0\"\n  s.name = \"sinatra\""))}, ""},
		{"ruby: a stub with another version", []imagetest.File{file(gems+"rack-1.0.0.gemspec", gemspec("# stub: rack 9 ruby lib", `"1.0.0"`))}, ""},
		{"ruby: a stub with another name", []imagetest.File{file(gems+"rack-1.0.0.gemspec", gemspec("# stub: sinatra 1.0.0 ruby lib", `"1.0.0"`))}, ""},
		{"ruby: a stub with the same", []imagetest.File{file(gems+"rack-1.0.0.gemspec", gemspec("# stub: rack 1.0.0 ruby lib", `"1.0.0".freeze`))}, "rack 1.0.0"},
		{"ruby: a version that is made", []imagetest.File{file(gems+"rack-9.gemspec", gemspec("", `Gem::Version.new("1.0.0")`))}, "rack 1.0.0"},
		{"ruby: a version of a constant", []imagetest.File{file(gems+"rack-1.0.0-x86_64-linux.gemspec", gemspec("", "Rack::VERSION"))}, "rack 1.0.0"},
		{"ruby: a version of a constant, and a stub", []imagetest.File{file(gems+"rack.gemspec", gemspec("# stub: rack 1.0.0 ruby lib", "Rack::VERSION"))}, "rack 1.0.0"},
		{"ruby: a version behind a line that the parser cannot hold", []imagetest.File{file(gems+"rack-9.gemspec", "#"+strings.Repeat("x", 70<<10)+"\n"+gemspec("", `"1.0.0"`))}, "rack 1.0.0"},
		{"ruby: no version anywhere", []imagetest.File{file(gems+"rack.gemspec", gemspec("", "Rack::VERSION"))}, ""},
		{"ruby: no name anywhere", []imagetest.File{file(gems+"rack.gemspec", "Gem::Specification.new do |s|\n  s.version = \"1.0.0\"\nend\n")}, ""},
		{"npm: empty", []imagetest.File{file("app/node_modules/a/package.json", "")}, ""},
		{"npm: blank", []imagetest.File{file("app/node_modules/a/package.json", " \n\n\n\n")}, ""},
		{"npm: no version", []imagetest.File{file("app/node_modules/a/package.json", `{"name":"a"}`)}, ""},
		{"npm: no name", []imagetest.File{file("app/node_modules/@s/a/node_modules/b/package.json", `{"version":"1.0.0"}`)}, ""},
		{"npm: in pnpm's store", []imagetest.File{file("app/node_modules/.pnpm/a@1.0.0/node_modules/@s/a/package.json", `{}`)}, ""},
		{"npm: one of a workspace", []imagetest.File{file("app/node_modules/a/package.json", `{"name":"a","private":true}`)}, "-"},
		{"npm: a private one without a name", []imagetest.File{file("app/node_modules/a/package.json", `{"private":true}`)}, ""},
		{"npm: a marker inside", []imagetest.File{file("app/node_modules/a/esm/package.json", `{"type":"module"}`)}, "-"},
		{"npm: a marker inside one in a scope", []imagetest.File{file("app/node_modules/@s/a/esm/package.json", `{"type":"module"}`)}, "-"},
		{"npm: test data", []imagetest.File{file("app/node_modules/a/test/node_modules/b/package.json", "")}, "-"},
		{"npm: a project", []imagetest.File{file("app/package.json", `{"type":"module"}`)}, "-"},
		{"npm: a cache", []imagetest.File{file("app/node_modules/.cache/package.json", `{}`)}, "-"},
		{"npm: a list of authors", []imagetest.File{file("app/node_modules/b/package.json", `{"author":["x","y"],"name":"b","version":"1.0.0"}`)}, "b 1.0.0"},
		{"npm: a list of authors in other letters", []imagetest.File{file("app/node_modules/b/package.json", `{"name":"b","version":"1.0.0","AUTHOR":[]}`)}, "b 1.0.0"},
		{"npm: odd fields of all kinds", []imagetest.File{file("app/node_modules/b/package.json", "\ufeff"+`{"name":"b","version":"1.0.0","author":{"name":5},"authors":5,"contributors":"x","maintainers":[["x"]],"repository":[],"bugs":[],"license":{"type":["MIT"]},"licenses":"MIT","dependencies":[],"devDependencies":{"c":{}},"private":"true","homepage":[],"description":{},"latest":"1"}`)}, "b 1.0.0"},
		{"npm: odd fields, found by a link", []imagetest.File{file("data/x", `{"name":"b","version":"1.0.0","author":[]}`), symlink("app/node_modules/b/package.json", "/data/x")}, "b 1.0.0"},
		{"npm: odd fields behind a byte order mark, in an archive", []imagetest.File{file("app/b.zip", jar(t, "node_modules/b/package.json", "\ufeff"+`{"name":"b","version":"1.0.0","author":[]}`))}, "b 1.0.0"},
		{"npm: odd fields, and no version", []imagetest.File{file("app/node_modules/b/package.json", `{"name":"b","author":[]}`)}, ""},
		{"npm: odd fields of a project", []imagetest.File{file("app/package.json", `{"author":[]}`)}, "-"},
		{"npm: a version that is a number", []imagetest.File{file("app/node_modules/b/package.json", `{"name":"b","version":1,"author":[]}`)}, ""},
		{"npm: two versions beside an odd field", []imagetest.File{file("app/node_modules/b/package.json", `{"name":"b","version":"1.0.0","Version":"2.0.0","author":[]}`)}, ""},
		{"npm: two versions, found by a link", []imagetest.File{file("data/x", `{"name":"b","version":"1.0.0","Version":"2.0.0"}`), symlink("app/node_modules/b/package.json", "/data/x")}, ""},
		{"npm: two versions, in an archive", []imagetest.File{file("app/b.zip", jar(t, "node_modules/b/package.json", `{"name":"b","version":"1.0.0","Version":"2.0.0"}`))}, ""},
		{"npm: cut off behind an odd field", []imagetest.File{file("app/node_modules/b/package.json", `{"name":"b","version":"1.0.0","author":[]`)}, ""},
		{"npm: no text", []imagetest.File{file("app/node_modules/b/package.json", "\x00\x01")}, ""},
		{"npm: a private one behind a byte order mark", []imagetest.File{file("app/node_modules/b/package.json", "\ufeff"+`{"name":"b","private":true}`)}, "-"},
		{"composer: odd fields", []imagetest.File{file("srv/vendor/composer/installed.json", `{"packages":[{"name":"twig/twig","version":"1.0.0","require":[],"license":"MIT","authors":"x","bin":"x","keywords":{}}]}`)}, "twig/twig 1.0.0"},
		{"composer: odd fields in an old list", []imagetest.File{file("srv/vendor/composer/installed.json", `[{"name":"twig/twig","version":"1.0.0","require":[]}]`)}, "twig/twig 1.0.0"},
		{"composer: a list with gaps", []imagetest.File{file("srv/vendor/composer/installed.json", `{"packages":{"3":{"name":"twig/twig","version":"1.0.0","license":"MIT"}}}`)}, "twig/twig 1.0.0"},
		{"composer: odd fields, and no version", []imagetest.File{file("srv/vendor/composer/installed.json", `{"packages":[{"name":"twig/twig","require":[]}]}`)}, ""},
		{"composer: a version that is a number", []imagetest.File{file("srv/vendor/composer/installed.json", `{"packages":[{"name":"twig/twig","version":1,"require":[]}]}`)}, ""},
		{"composer: a list of no packages", []imagetest.File{file("srv/vendor/composer/installed.json", `{"packages":["twig/twig"]}`)}, ""},
		{"composer: no version", []imagetest.File{file("srv/vendor/composer/installed.json", `{"packages":[{"name":"twig/twig"}]}`)}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inv := take(t, append([]imagetest.File{npm("opt/node_modules/other", "other", "1.0.0")}, tt.files...))
			var packages, gaps []string
			for _, p := range inv.Packages {
				packages = append(packages, p.Name+" "+p.Version)
			}
			for _, g := range inv.Unreadable {
				gaps = append(gaps, g.Path)
			}
			want, wantGaps := []string{"other 1.0.0"}, []string(nil)
			switch tt.want {
			case "-":
			case "":
				wantGaps = []string{"/" + tt.files[0].Name}
			default:
				want = append(want, tt.want)
				slices.Sort(want)
			}
			if diff := cmp.Diff(want, packages); diff != "" {
				t.Errorf("Packages (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(wantGaps, gaps); diff != "" {
				t.Errorf("Unreadable (-want +got):\n%s", diff)
			}
		})
	}
}

// What runs a program does not ask for its name: it is read as it is, whatever it is called.
func TestIdentityLeavesPrograms(t *testing.T) {
	t.Parallel()
	program := executable("opt/foo-1.2.egg-info", strings.Repeat("x", 1<<12))
	program.Body = program.Body[:8] + "AI\x02" + program.Body[11:] // an AppImage
	inv := take(t, []imagetest.File{program})
	if len(inv.Unread) != 1 || inv.Unread[0].Path != "/opt/foo-1.2.egg-info" {
		t.Errorf("Unread = %+v, want the program", inv.Unread)
	}
}
