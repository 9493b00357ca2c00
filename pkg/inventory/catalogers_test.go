package inventory

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/anchore/syft/syft"
	"github.com/anchore/syft/syft/pkg"
	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/purl"
)

// syft decides which catalogers look at an image; a new version may know more.
func TestCatalogersAreThoseOfSyft(t *testing.T) {
	t.Parallel()
	s, err := syft.CreateSBOM(context.Background(), view{newRecorder()}, syft.DefaultCreateSBOMConfig().WithoutFiles())
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(s.Descriptor.Configuration)
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Catalogers struct{ Used []string }
	}
	if err := json.Unmarshal(raw, &config); err != nil {
		t.Fatal(err)
	}
	want := slices.DeleteFunc(config.Catalogers.Used, func(name string) bool { return fileCatalogers[name] })
	var got []string
	for _, c := range catalogers() {
		if !slices.Contains([]string{packedName, unpackedName, bareInfoName, bundleName, storedName, looseName, looseGemName, scriptLibraryName, vendoredName, aroundName, newErlangCataloger().Name()}, c.Name()) {
			got = append(got, c.Name())
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("catalogers (-syft +layergate):\n%s", diff)
	}
}

// Syft runs only one cataloger of each name, and says nothing of the others.
func TestNamesOfCatalogers(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range catalogers() {
		if seen[c.Name()] {
			t.Errorf("two catalogers are called %s", c.Name())
		}
		seen[c.Name()] = true
	}
}

// A policy may name packages of every type that syft makes.
func TestTypesOfPackages(t *testing.T) {
	t.Parallel()
	for _, typ := range pkg.AllPkgs {
		name, _, _ := strings.Cut(typ.PackageURLType(), "/")
		if name != "" && !slices.Contains(purl.Types(), name) {
			t.Errorf("syft writes package URLs of the type %s, and no policy can name them", name)
		}
	}
}

var fileCatalogers = map[string]bool{
	"file-content-cataloger": true, "file-digest-cataloger": true, "file-executable-cataloger": true, "file-metadata-cataloger": true,
}

// Every cataloger selects something, and none asks for media types that layerfs does not tell.
func TestSelections(t *testing.T) {
	t.Parallel()
	known := append([]string{layerfs.ZIP, layerfs.ASAR, layerfs.Script, layerfs.Packed}, executables...)
	for _, c := range catalogers() {
		if err := c.record(context.Background()); err != nil {
			t.Errorf("%s: %v", c.Name(), err)
		}
		if len(c.sel.globs)+len(c.sel.paths)+len(c.sel.types) == 0 && !c.sel.all {
			t.Errorf("%s selects nothing", c.Name())
		}
		for mt := range c.sel.types {
			if !slices.Contains(known, mt) {
				t.Errorf("%s asks for files of type %s", c.Name(), mt)
			}
		}
		for p := range c.sel.paths {
			t.Logf("%s selects the path %s", c.Name(), p)
		}
	}
}
