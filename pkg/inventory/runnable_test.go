package inventory

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/layerfs"
)

// segments is an ELF file of a type with one program header, and nothing else.
func segments(order binary.ByteOrder, class elf.Class, typ elf.Type, segment elf.ProgType) []byte {
	data := elf.ELFDATA2LSB
	if order == binary.BigEndian {
		data = elf.ELFDATA2MSB
	}
	ident := [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(class), byte(data), byte(elf.EV_CURRENT)}
	var out bytes.Buffer
	if class == elf.ELFCLASS32 {
		_ = binary.Write(&out, order, elf.Header32{Ident: ident, Type: uint16(typ), Phoff: 52, Phentsize: 32, Phnum: 1})
		_ = binary.Write(&out, order, elf.Prog32{Type: uint32(segment)})
	} else {
		_ = binary.Write(&out, order, elf.Header64{Ident: ident, Type: uint16(typ), Phoff: 64, Phentsize: 56, Phnum: 1})
		_ = binary.Write(&out, order, elf.Prog64{Type: uint32(segment)})
	}
	return out.Bytes()
}

// portable is a PE file with so many sections of 16 bytes each.
func portable(sections int) []byte {
	const optional = 112
	out := append([]byte("MZ"+strings.Repeat("\x00", 58)), 64, 0, 0, 0)
	header := make([]byte, peHeader+optional+sections*peSection)
	copy(header, "PE\x00\x00")
	header[6], header[20], header[peHeader], header[peHeader+1] = byte(sections), optional, 0x0b, 2
	for i := range sections {
		section := header[peHeader+optional+i*peSection:]
		binary.LittleEndian.PutUint32(section[16:], 16)
		binary.LittleEndian.PutUint32(section[20:], uint32(len(out)+len(header)+i*16))
	}
	return append(append(out, header...), make([]byte, sections*16)...)
}

func TestCanRun(t *testing.T) {
	t.Parallel()
	program := segments(binary.LittleEndian, elf.ELFCLASS64, elf.ET_EXEC, elf.PT_LOAD)
	changed := func(file []byte, at int, b byte) []byte {
		file = bytes.Clone(file)
		file[at] = b
		return file
	}
	with := func(at int, b byte) []byte { return changed(program, at, b) }
	pe := append([]byte("MZ"+strings.Repeat("\x00", 58)), 64, 0, 0, 0)
	tests := []struct {
		name string
		file []byte
		want bool
	}{
		{"a program", program, true},
		{"a library", segments(binary.LittleEndian, elf.ELFCLASS64, elf.ET_DYN, elf.PT_LOAD), true},
		{"of 32 bits", segments(binary.LittleEndian, elf.ELFCLASS32, elf.ET_EXEC, elf.PT_LOAD), true},
		{"of the other byte order", segments(binary.BigEndian, elf.ELFCLASS64, elf.ET_EXEC, elf.PT_LOAD), true},
		{"an object file", segments(binary.LittleEndian, elf.ELFCLASS64, elf.ET_REL, elf.PT_LOAD), false},
		{"a core", segments(binary.LittleEndian, elf.ELFCLASS64, elf.ET_CORE, elf.PT_LOAD), false},
		{"nothing to load", segments(binary.LittleEndian, elf.ELFCLASS64, elf.ET_EXEC, elf.PT_NOTE), false},
		{"the header alone", program[:64], false},
		{"its first bytes", program[:4], false},
		{"no such class", with(elf.EI_CLASS, 7), false},
		{"no such byte order", with(elf.EI_DATA, 7), false},
		{"program headers of another size", with(54, 32), false},
		{"program headers at a negative place", with(39, 0x80), false},
		{"a PE file", portable(1), true},
		{"a PE file that is cut in its section", portable(1)[:len(portable(1))-1], false},
		{"a PE file that is cut in its headers", portable(1)[:64+peHeader+1], false},
		{"a PE file without an optional header", changed(portable(1), 64+peHeader+1, 7), false},
		{"a PE file without sections", portable(0), false},
		{"the signature of a PE file alone", append(pe, "PE\x00\x00"...), false},
		{"a program of DOS", append(pe, "NE\x00\x00"...), false},
		{"a text", []byte("MZ is how this text begins, which is longer than the header of a program of DOS"), false},
		{"nothing", nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := canRun(bytes.NewReader(tt.file), int64(len(tt.file))); got != tt.want {
				t.Errorf("canRun() = %v, want %v", got, tt.want)
			}
		})
	}
}

// A Go program whose modules were found is not unreadable for want of the settings that it was built with.
func TestOnlySettings(t *testing.T) {
	t.Parallel()
	u := unread{Cataloger: "go-module-binary-cataloger", Reason: "unable to read golang version info: no symbol section"}
	if !bringsNothing(layerfs.View{}, u, layerfs.File{}) {
		t.Errorf("bringsNothing(%+v) = false, want true", u)
	}
}
