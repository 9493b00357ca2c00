package lockfile

import (
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
)

// Source is where a project says which version of a package it takes.
type Source struct {
	Location finding.Location // the line of the file that names the version
	Manager  Manager          // whose file that is
	Relation Relation
	Via      []string // the project's own dependencies that bring an indirect package, sorted; none where the file does not tell
	// Workspaces are the workspaces that name a package of the relation OfWorkspace, as the package manager calls them, sorted.
	Workspaces []string
	// Above are all packages that need an indirect one, directly or through others, sorted.
	Above []string
	// OtherVersions tells that the file names the package in other versions, too.
	OtherVersions bool
	// Text is what the line says of the package and its version; empty in a file that its package manager alone can write,
	// such as one with checksums.
	Text string
	// Allows are the versions that a requirement of pip allows, as the line has them; empty for every one.
	Allows string
	// Hashed tells that the line names the hashes of the version's files. Generated tells that a tool wrote the file from another one.
	Hashed, Generated bool
}

// Rewrite is the text of the source with another version. It is false where that is not to be written by hand.
func (s Source) Rewrite(from, to string) (string, bool) {
	if s.Text == "" || s.Hashed || s.Generated {
		return "", false
	}
	if s.Manager == Pip {
		return rewriteRequirement(s.Text, s.Allows, to), true
	}
	at := strings.LastIndex(s.Text, from)
	if at < 0 {
		return "", false
	}
	return s.Text[:at] + to + s.Text[at+len(from):], true
}

// IsPin tells whether a requirement of pip allows one version alone.
func (s Source) IsPin() bool {
	return slices.ContainsFunc(clause.FindAllStringSubmatch(s.Allows, -1), isPin)
}

// AllowsVersion tells whether a requirement of pip allows a version as it is.
func (s Source) AllowsVersion(v string) bool { return s.Manager == Pip && allowsVersion(s.Allows, v) }

// Relation says who brings a package into the project.
type Relation string

// The relations of a package to the project. The empty one is unknown: the project's files do not tell.
const (
	Direct      Relation = "direct"    // the project names it itself
	OfWorkspace Relation = "workspace" // one of its workspaces does, the project at the top does not
	Indirect    Relation = "indirect"  // other packages bring it
)

// Manager is a package manager.
type Manager string

// The package managers whose files are known.
const (
	Bundler   Manager = "bundler"
	Cargo     Manager = "cargo"
	Composer  Manager = "composer"
	Go        Manager = "go"
	Gradle    Manager = "gradle"
	Maven     Manager = "maven"
	NPM       Manager = "npm"
	NuGet     Manager = "nuget"
	Pip       Manager = "pip"
	Pipenv    Manager = "pipenv"
	PNPM      Manager = "pnpm"
	Poetry    Manager = "poetry"
	UV        Manager = "uv"
	Yarn      Manager = "yarn"       // version 1
	YarnBerry Manager = "yarn-berry" // version 2 or later

	// Instruction is none: a command line in the Dockerfile names the version.
	Instruction Manager = "instruction"
)
