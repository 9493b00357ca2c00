package inventory

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
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

	"github.com/layergate/layergate/pkg/layerfs"
)

// storedName is the name of the cataloger of software that lies in an image packed up, for somebody to unpack or install.
const storedName = "stored-software-cataloger"

// stored are the forms of packages that are installed from one file, and of what is packed so that nothing here unpacks it: the extension, how such files
// begin, and their name. The first that goes with a file is its form.
var stored = []struct {
	ext    string
	starts []string
	form   string
}{
	{".ipk", []string{"!<arch>\n", gzipStart}, "a package of opkg"},
	{".apk", []string{gzipStart}, apkPackage},
	{".conda", []string{"PK\x03\x04"}, "a package of Conda"},
	{".jar.gz", []string{gzipStart}, "an archive of Java that gzip packed"},
	{".war.gz", []string{gzipStart}, "an archive of Java that gzip packed"},
	{".pack.gz", []string{gzipStart}, packedJava},
	{".tar.lzma", []string{"\x5d\x00\x00"}, otherTar},
	{".tlz", []string{"\x5d\x00\x00", "LZIP"}, otherTar},
	{".tar.lz", []string{"LZIP"}, otherTar},
	{".tar.lzo", []string{"\x89LZO"}, otherTar},
	{".tar.Z", []string{"\x1f\x9d"}, otherTar},
	{".lzma", []string{"\x5d\x00\x00"}, otherPacked},
	{".lz", []string{"LZIP"}, otherPacked},
	{".lzo", []string{"\x89LZO"}, otherPacked},
	{".Z", []string{"\x1f\x9d"}, otherPacked},
}

const (
	apkPackage = "a package of Alpine"
	packedJava = "an archive of Java that pack200 packed"
	otherTar   = "a tar archive in a form of compression that is not unpacked"
	// otherPacked are files that LZMA, lzip, LZO or compress(1) made of anything.
	otherPacked = "a file in a form of compression that is not unpacked"
	fileSystem  = "a file system"
	disk        = "a disk"
)

// marks are what is at a place of files of some forms, whatever they are called. layerfs.Packed lists how those begin.
var marks = []struct {
	at         int64
	mark, form string
}{
	{0, "!<arch>\ndebian-binary", "a package of dpkg"},
	{0, "\xed\xab\xee\xdb", "a package of RPM"},
	{0, "ADB.", apkPackage}, {0, "ADBc", apkPackage}, {0, "ADBd", apkPackage},
	{0, "flatpak\x00", "a package of Flatpak"},
	{0, "hsqs", fileSystem}, {0, "sqsh", fileSystem}, {0, "\x45\x3d\xcd\x28", fileSystem}, {0, "XFSB", fileSystem}, // SquashFS, cramfs, XFS
	{1024, "\xe2\xe1\xf5\xe0", fileSystem},                                         // EROFS
	{1080, "\x53\xef\x01\x00", fileSystem}, {1080, "\x53\xef\x00\x00", fileSystem}, // ext2, ext3, ext4, as unmounted or not
	{32769, "CD001", fileSystem},    // ISO 9660
	{65600, "_BHRfS_M", fileSystem}, // Btrfs
	{54, "FAT1", fileSystem}, {82, "FAT32", fileSystem}, {3, "NTFS    ", fileSystem},
	{0, "QFI\xfb", disk}, {0, "KDMV", disk}, {0, "vhdxfile", disk}, {0, "conectix", disk}, {0, "<<< Oracle VM VirtualBox", disk}, {0, "<<< QEMU VM", disk},
	{512, "EFI PART", disk},
	{0, "7z\xbc\xaf\x27\x1c", "an archive of 7-Zip"},
	{0, "Rar!\x1a\x07", "an archive of RAR"},
	{0, "\xca\xfe\xd0\x0d", packedJava},
	{0, "dex\n0", "a program of Android"},
}

// nearMarks is how many bytes of a file are read at once for all marks but those that are farther behind.
const nearMarks = 2048

// gzipStart is how a file that gzip compressed begins.
const gzipStart = "\x1f\x8b"

// tars are the extensions of tar archives, also by the names that package managers give them.
var tars = []string{".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".tzst", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst", ".tar.lz4", ".tar.br", ".tar.sz", ".gem", ".crate"}

