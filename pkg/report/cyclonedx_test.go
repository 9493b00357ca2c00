package report

import (
	"cmp"
	"testing"

	cdx "github.com/CycloneDX/cyclonedx-go"
	gocmp "github.com/google/go-cmp/cmp"
)

// TestCycloneDXFollowsSchema validates against the schemas that come with the cyclonedx-go module.
func TestCycloneDXFollowsSchema(t *testing.T) {
	t.Parallel()
	resources := map[string][]byte{}
	files := map[string]string{"bom-1.6.schema.json": "", "spdx.schema.json": "", "jsf-0.82.schema.json": "jsf-0.82.schemax.json"}
	for name, file := range files {
		resources["http://cyclonedx.org/schema/"+name] = moduleFile(t, "github.com/CycloneDX/cyclonedx-go", "schema/"+cmp.Or(file, name))
	}
	schema := compileSchema(t, "http://cyclonedx.org/schema/bom-1.6.schema.json", resources)
	forEachFixture(t, func(t *testing.T, r *Report) {
		if err := schema.Validate(parseJSON(t, render(t, CycloneDX, r))); err != nil {
			t.Error(err)
		}
	})
}

func TestCycloneDXReferences(t *testing.T) {
	t.Parallel()
	forEachFixture(t, func(t *testing.T, r *Report) {
		b := bom(r)
		refs := map[string]bool{b.Metadata.Component.BOMRef: true}
		for _, c := range listed(b.Components) {
			if refs[c.BOMRef] {
				t.Errorf("bom-ref %s occurs twice", c.BOMRef)
			}
			refs[c.BOMRef] = true
		}
		reached := map[string]bool{b.Metadata.Component.BOMRef: true}
		for _, d := range listed(b.Dependencies) {
			for _, ref := range listed(d.Dependencies) {
				reached[ref] = true
			}
		}
		if diff := gocmp.Diff(refs, reached); diff != "" {
			t.Errorf("components and dependencies differ (-components +dependencies):\n%s", diff)
		}
	})
}

// listed are the elements of a list that may not be there.
func listed[T any](list *[]T) []T {
	if list == nil {
		return nil
	}
	return *list
}

func TestLicenses(t *testing.T) {
	t.Parallel()
	got := licenses([]string{"mit", "GNU things", "", "GPL-2.0", "mit"})
	want := &cdx.Licenses{
		{License: &cdx.License{Name: "GNU things"}},
		{License: &cdx.License{ID: "GPL-2.0"}},
		{License: &cdx.License{ID: "MIT"}},
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("licenses (-want +got):\n%s", diff)
	}
	if got := licenses(nil); got != nil {
		t.Errorf("licenses(nil) = %v, want nil", got)
	}
}
