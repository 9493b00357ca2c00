package match

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anchore/grype/grype/distro"
	grypepkg "github.com/anchore/grype/grype/pkg"
	"github.com/anchore/grype/grype/vulnerability"
	"github.com/anchore/syft/syft/cpe"
	"github.com/anchore/syft/syft/linux"
	"github.com/anchore/syft/syft/pkg"
	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/kept"
)

// memory is a store that counts what is put.
type memory struct {
	values map[string][]byte
	puts   int
}

func (m *memory) Get(key string) ([]byte, bool) {
	value, ok := m.values[key]
	return value, ok
}

func (m *memory) Put(key string, value []byte) {
	if m.values == nil {
		m.values = map[string][]byte{}
	}
	m.values[key] = value
	m.puts++
}

// counting is a database that counts what it is asked.
type counting struct {
	vulnerability.Provider
	asked atomic.Int32
}

func (c *counting) FindVulnerabilities(criteria ...vulnerability.Criteria) ([]vulnerability.Vulnerability, error) {
	c.asked.Add(1)
	return c.Provider.FindVulnerabilities(criteria...)
}

// keeping is an inventory with packages that have advisories, one of them in a version that cannot be compared, and what it is matched with.
func keeping(t *testing.T) (*inventory.Inventory, *counting, Target) {
	t.Helper()
	of := func(typ pkg.Type, language pkg.Language, name, version string, state finding.State) inventory.Package {
		return inventory.Package{
			Package: finding.Package{Name: name, Version: version, Type: string(typ)}, Path: "/app/" + name, State: state,
			Details: inventory.Details{Language: language},
		}
	}
	inv := &inventory.Inventory{Packages: []inventory.Package{
		of(pkg.NpmPkg, pkg.JavaScript, "lodash", "4.17.4", finding.Visible),
		of(pkg.NpmPkg, pkg.JavaScript, "lodash", "4.17.5", finding.Shadowed),
		of(pkg.PythonPkg, pkg.Python, "PyYAML", "3.12-custom", finding.Visible),
	}}
	target := asked(finding.Cover{})
	target.Exploitation = func(ids []string) (map[string]finding.Exploitation, error) {
		return map[string]finding.Exploitation{ids[0]: {EPSS: &finding.EPSS{CVE: "CVE-2026-1"}, CWEs: []string{"CWE-79"}}}, nil
	}
	target.Expect = func([]string) error { return nil }
	target.Now, target.Parts, target.Database = time.Unix(0, 0), 2, "one"
	target.Layers = []finding.Layer{{Index: 0, DiffID: "sha256:0"}}
	return inv, &counting{Provider: advisories(t,
		advisory{"ACME-1", "npm", "lodash", "0", "4.17.11"}, advisory{"ACME-2", "npm", "lodash", "4.17.3", "4.17.21"}, advisory{"ACME-3", "PyPI", "PyYAML", "0", "9"})}, target
}

