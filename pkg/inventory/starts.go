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

// likeArchive tells whether a member begins like an archive. What is packed in another way than Java unpacks does not.
func (s *starts) likeArchive(member *zip.File) bool {
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
		begins, known = inflatesTo(s.packed[:], n, archiveStarts)
	} else {
		begins, known = startsLike(s.packed[:n], archiveStarts)
	}
	return known && begins || !known && unpackedLikeArchive(member)
}

// unpackedLikeArchive tells the same, however much has to be unpacked for it.
func unpackedLikeArchive(member *zip.File) bool {
	content, err := member.Open()
	if err != nil {
		return false
	}
	defer content.Close()
	var head [4]byte
	n, _ := io.ReadFull(content, head[:])
	begins, _ := startsLike(head[:n], archiveStarts)
	return begins
}

// windowSize is how many bytes of an archive are kept of what was read: its members stand one behind the other, and syft reads several of them at once.
const windowSize = 64 << 10
