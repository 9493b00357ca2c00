package inventory

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/anchore/syft/syft/cataloging/pkgcataloging"
	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"
	"github.com/bmatcuk/doublestar/v4"
)

// everywhere has a program wherever a cataloger looks for one by its selection, and remembers what else it looks for.
type everywhere struct {
	*recorder
	selection selection
	around    []string
}

func (e *everywhere) FilesByGlob(patterns ...string) ([]file.Location, error) {
	if !has(e.selection.globs, patterns) {
		e.around = append(e.around, patterns...)
		return nil, nil
	}
	return []file.Location{file.NewLocation("/opt/bin/program")}, nil
}

func (e *everywhere) FileContentsByLocation(file.Location) (io.ReadCloser, error) {
	program := ELF("", "libpython3.11.so.1.0", "libruby.so.3.1", "libjulia.so.1", "libjli.so", "libphp.so", "libnode.so.115", "libperl.so.5.36")
	return struct {
		*strings.Reader
		io.Closer
	}{strings.NewReader(program), io.NopCloser(nil)}, nil
}

// Of syft's classifiers, those that look into further files see the whole chain, and are run again where a layer
// changes any such file.
func TestClassifiersLookAround(t *testing.T) {
	t.Parallel()
	alone, together := classifiers(pkgcataloging.DefaultConfig().Binary)
	look := func(c pkg.Cataloger) []string {
		asked := newRecorder()
		if _, _, err := c.Catalog(context.Background(), asked); err != nil {
			t.Fatal(err)
		}
		e := &everywhere{recorder: newRecorder(), selection: asked.selection}
		if _, _, err := c.Catalog(context.Background(), e); err != nil {
			t.Fatal(err)
		}
		return e.around
	}
	if got := look(alone); len(got) > 0 {
		t.Errorf("classifiers that are run over single layers look for %q: they belong to the others", got)
	}
	got := look(together)
	if len(got) < 6 {
		t.Errorf("the classifiers look for %q only: the test reaches not all of them", got)
	}
	for _, pattern := range got {
		name := strings.NewReplacer("**", "/usr", "*", "x").Replace(pattern)
		found := false
		for _, known := range lookedAt() {
			found = found || doublestar.MatchUnvalidated(known, name)
		}
		if !found {
			t.Errorf("a classifier looks for %s, of which no layer makes it run again", pattern)
		}
	}
}
