package inventory

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"io"
	"slices"
)

// canRun tells whether a system may run an executable or load it as a library: an ELF file that has a segment to load
// (elf(5)), or a PE file whose sections lie in it. The sections of an ELF file, which catalogers read, need not be valid for
// that.
func canRun(file io.ReaderAt, length int64) bool {
	head := make([]byte, 64)
	n, _ := file.ReadAt(head, 0)
	switch {
	case bytes.HasPrefix(head, []byte(elf.ELFMAG)):
		return hasSegment(file, head)
	case bytes.HasPrefix(head, []byte("MZ")) && n == len(head):
		return hasSections(file, int64(binary.LittleEndian.Uint32(head[60:])), length)
	}
	return false
}

// hasSegment tells whether an ELF file of which head is the header has a segment to load.
func hasSegment(file io.ReaderAt, head []byte) bool {
	var order binary.ByteOrder = binary.LittleEndian
	switch elf.Data(head[elf.EI_DATA]) {
	case elf.ELFDATA2LSB:
	case elf.ELFDATA2MSB:
		order = binary.BigEndian
	default:
		return false
	}
	if t := elf.Type(order.Uint16(head[16:])); t != elf.ET_EXEC && t != elf.ET_DYN {
		return false
	}
	var at int64
	var size, count, want uint16
	switch elf.Class(head[elf.EI_CLASS]) {
	case elf.ELFCLASS32:
		at, size, count, want = int64(order.Uint32(head[28:])), order.Uint16(head[42:]), order.Uint16(head[44:]), 32
	case elf.ELFCLASS64:
		at, size, count, want = int64(order.Uint64(head[32:])), order.Uint16(head[54:]), order.Uint16(head[56:]), 56
	}
	if size != want || at < 0 {
		return false
	}
	kind := make([]byte, 4)
	for i := range int64(count) {
		if _, err := file.ReadAt(kind, at+i*int64(size)); err != nil {
			return false
		}
		if elf.ProgType(order.Uint32(kind)) == elf.PT_LOAD {
			return true
		}
	}
	return false
}

// The sizes of parts of a PE file (PE Format): its signature with the file header, and the header of a section.
const (
	peHeader  = 24
	peSection = 40
)

// hasSections tells whether a PE file of a length, of which the signature stands at a place, has an optional header and sections
// that lie in the file: one that is cut off is not loaded.
func hasSections(file io.ReaderAt, at, length int64) bool {
	head := part(file, at, peHeader+2)
	if len(head) < peHeader+2 || string(head[:4]) != "PE\x00\x00" || head[peHeader+1] != 1 && head[peHeader+1] != 2 {
		return false
	}
	count, optional := int64(binary.LittleEndian.Uint16(head[6:])), int64(binary.LittleEndian.Uint16(head[20:]))
	table := part(file, at+peHeader+optional, count*peSection)
	if count == 0 || int64(len(table)) < count*peSection {
		return false
	}
	for section := range slices.Chunk(table, peSection) {
		size, from := int64(binary.LittleEndian.Uint32(section[16:])), int64(binary.LittleEndian.Uint32(section[20:]))
		if from+size > length {
			return false
		}
	}
	return true
}
