package inventory

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"io"
)

// canRun tells whether a system may run an executable or load it as a library: an ELF file that has a segment to load
// (elf(5)), or a PE file by its signature. The sections of an ELF file, which catalogers read, need not be valid for
// that.
func canRun(file io.ReaderAt) bool {
	head := make([]byte, 64)
	n, _ := file.ReadAt(head, 0)
	switch {
	case bytes.HasPrefix(head, []byte(elf.ELFMAG)):
		return hasSegment(file, head)
	case bytes.HasPrefix(head, []byte("MZ")) && n == len(head):
		signature := make([]byte, 4)
		_, err := file.ReadAt(signature, int64(binary.LittleEndian.Uint32(head[60:])))
		return err == nil && string(signature) == "PE\x00\x00"
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
