package inventory

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
)

// ELF is a program that links to libraries, for the tests, followed by any text.
func ELF(text string, libraries ...string) string {
	names := []byte{0}
	var dynamic bytes.Buffer
	order := binary.LittleEndian
	for _, l := range libraries {
		_ = binary.Write(&dynamic, order, elf.Dyn64{Tag: int64(elf.DT_NEEDED), Val: uint64(len(names))})
		names = append(names, l+"\x00"...)
	}
	_ = binary.Write(&dynamic, order, elf.Dyn64{})
	const shnames = "\x00.dynstr\x00.dynamic\x00.shstrtab\x00"
	const start = 64
	sections := []elf.Section64{
		{},
		{Name: 1, Type: uint32(elf.SHT_STRTAB), Off: start, Size: uint64(len(names))},
		{Name: 9, Type: uint32(elf.SHT_DYNAMIC), Off: uint64(start + len(names)), Size: uint64(dynamic.Len()), Link: 1, Entsize: 16},
		{Name: 18, Type: uint32(elf.SHT_STRTAB), Off: uint64(start + len(names) + dynamic.Len()), Size: uint64(len(shnames))},
	}
	var out bytes.Buffer
	_ = binary.Write(&out, order, elf.Header64{
		Ident: [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)},
		Type:  uint16(elf.ET_DYN), Machine: uint16(elf.EM_X86_64), Version: uint32(elf.EV_CURRENT),
		Shoff: uint64(start + len(names) + dynamic.Len() + len(shnames)), Ehsize: start, Phentsize: 56, Shentsize: 64,
		Shnum: uint16(len(sections)), Shstrndx: uint16(len(sections) - 1),
	})
	out.Write(names)
	out.Write(dynamic.Bytes())
	out.WriteString(shnames)
	_ = binary.Write(&out, order, sections)
	out.WriteString(text)
	return out.String()
}

// Segments is a program that has a segment to load and section headers that cannot be read.
func Segments() string {
	out := segments(binary.LittleEndian, elf.ELFCLASS64, elf.ET_EXEC, elf.PT_LOAD)
	binary.LittleEndian.PutUint64(out[40:], 1<<40)
	binary.LittleEndian.PutUint16(out[58:], 64)
	binary.LittleEndian.PutUint16(out[60:], 3)
	return string(out)
}
