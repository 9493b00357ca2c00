package purl_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/purl"
)

// What means the same package is read as the same.
func TestParse(t *testing.T) {
	t.Parallel()
	debian := purl.URL{Type: "deb", Namespace: "debian", Name: "libstdc++6", Version: "1:1.2+b1", Qualifiers: map[string]string{"arch": "amd64"}}
	babel := purl.URL{Type: "npm", Namespace: "@babel", Name: "core", Version: "7.0.0", Qualifiers: map[string]string{}}
	jinja := purl.URL{Type: "pypi", Name: "jinja2", Qualifiers: map[string]string{}}
	rpm := purl.URL{Type: "rpm", Namespace: "redhat", Name: "OpenSSL", Version: "1.1.1k-5.el8", Qualifiers: map[string]string{"epoch": "1"}}
	tests := []struct {
		want purl.URL
		text string // URLs with spaces between them
	}{
		{debian, "pkg:deb/debian/libstdc%2B%2B6@1%3A1.2%2Bb1?arch=amd64 pkg:deb/debian/libstdc++6@1:1.2+b1?arch=amd64 PKG:DEB/Debian/LibStdC++6@1:1.2%2bb1?Arch=amd64&distro="},
		{babel, "pkg:npm/%40babel/core@7.0.0 pkg:npm/@babel/core@7.0.0 pkg://npm/%40babel/core@7.0.0"},
		{jinja, "pkg:pypi/jinja2 pkg:pypi/Jinja2"},
		{purl.URL{Type: "pypi", Name: "ruamel-yaml-clib", Qualifiers: map[string]string{}}, "pkg:pypi/ruamel.yaml.clib pkg:pypi/Ruamel_yaml-clib pkg:pypi/ruamel--yaml_.clib"},
		{purl.URL{Type: "nuget", Name: "newtonsoft.json", Version: "1", Qualifiers: map[string]string{}}, "pkg:nuget/Newtonsoft.Json@1 pkg:nuget/newtonsoft.json@1"},
		{rpm, "pkg:rpm/redhat/OpenSSL@1.1.1k-5.el8?epoch=1 pkg:rpm/RedHat/OpenSSL@1:1.1.1k-5.el8 pkg:rpm/redhat/OpenSSL@1%3A1.1.1k-5.el8?epoch=1"},
		{purl.URL{Type: "rpm", Name: "a", Version: "1", Qualifiers: map[string]string{}}, "pkg:rpm/a@1 pkg:rpm/a@0:1 pkg:rpm/a@1?epoch=0"},
		{purl.URL{Type: "golang", Namespace: "github.com/masterminds", Name: "goutils", Qualifiers: map[string]string{}, Subpath: "a/b"}, "pkg:golang/github.com/Masterminds/goutils#a/b"},
		{purl.URL{Type: "maven", Namespace: "org.Example", Name: "A", Qualifiers: map[string]string{}}, "pkg:maven/org.Example/A"},
		{purl.URL{Type: "swift", Name: "without-namespace", Qualifiers: map[string]string{}}, "pkg:swift/without-namespace"},
		{purl.URL{Type: "*", Namespace: "@babel", Name: "Co*", Qualifiers: map[string]string{}}, "pkg:*/@babel/Co* pkg:*/%40babel/Co*"},
		{purl.URL{Type: "**", Name: "**", Qualifiers: map[string]string{}}, "pkg:**"},
		{purl.URL{Type: "**", Name: "a", Qualifiers: map[string]string{}}, "pkg:**/a"},
	}
	for _, tt := range tests {
		for text := range strings.FieldsSeq(tt.text) {
			got, err := purl.Parse(text)
			if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
				t.Errorf("Parse(%s) fails with %v, or differs (-want +got):\n%s", text, err, diff)
			}
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "openssl", "pkg:", "pkg:npm", "pkg:npm/", "pkg:deb/debian/", "pkg:npm/a%zz", "pkg:npm/@4", "pkg:n pm/a", "pkg:npm/a?1=2", "pkg:/", "purl:npm/a", "lib:npm/a"} {
		if got, err := purl.Parse(text); err == nil {
			t.Errorf("Parse(%q) = %+v, want an error", text, got)
		}
	}
}