// isTar tells whether a file is called a tar archive.
func isTar(name string) bool {
	lower := strings.ToLower(name)
	return slices.ContainsFunc(tars, func(ext string) bool { return strings.HasSuffix(lower, ext) })
}

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
		WithParserByGlobs(saying(storedArchive), archives...).
		WithParserByGlobs(saying(storedByContent), "**/*.br").
		WithParserByMimeTypes(saying(behindScript), layerfs.Script).
		WithParserByMimeTypes(saying(storedByContent), layerfs.Packed)
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

func storedPackage(name string, content io.ReaderAt, size int64) string {
	head := string(part(content, 0, 8))
	for _, s := range stored {
		if strings.HasSuffix(strings.ToLower(name), strings.ToLower(s.ext)) && slices.ContainsFunc(s.starts, func(start string) bool { return strings.HasPrefix(head, start) }) {
			if s.form == otherPacked && size < minPacked {
				return ""
			}
			return s.form + notLookedInto
		}
	}
	return ""
}

// storedByContent names the form of a file that its name does not say.
func storedByContent(name string, content io.ReaderAt, size int64) string {
	begin := part(content, 0, nearMarks)
	for _, m := range marks {
		end := m.at + int64(len(m.mark))
		if end <= int64(len(begin)) && string(begin[m.at:end]) == m.mark ||
			end > nearMarks && size >= end && string(part(content, m.at, int64(len(m.mark)))) == m.mark {
			return m.form + notLookedInto
		}
	}
	if isTar(name) || storedPackage(name, content, size) != "" {
		return "" // which is said by its name
	}
	head := begin[:min(len(begin), tarBlock)]
	if hasPartitions(head) {
		return disk + notLookedInto
	}
	head, isPacked, err := unpackedHead(name, head, content, size)
	switch {
	case err != nil && isPackedFile(name, begin, size):
		return brokenPacked + err.Error()
	case isPacked && isJavaStart(name, head):
		return "an archive of Java that was packed once more" + notLookedInto
	case !isArchive(head):
		return ""
	case bytes.HasPrefix(head, []byte(".SIGN.")), bytes.HasPrefix(head, []byte(".PKGINFO")):
		return apkPackage + notLookedInto
	}
	return storedArchive(name, content, size)
}

// isArchive tells whether data begin an archive of tar or cpio.
func isArchive(head []byte) bool {
	return len(head) >= tarBlock && string(head[tarMark:tarMark+len(ustar)]) == ustar || isCpio(head)
}

// unpackedHead is the beginning of what is packed in a compressed file, as much as tells whether that is an archive. Whoever has only compressed a text
// pays for no more. A file that is not compressed has its own. An error says that it cannot be unpacked so far.
func unpackedHead(name string, head []byte, content io.ReaderAt, size int64) (_ []byte, isPacked bool, _ error) {
	in, err := unpack(name, bufio.NewReader(io.NewSectionReader(content, 0, size)))
	if err != nil {
		return nil, true, err
	}
	if in == nil {
		return head, false, nil
	}
	defer in.close()
	head, _ = in.Peek(tarBlock)
	if in.byName {
		return head, true, nil // it may be something else that is called so
	}
	return head, true, in.err
}

// brokenPacked begins what is said of a compressed file that cannot be unpacked: it was cut off, is damaged, or needs more memory than is given.
const brokenPacked = "a compressed file that cannot be unpacked: "

// minPacked is how many bytes a compressed file has to have for that anything could be in it.
const minPacked = 64

// isPackedFile tells whether a file that begins like a compressed one is that, and may hold anything. The two bytes by which gzip's files begin are those of other
// files, too; behind them is how the file is compressed, for which there is one way (RFC 1952, 2.3.1).
func isPackedFile(name string, begin []byte, size int64) bool {
	if size < minPacked {
		return false
	}
	return !bytes.HasPrefix(begin, []byte(gzipStart)) || begin[2] == 8 || strings.HasSuffix(strings.ToLower(name), "gz")
}

// isJavaStart tells whether a packed file is an archive of Java: it begins like a ZIP archive, and is called so or has first what those have.
func isJavaStart(name string, head []byte) bool {
	if len(head) < zipMember || !bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return false
	}
	first := head[zipMember:min(len(head), zipMember+int(binary.LittleEndian.Uint16(head[26:])))]
	return isJavaArchive(strings.TrimSuffix(name, path.Ext(name))) || bytes.HasPrefix(first, []byte("META-INF/")) || bytes.HasSuffix(first, []byte(".class"))
}

