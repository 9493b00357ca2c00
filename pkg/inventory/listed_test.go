package inventory_test

import (
	"strings"
	"testing"

	grypepkg "github.com/anchore/grype/grype/pkg"
	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
)

// Of a listed package, matchers are told what its package URL and its CPE names say.
func TestFromListing(t *testing.T) {
	t.Parallel()
	listed := func(kind, name, version, purl, distribution string, cpes ...string) inventory.Listed {
		return inventory.Listed{Package: finding.Package{Type: kind, Name: name, Version: version, PURL: purl}, Path: "/db", State: finding.Visible, CPEs: cpes, Distribution: distribution}
	}
	inv, err := inventory.FromListing(inventory.Listing{Distribution: inventory.Distribution{ID: "debian", Version: "12"}, Packages: []inventory.Listed{
		listed("deb", "libssl1.1", "1.1.1d", "pkg:deb/debian/libssl1.1@1.1.1d?arch=amd64&distro=debian-10&upstream=openssl%401.1.1", "debian 10"),
		listed("rpm", "nodejs", "1:14.0", "pkg:rpm/redhat/nodejs@14.0?epoch=1&rpmmod=nodejs%3A14%3A1&upstream=node-14.0-1.src.rpm", ""),
		listed("npm", "lodash", "4.17.4", "pkg:npm/lodash@4.17.4", "", "cpe:2.3:a:lodash:lodash:4.17.4:*:*:*:*:*:*:*", "cpe:2.3:a:lodash:lodash.js:4.17.4:*:*:*:*:*:*:*"),
		listed("binary", "curl", "8.0", "", ""),
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := inv.Check(1); err != nil {
		t.Error(err)
	}
	type told struct {
		Upstreams, Module, Root, Release string
		CPEs                             int
	}
	var got []told
	for i, m := range inv.Matchables() {
		p := inv.Packages[i]
		x := told{Root: p.Root, CPEs: len(m.CPEs)}
		for _, u := range m.Upstreams {
			x.Upstreams += strings.TrimSpace(u.Name + " " + u.Version)
		}
		if rpm, ok := m.Metadata.(grypepkg.RpmMetadata); ok && rpm.ModularityLabel != nil {
			x.Module = *rpm.ModularityLabel
		}
		if p.Release != nil {
			x.Release = p.Release.ID + " " + p.Release.VersionID
		}
		got = append(got, x)
	}
	want := []told{
		{Upstreams: "openssl 1.1.1", Root: "/", Release: "debian 10"},
		{Upstreams: "node 14.0-1", Module: "nodejs:14:1", Root: "/", Release: "debian 12"},
		{CPEs: 2},
		{},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("FromListing() (-want +got):\n%s", diff)
	}
	for _, tt := range []struct {
		name, err string
		p         inventory.Listed
	}{
		{"a CPE name", "is not valid", listed("npm", "a", "1", "pkg:npm/a@1", "", "cpe:nothing")},
		{"a package URL", "reading its package URL", listed("npm", "a", "1", "nothing", "")},
		{"two package URLs", "names 2 packages", listed("npm", "a", "1", "pkg:npm/a@1\npkg:npm/b@1", "")},
	} {
		if _, err := inventory.FromListing(inventory.Listing{Packages: []inventory.Listed{tt.p}}); err == nil || !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: FromListing() fails with %v, want %q", tt.name, err, tt.err)
		}
	}
}
