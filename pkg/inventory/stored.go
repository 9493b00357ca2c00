package inventory

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/anchore/syft/syft/artifact"
	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"
	"github.com/anchore/syft/syft/pkg/cataloger/generic"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/layerfs"
)

// storedName is the name of the cataloger of software that lies in an image packed up, for somebody to unpack or install.
const storedName = "stored-software-cataloger"

// stored are the forms of packages that are installed from one file: the extension, how such files begin, and their name.
var stored = []struct {
	ext    string
	starts []string
	form   string
}{
	{".deb", []string{"!<arch>\n"}, "a package of dpkg"},
	{".ipk", []string{"!<arch>\n", gzipStart}, "a package of opkg"},
	{".rpm", []string{"\xed\xab\xee\xdb"}, "a package of RPM"},
	{".apk", []string{gzipStart, "ADB"}, "a package of Alpine"},
	{".conda", []string{"PK\x03\x04"}, "a package of Conda"},
	{".flatpak", []string{"flatpak"}, "a package of Flatpak"},
	{".squashfs", []string{"hsqs"}, "a file system"},
	{".sfs", []string{"hsqs"}, "a file system"},
	{".qcow2", []string{"QFI\xfb"}, "a disk"},
	{".7z", []string{"7z\xbc\xaf\x27\x1c"}, "an archive of 7-Zip"},
	{".jar.gz", []string{gzipStart}, "an archive of Java that gzip packed"},
	{".war.gz", []string{gzipStart}, "an archive of Java that gzip packed"},
	{".pack.gz", []string{gzipStart}, "an archive of Java that pack200 packed"},
	{".pack", []string{"\xca\xfe\xd0\x0d"}, "an archive of Java that pack200 packed"},
	{".dex", []string{"dex\n"}, "a program of Android"},
}

// gzipStart is how a file that gzip compressed begins.
const gzipStart = "\x1f\x8b"

// tars are the extensions of tar archives, also by the names that package managers give them.
var tars = []string{".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".tzst", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst", ".gem", ".crate"}

// The limits of a look into a tar archive.
const (
	maxTarBytes   = 32 << 20
	maxTarMembers = 10_000
)

// newStoredCataloger finds archives with software that no cataloger looks into: each is an error that says what it is. An archive without
// any, such as one of documents, is none.
func newStoredCataloger() pkg.Cataloger {
	var packages, archives []string
	for _, s := range stored {
		packages = append(packages, "**/*"+s.ext)
	}
	for _, ext := range tars {
		archives = append(archives, "**/*"+ext)
	}
	return generic.NewCataloger(storedName).
		WithParserByGlobs(saying(storedPackage), packages...).
		WithParserByGlobs(saying(storedTar), archives...).
		WithParserByMimeTypes(saying(behindScript), layerfs.Script)
}

// saying makes a parser of what names the form of a file; the empty string says that the file is of none.
func saying(form func(name string, content io.ReaderAt, size int64) string) generic.Parser {
	return func(_ context.Context, _ file.Resolver, _ *generic.Environment, in file.LocationReadCloser) ([]pkg.Package, []artifact.Relationship, error) {
		content, size, err := readerAt(in)
		if err != nil {
			return nil, nil, err
		}
		if what := form(in.RealPath, content, size); what != "" {
			return nil, nil, errors.New(what)
		}
		return nil, nil, nil
	}
}

func storedPackage(name string, content io.ReaderAt, _ int64) string {
	head := string(part(content, 0, 8))
	for _, s := range stored {
		if strings.HasSuffix(strings.ToLower(name), s.ext) && slices.ContainsFunc(s.starts, func(start string) bool { return strings.HasPrefix(head, start) }) {
			return s.form + ", which is not looked into"
		}
	}
	return ""
}

// storedTar looks for software in the beginning of a tar archive.
func storedTar(_ string, content io.ReaderAt, size int64) string {
	packed := bufio.NewReader(io.NewSectionReader(content, 0, size))
	compression, err := image.SniffCompression(packed)
	if err != nil {
		return ""
	}
	r, err := image.Decompress(packed, compression)
	if err != nil {
		return "an archive that cannot be read: " + err.Error()
	}
	defer r.Close()
	limited := &io.LimitedReader{R: r, N: maxTarBytes}
	archive := tar.NewReader(limited)
	for n := range maxTarMembers {
		member, err := archive.Next()
		switch {
		case err != nil && n > 0 && limited.N <= 0:
			return fmt.Sprintf("a tar archive, of which the first %d MiB hold no software and the rest is not looked at", maxTarBytes>>20)
		case err != nil:
			return ""
		case member.Typeflag != tar.TypeReg:
			continue
		}
		head := make([]byte, 4)
		n, _ := io.ReadFull(archive, head)
		if isSoftware(member.Name) || string(head[:n]) == "\x7fELF" {
			return fmt.Sprintf("a tar archive with software, such as %.100q, which is not looked into", member.Name)
		}
	}
	return fmt.Sprintf("a tar archive, of which the first %d files are no software and the rest is not looked at", maxTarMembers)
}

// software are patterns of the base names by which package managers and catalogers know packages.
var software = []string{
	"package.json", "PKG-INFO", "pom.properties", "pom.xml", "installed.json", "composer.json", "*.gemspec", "metadata.gz", "*.deps.json", "*.nuspec", "Cargo.toml",
	"go.mod", ".PKGINFO", "*.rockspec", "*.class", "*.dll", "*.exe", "*.so", "*.node", "*.pyd", "*.tar", "oci-layout", "*.php", "*.deb", "*.rpm",
}

// isSoftware tells by the name of an archive's member whether it is a package, or says that there is one.
func isSoftware(name string) bool {
	base := path.Base(name)
	if isJavaArchive(base) || isPythonArchive(base) {
		return true
	}
	if base == "METADATA" {
		return strings.HasSuffix(path.Dir(name), ".dist-info")
	}
	return slices.ContainsFunc(software, func(pattern string) bool {
		ok, _ := path.Match(pattern, base)
		return ok
	})
}

// behindScript tells of a script that something follows which is no text, as in an archive that unpacks itself. A ZIP archive there is
// looked into.
func behindScript(name string, content io.ReaderAt, size int64) string {
	tail := part(content, max(0, size-scriptTail), scriptTail)
	first, _, _ := bytes.Cut(part(content, 0, scriptHead), []byte("\n"))
	if bytes.IndexByte(first, 0) >= 0 || bytes.IndexByte(tail, 0) < 0 || bytes.Contains(tail, []byte(zipEndMark)) {
		return ""
	}
	if bytes.HasPrefix(first, []byte("<?")) && !bytes.Contains(bytes.ToLower(part(content, 0, maxStub)), []byte("__halt_compiler")) {
		return "" // a text of PHP in some encoding, which is read to its end
	}
	if string(part(content, size-4, 4)) != pharEnd {
		return "a script with an archive behind it, which is not looked into"
	}
	if strings.EqualFold(path.Ext(name), ".phar") {
		return "" // which is said by its name
	}
	return phpArchive + ", which is not looked into"
}

// pharEnd ends an archive of PHP programs that is signed; others PHP does not run by default (PHP Manual, "Phar Signature format").
const pharEnd = "GBMB"

// How many bytes of a script's first line and of its end tell whether they are text: compressed data have a zero among so many. What PHP runs
// before an archive is looked through as far as maxStub.
const (
	maxStub    = 4 << 20
	scriptHead = 64
	scriptTail = 4 << 10
)
