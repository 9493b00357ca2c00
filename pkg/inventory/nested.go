package inventory

import (
	"archive/zip"
	"bytes"
	"cmp"
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
	// maxInner is how many bytes of an archive inside another are looked at. What is larger, or unpacks slowly, meets
	// the limits of time and memory.
	maxInner = 32 << 20
)

// javaArchives are the extensions of the archives that syft looks for inside archives.
var javaArchives = []string{".jar", ".war", ".ear", ".par", ".sar", ".nar", ".jpi", ".hpi", ".kar", ".far", ".lpkg", ".rar", ".zap"}

// nesting counts the archives inside an archive.
type nesting struct {
	count  int
	broken []error // those that cannot be read, of which syft says nothing
	// nameless is the first one with classes that says nothing of itself, which syft passes over; empty for none.
	nameless string
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
		inner, err := openInner(member)
		if err != nil {
			n.broken = append(n.broken, err)
		}
		if inner != nil {
			if n.nameless == "" && isNamelessJava(inner) {
				n.nameless = member.Name
			}
			if err := cmp.Or(checkMembers(inner), n.add(inner, depth+1)); err != nil {
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

// openInner opens an archive inside another. It is nil for an empty file, for one of RAR, and for what is too large to be looked at. What is no
// archive although its name says so is an error.
func openInner(member *zip.File) (*zip.Reader, error) {
	if member.UncompressedSize64 > maxInner || member.UncompressedSize64 == 0 {
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

// isNamelessJava tells whether an archive has classes, and nothing that says which package they are.
func isNamelessJava(archive *zip.Reader) bool {
	classes := false
	for _, member := range archive.File {
		switch name := member.Name; {
		case strings.EqualFold(path.Ext(name), ".class"):
			classes = true
		case path.Clean("/"+name) == "/META-INF/MANIFEST.MF", path.Base(name) == "pom.properties":
			return false
		}
	}
	return classes
}
