package inventory

import (
	"context"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"
	"github.com/anchore/syft/syft/pkg/cataloger/java"

	"github.com/layergate/layergate/pkg/regex"
)

// ofJava finds what Java runs from an archive at a place, whatever it is called. None is no error.
func ofJava(ctx context.Context, cfg java.ArchiveCatalogerConfig, at file.Location, a *nested) ([]pkg.Package, error) {
	called := at
	called.AccessPath = path.Join("/", javaName(path.Base(a.name)))
	packages, _, err := java.NewArchiveCataloger(cfg).Catalog(ctx, &archiveResolver{recorder: *newRecorder(), at: called, content: a})
	for i := range packages {
		p := &packages[i]
		var places []file.Location
		for _, l := range p.Locations.ToSlice() {
			l.AccessPath = at.Path() + strings.TrimPrefix(l.Path(), called.AccessPath)
			places = append(places, l)
		}
		p.Locations = file.NewLocationSet(places...)
		p.SetID()
	}
	if err != nil && strings.HasSuffix(err.Error(), nothingIdentified) && !strings.Contains(err.Error(), "\n") { // and no other error
		err = nil
	}
	return packages, err
}

// javaExtension is where the extension of an archive of Java ends in a name, behind which others may stand.
var javaExtension = regex.New(`(?i)^.+?\.(?:jar|war|ear|par|sar|nar|jpi|hpi|kar|far|lpkg|zap)\b`)

// wordExtension is an extension that is no part of a version.
var wordExtension = regex.New(`^\.[A-Za-z]+$`)

// javaName is what an archive of Java would be called: its name says which package and which version it is where nothing in it does.
func javaName(name string) string {
	if called := javaExtension.FindString(name); called != "" {
		return called
	}
	if ext := path.Ext(name); wordExtension.MatchString(ext) {
		name = strings.TrimSuffix(name, ext)
	}
	return name + ".jar"
}

// archiveResolver shows one archive to Java's cataloger, which asks for it by extensions.
type archiveResolver struct {
	recorder
	at      file.Location
	content *nested
}

func (r *archiveResolver) FilesByGlob(patterns ...string) ([]file.Location, error) {
	if slices.Contains(patterns, "**/*.jar") {
		return []file.Location{r.at}, nil
	}
	return nil, nil
}

func (r *archiveResolver) FileContentsByLocation(file.Location) (io.ReadCloser, error) {
	return io.NopCloser(io.NewSectionReader(r.content.content, 0, r.content.size)), nil
}
