package inventory

import (
	"archive/zip"
	"io"
)

// starts looks at how members of archives begin. It unpacks as little of each as it can, since an image has some hundred thousand.
type starts struct{ packed [maxStart + padding]byte }

// maxStart is how many bytes of a packed member are enough for its first ones, unless somebody wrote empty blocks before them: deflate begins
// with tables of code lengths, of some 300 bytes (RFC 1951, 3.2.7).
const maxStart = 512

// archiveStarts are how a ZIP archive begins, and a script, which may have one behind it.
var archiveStarts = []string{"PK\x03\x04", "#!"}

// tarStarts are how begins what may hold a tar archive, or one of cpio: compressed, or the latter itself. What begins so may be anything else.
var tarStarts = []string{"\x1f\x8b", "BZh", "\xfd7zX", "\x28\xb5\x2f\xfd", "\x50\x2a\x4d\x18", lz4Starts[0], lz4Starts[1], "\xff\x06", "07", "\xc7\x71", "\x71\xc7"}

// likeArchive tells whether a member begins like an archive of ZIP.
func (s *starts) likeArchive(member *zip.File) bool { return s.like(member, archiveStarts) }

// like tells whether a member begins with one of some texts, of no more than four bytes. What is packed in another way than Java unpacks does not.
func (s *starts) like(member *zip.File, wanted []string) bool {
	if member.UncompressedSize64 < zipEnd || member.Method != zip.Store && member.Method != zip.Deflate {
		return false
	}
	raw, err := member.OpenRaw()
	if err != nil {
		return false
	}
	n, _ := io.ReadFull(raw, s.packed[:maxStart])
	clear(s.packed[n:])
	begins, known := false, false
	if member.Method == zip.Deflate {
		begins, known = inflatesTo(s.packed[:], n, wanted)
	} else {
		begins, known = startsLike(s.packed[:n], wanted)
	}
	return known && begins || !known && unpackedLike(member, wanted)
}

// unpackedLike tells the same, however much has to be unpacked for it.
func unpackedLike(member *zip.File, wanted []string) bool {
	content, err := member.Open()
	if err != nil {
		return false
	}
	defer content.Close()
	var head [4]byte
	n, _ := io.ReadFull(content, head[:])
	begins, _ := startsLike(head[:n], wanted)
	return begins
}

// windowSize is how many bytes of an archive are kept of what was read: its members stand one behind the other, and syft reads several of them at once.
const windowSize = 64 << 10
