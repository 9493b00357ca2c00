package inventory

import (
	"slices"

	"github.com/anchore/syft/syft/pkg"
	"github.com/bmatcuk/doublestar/v4"
)

// This file restates which packages syft takes for a part of another one: catalogued layer by layer, packages meet only
// here, and syft does it for whole images. TestSameAsGrype and TestSameAsSyft hold the outcome against theirs. It differs in
// programs: for syft they are any system's package that lists them, whoever made it.

// shared are files that lie in many packages' lists without making what is found in them a part of any: the databases
// of package managers, and copyright notes.
var shared = []string{
	pkg.ApkDBGlob, pkg.DpkgDBGlob, pkg.RpmDBGlob, "**/rpm/{Packages,Packages.db,rpmdb.sqlite}", "/usr/share/doc/**/copyright",
}

// resolveOwners drops the packages that say nothing which another does not say better, and tells of the rest who owns
// the files they were found in. owners[i] lists indices of packages that own package i: a file that has other content than
// a package brought is not that package's. brings tells whether a system's package, by its index, brings a program of its distribution.
func resolveOwners(packages []*found, resolve func(string) (string, bool), files *genuine, brings func(owner int, program *found) bool) (owners map[int][]int, dropped map[int]bool) {
	at := map[string][]int{}
	for i, p := range packages {
		seen := map[string]bool{}
		for _, l := range p.Places {
			for _, name := range []string{l.Path, l.Access} {
				if name != "" && !seen[name] {
					seen[name] = true
					at[name] = append(at[name], i)
				}
			}
		}
	}
	dropped, owners = map[int]bool{}, map[int][]int{}
	others := map[[2]int]bool{} // a package and one that lists a file of it, and brought another
	direct := directOwners(packages, at)
	for i, owner := range packages {
		if dropped[i] {
			continue
		}
		for name, digest := range owner.digested {
			names := []string{name}
			if target, ok := resolve(name); ok && target != name {
				names = append(names, target)
			}
			for _, n := range names {
				if len(at[n]) == 0 || n != name && direct[direction{owner.Type, n}] || isShared(n) {
					continue
				}
				for _, k := range at[n] {
					if k == i || dropped[k] {
						continue
					}
					others[[2]int{k, i}] = others[[2]int{k, i}] || !files.isOf(owner, digest, packages[k], n)
					if !slices.Contains(owners[k], i) {
						owners[k] = append(owners[k], i)
					}
				}
			}
		}
	}
	for k, p := range packages {
		if len(owners[k]) > 0 {
			owners[k] = slices.DeleteFunc(owners[k], func(i int) bool {
				return others[[2]int{k, i}] || p.Language != "" && !files.isUnaltered(packages[i], p)
			})
		}
		for _, i := range owners[k] {
			if !dropped[i] && !dropped[k] {
				if victim, ok := lesser(packages, i, k, brings); ok {
					dropped[victim] = true
				}
			}
		}
	}
	for k := range repeated(packages, at) {
		// The note of another's package is dropped for that, which says less than the program itself.
		dropped[k] = !slices.ContainsFunc(owners[k], func(i int) bool { return isSystem(packages[i]) && !brings(i, packages[k]) })
	}
	return owners, dropped
}

// repeated lists binaries that a note in the same ELF file describes.
func repeated(packages []*found, at map[string][]int) map[int]bool {
	out := map[int]bool{}
	for _, p := range packages {
		if p.Role != elfNote {
			continue
		}
		for _, l := range p.Places {
			if !l.Primary {
				continue
			}
			for _, k := range at[l.Path] {
				if other := packages[k]; other.Type == pkg.BinaryPkg && other.Role != elfNote {
					out[k] = true
				}
			}
		}
	}
	return out
}

// direction is a file that a package of a type lists by its own path, not through a link.
type direction struct {
	owner pkg.Type
	path  string
}

// directOwners notes the owners of files in which a package was found.
func directOwners(packages []*found, at map[string][]int) map[direction]bool {
	out := map[direction]bool{}
	for _, p := range packages {
		for name := range p.ownedFiles {
			if len(at[name]) > 0 {
				out[direction{p.Type, name}] = true
			}
		}
	}
	return out
}

func isShared(name string) bool {
	return slices.ContainsFunc(shared, func(glob string) bool { return doublestar.MatchUnvalidated(glob, name) })
}

// lesser tells which of an owner and what it owns adds nothing to the other: a plain binary of a distribution's or
// a Bitnami package, a note that says of which package a binary is, and a binary that belongs to an installed Java runtime.
func lesser(packages []*found, owner, owned int, brings func(owner int, program *found) bool) (int, bool) {
	o, p := packages[owner], packages[owned]
	binary := p.Type == pkg.BinaryPkg || p.Role == elfNote || p.Role == binarySignature || p.Role == javaVM
	if isSystem(o) && binary {
		return owned, p.Role == elfNote || brings(owner, p)
	}
	if o.Type == pkg.BinaryPkg && p.Type == pkg.BinaryPkg && p.Role != bare {
		switch {
		case p.Role != javaVM && o.Role == javaVM:
			return owned, true
		case p.Role == javaVM && o.Role != javaVM:
			return owner, true
		}
	}
	return owned, o.Type == pkg.BitnamiPkg && binary
}

func isSystem(f *found) bool { return slices.Contains(systems(), f.Type) }

// systems are the package types of operating systems.
func systems() []pkg.Type {
	return []pkg.Type{pkg.AlpmPkg, pkg.ApkPkg, pkg.DebPkg, pkg.NixPkg, pkg.PortagePkg, pkg.RpmPkg}
}
