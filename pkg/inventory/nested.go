package inventory

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// A Java archive is refused when others lie in it deeper than maxNesting, or more of them than maxNested: syft reads
// every one, and a file of some kilobytes can hold any number. An application server's archive holds some hundred,
// three deep.
const (
	maxNesting = 8
	maxNested  = 10_000
	// maxInner is how many bytes an archive inside another may have whose members are looked into. What is larger, or unpacks slowly, meets
	// the limits of time and memory. Of a larger one the names of the members are looked at, which are in its last maxDirectory bytes.
	maxInner     = 32 << 20
	maxDirectory = 8 << 20
)

// javaArchives are the extensions of the archives that syft looks for inside archives.
var javaArchives = []string{".jar", ".war", ".ear", ".par", ".sar", ".nar", ".jpi", ".hpi", ".kar", ".far", ".lpkg", ".rar", ".zap"}

// nesting counts the archives inside an archive.
type nesting struct {
	count  int
	broken []error // those that cannot be read, of which syft says nothing
}

// add counts those of one archive that lies so deep.
func (n *nesting) add(archive *zip.Reader, depth int) error {
	for _, member := range archive.File {
		if !slices.Contains(javaArchives, strings.ToLower(path.Ext(member.Name))) {
			continue
		}
		if n.count++; n.count > maxNested {
			return fmt.Errorf("more than %d archives lie in it", maxNested)
		}
		if depth == maxNesting {
			return fmt.Errorf("archives lie in it more than %d deep", maxNesting)
		}
		open, large := openInner, member.UncompressedSize64 > maxInner
		if large {
			open = openLarge
		}
		inner, err := open(member)
		if err != nil {
			n.broken = append(n.broken, err)
		}
		if inner != nil {
			if hasMember(inner, ".class") && !hasManifest(inner) { // which syft passes over
				n.broken = append(n.broken, inMember(member, errors.New("it has classes, and no manifest that says which package it is")))
			}
			if err := checkUnpacked(inner, member.Name, int64(member.UncompressedSize64)); err != nil {
				return err
			}
			if large {
				continue
			}
			if err := n.add(inner, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// largestMembers are how many bytes the members of an archive may have that catalogers read whole, by their names. A signed archive lists its members in MANIFEST.MF.
var largestMembers = map[string]uint64{
	"pom.properties": maxProperties, "pom.xml": 8 << 20, "MANIFEST.MF": 16 << 20,
	"METADATA": maxMember, "PKG-INFO": maxMember, "RECORD": maxMember, "package.json": maxMember,
}

// checkMembers refuses an archive with a member that is larger than what its name is for, which would take memory or be passed over.
func checkMembers(archive *zip.Reader) error {
	for _, member := range archive.File {
		if largest := largestMembers[path.Base(member.Name)]; largest > 0 && member.UncompressedSize64 > largest {
			return fmt.Errorf("its member %q has %d bytes, and at most %d are read", member.Name, member.UncompressedSize64, largest)
		}
	}
	return nil
}

// openInner opens an archive inside another, of at most maxInner bytes. It is nil for an empty file and for one of RAR. What is no archive although
// its name says so is an error.
func openInner(member *zip.File) (*zip.Reader, error) {
	if member.UncompressedSize64 == 0 {
		return nil, nil
	}
	content, err := member.Open()
	if err != nil {
		return nil, inMember(member, err)
	}
	defer content.Close()
	data, err := io.ReadAll(content) // which are no more bytes than it declares
	if err != nil {
		return nil, inMember(member, err)
	}
	inner, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	switch {
	case err != nil && isRAR(bytes.NewReader(data)):
		return nil, nil
	case err != nil:
		return nil, inMember(member, err)
	}
	return inner, nil
}

// openLarge opens an archive inside another to see the names of its members, which cannot be opened. It is nil for one of RAR.
func openLarge(member *zip.File) (*zip.Reader, error) {
	content, err := member.Open()
	if err != nil {
		return nil, inMember(member, err)
	}
	defer content.Close()
	head := make([]byte, 4)
	if _, err := io.ReadFull(content, head); err != nil {
		return nil, inMember(member, err)
	}
	if isRAR(bytes.NewReader(head)) {
		return nil, nil
	}
	size := int64(member.UncompressedSize64)
	if _, err := io.CopyN(io.Discard, content, size-maxDirectory-int64(len(head))); err != nil {
		return nil, inMember(member, err)
	}
	last, err := io.ReadAll(content) // which are no more bytes than it declares
	if err != nil {
		return nil, inMember(member, err)
	}
	inner, err := zip.NewReader(&ending{*bytes.NewReader(last), size - int64(len(last))}, size)
	if err != nil {
		return nil, inMember(member, err)
	}
	return inner, nil
}

// ending is a file of which only the end is there.
type ending struct {
	bytes.Reader
	from int64 // where the end begins
}

// ReadAt reads from the end, and fails before it.
func (e *ending) ReadAt(p []byte, off int64) (int, error) { return e.Reader.ReadAt(p, off-e.from) }

// inMember says of which archive inside another an error is.
func inMember(member *zip.File, err error) error {
	return fmt.Errorf("its member %q cannot be read: %w", member.Name, err)
}

// counting counts the archives inside a Java archive. Where checkZip did that, they are not opened again.
func counting(archive *zip.Reader, counted *nesting) *nesting {
	if counted != nil {
		return counted
	}
	counted = &nesting{}
	if err := counted.add(archive, 0); err != nil {
		counted.broken = append(counted.broken, err)
	}
	return counted
}

// isJava tells whether an archive is one of Java itself, whatever it is called.
func isJava(archive *zip.Reader) bool { return hasMember(archive, ".class") || hasManifest(archive) }

// hasManifest tells whether an archive has the manifest that syft looks for, which is the one that Java reads.
func hasManifest(archive *zip.Reader) bool {
	return slices.ContainsFunc(archive.File, func(member *zip.File) bool { return strings.TrimPrefix(member.Name, "/") == "META-INF/MANIFEST.MF" })
}

// hasMember tells whether an archive has a member with one of some extensions, in whatever case.
func hasMember(archive *zip.Reader, extensions ...string) bool {
	return slices.ContainsFunc(archive.File, func(member *zip.File) bool {
		return slices.Contains(extensions, strings.ToLower(path.Ext(member.Name)))
	})
}
