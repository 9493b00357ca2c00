package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx/v2/common"
	spdx "github.com/spdx/tools-golang/spdx/v2/v2_3"
	"github.com/spdx/tools-golang/spdxlib"
)

// TestSPDXFollowsSchema validates against the schema that comes with the syft module, and the references, which a schema
// cannot check, with SPDX's own library.
func TestSPDXFollowsSchema(t *testing.T) {
	t.Parallel()
	const id = "http://spdx.org/rdf/terms/2.3"
	schema := compileSchema(t, id, map[string][]byte{id: moduleFile(t, "github.com/anchore/syft", "schema/spdx-json/spdx-schema-2.3.json")})
	forEachFixture(t, func(t *testing.T, r *Report) {
		got := render(t, SPDX, r)
		if err := schema.Validate(parseJSON(t, got)); err != nil {
			t.Error(err)
		}
		doc, err := spdxDocument(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := spdxlib.ValidateDocument(doc); err != nil {
			t.Error(err)
		}
		if _, err := spdxjson.Read(bytes.NewReader(got)); err != nil {
			t.Errorf("SPDX's own reader refuses the document: %v", err)
		}
	})
}

// Every package is reached from the document, once, and every license that is none of SPDX's list has its text.
func TestSPDXReferences(t *testing.T) {
	t.Parallel()
	forEachFixture(t, func(t *testing.T, r *Report) {
		doc, err := spdxDocument(r)
		if err != nil {
			t.Fatal(err)
		}
		packages, reached, texts := map[common.ElementID]int{}, map[common.ElementID]int{}, map[string]bool{}
		for _, l := range doc.OtherLicenses {
			texts[l.LicenseIdentifier] = true
		}
		for _, p := range doc.Packages {
			packages[p.PackageSPDXIdentifier]++
			for word := range strings.FieldsSeq(strings.NewReplacer("(", "", ")", "").Replace(p.PackageLicenseDeclared)) {
				if strings.HasPrefix(word, "LicenseRef-") && !texts[word] {
					t.Errorf("%s has the license %s, of which the document has no text", p.PackageName, word)
				}
			}
		}
		for _, rel := range doc.Relationships {
			reached[rel.RefB.ElementRefID]++
		}
		if diff := cmp.Diff(packages, reached); diff != "" {
			t.Errorf("packages and relationships differ (-packages +relationships):\n%s", diff)
		}
	})
}

func TestSPDXLicenses(t *testing.T) {
	t.Parallel()
	ref := func(s string) string { return "LicenseRef-" + digestOf(s) }
	tests := []struct {
		name string
		in   []string
		want string
	}{
		{"none", nil, ""},
		{"nothing but space", []string{" "}, ""},
		{"one, in SPDX's spelling", []string{"mit"}, "MIT"},
		{"deprecated", []string{"GPL-2.0"}, "GPL-2.0"},
		{"several, each once", []string{"MIT", "Apache-2.0", "mit"}, "Apache-2.0 AND MIT"},
		{"an expression alone", []string{"MIT OR Apache-2.0"}, "MIT OR Apache-2.0"},
		{"an expression among others", []string{"MIT OR Apache-2.0", "Zlib"}, "(MIT OR Apache-2.0) AND Zlib"},
		{"an exception", []string{"GPL-2.0-only WITH Classpath-exception-2.0"}, "GPL-2.0-only WITH Classpath-exception-2.0"},
		{"words", []string{"GNU things"}, ref("GNU things")},
		{"a reference to a text that is not here", []string{"LicenseRef-ours"}, ref("LicenseRef-ours")},
		{"a text", []string{strings.Repeat("(", 600)}, ref(strings.Repeat("(", 600))},
		{"a way out of the expression", []string{"MIT) OR (NONE"}, ref("MIT) OR (NONE")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := &spdxWriter{Document: &spdx.Document{}, licenses: map[string]string{}}
			if got := d.declared(tt.in); got != tt.want {
				t.Errorf("declared(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

// The namespace and the time of a document are those of its content and of the database.
func TestSPDXNamespace(t *testing.T) {
	t.Parallel()
	of := func(change func(*Report)) (namespace, created string) {
		r := cleanReport()
		change(r)
		doc, err := spdxDocument(r)
		if err != nil {
			t.Fatal(err)
		}
		return doc.DocumentNamespace, doc.CreationInfo.Created
	}
	first, created := of(func(*Report) {})
	if !strings.HasPrefix(first, "https://github.com/layergate/layergate/spdx/registry.example-5000/team/app-") || created != "2026-11-20T04:10:11Z" {
		t.Errorf("namespace and time = %q, %q", first, created)
	}
	if again, _ := of(func(*Report) {}); again != first {
		t.Errorf("the namespace of the same report = %q, then %q", first, again)
	}
	if other, _ := of(func(r *Report) { r.Platforms[0].Packages[0].Licenses = nil }); other == first {
		t.Error("a document with another content has the same namespace")
	}
	if _, created := of(func(r *Report) { r.Database.Built = "" }); created != "1970-01-01T00:00:00Z" {
		t.Errorf("time without a database = %q", created)
	}
}

// FuzzSPDX puts any text into a package: it is one line, and in its own field.
func FuzzSPDX(f *testing.F) {
	for _, s := range hostileStrings() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r := base(baseLayer)
		p := Package{Path: s, Licenses: []string{s, "MIT"}, CPEs: []string{s}}
		p.Name, p.Version, p.PURL, p.Type = s, s, s, s
		r.Platforms[0].Packages = []Package{p}
		doc, err := spdxDocument(r)
		if err != nil {
			t.Fatal(err)
		}
		if len(doc.Packages) != 3 || len(doc.OtherLicenses) > 1 {
			t.Errorf("%d packages and %d licenses", len(doc.Packages), len(doc.OtherLicenses))
		}
		for _, p := range doc.Packages {
			for _, field := range []string{p.PackageName, p.PackageVersion, p.PackageSourceInfo, p.PackageLicenseDeclared} {
				if strings.ContainsAny(field, "\n\r") {
					t.Errorf("%q has several lines", field)
				}
				noControl(t, field)
			}
			for _, ref := range p.PackageExternalReferences {
				if strings.ContainsAny(ref.Locator, " \n") {
					t.Errorf("the locator %q has white space", ref.Locator)
				}
			}
		}
	})
}
