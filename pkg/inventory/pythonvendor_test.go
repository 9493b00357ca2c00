package inventory_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/imagetest"
)

// What a package of Python has copied of others is found by the list beside it, but for what installs packages.
func TestVendoredPython(t *testing.T) {
	t.Parallel()
	const lines = "# x\nurllib3==1.26.16\nrequests[socks] == 2.31.0 # x\n    PyYAML==6.0\ngone==1.0\nother>=1\n"
	copies := func(dir string) []imagetest.File {
		return []imagetest.File{file(dir+"/vendor.txt", lines), file(dir+"/__init__.py", ""), file(dir+"/urllib3/__init__.py", "x"), file(dir+"/requests/__init__.py", "x"), file(dir+"/yaml.py", "x"), file(dir+"/other.py", "x")}
	}
	found := func(state, at string) []string {
		return []string{"python pyyaml 6.0 " + state + " " + at, "python requests 2.31.0 " + state + " " + at, "python urllib3 1.26.16 " + state + " " + at}
	}
	tests := []struct {
		name   string
		layers [][]imagetest.File
		want   []string
	}{
		{"copies", [][]imagetest.File{copies("opt/tool/_vendor")}, found("layer 0 visible", "/opt/tool/_vendor/vendor.txt")},
		{"copies elsewhere", [][]imagetest.File{copies("usr/lib/python3/site-packages/tool/vendor")}, found("layer 0 visible", "/usr/lib/python3/site-packages/tool/vendor/vendor.txt")},
		{"the list alone is removed", [][]imagetest.File{copies("opt/tool/_vendor"), {whiteout("opt/tool/_vendor/vendor.txt")}}, found("layer 0 visible, hidden by 1", "/opt/tool/_vendor/vendor.txt")},
		{"all is removed", [][]imagetest.File{copies("opt/tool/_vendor"), {whiteout("opt/tool/_vendor")}}, found("layer 0 shadowed", "/opt/tool/_vendor/vendor.txt")},
		{"pip", [][]imagetest.File{copies("opt/site-packages/pip/_vendor"), copies("opt/pkg_resources/_vendor"), copies("opt/setuptools/_vendor"), copies("opt/wheel/vendored")}, nil},
		{"a list of Go", [][]imagetest.File{{file("src/vendor/vendor.txt", "a==1.0\n"), file("src/vendor/modules.txt", "# a v1\n")}}, nil},
		{"a list without copies", [][]imagetest.File{{file("src/_vendor/vendor.txt", "a==1.0\n"), file("src/_vendor/__init__.py", "")}}, nil},
		{"a package of Debian", [][]imagetest.File{append(copies("usr/lib/tool/_vendor"), osRelease("12"), status("tool=1"), list("tool", "/usr/lib/tool/_vendor/vendor.txt"))}, []string{"deb tool 1 layer 0 visible /var/lib/dpkg/status"}},
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
