package inventory_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/imagetest"
)

// Gems and packages of Composer that were copied into a project are found by what they say themselves.
func TestLoosePackages(t *testing.T) {
	t.Parallel()
	const spec = "Gem::Specification.new do |s|\n  s.name = \"rack\"\n  s.version = \"2.0.1\".freeze\nend\n"
	const manifest = `{"name":"Twig/twig","version":"v1.0.0","type":"library"}`
	gem := func(at, spec string) []imagetest.File {
		return []imagetest.File{file(at+"/rack.gemspec", spec), file(at+"/lib/rack.rb", "x")}
	}
	found := []string{"gem rack 2.0.1 layer 0 visible /app/vendor/gems/rack/rack.gemspec"}
	tests := []struct {
		name  string
		files []imagetest.File
		want  []string
		gap   string
	}{
		{"a gem by its path", gem("app/vendor/gems/rack", spec), found, ""},
		{"one whose version is an object", gem("app/vendor/gems/rack", "s.name='rack'\ns.version = Gem::Version.new('2.0.1')"), found, ""},
		{"one whose version is a constant", append(gem("app/vendor/gems/rack", "require_relative 'lib/rack/version'\ns.name = 'rack'\ns.version = Rack::VERSION"), file("app/vendor/gems/rack/lib/rack/version.rb", "module Rack\n  VERSION = \"2.0.1\".freeze # x\nend\n")), found, ""},
		{"one of a module with other words", append(gem("app/vendor/gems/rack", "s.name = \"rack\"\ns.version = RackOne::TwoThree::VERSION\n"), file("app/vendor/gems/rack/lib/rack_one/two_three/version.rb", "VERSION = '2.0.1'")), found, ""},
		{"one whose version is a text of a module", append(gem("app/vendor/gems/rack", "s.name = 'rack'\ns.version = Rack::Version::STRING"), file("app/vendor/gems/rack/lib/rack/version.rb", "module Version\n STRING = '2.0.1'")), found, ""},
		{"one whose name is computed, too", append(gem("app/vendor/gems/rack", "s.name = File.basename(__FILE__, '.gemspec')\ns.version = Foo::VERSION"), file("app/vendor/gems/rack/lib/rack/version.rb", "VERSION = '2.0.1'")), found, ""},
		{"one that defines it in its library", []imagetest.File{file("app/vendor/gems/rack/rack.gemspec", "s.name = 'rack'\ns.version = Rack::VERSION"), file("app/vendor/gems/rack/lib/rack.rb", "VERSION = '2.0.1'")}, found, ""},
		{"one that reads its version", append(gem("app/vendor/gems/rack", "s.name = 'rack'\ns.version = File.read(File.join(__dir__, 'VERSION')).strip"), file("app/vendor/gems/rack/VERSION", "2.0.1\n")), found, ""},
		{"one that reads another thing", append(gem("app", "s.name = 'rack'\ns.version = File.read('VERSION')"), file("app/VERSION", "<%= version %>")), nil, "/app/rack.gemspec"},
		{"one whose constant is elsewhere", append(gem("app/a", "require_relative '../b/version'\ns.version = Rack::VERSION"), file("app/b/version.rb", "VERSION = '2.0.1'")), nil, "/app/a/rack.gemspec"},
		{"one that defines it twice", append(gem("app", "s.version = Rack::VERSION"), file("app/lib/rack/version.rb", "VERSION = '1.0'\nVERSION = '2.0'")), nil, "/app/rack.gemspec"},
		{"one that computes its version", gem("app", "s.name = 'rack'\ns.version = Rack.version"), nil, "/app/rack.gemspec"},
		{"one that puts its version together", gem("app", "s.name = 'rack'\ns.version = \"2.#{minor}\""), nil, "/app/rack.gemspec"},
		{"one that says two versions", gem("app", spec+"s.version = '3.0'"), nil, "/app/rack.gemspec"},
		{"one among test data", gem("app/fixtures/a", "s.version = Rack.version"), nil, ""},
		{"one in an installed gem", append(gem("usr/lib/ruby/gems/3.3.0/gems/a-1/example", "s.version = Rack.version"), file("usr/lib/ruby/gems/3.3.0/specifications/a-1.gemspec", "s.name = 'a'\ns.version = '1'")),
			[]string{"gem a 1 layer 0 visible /usr/lib/ruby/gems/3.3.0/specifications/a-1.gemspec"}, ""},
		{"one that Bundler took from a repository", gem("usr/lib/ruby/gems/3.3.0/bundler/gems/rack-1a2b3c4d5e6f", spec), []string{"gem rack 2.0.1 layer 0 visible /usr/lib/ruby/gems/3.3.0/bundler/gems/rack-1a2b3c4d5e6f/rack.gemspec"}, ""},
		{"what is no specification", gem("app", "x"), nil, ""},
		{"a specification without code", []imagetest.File{file("app/rack.gemspec", spec)}, nil, ""},
		{"one of an installed gem", append(gem("usr/lib/ruby/gems/3.3.0/gems/rack-2.0.1", spec), file("usr/lib/ruby/gems/3.3.0/specifications/rack-2.0.1.gemspec", spec)),
			[]string{"gem rack 2.0.1 layer 0 visible /usr/lib/ruby/gems/3.3.0/specifications/rack-2.0.1.gemspec"}, ""},

		{"a package of Composer", []imagetest.File{file("app/vendor/twig/twig/composer.json", manifest)}, []string{"php-composer twig/twig v1.0.0 layer 0 visible /app/vendor/twig/twig/composer.json"}, ""},
		{"one elsewhere", []imagetest.File{file("app/lib/twig/composer.json", `{"name":"twig/twig","version":"1.0.0"}`)}, []string{"php-composer twig/twig 1.0.0 layer 0 visible /app/lib/twig/composer.json"}, ""},
		{"one that is listed", []imagetest.File{file("app/vendor/twig/twig/composer.json", manifest), file("app/vendor/composer/installed.json", `{"packages":[{"name":"twig/twig","version":"v1.0.1"}]}`)},
			[]string{"php-composer twig/twig v1.0.1 layer 0 visible /app/vendor/composer/installed.json"}, ""},
		{"one of Node", []imagetest.File{npm("app/node_modules/a", "a", "1.0.0"), file("app/node_modules/a/composer.json", manifest)}, []string{"npm a 1.0.0 layer 0 visible /app/node_modules/a/package.json"}, ""},
		{"a project", []imagetest.File{file("app/composer.json", `{"name":"shop/app","type":"project","version":"1.0"}`), file("srv/composer.json", `{"require":{"twig/twig":"^1"}}`), file("opt/composer.json", `{"name":"shop/lib","version":"dev-main"}`)}, nil, ""},
		{"what is no manifest", []imagetest.File{file("app/vendor/twig/twig/composer.json", "{"), file("app/vendor/a/b/composer.json", `["a/b"]`)}, nil, ""},
		{"packages without versions", []imagetest.File{file("app/vendor/twig/twig/composer.json", `{"name":"twig/twig"}`), file("app/vendor/a/b/composer.json", `{"name":"a/b"}`)}, nil, "/app/vendor"},
		{"those beside a loader", []imagetest.File{file("app/vendor/twig/twig/composer.json", `{"name":"twig/twig"}`), file("app/vendor/composer/autoload_real.php", "<?php")}, nil, "/app/vendor/composer"},
		{"those that a list has", []imagetest.File{file("app/vendor/twig/twig/composer.json", `{"name":"twig/twig"}`), file("app/vendor/composer/installed.json", `{"packages":[{"name":"twig/twig","version":"1.0.1"}]}`)},
			[]string{"php-composer twig/twig 1.0.1 layer 0 visible /app/vendor/composer/installed.json"}, ""},
		{"another's directory", []imagetest.File{file("app/vendor/a/b/composer.json", `{"name":"twig/twig"}`)}, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inv := take(t, tt.files)
			if diff := cmp.Diff(tt.want, describe(inv)); diff != "" {
				t.Errorf("packages (-want +got):\n%s", diff)
			}
			gap := ""
			for _, g := range inv.Unidentified {
				gap += g.Path
			}
			if gap != tt.gap || len(inv.Unreadable) > 0 {
				t.Errorf("gaps %v, %v, want %q", inv.Unidentified, inv.Unreadable, tt.gap)
			}
		})
	}
}

// What says the version of a gem may come in a later layer than its specification.
func TestLooseGemInLayers(t *testing.T) {
	t.Parallel()
	inv := take(t, []imagetest.File{file("app/rack.gemspec", "s.version = Rack::VERSION"), file("app/lib/rack.rb", "x")}, []imagetest.File{file("app/lib/rack/version.rb", "VERSION = '2.0.1'")})
	if diff := cmp.Diff([]string{"gem rack 2.0.1 layer 1 visible /app/rack.gemspec"}, describe(inv)); diff != "" || len(inv.Unidentified) > 0 {
		t.Errorf("packages (-want +got):\n%s, gaps %v", diff, inv.Unidentified)
	}
}

// What a package of the system brings is left to that.
func TestLoosePackagesOfSystem(t *testing.T) {
	t.Parallel()
	inv := take(t, []imagetest.File{
		osRelease("12"), status("php-twig=1"), list("php-twig", "/usr/share/php/vendor/twig/twig/composer.json"), file("usr/share/php/vendor/twig/twig/composer.json", `{"name":"twig/twig"}`),
	})
	if len(inv.Unidentified) > 0 {
		t.Errorf("Unidentified = %v, want none", inv.Unidentified)
	}
}
