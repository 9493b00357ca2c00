// Package anchore holds all code that depends on the internals of syft and grype, to make them faster. These internals
// are not part of their documented interfaces and may change with any version. Review this package before you upgrade
// either library; its tests fail until then.
//
// With the build tag anchore_public nothing here reaches inside. The same functions then give the same answers by what
// both libraries offer to everybody, more slowly. The package knows no other package of the project.
package anchore

// The versions of the modules whose insides this package was reviewed against.
const (
	GrypeVersion = "v0.115.0" // of github.com/anchore/grype
	SyftVersion  = "v1.46.0"  // of github.com/anchore/syft
)
