package inventory_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/inventory"
)

// needing is the package.json of a package of Node with some fields more.
func needing(dir, name, fields string) imagetest.File {
	return file(dir+"/package.json", fmt.Sprintf(`{"name": %q, "version": "1.0.0", %s}`, name, fields))
}

// wheel is the record of a Python package.
func wheel(name string, requirements ...string) imagetest.File {
	body := fmt.Sprintf("Metadata-Version: 2.1\nName: %s\nVersion: 1.0\n", name)
	for _, r := range requirements {
		body += "Requires-Dist: " + r + "\n"
	}
	return file("/py/"+name+"-1.0.dist-info/METADATA", body)
}

// brought lists which packages others bring, by their paths where two have the same name.
func brought(inv *inventory.Inventory) []string {
	var out []string
	for _, p := range inv.Packages {
		if len(p.Via) > 0 {
			out = append(out, fmt.Sprintf("%s %s: %s", p.Name, p.State, strings.Join(p.Via, ", ")))
		}
	}
	return out
}

func TestVia(t *testing.T) {
	t.Parallel()
	const modules = "/app/node_modules/"
	express := needing(modules+"express", "express", `"dependencies": {"qs": "^1"}`)
	qs := needing(modules+"qs", "qs", `"dependencies": {"side": "^1"}`)
	side := npm("app/node_modules/side", "side", "1.0.0")
	tests := []struct {
		name   string
		layers [][]imagetest.File
		want   []string
	}{
		{
			name:   "what a project names brings the rest",
			layers: [][]imagetest.File{{file("/app/package.json", `{"dependencies": {"express": "^1"}}`), express, qs, side}},
			want:   []string{"qs visible: express", "side visible: express"},
		},
		{
			name:   "what a project names itself nobody brings",
			layers: [][]imagetest.File{{file("/app/package.json", `{"name": "app", "version": "1.0.0", "devDependencies": {"qs": "^1"}}`), express, qs, side}},
			want:   []string{"side visible: express, qs"},
		},
		{
			name:   "without a project, what nobody needs brings the rest",
			layers: [][]imagetest.File{{express}, {qs, side}},
			want:   []string{"qs visible: express", "side visible: express"},
		},
		{
			name:   "a project that is gone names nothing",
			layers: [][]imagetest.File{{file("/app/package.json", `{"dependencies": {"qs": "^1"}}`), express, qs, side}, {file("/app/.wh.package.json", "")}},
			want:   []string{"qs visible: express", "side visible: express"},
		},
		{
			name: "optional and peer dependencies",
			layers: [][]imagetest.File{{
				needing(modules+"a", "a", `"optionalDependencies": {"side": "*"}, "peerDependencies": {"qs": "*"}, "devDependencies": {"b": "*"}`),
				npm("app/node_modules/b", "b", "1.0.0"), npm("app/node_modules/qs", "qs", "1.0.0"), side,
			}},
			want: []string{"qs visible: a", "side visible: a"},
		},
		{
			name: "the nearest one",
			layers: [][]imagetest.File{{
				express, npm("app/node_modules/qs", "qs", "2.0.0"), npm("app/node_modules/express/node_modules/qs", "qs", "1.0.0"),
				needing(modules+"@a/send", "@a/send", `"dependencies": {"side": "*"}`), side,
			}},
			want: []string{"qs visible: express", "side visible: @a/send"},
		},
		{
			name: "a package inside of another",
			layers: [][]imagetest.File{{
				needing(modules+"next", "next", `"dependencies": {"side": "*"}`), side, npm("app/node_modules/next/dist/compiled/ws", "ws", "1.0.0"),
			}},
			want: []string{"side visible: next", "ws visible: next"},
		},
		{
			name: "the links of pnpm",
			layers: [][]imagetest.File{{
				needing("/app/node_modules/.pnpm/express@1/node_modules/express", "express", `"dependencies": {"qs": "^1"}`),
				npm("app/node_modules/.pnpm/qs@1/node_modules/qs", "qs", "1.0.0"),
				symlink("app/node_modules/.pnpm/express@1/node_modules/qs", "../../qs@1/node_modules/qs"), symlink("app/node_modules/express", ".pnpm/express@1/node_modules/express"),
				file("/app/package.json", `{"dependencies": {"express": "^1"}}`),
			}},
			want: []string{"qs visible: express"},
		},
		{
			name: "packages that need each other",
			layers: [][]imagetest.File{{
				needing(modules+"a", "a", `"dependencies": {"b": "*"}`), needing(modules+"b", "b", `"dependencies": {"a": "*", "b": "*"}`),
			}},
		},
		{
			name:   "a manifest of another form",
			layers: [][]imagetest.File{{needing(modules+"a", "a", `"dependencies": {"side": "*"}, "peerDependencies": [1], "optionalDependencies": {"b": {"c": 1}}`), side}},
			want:   []string{"side visible: a"},
		},
		{
			name: "Python",
			layers: [][]imagetest.File{{
				wheel("Flask", "Jinja2 (>=3)", "click>=8", `colorama; sys_platform == "win32"`, `asgiref>=3; extra == "async"`, "zope.interface[test]"),
				wheel("jinja2", "MarkupSafe>=2"), wheel("MarkupSafe"), wheel("click"), wheel("colorama"), wheel("asgiref"), wheel("zope_interface"),
			}},
			want: []string{"click visible: flask", "jinja2 visible: flask", "markupsafe visible: flask", "zope-interface visible: flask"},
		},
		{
			name: "Composer",
			layers: [][]imagetest.File{{file("/app/vendor/composer/installed.json",
				`{"packages": [{"name": "a/app", "version": "1.0.0", "require": {"php": ">=8", "Symfony/HTTP": "^3"}}, {"name": "symfony/http", "version": "3.4.1"}]}`)}},
			want: []string{"symfony/http visible: a/app"},
		},
		{name: "what is gone", layers: [][]imagetest.File{{express, qs}, {file("/app/node_modules/.wh.qs", "")}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, brought(take(t, tt.layers...))); diff != "" {
				t.Errorf("Take() (-want +got):\n%s", diff)
			}
		})
	}
}

