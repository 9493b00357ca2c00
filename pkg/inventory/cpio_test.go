package inventory_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/s2"
	"github.com/pierrec/lz4/v4"

	"github.com/layergate/layergate/pkg/imagetest"
)

// cpioOf is an archive of cpio of members, given as name and content by turns; how it begins says its form. A name that ends with a slash is a directory.
func cpioOf(start string, members ...string) string {
	var out strings.Builder
	fill := func(n int) { out.WriteString(strings.Repeat("\x00", -out.Len()&(n-1))) }
	for i, members := 0, append(members, "TRAILER!!!", ""); i < len(members); i += 2 {
		name, content, mode := members[i]+"\x00", members[i+1], 0o100644
		if strings.HasSuffix(members[i], "/") {
			mode = 0o40755
		}
		switch start {
		case "070701", "070702":
			fmt.Fprintf(&out, "%s%08x%08x%s%08x%s%08x%08x%s", start, i, mode, strings.Repeat("0", 32), len(content), strings.Repeat("0", 32), len(name), 0, name)
			fill(4)
			out.WriteString(content)
			fill(4)
		case "070707":
			fmt.Fprintf(&out, "%s%06o%06o%06o%s%011o%06o%011o%s%s", start, 0, i, mode, strings.Repeat("0", 24), 0, len(name), len(content), name, content)
		default:
			var order binary.AppendByteOrder = binary.LittleEndian
			if start == "\x71\xc7" {
				order = binary.BigEndian
			}
			var header []byte
			for _, word := range []int{0o070707, 0, i, mode, 0, 0, 0, 0, 0, 0, len(name), len(content) >> 16, len(content) & 0xffff} {
				header = order.AppendUint16(header, uint16(word))
			}
			out.Write(header)
			out.WriteString(name)
			fill(2)
			out.WriteString(content)
			fill(2)
		}
	}
	return out.String()
}

