// Package anchore is all that reaches into the insides of syft and grype, to make them faster: what they do not offer
// by their documented interfaces, and may change from one version to the next. Whoever takes another version of either
// reviews this package first; its tests fail until then.
//
// With the build tag anchore_public nothing here reaches inside. The same functions then give the same answers by what
// both libraries offer to everybody, more slowly. The package knows no other package of the project.
package anchore

// The versions of the modules whose insides this package was reviewed against.
const (
	GrypeVersion = "v0.115.0" // of github.com/anchore/grype
	SyftVersion  = "v1.46.0"  // of github.com/anchore/syft
)