// lines is all of a result, as reports have it.
func lines(t *testing.T, r Result) string {
	t.Helper()
	raw, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// What an earlier run found is found again without a question to the database, byte for byte, and takes its place from today's image
// and project. What is in the store instead of that is found anew.
func TestMatchesAreKept(t *testing.T) {
	t.Parallel()
	inv, db, target := keeping(t)
	look := func(name string, target Target, asks bool) string {
		t.Helper()
		db.asked.Store(0)
		result, err := Find(t.Context(), inv, db, target)
		if err != nil {
			t.Fatal(err)
		}
		if asks != (db.asked.Load() > 0) {
			t.Errorf("%s: the database was asked %d times", name, db.asked.Load())
		}
		return lines(t, result)
	}
	plain := look("without a store", target, true)
	store := &memory{}
	target.Kept = store
	same := func(name string, asks bool) {
		t.Helper()
		if diff := cmp.Diff(plain, look(name, target, asks)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	same("the first time", true)
	same("again", false)
	if store.puts != 1 {
		t.Errorf("%d entries were put, want 1", store.puts)
	}
	key := slices.Collect(maps.Keys(store.values))[0]
	good := slices.Clone(store.values[key])

	elsewhere := target
	elsewhere.Platform, elsewhere.Layers = "linux/arm64", []finding.Layer{{Index: 0, DiffID: "sha256:0", Base: true}}
	elsewhere.Locate = func(int, finding.Package, string) (*finding.Location, []finding.Related) {
		return &finding.Location{File: "Dockerfile", Line: 7, EndLine: 7}, nil
	}
	got := look("in another place", elsewhere, false)
	elsewhere.Kept = nil
	if diff := cmp.Diff(look("in another place, without a store", elsewhere, true), got); diff != "" {
		t.Errorf("in another place (-want +got):\n%s", diff)
	}

	for name, value := range map[string][]byte{"damaged": []byte("damaged"), "cut": good[:len(good)-5], "empty": nil} {
		store.values[key] = value
		same(name, true)
	}
	var found matches
	store.values[key] = good
	if !kept.Get(store, key, &found) || len(found.Found) < 2 || len(found.Incomparable) != 1 {
		t.Fatalf("kept are %+v", found)
	}
	forged := map[string]func(m *matches){
		"a package that is not there":   func(m *matches) { m.Of[0] = 3 },
		"a package below the first":     func(m *matches) { m.Of[0] = -1 },
		"fewer packages than findings":  func(m *matches) { m.Of = m.Of[1:] },
		"incomparable, and not there":   func(m *matches) { m.Incomparable = []int{3} },
		"incomparable, and in no order": func(m *matches) { m.Incomparable = []int{2, 0} },
		"a finding of another kind":     func(m *matches) { m.Found[0].Kind = finding.KindCheck },
		"a finding of nothing":          func(m *matches) { m.Found[0].Vulnerability = nil },
		"a finding without a name":      func(m *matches) { m.Found[0].ID = "" },
		"a severity that there is not":  func(m *matches) { m.Found[0].Severity = 17 },
		"a score that there is not":     func(m *matches) { m.Found[0].Vulnerability.CVSS = -1 },
		"more findings than can be judged": func(m *matches) {
			m.Found, m.Of, m.Records = slices.Repeat(m.Found[:1], MaxFindings+1), make([]int, MaxFindings+1), MaxFindings+1
		},
		"more findings than records": func(m *matches) { m.Records = len(m.Found) - 1 },
	}
	for name, forge := range forged {
		var m matches
		store.values[key] = good
		if !kept.Get(store, key, &m) {
			t.Fatal("what was kept is not there")
		}
		forge(&m)
		if err := kept.Put(store, key, m); err != nil {
			t.Fatal(err)
		}
		same(name, true)
	}
}

// A package that is new is matched, and with it no more than those of its part. What is found is the same as without a store, also where
// packages own others.
func TestOtherPartsAreKept(t *testing.T) {
	t.Parallel()
	inv, db, target := keeping(t)
	inv.Packages = append(inv.Packages, many(1000).Packages...)
	inv.Packages[500].Owners, inv.Packages[700].Owners = []int{0}, []int{900}
	store := &memory{}
	find := func(kept kept.Store) (string, int32) {
		t.Helper()
		target.Kept = kept
		db.asked.Store(0)
		result, err := Find(t.Context(), inv, db, target)
		if err != nil {
			t.Fatal(err)
		}
		return lines(t, result), db.asked.Load()
	}
	want, all := find(nil)
	if got, _ := find(store); got != want {
		t.Error("with a store something else is found")
	}
	if store.puts != len(divide(inv)) || store.puts < 8 {
		t.Errorf("%d entries were put, want one for each of %d parts", store.puts, len(divide(inv)))
	}
	added := inv.Packages[0]
	added.Version, added.Path = "4.17.6", "/app/new"
	for i := range inv.Packages {
		for k := range inv.Packages[i].Owners {
			inv.Packages[i].Owners[k]++
		}
	}
	inv.Packages = slices.Insert(inv.Packages, 0, added)
	want, _ = find(nil)
	store.puts = 0
	got, some := find(store)
	if got != want {
		t.Error("with a new package something else is found with a store than without")
	}
	if store.puts != 1 || some == 0 || some > all/4 {
		t.Errorf("for a new package %d parts were matched, with %d questions of %d, want one part", store.puts, some, all)
	}
}

// How many records an image may have does not depend on what was kept of it.
func TestRecordsOfKeptPartsCount(t *testing.T) {
	t.Parallel()
	inv, db, target := keeping(t)
	inv.Packages = append(inv.Packages, many(300).Packages...)
	store := &memory{}
	target.Kept = store
	if _, err := Find(t.Context(), inv, db, target); err != nil {
		t.Fatal(err)
	}
	all := 0
	for key := range store.values {
		var m matches
		if !kept.Get(store, key, &m) {
			t.Fatal("what was kept is not there")
		}
		all += m.Records
		m.Records = MaxFindings/2 + 1
		if err := kept.Put(store, key, m); err != nil {
			t.Fatal(err)
		}
	}
	if all < 4 {
		t.Errorf("%d records are counted, want those of three packages", all)
	}
	if _, err := Find(t.Context(), inv, db, target); !errors.Is(err, ErrTooMany) {
		t.Errorf("Find() with more records in two parts than an image may have = %v, want %v", err, ErrTooMany)
	}
}

// The versions to upgrade to are looked up once, too.
func TestReplacementsAreKept(t *testing.T) {
	t.Parallel()
	inv, db, target := keeping(t)
	store := &memory{}
	target.Kept = store
	replacements := []Replacement{{Package: 0, Version: "4.17.10"}, {Package: 2, Version: "unknown"}, {Package: 0, Version: "99.0.0"}}
	var want [][]finding.Finding
	for i, asks := range []bool{true, false} {
		db.asked.Store(0)
		got, err := Replace(t.Context(), inv, db, target, replacements)
		if err != nil || asks != (db.asked.Load() > 0) {
			t.Fatalf("run %d: Replace() = %v, %v, with %d questions", i, got, err, db.asked.Load())
		}
		if i == 0 {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" || len(got[0]) == 0 || got[1] != nil || got[2] == nil {
			t.Errorf("run %d: Replace() = %v (-want +got):\n%s", i, got, diff)
		}
	}
}

// What was not looked for to its end is not kept.
func TestFailureIsNotKept(t *testing.T) {
	t.Parallel()
	inv, _, target := keeping(t)
	store := &memory{}
	target.Kept = store
	if _, err := Find(t.Context(), inv, failing{}, target); err == nil {
		t.Error("Find() in a database that fails = nil, want an error")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, db, _ := keeping(t)
	if _, err := Find(ctx, inv, db, target); !errors.Is(err, context.Canceled) {
		t.Errorf("Find() in a run that ends = %v, want that it was ended", err)
	}
	if store.puts > 0 {
		t.Errorf("%d entries were put by runs that failed", store.puts)
	}
}

// keyOf is the key of what is found in the packages of an inventory, which are so few that they are one part.
func keyOf(t *testing.T, inv *inventory.Inventory, packages []*grypepkg.Package, target Target) string {
	t.Helper()
	known, parts := newDistros(inv, packages), divide(inv)
	if len(parts) != 1 {
		t.Fatalf("the packages are in %d parts", len(parts))
	}
	m := &matching{inv: inv, packages: packages, distro: known.of(inv.Release), target: target, about: target.about()}
	key, err := m.key(parts[0])
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// Whatever the matchers see is in the key.
func TestKeyNamesAllThatMatchesDependOn(t *testing.T) {
	t.Parallel()
	change := map[string]func(inv *inventory.Inventory, target *Target){
		"nothing":       func(*inventory.Inventory, *Target) {},
		"the database":  func(_ *inventory.Inventory, target *Target) { target.Database = "two" },
		"a name":        func(inv *inventory.Inventory, _ *Target) { inv.Packages[0].Name = "other" },
		"a version":     func(inv *inventory.Inventory, _ *Target) { inv.Packages[0].Version = "1.0.0" },
		"a type":        func(inv *inventory.Inventory, _ *Target) { inv.Packages[0].Type = "gem" },
		"a package URL": func(inv *inventory.Inventory, _ *Target) { inv.Packages[0].PURL = "pkg:npm/a@1.0.0" },
		"a state":       func(inv *inventory.Inventory, _ *Target) { inv.Packages[0].State = finding.Shadowed },
		"a language":    func(inv *inventory.Inventory, _ *Target) { inv.Packages[0].Details.Language = pkg.Ruby },
		"a CPE name": func(inv *inventory.Inventory, _ *Target) {
			inv.Packages[0].Details.CPEs = []cpe.CPE{{Attributes: cpe.Attributes{Product: "a"}}}
		},
		"where a CPE name is from": func(inv *inventory.Inventory, _ *Target) {
			inv.Packages[0].Details.CPEs = []cpe.CPE{{Source: cpe.DeclaredSource}}
		},
		"an upstream package's version": func(inv *inventory.Inventory, _ *Target) {
			inv.Packages[0].Details.Upstreams = []grypepkg.UpstreamPackage{{Version: "a"}}
		},
		"how a place is reached": func(inv *inventory.Inventory, _ *Target) {
			inv.Packages[0].Details.Places = withOne(inv.Packages[0].Details.Places)
			inv.Packages[0].Details.Places[0].Access = "/a"
		},
		"what a place is": func(inv *inventory.Inventory, _ *Target) {
			inv.Packages[0].Details.Places = withOne(inv.Packages[0].Details.Places)
			inv.Packages[0].Details.Places[0].Primary = true
		},
		"a clue": func(inv *inventory.Inventory, _ *Target) {
			inv.Packages[0].Details.Clues.Artifacts = []string{"a"}
		},
		"an upstream package": func(inv *inventory.Inventory, _ *Target) {
			inv.Packages[0].Details.Upstreams = []grypepkg.UpstreamPackage{{Name: "a"}}
		},
		"a place": func(inv *inventory.Inventory, _ *Target) {
			inv.Packages[0].Details.Places = withOne(inv.Packages[0].Details.Places)
			inv.Packages[0].Details.Places[0].Path = "/a"
		},
		"the order": func(inv *inventory.Inventory, _ *Target) {
			inv.Packages[0], inv.Packages[1] = inv.Packages[1], inv.Packages[0]
		},
		"an owner":         func(inv *inventory.Inventory, _ *Target) { inv.Packages[0].Owners = []int{2} },
		"another owner":    func(inv *inventory.Inventory, _ *Target) { inv.Packages[0].Owners = []int{1} },
		"one package less": func(inv *inventory.Inventory, _ *Target) { inv.Packages = inv.Packages[:2] },
		"the image's distribution": func(inv *inventory.Inventory, _ *Target) {
			inv.Release = &linux.Release{ID: "debian", VersionID: "12"}
		},
		"its version": func(inv *inventory.Inventory, _ *Target) {
			inv.Release = &linux.Release{ID: "debian", VersionID: "12.1"}
		},
		"a maintainer": func(inv *inventory.Inventory, _ *Target) { inv.Packages[0].Details.Maintainer = "a" },
		"a package's distribution under another name": func(inv *inventory.Inventory, _ *Target) {
			inv.Packages[0].Root, inv.Packages[0].Release = "/", &linux.Release{ID: "other", IDLike: []string{"debian"}, VersionID: "12"}
		},
		"a package's distribution under a third name": func(inv *inventory.Inventory, _ *Target) {
			inv.Packages[0].Root, inv.Packages[0].Release = "/", &linux.Release{ID: "third", IDLike: []string{"debian"}, VersionID: "12"}
		},
		"a package's distribution": func(inv *inventory.Inventory, _ *Target) {
			inv.Packages[0].Root, inv.Packages[0].Release = "/", &linux.Release{ID: "debian", VersionID: "12"}
		},
	}
	attributes := reflect.TypeFor[cpe.Attributes]()
	for i := range attributes.NumField() {
		change["a CPE's "+attributes.Field(i).Name] = func(inv *inventory.Inventory, _ *Target) {
			name := cpe.CPE{}
			reflect.ValueOf(&name.Attributes).Elem().Field(i).SetString("b")
			inv.Packages[0].Details.CPEs = []cpe.CPE{name}
		}
	}
	seen := map[string]string{}
	for name, change := range change {
		inv, _, target := keeping(t)
		target.Kept = &memory{}
		change(inv, &target)
		key := keyOf(t, inv, inv.Matchables(), target)
		if key == "" {
			t.Fatalf("%s: there is no key", name)
		}
		if other, twice := seen[key]; twice {
			t.Errorf("with %s changed the key is that of %s", name, other)
		}
		seen[key] = name
	}
	epoch := func(metadata any) string {
		inv, _, target := keeping(t)
		target.Kept = &memory{}
		packages := inv.Matchables()
		packages[0].Metadata = metadata
		return keyOf(t, inv, packages, target)
	}
	zero := 0
	keys := []string{epoch(nil), epoch(grypepkg.RpmMetadata{}), epoch(grypepkg.RpmMetadata{Epoch: &zero}), epoch(grypepkg.JavaMetadata{}), epoch(&grypepkg.JavaMetadata{})}
	if slices.Sort(keys); len(slices.Compact(keys)) != 5 {
		t.Error("two of five metadata have the same key")
	}
	inv, _, target := keeping(t)
	if key := keyOf(t, inv, inv.Matchables(), target); key != "" {
		t.Errorf("the key without a store is %q, want none", key)
	}
	target.Kept, target.Database = &memory{}, ""
	if key := keyOf(t, inv, inv.Matchables(), target); key != "" {
		t.Errorf("the key of an unknown database is %q, want none", key)
	}
}

// withOne adds an element of a type that has no name here.
func withOne[T any](list []T) []T {
	var one T
	return append(list, one)
}

// The same packages in a layer of another digest, as the next build makes it, are matched once.
func TestKeyKnowsNoLayer(t *testing.T) {
	t.Parallel()
	var keys []string
	for _, layer := range []string{"sha256:a", "sha256:b"} {
		inv, _, target := keeping(t)
		target.Kept = &memory{}
		inv.Packages[0].Details.Places = withOne(inv.Packages[0].Details.Places)
		inv.Packages[0].Details.Places[0].Layer = layer
		keys = append(keys, keyOf(t, inv, inv.Matchables(), target))
	}
	if keys[0] != keys[1] {
		t.Error("the layer of a package changes the key")
	}
}

// The key knows all that grype's packages and distributions have to say. A field that a version of grype adds has to be looked at.
func TestKeyKnowsEveryField(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		of   reflect.Type
		want []string
	}{
		// Matchables sets neither Licenses nor Annotations, and the only relation between packages is that of their owners.
		{reflect.TypeFor[grypepkg.Package](), []string{"ID", "Name", "Version", "Locations", "Language", "Distro", "Licenses", "Type", "CPEs", "PURL", "Upstreams", "Metadata", "Annotations", "RelatedPackages"}},
		{reflect.TypeFor[grypepkg.UpstreamPackage](), []string{"Name", "Version"}},
		{reflect.TypeFor[cpe.CPE](), []string{"Attributes", "Source"}},
		{reflect.TypeFor[distro.Distro](), []string{"Type", "Version", "Codename", "Channels", "IDLike", "major", "minor", "remaining"}},
	} {
		var got []string
		for i := range tt.of.NumField() {
			got = append(got, tt.of.Field(i).Name)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.of, diff)
		}
	}
}