// Many packages that bring one are ten names, however they need each other, and too many needs are no search without an end.
func TestViaIsBounded(t *testing.T) {
	t.Parallel()
	// all is a package that needs each of n.
	all := func(dir, name string, n int) imagetest.File {
		var needs []string
		for i := range n {
			needs = append(needs, fmt.Sprintf(`"p%03d": "*"`, i))
		}
		return needing(dir, name, `"dependencies": {`+strings.Join(needs, ",")+`}`)
	}
	tests := []struct {
		name  string
		files func() []imagetest.File
		want  int // names of what brings p000
	}{
		{name: "many bring it", want: 10, files: func() []imagetest.File {
			files := []imagetest.File{npm("app/node_modules/p000", "p000", "1.0.0")}
			for i := range 30 {
				files = append(files, all(fmt.Sprint("/app/node_modules/a", i), fmt.Sprint("a", i), 1))
			}
			return files
		}},
		{name: "more names than packages need", want: 0, files: func() []imagetest.File {
			files := []imagetest.File{npm("app/node_modules/p000", "p000", "1.0.0")}
			var needs []string
			for i := range 1000 {
				needs = append(needs, fmt.Sprintf(`"a%d": "*"`, i))
			}
			return append(files, needing("/app/node_modules/a", "a", `"dependencies": {"p000": "*", `+strings.Join(needs, ",")+`}`))
		}},
		{name: "more needs than are searched", want: 0, files: func() []imagetest.File {
			files := []imagetest.File{npm("app/node_modules/p000", "p000", "1.0.0")}
			for i := range 210 {
				files = append(files, all(fmt.Sprint("/app/node_modules/a", i), fmt.Sprint("a", i), 1000))
			}
			return files
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, p := range take(t, tt.files()).Packages {
				if p.Name == "p000" && len(p.Via) != tt.want {
					t.Errorf("Take(): %d packages bring it, want %d", len(p.Via), tt.want)
				}
			}
		})
	}
}
