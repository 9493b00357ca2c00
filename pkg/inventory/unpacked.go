package inventory

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/anchore/packageurl-go"
	"github.com/anchore/syft/syft/artifact"
	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"
	"github.com/anchore/syft/syft/pkg/cataloger/generic"
)

// unpackedName is the name of the cataloger of Java archives that were unpacked.
const unpackedName = "java-unpacked-archive-cataloger"

// newUnpackedCataloger finds the archives that an application was unpacked from, as container images of Java's often are: Maven leaves in
// each which one it was (Maven Archiver, "pom.properties").
func newUnpackedCataloger() pkg.Cataloger {
	return generic.NewCataloger(unpackedName).WithParserByGlobs(parsePomProperties, "**/META-INF/maven/*/*/pom.properties")
}

// maxProperties bounds the bytes of a file of properties that are read. Maven writes some hundred.
const maxProperties = 60 << 10

func parsePomProperties(_ context.Context, _ file.Resolver, _ *generic.Environment, in file.LocationReadCloser) ([]pkg.Package, []artifact.Relationship, error) {
	raw, err := io.ReadAll(io.LimitReader(in, maxProperties+1))
	if err != nil {
		return nil, nil, fmt.Errorf("reading what Maven says of an archive: %w", err)
	}
	if len(raw) > maxProperties {
		return nil, nil, fmt.Errorf("what Maven says of an archive has more than the %d bytes that are read", maxProperties)
	}
	values := properties(raw)
	group, name, version := values["groupId"], values["artifactId"], values["version"]
	if group == "" || name == "" || version == "" {
		return nil, nil, errors.New("what Maven says of an archive has no groupId, artifactId or version")
	}
	p := pkg.Package{
		Name: name, Version: version, Type: pkg.JavaPkg, Language: pkg.Java, Locations: file.NewLocationSet(in.Location),
		PURL:     packageurl.NewPackageURL(packageurl.TypeMaven, group, name, version, nil, "").ToString(),
		Metadata: pkg.JavaArchive{VirtualPath: in.RealPath, PomProperties: &pkg.JavaPomProperties{Path: in.RealPath, GroupID: group, ArtifactID: name, Version: version}},
	}
	p.SetID()
	return []pkg.Package{p}, nil, nil
}