// hasPartitions tells whether a first sector ends with a table of partitions, of which one is used at least: four of 16 bytes, each with a
// status first, and the partition's type and beginning at 4 and 8 (UEFI Specification, 5.2.1).
func hasPartitions(sector []byte) bool {
	if len(sector) < tarBlock || string(sector[510:]) != "\x55\xaa" {
		return false
	}
	used := false
	for entry := range slices.Chunk(sector[446:510], 16) {
		if entry[0] != 0 && entry[0] != 0x80 {
			return false
		}
		used = used || entry[4] != 0 && binary.LittleEndian.Uint32(entry[8:]) > 0
	}
	return used
}

const (
	notLookedInto = ", which is not looked into"
	// The size of the header of a tar archive, and what is at a place in it (POSIX.1-2024, pax, "ustar Interchange Format").
	tarBlock = 512
	tarMark  = 257
	ustar    = "ustar"
)

// storedArchive looks for software in the beginning of an archive of tar or cpio.
func storedArchive(name string, content io.ReaderAt, size int64) string {
	return softwareIn(name, bufio.NewReader(io.NewSectionReader(content, 0, size)))
}

// softwareIn says which software lies in the beginning of an archive, or why that is not known; nothing where there is none.
func softwareIn(name string, content *bufio.Reader) string {
	in, err := unpack(name, content)
	if err != nil {
		return "an archive that cannot be read: " + err.Error()
	}
	if in == nil {
		return softwareOf(name, content)
	}
	defer in.close()
	head, _ := in.Peek(tarBlock)
	archive := isTar(name) || isArchive(head)
	what := softwareOf(name, in.Reader)
	if what == "" && in.err != nil && archive {
		return brokenPacked + in.err.Error()
	}
	return what
}

// files goes through the regular files of an archive. What it reads is the content of the one that next returned last.
type files interface {
	io.Reader
	next() (name string, err error)
}

// tarFiles are those of a tar archive.
type tarFiles struct{ *tar.Reader }

func (t tarFiles) next() (string, error) {
	for {
		member, err := t.Next()
		if err != nil {
			return "", err
		}
		if member.Typeflag == tar.TypeReg {
			return member.Name, nil
		}
	}
}

func softwareOf(name string, r *bufio.Reader) string {
	head, _ := r.Peek(tarBlock)
	if !isTar(name) && !isArchive(head) {
		return ""
	}
	limited := &io.LimitedReader{R: r, N: maxTarBytes}
	form, archive := "a tar archive", files(tarFiles{tar.NewReader(limited)})
	if isCpio(head) {
		c := newCpioReader(bufio.NewReader(limited))
		defer c.Close()
		form, archive = "an archive of cpio", c
	}
	head = make([]byte, tarBlock)
	for n := range maxTarMembers {
		member, err := archive.next()
		switch {
		case err != nil && n > 0 && limited.N <= 0:
			return fmt.Sprintf("%s, of which the first %d MiB hold no software and the rest is not looked at", form, maxTarBytes>>20)
		case isBrokenCpio(err):
			return form + " that cannot be read: " + err.Error()
		case err != nil:
			return ""
		}
		n, _ := io.ReadFull(archive, head)
		if isSoftware(member) || bytes.HasPrefix(head[:n], []byte("\x7fELF")) || isArchive(head[:n]) {
			return fmt.Sprintf("%s with software, such as %.100q%s", form, member, notLookedInto)
		}
	}
	return fmt.Sprintf("%s, of which the first %d files are no software and the rest is not looked at", form, maxTarMembers)
}

// software are patterns of the base names by which package managers and catalogers know packages.
var software = []string{
	"package.json", "PKG-INFO", "pom.properties", "pom.xml", "installed.json", "composer.json", "*.gemspec", "metadata.gz", "*.deps.json", "*.nuspec", "Cargo.toml",
	"go.mod", ".PKGINFO", "*.rockspec", "*.class", "*.dll", "*.exe", "*.so", "*.node", "*.pyd", "oci-layout", "*.php", "*.deb", "*.rpm",
}

// isSoftware tells by the name of an archive's member whether it is a package, or says that there is one.
func isSoftware(name string) bool {
	base := path.Base(name)
	if isJavaArchive(base) || isPythonArchive(base) || isTar(base) {
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
	if bytes.HasPrefix(first, []byte("<?")) && !haltsCompiler(part(content, 0, maxStub)) {
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

// haltsCompiler tells whether a program of PHP says that what follows is none.
func haltsCompiler(program []byte) bool {
	return bytes.Contains(bytes.ToLower(program), []byte("__halt_compiler"))
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
