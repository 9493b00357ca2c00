package inventory

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"debug/elf"
	"io"
	"regexp"
	"slices"

	"github.com/anchore/syft/syft/pkg"
	"github.com/anchore/syft/syft/pkg/cataloger/generic"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/layerfs"
)

// executables are the media types of executables, as the mimetype library names them.
var executables = []string{
	"application/x-elf", "application/x-executable", "application/x-sharedlib",
	"application/x-mach-binary", "application/vnd.microsoft.portable-executable",
}

// bundleName is the name of the cataloger of programs that nothing looks into.
const bundleName = "bundled-program-cataloger"

// newBundleCataloger finds programs that a tool made one file of, with their packages and maybe what runs them, whatever they are called. Which
// packages those are is not read from them: each is an error that says who made it.
func newBundleCataloger() pkg.Cataloger {
	return generic.NewCataloger(bundleName).
		WithParserByMimeTypes(saying(bundled), executables...).
		WithParserByMimeTypes(saying(electron), layerfs.ASAR)
}

// electronArchive is what an archive of Electron's is.
const electronArchive = "an archive of an Electron application"

// electron names an archive of Electron's by its header: four numbers of four bytes, the last the size of the JSON that follows.
func electron(_ string, content io.ReaderAt, _ int64) string {
	if bytes.HasPrefix(part(content, 16, 16), []byte(`{"files":`)) {
		return electronArchive
	}
	return ""
}

func bundled(name string, content io.ReaderAt, size int64) string {
	if library.MatchString(name) {
		return ""
	}
	f, _ := elf.NewFile(content) // nil for what is no ELF
	if maker := bundledBy(content, size, f); maker != "" {
		return "a program with its packages in one file, made by " + maker
	}
	if f != nil && isGo(content, f) {
		if _, err := buildinfo.Read(content); err != nil {
			return finding.GoWithoutModules
		}
	}
	return ""
}

// isGo tells whether Go linked an executable: by the table of its functions, or the note with its build ID (cmd/internal/buildid).
func isGo(content io.ReaderAt, f *elf.File) bool {
	if f.Section(".gopclntab") != nil {
		return true
	}
	note := []byte("\x00\x00\x00\x00Go\x00\x00")
	f.ByteOrder.PutUint32(note, 4) // the type
	return slices.ContainsFunc(f.Progs, func(p *elf.Prog) bool {
		return p.Type == elf.PT_NOTE && bytes.Contains(part(content, int64(p.Off), min(int64(p.Filesz), noteSize)), note)
	})
}

// library matches the names of libraries, which are most executables of an image and no programs.
var library = regexp.MustCompile(`\.so(\.[0-9.]+)?$`)

// How much of an executable is looked at: its beginning, its end, and the ends of its segments.
const (
	bundleHead   = 16
	bundleTail   = 16 << 10
	segmentEnd   = 4 << 10
	noteSize     = 4 << 10
	maxVariables = 4 << 20 // of a segment with a program's variables
)

// trailers mark the end of what tools put behind the program that reads it.
var trailers = []struct{ mark, maker string }{
	{"MEI\x0c\x0b\x0a\x0b\x0e", "PyInstaller"},
	{bunMark, "Bun"},
	{"d3n0l4nd", "Deno"},
	{"<nexe~~sentinel>", "nexe"},
}

// UPX writes its mark behind the headers of the program that unpacks the real one, and into the record that ends the file (its src/stub/src/include/linux.h).
const (
	upxMark = "UPX!"
	upxHead = 1 << 10
	upxTail = 64
)

const bunMark = "\n---- Bun! ----\n"

// bundledBy names the tool that made an executable, which f is where it is ELF, of a program and its packages; empty for all others.
func bundledBy(content io.ReaderAt, size int64, f *elf.File) string {
	head, tail := part(content, 0, bundleHead), part(content, max(0, size-bundleTail), bundleTail)
	if len(head) == bundleHead && string(head[8:10]) == "AI" && (head[10] == 1 || head[10] == 2) {
		return "AppImage"
	}
	if bytes.Contains(part(content, 0, upxHead), []byte(upxMark)) && bytes.Contains(part(content, max(0, size-upxTail), upxTail), []byte(upxMark)) {
		return "UPX"
	}
	for _, t := range trailers {
		if bytes.Contains(tail, []byte(t.mark)) {
			return t.maker
		}
	}
	if f == nil {
		return ""
	}
	end := int64(0)
	for _, s := range f.Sections {
		if s.Type != elf.SHT_NOBITS {
			end = max(end, int64(s.Offset+s.FileSize))
		}
	}
	for _, p := range f.Progs {
		at, n := int64(p.Off), int64(p.Filesz)
		end = max(end, at+n)
		switch {
		case p.Type == elf.PT_NOTE && bytes.Contains(part(content, at, min(n, noteSize)), []byte("NODE_SEA_BLOB\x00")):
			return "Node (single executable application)"
		case p.Type == elf.PT_LOAD && bytes.Contains(part(content, max(at, at+n-segmentEnd), min(n, segmentEnd)), []byte(bunMark)):
			return "Bun"
		}
	}
	if size-end > bundleTail && hostsNET(content, f) {
		return ".NET (single file)"
	}
	return ""
}

// hostsNET tells whether an executable is the one with which .NET starts programs, which has a number of 32 bytes among its variables, by
// which the bundler finds the place to write where the bundle begins. Where files of the program stand behind it, they are a bundle.
func hostsNET(content io.ReaderAt, f *elf.File) bool {
	mark := sha256.Sum256([]byte(".net core bundle\n"))
	for _, p := range f.Progs {
		if p.Type == elf.PT_LOAD && p.Flags&elf.PF_W != 0 && bytes.Contains(part(content, int64(p.Off), min(int64(p.Filesz), maxVariables)), mark[:]) {
			return true
		}
	}
	return false
}

// part reads a part of a file, or what there is of it.
func part(content io.ReaderAt, at, n int64) []byte {
	if at < 0 || n <= 0 {
		return nil
	}
	out := make([]byte, n)
	read, _ := content.ReadAt(out, at)
	return out[:max(read, 0)]
}
