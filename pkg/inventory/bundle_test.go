package inventory

import (
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"encoding/binary"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/anchore/syft/syft/file"
)

// segment is one of a program.
type segment struct {
	typ     elf.ProgType
	flags   elf.ProgFlag
	content string
}

// executable is an ELF file of segments, followed by what a tool put behind it.
func executable(behind string, segments ...segment) string {
	var out bytes.Buffer
	order := binary.LittleEndian
	at := uint64(64 + 56*len(segments))
	_ = binary.Write(&out, order, elf.Header64{
		Ident: [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)},
		Type:  uint16(elf.ET_EXEC), Machine: uint16(elf.EM_X86_64), Version: uint32(elf.EV_CURRENT),
		Phoff: 64, Ehsize: 64, Phentsize: 56, Phnum: uint16(len(segments)),
	})
	for _, s := range segments {
		_ = binary.Write(&out, order, elf.Prog64{Type: uint32(s.typ), Flags: uint32(s.flags), Off: at, Filesz: uint64(len(s.content))})
		at += uint64(len(s.content))
	}
	for _, s := range segments {
		out.WriteString(s.content)
	}
	return out.String() + behind
}

// sections is an ELF file with sections of these names, and nothing in them.
func sections(names ...string) string {
	var out bytes.Buffer
	order := binary.LittleEndian
	texts := "\x00" + strings.Join(append(names, ".shstrtab"), "\x00") + "\x00"
	count := len(names) + 2 // beside these the first one, which is none, and their names
	_ = binary.Write(&out, order, elf.Header64{
		Ident: [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)},
		Type:  uint16(elf.ET_EXEC), Machine: uint16(elf.EM_X86_64), Version: uint32(elf.EV_CURRENT),
		Shoff: 64, Ehsize: 64, Shentsize: 64, Shnum: uint16(count), Shstrndx: uint16(count - 1),
	})
	_ = binary.Write(&out, order, elf.Section64{})
	for _, name := range append(names, ".shstrtab") {
		_ = binary.Write(&out, order, elf.Section64{
			Name: uint32(strings.Index(texts, name)), Type: uint32(elf.SHT_STRTAB), Off: uint64(64 + 64*count), Size: uint64(len(texts)),
		})
	}
	return out.String() + texts
}

func TestBundled(t *testing.T) {
	t.Parallel()
	const made, unknown = "a program with its packages in one file, made by ", "a program of Go without what Go writes into it about its modules"
	files := strings.Repeat("files of the program\n", 2000)
	mark := sha256.Sum256([]byte(".net core bundle\n"))
	host := segment{elf.PT_LOAD, elf.PF_R | elf.PF_W, "12345678" + string(mark[:])}
	tests := []struct{ name, content, want string }{
		{"a plain program", executable("", segment{elf.PT_LOAD, elf.PF_R, "text"}), ""},
		{"PyInstaller", executable(files + "MEI\x0c\x0b\x0a\x0b\x0e" + strings.Repeat("\x00", 80)), "PyInstaller"},
		{"PyInstaller on Windows", "MZ" + files + "MEI\x0c\x0b\x0a\x0b\x0e" + strings.Repeat("\x00", 80), "PyInstaller"},
		{"what only names PyInstaller's mark", executable("MEI\x0c\x0b\x0a\x0b\x0e" + files), ""},
		{"Bun behind the program", executable(files + "\n---- Bun! ----\n12345678"), "Bun"},
		{"Bun in a segment", executable(files, segment{elf.PT_LOAD, elf.PF_R | elf.PF_W, files + "\n---- Bun! ----\n" + strings.Repeat("\x00", 3000)}), "Bun"},
		{"Bun itself", executable("", segment{elf.PT_LOAD, elf.PF_R, "\n---- Bun! ----\n" + files}), ""},
		{"Deno", executable(files + "d3n0l4nd12345678"), "Deno"},
		{"nexe", executable(files + "<nexe~~sentinel>1234567812345678"), "nexe"},
		{"Node", executable("", segment{elf.PT_NOTE, elf.PF_R, "\x0e\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00NODE_SEA_BLOB\x00\x00\x00files"}), "Node (single executable application)"},
		{"Node itself", executable("", segment{elf.PT_LOAD, elf.PF_R, "NODE_SEA_BLOB\x00" + files}), ""},
		{".NET", executable(files, host), ".NET (single file)"},
		{".NET's host alone", executable("", host), ""},
		{"AppImage", strings.Replace(executable(files), "\x00\x00\x00\x00\x00\x00\x00\x00", "\x00AI\x02\x00\x00\x00\x00\x00", 1), "AppImage"},
		{"segments that are not there", executable("", segment{elf.PT_LOAD, elf.PF_W, "x"})[:100], ""},
		{"nothing", "", ""},
		{"Go by its note", executable("", segment{elf.PT_NOTE, elf.PF_R, "\x04\x00\x00\x00\x04\x00\x00\x00\x04\x00\x00\x00Go\x00\x00id01"}), unknown},
		{"a note that only speaks of Go", executable("", segment{elf.PT_NOTE, elf.PF_R, "\x04\x00\x00\x00\x04\x00\x00\x00\x01\x00\x00\x00Go\x00\x00id01"}), ""},
		{"Go by its functions", sections(".text", ".gopclntab"), unknown},
		{"a program in another language", sections(".text", ".note.gnu.build-id"), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := bundled("/srv/app", strings.NewReader(tt.content), int64(len(tt.content)))
			if got = strings.TrimPrefix(got, made); got != tt.want {
				t.Errorf("bundled() = %q, want %q", got, tt.want)
			}
		})
	}
}

// A program of Go as Go builds it says which modules it has.
func TestBundledPassesGo(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if got := bundled(self, f, info.Size()); got != "" {
		t.Errorf("bundled() = %q for the test itself", got)
	}
}

// Programs that read archives have the signature of their end among their texts.
func TestEndsArchive(t *testing.T) {
	t.Parallel()
	program := executable("", segment{elf.PT_LOAD, elf.PF_R, "PK\x05\x06 and more text of the program, which is no record that ends here"})
	end := zipEndMark + strings.Repeat("\x00", zipEnd-6) + "\x03\x00one"
	for _, tt := range []struct {
		name, content string
		want          bool
	}{{"a program", program, false}, {"an archive behind it, with a comment", program + end, true}, {"a script with something behind its archive", "#!/bin/sh\n" + end + "\n", true}, {"a script", "#!/bin/sh\n", false}} {
		in := file.NewLocationReadCloser(file.NewLocation("/x"), struct {
			*strings.Reader
			io.Closer
		}{strings.NewReader(tt.content), nil})
		if got := endsArchive(in); got != tt.want {
			t.Errorf("%s: endsArchive() = %t, want %t", tt.name, got, tt.want)
		}
	}
}

func FuzzBundled(f *testing.F) {
	mark := sha256.Sum256([]byte(".net core bundle\n"))
	f.Add([]byte(executable("behind", segment{elf.PT_NOTE, elf.PF_R, "NODE_SEA_BLOB\x00"}, segment{elf.PT_LOAD, elf.PF_W, string(mark[:])})))
	f.Add([]byte(Segments()))
	f.Fuzz(func(_ *testing.T, content []byte) {
		bundled("/srv/app", bytes.NewReader(content), int64(len(content)))
	})
}
