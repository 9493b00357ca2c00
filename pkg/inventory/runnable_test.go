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

func TestCanRun(t *testing.T) {
	t.Parallel()
	program := segments(binary.LittleEndian, elf.ELFCLASS64, elf.ET_EXEC, elf.PT_LOAD)
	with := func(at int, b byte) []byte {
		out := bytes.Clone(program)
		out[at] = b
		return out
	}
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
		{"a PE file", append(pe, "PE\x00\x00"...), true},
		{"a program of DOS", append(pe, "NE\x00\x00"...), false},
		{"a text", []byte("MZ is how this text begins, which is longer than the header of a program of DOS"), false},
		{"nothing", nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := canRun(bytes.NewReader(tt.file)); got != tt.want {
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