func lz4Of(t *testing.T, text string, options ...lz4.Option) string {
	t.Helper()
	var out bytes.Buffer
	w := lz4.NewWriter(&out)
	if err := w.Apply(options...); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func snappyOf(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	w := s2.NewWriter(&out, s2.WriterSnappyCompat())
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func brotliOf(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	w := brotli.NewWriter(&out)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// Software in an archive of cpio is named, and in what LZ4, Snappy and Brotli packed.
func TestStoredInCpioAndOtherForms(t *testing.T) {
	t.Parallel()
	const newc = "070701"
	firmware := cpioOf(newc, "kernel/", "", "kernel/x86/microcode/GenuineIntel.bin", "\x01\x00\x00\x00")
	root := cpioOf(newc, "bin/", "", "bin/busybox", "\x7fELF")
	tarball := tarOf(t, "a/B.class", "x")
	text := strings.Repeat("text ", 2000)
	tests := []struct {
		name  string
		files []imagetest.File
		want  []string
	}{
		{"each form", []imagetest.File{
			file("opt/a", cpioOf(newc, "package.json", "{}")), file("opt/b", cpioOf("070702", "a", "x", "package.json", "{}")), file("opt/c", cpioOf("070707", "abc", "x", "package.json", "{}")),
			file("opt/d", cpioOf("\xc7\x71", "ab", "x", "package.json", "{}")), file("opt/e", cpioOf("\x71\xc7", "ab", strings.Repeat("x", 70_001), "package.json", "{}")),
		}, []string{"/opt/a", "/opt/b", "/opt/c", "/opt/d", "/opt/e"}},
		{"documents", []imagetest.File{file("opt/a", cpioOf(newc, "a.txt", "x", "package.json/", "")), file("opt/b", cpioOf("\xc7\x71", "a.txt", "x")), file("opt/c", cpioOf("070707", "a", "x")), file("opt/d", gzipped(t, cpioOf(newc, "a.txt", "x")))}, nil},
		{"what is no archive", []imagetest.File{file("opt/a", "0707 is a number of somebody's"), file("opt/b", "\xc7\x71"+text), file("opt/c", "\x71\xc7"), file("opt/d", "070701"+strings.Repeat("x", 900)), file("opt/e", "070701")}, nil},
		{"compressed ones", []imagetest.File{file("opt/a.cpio.gz", gzipped(t, root)), file("opt/b", zstdOf(t, root)), file("opt/c", xzOf(t, root)), file("opt/d", lz4Of(t, root)), file("opt/e", lz4Of(t, root, lz4.LegacyOption(true)))}, []string{"/opt/a.cpio.gz", "/opt/b", "/opt/c", "/opt/d", "/opt/e"}},
		{"firmware before the root of an initrd image", []imagetest.File{
			file("boot/a", firmware+root), file("boot/b", firmware+strings.Repeat("\x00", 512)+gzipped(t, root)), file("boot/c", firmware+zstdOf(t, root)), file("boot/d", firmware+firmware+lz4Of(t, root)),
		}, []string{"/boot/a", "/boot/b", "/boot/c", "/boot/d"}},
		{"firmware alone", []imagetest.File{file("boot/a", firmware), file("boot/b", firmware+strings.Repeat("\x00", 512)), file("boot/c", firmware+gzipped(t, firmware))}, nil},
		{"what follows an archive and is not read", []imagetest.File{file("boot/a", firmware+"\x5d\x00\x00\x80"), file("boot/b", firmware+gzipped(t, text)), file("boot/c", firmware+gzipped(t, firmware+gzipped(t, firmware)))}, []string{"/boot/a", "/boot/b", "/boot/c"}},
		{"one that is cut off", []imagetest.File{file("opt/a", root[:len(root)-130]), file("opt/b", cpioOf(newc, "a", text)[:900])}, []string{"/opt/a", "/opt/b"}},
		{"one whose beginning is no software", []imagetest.File{file("opt/a", gzipped(t, cpioOf(newc, "a", strings.Repeat("x", 33<<20), "package.json", "{}")))}, []string{"/opt/a"}},
		{"one in another archive", []imagetest.File{file("opt/a", tarOf(t, "x", root)), file("opt/b", tarOf(t, "x", tarball)), file("opt/c", cpioOf(newc, "x", root))}, []string{"/opt/a", "/opt/b", "/opt/c"}},
		{"one in a ZIP archive", []imagetest.File{
			file("opt/a.zip", jar(t, "b.cpio", root)), file("opt/b", jar(t, "x", gzipped(t, root))), file("opt/c.zip", jar(t, "x.tar", tarball)), file("opt/d.zip", jar(t, "y.zip", jar(t, "x", zstdOf(t, tarball)))),
			file("opt/e.zip", jar(t, "a.gz", gzipped(t, text), "b", firmware, "c.tar", tarOf(t, "a.txt", "x"))), file("opt/f-1.0.jar", jar(t, "META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n", "native.tgz", gzipped(t, tarOf(t, "lib/a.so", "\x7fELF")))),
		}, []string{"/opt/a.zip", "/opt/b", "/opt/c.zip", "/opt/d.zip", "/opt/f-1.0.jar"}},
		{"one of a package of Debian", []imagetest.File{osRelease("12"), status("tools=1"), list("tools", "/usr/share/a.cpio", "/usr/share/a.zip"), file("usr/share/a.cpio", root), file("usr/share/a.zip", jar(t, "a", root))}, nil},
		{"LZ4", []imagetest.File{file("opt/a", lz4Of(t, tarball)), file("opt/b.tar.lz4", lz4Of(t, tarball)), file("opt/c", lz4Of(t, "")+lz4Of(t, tarball)), file("opt/d.lz4", lz4Of(t, text)), file("opt/e.tar.lz4", lz4Of(t, tarOf(t, "a.txt", "x"))), file("opt/f", "\x04\x22\x4d\x18")}, []string{"/opt/a", "/opt/b.tar.lz4", "/opt/c"}},
		{"Snappy", []imagetest.File{file("opt/a", snappyOf(t, tarball)), file("opt/b.sz", snappyOf(t, text)), file("opt/c", snappyOf(t, root))}, []string{"/opt/a", "/opt/c"}},
		{"Brotli", []imagetest.File{file("opt/a.tar.br", brotliOf(t, tarball)), file("opt/b.br", brotliOf(t, root)), file("srv/app.js.br", brotliOf(t, text)), file("opt/c.br", "text"), file("opt/messages.br", text), file("opt/d.tar.br", brotliOf(t, tarOf(t, "a.txt", "x")))}, []string{"/opt/a.tar.br", "/opt/b.br"}},
		{"compressed files that cannot be unpacked, of which one is too short to hold anything", []imagetest.File{file("opt/a", "\x1f\x8b\x08"+strings.Repeat("q", 60)), file("opt/b", "\x1f\x8b\x08"+strings.Repeat("q", 61)), file("opt/c", "\x1f\x8b")}, []string{"/opt/b"}},
		{"tar archives that cannot be unpacked", []imagetest.File{file("opt/a.tar.br", "\x1b"+strings.Repeat("q", 300)), file("opt/b.tar.lz4", lz4Of(t, tarball)[:40]), file("opt/c.tar.sz", snappyOf(t, tarball)[:40]), file("opt/d.tgz", gzipped(t, tarball)[:40])}, []string{"/opt/a.tar.br", "/opt/b.tar.lz4", "/opt/c.tar.sz", "/opt/d.tgz"}},
		{"RAR", []imagetest.File{file("opt/a", "Rar!\x1a\x07\x01\x00"), file("opt/b.rar", "Rar!\x1a\x07\x00")}, []string{"/opt/a", "/opt/b.rar"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inv := take(t, tt.files)
			var got []string
			for _, gap := range inv.Unidentified {
				got = append(got, gap.Path)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || len(inv.Unreadable) > 0 {
				t.Errorf("Unidentified (-want +got):\n%s\nUnreadable: %v", diff, inv.Unreadable)
			}
		})
	}
}

// What one ZIP archive has of archives is not all looked into, and that is said.
func TestManyArchivesInOne(t *testing.T) {
	t.Parallel()
	documents := gzipped(t, tarOf(t, "a.txt", "x"))
	for n, want := range map[int]int{100: 0, 101: 1} {
		var members []string
		for i := range n {
			members = append(members, fmt.Sprintf("%d.tgz", i), documents)
		}
		if got := take(t, []imagetest.File{file("opt/a.zip", jar(t, members...))}).Unidentified; len(got) != want {
			t.Errorf("%d archives of documents: Unidentified = %v, want %d gaps", n, got, want)
		}
	}
}
