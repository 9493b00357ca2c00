package inventory

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/regex"
)

// This file tells which of the files that a cataloger could not read bring no package all the same. Test data of
// programs is full of them, and nobody could repair that.

// What syft says of a file whose packages it found, all but the settings that a Go program was built with.
var onlySettings = []string{"unable to read golang version info", "unable to read golang arch info"}

// nothingIdentified is the message of syft's parser of Java archives where it finds no name and version in one that
// it read.
const nothingIdentified = "no package identified in archive"

// bringsNothing tells whether a file that could not be read brings no package that could run.
func bringsNothing(v layerfs.View, u unread, f layerfs.File) bool {
	if slices.ContainsFunc(onlySettings, func(reason string) bool { return strings.HasPrefix(u.Reason, reason) }) {
		return true
	}
	content, err := v.Open(f)
	if err != nil {
		return false
	}
	defer content.Close()
	at, ok := content.(io.ReaderAt)
	ext := strings.ToLower(path.Ext(f.Path))
	named := isJavaArchive(f.Path) || isPythonArchive(f.Path)
	switch {
	case !ok:
		return false
	case f.Size == 0 && named:
		return true
	case f.Executable(), slices.Contains([]string{".exe", ".dll"}, ext):
		return !canRun(at, f.Size)
	case path.Base(f.Path) == "package.json":
		raw, err := readAll(v, f)
		return err == nil && (isInsidePackage(f.Path) || isSample(f.Path, raw)) && !json.Valid(raw)
	case path.Base(f.Path) == "installed.json":
		return u.Reason == nothingListed // Composer keeps the list of a project without dependencies
	case strings.HasPrefix(u.Reason, brokenPacked), strings.HasPrefix(u.Reason, otherPacked):
		return sampleDirectory.MatchString(f.Path)
	case strings.Contains(u.Reason, nothingIdentified):
		return strings.EqualFold(path.Ext(f.Path), ".jar") && hasNoClasses(at, f.Size)
	}
	archive := u.Cataloger == packedName || u.Cataloger == javaArchiveName
	return archive && (isRAR(at) || !named && isBrokenZip(at, f.Size) && !begunSoftware(at, f.Size))
}

// javaArchiveName is the name of syft's cataloger of Java archives.
const javaArchiveName = "java-archive-cataloger"

// isBrokenZip tells whether a file is called a ZIP archive, or begins or ends like one, and has no directory that can be read.
func isBrokenZip(content io.ReaderAt, size int64) bool {
	_, err := zip.NewReader(content, size)
	return errors.Is(err, zip.ErrFormat) || errors.Is(err, io.ErrUnexpectedEOF)
}

// maxBroken bounds the bytes of a broken archive that are looked through.
const maxBroken = 32 << 20

// begunSoftware tells whether a ZIP archive without a directory has software among its members, by the headers before them. Some programs unpack
// an archive from its beginning, and do not look at the directory (APPNOTE.TXT, 4.3.7).
func begunSoftware(content io.ReaderAt, size int64) bool {
	if size > maxBroken {
		return true
	}
	raw := part(content, 0, size)
	for {
		at := bytes.Index(raw, []byte("PK\x03\x04"))
		if at < 0 {
			return false
		}
		if raw = raw[at+4:]; len(raw) < zipMember-4 {
			return false
		}
		length := int(binary.LittleEndian.Uint16(raw[22:]))
		name := string(raw[zipMember-4 : min(zipMember-4+length, len(raw))])
		if isSoftware(name) || strings.EqualFold(path.Ext(name), ".zip") {
			return true
		}
	}
}

// zipMember is the size of the header before a member, without its name (APPNOTE.TXT, 4.3.7).
const zipMember = 30

// isInsidePackage tells whether a manifest lies deeper than that of a package that Node loads by its name. Node
// refuses to load from below a manifest that is no JSON.
func isInsidePackage(name string) bool {
	k := strings.LastIndex(name, modules)
	if k < 0 {
		return false
	}
	elements := strings.Split(name[k+len(modules):], "/")
	if strings.HasPrefix(elements[0], "@") {
		elements = elements[1:]
	}
	return len(elements) > 2
}

// isSample tells whether a manifest that is not an installed package's lies among the test data of a program, or is a template that a generator
// of projects fills in.
func isSample(name string, raw []byte) bool {
	return !isInstalledManifest(name) && (sampleDirectory.MatchString(name) || templateMark.Match(raw))
}

var (
	sampleDirectory = regex.New(`/_*(?:tests?|testdata|fixtures?|templates?|skeletons?)_*/`)
	templateMark    = regex.New(`\{\{|\{%|<%|\$\{`)
)

// hasNoClasses tells whether a Java archive holds neither classes nor other archives, as one of sources does.
func hasNoClasses(content io.ReaderAt, size int64) bool {
	found, err := holdsAny(content, size, append([]string{".class"}, javaArchives...))
	return err == nil && !found
}

// holdsAny tells whether a ZIP archive has a member with one of some extensions, in whatever case.
func holdsAny(content io.ReaderAt, size int64, extensions []string) (bool, error) {
	archive, err := zip.NewReader(content, size)
	if err != nil {
		return false, err
	}
	return hasMember(archive, extensions...), nil
}

// isRAR tells whether a file is an archive of the RAR program, which has the extension of Java's resource adapters.
func isRAR(content io.ReaderAt) bool {
	head := make([]byte, 4)
	_, err := content.ReadAt(head, 0)
	return err == nil && bytes.Equal(head, []byte("Rar!"))
}
