package inventory

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/layerfs"
)

// An archive is refused when others lie in it deeper than maxNesting, or more of them than maxNested: catalogers read
// every one, and a file of some kilobytes can hold any number. An application server's archive holds some hundred,
// three deep. So it is where those that lie in it hold more than maxNestedMembers files together: catalogers hold the name of each against
// some twenty patterns, and a name that is there a thousand times packs to nothing.
const (
	maxNesting       = 8
	maxNested        = 10_000
	maxNestedMembers = 1_000_000
	// maxInner is how many bytes an archive inside another may have that is unpacked into memory. A larger one is unpacked into a file.
	maxInner = 32 << 20
)

// javaArchives are the extensions of the archives that syft looks for inside archives.
var javaArchives = []string{".jar", ".war", ".ear", ".par", ".sar", ".nar", ".jpi", ".hpi", ".kar", ".far", ".lpkg", ".rar", ".zap"}

// isJavaArchive tells whether a name is one of an archive of Java.
func isJavaArchive(name string) bool {
	return slices.Contains(javaArchives, strings.ToLower(path.Ext(name)))
}

// isZip tells whether a name is one of a ZIP archive.
func isZip(name string) bool { return strings.EqualFold(path.Ext(name), ".zip") }

// nested is an archive, or one inside another.
type nested struct {
	*zip.Reader
	content io.ReaderAt
	size    int64
	path    string // the members that lead to it, as "lib/a.war:b.jar"; empty for the outermost
	name    string // what it is called
	java    bool   // Java's cataloger looks into it, and into those inside it that are called as it expects
	covered bool   // it does so where it looks into the one that this lies in
	file    *os.File
}

// close removes the file that the archive was unpacked into.
func (a *nested) close() error {
	if a.file == nil {
		return nil
	}
	return errors.Join(a.file.Close(), os.Remove(a.file.Name()))
}

// nesting goes through the archives inside an archive, the innermost first.
type nesting struct {
	temp string // directory for temporary files; empty for the system's
	// visit is told of each archive. Where it is nil only those are gone through that Java's cataloger opens.
	visit    func(*nested)
	starts   starts
	count    int
	members  int     // of all those gone through
	unpacked uint64  // bytes of all those gone through
	limit    uint64  // of unpacked
	broken   []error // those that cannot be read, of which syft says nothing
}

// walk goes through an archive. An error says why that is refused.
func (n *nesting) walk(a *nested) error {
	n.limit = max(zipFloor, zipRatio*uint64(a.size))
	return n.enter(a, 0)
}

// enter goes through an archive that lies so deep.
func (n *nesting) enter(a *nested, depth int) error {
	if err := checkUnpacked(a.Reader, a.name, a.size); err != nil {
		return err
	}
	a.java = a.covered || n.visit != nil && (isJava(a.Reader) || holdsJava(a.Reader))
	var members []*zip.File
	last := map[string]*zip.File{} // the last of a name, which is the one that syft unpacks
	for _, member := range a.File {
		if n.isArchive(member) {
			members = append(members, member)
			last[member.Name] = member
		}
	}
	for _, member := range members {
		if n.count++; n.count > maxNested {
			return fmt.Errorf("more than %d archives lie in it", maxNested)
		}
		if depth == maxNesting {
			return fmt.Errorf("archives lie in it more than %d deep", maxNesting)
		}
		if n.unpacked += member.UncompressedSize64; n.unpacked > n.limit {
			return fmt.Errorf("the archives in it unpack to more than %d times its size", zipRatio)
		}
		inner, err := n.open(member)
		if err != nil {
			n.broken = append(n.broken, err)
		}
		if inner == nil {
			continue
		}
		if n.members += len(inner.File); n.members > maxNestedMembers {
			return errors.Join(fmt.Errorf("the archives in it hold more than %d files", maxNestedMembers), inner.close())
		}
		inner.path = strings.TrimPrefix(a.path+":"+member.Name, ":")
		inner.covered = a.java && slices.Contains(javaArchives, path.Ext(member.Name)) && last[member.Name] == member
		if err := errors.Join(n.enter(inner, depth+1), inner.close()); err != nil {
			return err
		}
	}
	if n.visit != nil {
		n.visit(a)
	}
	return nil
}

// isArchive tells whether a member is an archive by its name, or else by how it begins.
func (n *nesting) isArchive(member *zip.File) bool {
	switch {
	case isJavaArchive(member.Name):
		return true
	case n.visit == nil:
		return false
	}
	return isZip(member.Name) || isPythonArchive(member.Name) || n.starts.likeArchive(member) || isMisdeclared(member)
}

// isMisdeclared tells whether a member has much more bytes packed than it declares to hold: Java reads them all.
func isMisdeclared(member *zip.File) bool {
	return member.UncompressedSize64 < zipEnd && member.CompressedSize64 > 4*zipEnd
}

// open opens an archive inside another. It is nil for an empty file and for what is none. What cannot be read although its name says that it is
// an archive, or software begins in it, is an error.
func (n *nesting) open(member *zip.File) (_ *nested, err error) {
	if isMisdeclared(member) {
		return nil, fmt.Errorf("its member %q declares %d bytes and has %d packed ones", member.Name, member.UncompressedSize64, member.CompressedSize64)
	}
	if member.UncompressedSize64 == 0 {
		return nil, nil
	}
	inner := &nested{name: member.Name, size: int64(member.UncompressedSize64)}
	if err = n.unpack(inner, member); err == nil {
		inner.Reader, err = readZip(inner.content, inner.size)
	}
	if err == nil {
		return inner, nil
	}
	defer inner.close()
	named := isJavaArchive(member.Name) || isPythonArchive(member.Name)
	if inner.content != nil && !errors.Is(err, errTwoEnds) && (isRAR(inner.content) || !named && !begunSoftware(inner.content, inner.size)) {
		return nil, nil
	}
	return nil, fmt.Errorf("its member %q cannot be read: %w", member.Name, err)
}

// unpack unpacks an archive inside another into memory or into a file.
func (n *nesting) unpack(inner *nested, member *zip.File) error {
	content, err := member.Open()
	if err != nil {
		return err
	}
	defer content.Close()
	if inner.size <= maxInner {
		raw, err := io.ReadAll(content) // which are no more bytes than it declares
		inner.content = bytes.NewReader(raw)
		return err
	}
	if inner.file, err = os.CreateTemp(n.temp, "layergate-archive-"); err != nil {
		return err
	}
	inner.content = layerfs.NewWindow(inner.file, windowSize)
	_, err = io.Copy(inner.file, content)
	return err
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
