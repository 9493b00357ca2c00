package inventory_test

import (
	"crypto/md5"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/imagetest"
)

// Libraries of JavaScript that were copied are packages, each once for a directory, unless something else says what they are.
func TestScriptLibraries(t *testing.T) {
	t.Parallel()
	code := strings.Repeat("x", 4<<10)
	react := "/** @license React v16.8.6\n * react-dom.production.min.js\n */\n"
	jquery := "/*! jQuery v3.4.1 | (c) */\n" + code
	found := func(at string) []string { return []string{"npm jquery 3.4.1 layer 0 visible " + at} }
	const deb = "usr/share/javascript/jquery/jquery.js"
	system := func(package_, content string) []imagetest.File {
		return []imagetest.File{osRelease("12"), status(package_ + "=1"), list(package_, "/"+deb), file("var/lib/dpkg/info/"+package_+".md5sums", fmt.Sprintf("%x  %s\n", md5.Sum([]byte(content)), deb))}
	}
	tests := []struct {
		name   string
		layers [][]imagetest.File
		want   []string
	}{
		{"one", [][]imagetest.File{{file("srv/www/jquery.min.js", jquery)}}, found("/srv/www/jquery.min.js")},
		{"a module", [][]imagetest.File{{file("srv/www/a.mjs", jquery)}, {file("srv/b/b.cjs", jquery)}}, []string{"npm jquery 3.4.1 layer 1 visible /srv/b/b.cjs", "npm jquery 3.4.1 layer 0 visible /srv/www/a.mjs"}},
		{"a bundle", [][]imagetest.File{{file("app/dist/main.js", react+jquery), file("app/dist/other.js", jquery)}}, []string{"npm jquery 3.4.1 layer 0 visible /app/dist/main.js", "npm react-dom 16.8.6 layer 0 visible /app/dist/main.js"}},
		{"the comments of a bundle", [][]imagetest.File{{file("app/dist/main.js.LICENSE.txt", react), file("app/dist/LICENSE.txt", jquery)}}, []string{"npm react-dom 16.8.6 layer 0 visible /app/dist/main.js.LICENSE.txt"}},
		{"one that is removed", [][]imagetest.File{{file("srv/www/jquery.min.js", jquery), file("srv/www/a.js", "x")}, {whiteout("srv/www/jquery.min.js")}}, []string{"npm jquery 3.4.1 layer 0 shadowed /srv/www/jquery.min.js"}},
		{"one that is left of two", [][]imagetest.File{{file("srv/www/a.js", jquery), file("srv/www/b.js", jquery)}, {whiteout("srv/www/a.js")}}, found("/srv/www/a.js")},
		{"what npm installed", [][]imagetest.File{{npm("app/node_modules/jquery", "jquery", "3.4.1"), file("app/node_modules/jquery/dist/jquery.js", jquery)}}, found("/app/node_modules/jquery/package.json")},
		{"in a gem and in packages of Python", [][]imagetest.File{{file("usr/local/bundle/gems/jquery-rails-4.6.0/vendor/jquery.js", jquery), file("usr/lib/python3/site-packages/a/static/jquery.js", jquery), file("opt/dist-packages/a/jquery.js", jquery)}}, nil},
		{"in a directory of one's own that is called like gems'", [][]imagetest.File{{file("app/gems/jquery.js", jquery)}}, []string{"npm jquery 3.4.1 layer 0 visible /app/gems/jquery.js"}},
		{"what npm installed with a copy in it", [][]imagetest.File{{npm("app/node_modules/a", "a", "1.0.0"), file("app/node_modules/a/dist/a.js", jquery)}}, []string{"npm a 1.0.0 layer 0 visible /app/node_modules/a/package.json"}},
		{"what has a manifest", [][]imagetest.File{{npm("srv/lib/jquery", "jquery", "3.4.1"), file("srv/lib/jquery/dist/jquery.js", jquery)}}, found("/srv/lib/jquery/package.json")},
		{"what had a manifest", [][]imagetest.File{{npm("srv/jquery", "jquery", "3.4.1")}, {whiteout("srv/jquery")}, {file("srv/jquery/a.js", jquery)}}, []string{"npm jquery 3.4.1 layer 2 visible /srv/jquery/a.js", "npm jquery 3.4.1 layer 0 shadowed /srv/jquery/package.json"}},
		{"what has the manifest of another", [][]imagetest.File{{npm("app", "jquery", "3.4.2"), file("app/jquery.js", jquery), npm("app2", "jquery", "3.4.1")}},
			[]string{"npm jquery 3.4.1 layer 0 visible /app/jquery.js", "npm jquery 3.4.1 layer 0 visible /app2/package.json", "npm jquery 3.4.2 layer 0 visible /app/package.json"}},
		{"Yarn", [][]imagetest.File{{file("opt/yarn-v1.22.22/lib/cli.js", jquery), file("app/.yarn/releases/yarn-1.22.19.cjs", jquery), file("root/.cache/node/corepack/v1/yarn/1.22.22/lib/cli.js", jquery)}}, nil},
		{"beside Yarn", [][]imagetest.File{{file("opt/hadoop/yarn/webapps/jquery.js", jquery)}}, found("/opt/hadoop/yarn/webapps/jquery.js")},
		{"a package of Debian", [][]imagetest.File{append(system("doc", jquery), file(deb, jquery))}, []string{"deb doc 1 layer 0 visible /var/lib/dpkg/status"}},
		{"one that was replaced", [][]imagetest.File{append(system("doc", jquery), file(deb, jquery)), {file(deb, react+code)}}, []string{"deb doc 1 layer 0 visible /var/lib/dpkg/status", "npm jquery 3.4.1 layer 0 shadowed /" + deb, "npm react-dom 16.8.6 layer 1 visible /" + deb}},
		{"one that is too small", [][]imagetest.File{{file("srv/a.js", react)}}, nil},
		{"another file", [][]imagetest.File{{file("srv/a.css", jquery), file("srv/a.js.map", jquery), file("srv/a.html", jquery)}}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, describe(take(t, tt.layers...))); diff != "" {
				t.Errorf("packages (-want +got):\n%s", diff)
			}
		})
	}
}

// A program beside a script or an archive is not a part of what is in that.
func TestProgramsBeside(t *testing.T) {
	t.Parallel()
	for _, beside := range []imagetest.File{
		file("app/jquery.js", "/*! jQuery v3.4.1 | (c) */"+strings.Repeat(" ", 4<<10)),
		file("app/a.zip", jar(t, "node_modules/b/package.json", `{"name":"b","version":"1.0.0"}`)),
		file("app/a.war", jar(t, "META-INF/MANIFEST.MF", "A: b\n", "WEB-INF/gems/specifications/d-1.0.gemspec", "# stub: d 1.0 ruby lib\n")),
	} {
		inv := take(t, []imagetest.File{beside, executable("app/server", "x")})
		if inv.Looked.Unowned != 1 || len(inv.Packages) == 0 {
			t.Errorf("beside %s, with %d packages, %d programs are nobody's, want 1", beside.Name, len(inv.Packages), inv.Looked.Unowned)
		}
	}
	php := file("app/x/a.zip", jar(t, "vendor/composer/installed.json", `{"packages":[{"name":"e/f","version":"v1.0.0"}]}`))
	if inv := take(t, []imagetest.File{php, executable("app/e/f/server", "x")}); inv.Looked.Unowned != 1 || len(inv.Packages) == 0 {
		t.Errorf("with %d packages, %d programs are nobody's, want 1", len(inv.Packages), inv.Looked.Unowned)
	}
}