func TestBlank(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"pkg:npm/a": false, "pkg:npm/@b/a": false, "pkg:npm/a@1?arch=x#b": false, "pkg:npm/a?": false, "pkg:npm/a#b@": false,
		"pkg:npm/a@": true, "pkg:npm/@b/a@": true, "pkg:npm/a@?arch=x": true, "pkg:npm/a@#b": true, "pkg:deb/a?arch=x&distro=": true, "pkg:deb/a?distro": true,
	} {
		if err := purl.Blank(text); (err != nil) != want {
			t.Errorf("Blank(%s) = %v, want an error: %v", text, err, want)
		}
	}
}

func TestUpstream(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		"pkg:deb/debian/libssl1.1@1?upstream=openssl":                                   {"openssl"},
		"pkg:deb/debian/libssl1.1@1?upstream=openssl%401.1":                             {"openssl", "1.1"},
		"pkg:apk/alpine/libcrypto3@3?upstream=openssl":                                  {"openssl"},
		"pkg:rpm/rhel/util-linux@2?upstream=util-linux-ng-2.17.2-12.28.el6_9.2.src.rpm": {"util-linux-ng", "2.17.2-12.28.el6_9.2"},
		"pkg:rpm/rhel/a@2?upstream=odd":                                                 {},
		"pkg:rpm/rhel/a@2?upstream=-1-2.src.rpm":                                        {},
		"pkg:npm/a@1":                                                                   {},
	} {
		u, err := purl.Parse(text)
		if name, version := u.Upstream(); name != want[0] || version != want[1] || u.Source() != name || err != nil {
			t.Errorf("Parse(%s).Upstream() = %q, %q, %v, want %q, and Source() is %q", text, name, version, err, want, u.Source())
		}
	}
}

// A demand for a qualifier is met by one that is there, and one for the upstream by the source's name alone as well.
func TestSatisfies(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		key, value string
		want       bool
	}{
		{"upstream", "openssl", true}, {"upstream", "openssl@1.1", true}, {"upstream", "curl", false}, {"upstream", "", false},
		{"arch", "amd64", true}, {"arch", "openssl", false}, {"distro", "", false},
	} {
		u, err := purl.Parse("pkg:deb/debian/libssl1.1@1?arch=amd64&upstream=openssl%401.1")
		if got := u.Satisfies(tt.key, func(value string) bool { return value == tt.value }); got != tt.want || err != nil {
			t.Errorf("Satisfies(%s, %q) = %t, %v, want %t", tt.key, tt.value, got, err, tt.want)
		}
	}
}

func TestPath(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"pkg:npm/%40babel/core@7": "npm/@babel/core", "pkg:pypi/jinja2": "pypi/jinja2", "pkg:golang/github.com/a/b": "golang/github.com/a/b"} {
		u, err := purl.Parse(text)
		if got := u.Path(); got != want || err != nil {
			t.Errorf("Parse(%s).Path() = %s, %v, want %s", text, got, err, want)
		}
	}
}

func TestIs(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"pkg:": true, "PKG:npm/a": true, "pkg": false, "lib:npm/a": false, "": false} {
		if got := purl.Is(text); got != want {
			t.Errorf("Is(%q) = %t, want %t", text, got, want)
		}
	}
}

// Each type is listed once, in the order of the alphabet.
func TestTypes(t *testing.T) {
	t.Parallel()
	all := purl.Types()
	if !slices.IsSorted(all) || len(slices.Compact(slices.Clone(all))) != len(all) || !slices.Contains(all, "npm") || !slices.Contains(all, "dotnet") {
		t.Errorf("Types() = %q", all)
	}
}

func TestKnownType(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"pkg:npm/a": true, "pkg:dotnet/a": true, "pkg:*/a": true, "pkg:n*/a": true, "pkg:pip/a": false, "pkg:debian/a": false} {
		u, err := purl.Parse(text)
		if got := u.KnownType() == nil; got != want || err != nil {
			t.Errorf("Parse(%s).KnownType() = %v, %v, want %v", text, got, err, want)
		}
	}
}
