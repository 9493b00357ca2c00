package inventory_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"crypto/md5"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/spool"
)

func file(name, body string) imagetest.File { return imagetest.File{Name: name, Body: body} }

func symlink(name, to string) imagetest.File {
	return imagetest.File{Name: name, Link: to, Type: tar.TypeSymlink}
}

func osRelease(version string) imagetest.File {
	return file("etc/os-release", fmt.Sprintf("ID=debian\nVERSION_ID=\"%s\"\nPRETTY_NAME=\"Debian %s\"\n", version, version))
}

// status is a dpkg database of Debian's packages. A package reads name=version.
func status(packages ...string) imagetest.File {
	var b strings.Builder
	for _, p := range packages {
		name, version, _ := strings.Cut(p, "=")
		fmt.Fprintf(&b, "Package: %s\nStatus: install ok installed\nArchitecture: amd64\nMaintainer: Debian <team@lists.debian.org>\nVersion: %s\nDescription: test\n\n", name, version)
	}
	return file("var/lib/dpkg/status", b.String())
}

func apkDB(packages ...string) imagetest.File {
	var b strings.Builder
	for _, p := range packages {
		name, version, _ := strings.Cut(p, "=")
		fmt.Fprintf(&b, "C:Q1p78yvTLG094tHE1+dToJGbmYzQE=\nP:%s\nV:%s\nA:x86_64\nS:1\nI:1\nT:test\nL:MIT\no:%s\n\n", name, version, name)
	}
	return file("lib/apk/db/installed", b.String())
}

func npm(dir, name, version string) imagetest.File {
	return file(dir+"/package.json", fmt.Sprintf(`{"name":%q,"version":%q,"license":"MIT"}`, name, version))
}

func take(t *testing.T, layers ...[]imagetest.File) *inventory.Inventory {
	t.Helper()
	inv, err := tryTake(t, layers...)
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

func tryTake(t *testing.T, layers ...[]imagetest.File) (*inventory.Inventory, error) {
	t.Helper()
	return takeWith(t, inventory.Options{}, layers...)
}

func takeWith(t *testing.T, opts inventory.Options, layers ...[]imagetest.File) (*inventory.Inventory, error) {
	t.Helper()
	var img imagetest.Image
	for _, files := range layers {
		img.Layers = append(img.Layers, imagetest.Layer{Files: files})
	}
	files, err := imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{img}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "image.tar")
	if err := files.WriteArchive(path, imagetest.None); err != nil {
		t.Fatal(err)
	}
	sp := spool.New(spool.Config{Dir: t.TempDir()})
	t.Cleanup(func() { sp.Close() })
	ctx := context.Background()
	opened, err := image.Open(ctx, path, image.Options{Spool: sp})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { opened.Close() })
	tree, err := layerfs.New(ctx, opened.Platforms[0].Layers, sp)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, l := range opened.Platforms[0].Layers {
		ids = append(ids, l.DiffID)
	}
	return inventory.Take(ctx, tree, ids, opts)
}

func describe(inv *inventory.Inventory) []string {
	var out []string
	for _, p := range inv.Packages {
		state := string(p.State)
		if p.HiddenBy > 0 {
			state += fmt.Sprintf(", hidden by %d", p.HiddenBy)
		}
		out = append(out, fmt.Sprintf("%s %s %s layer %d %s %s", p.Type, p.Name, p.Version, p.Layer, state, p.Path))
	}
	return out
}

func TestTake(t *testing.T) {
	t.Parallel()
	const dpkg, apk = "/var/lib/dpkg/status", "/lib/apk/db/installed"
	const openssl, hello = "nix/store/0c0bz5k3yhbx9lq8rn6gckpqvx5hc2xm-openssl-3.0.7", "nix/store/1s1ypl4fyj32wi1mjv2n63c7jc4h2x3z-hello-2.12.1"
	metadata := func(name, version string) string {
		return fmt.Sprintf("Metadata-Version: 2.1\nName: %s\nVersion: %s\n", name, version)
	}
	tests := []struct {
		name   string
		layers [][]imagetest.File
		want   []string
	}{
		{
			name: "a rewritten dpkg database",
			layers: [][]imagetest.File{
				{osRelease("12"), status("base=1", "old=1", "gone=1")},
				{status("base=1", "old=1", "gone=1", "new=1")},
				{status("base=1", "old=2", "new=1")},
			},
			want: []string{
				"deb base 1 layer 0 visible " + dpkg,
				"deb gone 1 layer 0 shadowed " + dpkg,
				"deb new 1 layer 1 visible " + dpkg,
				"deb old 1 layer 0 shadowed " + dpkg,
				"deb old 2 layer 2 visible " + dpkg,
			},
		},
		{
			name: "a distribution that upgrades itself",
			layers: [][]imagetest.File{
				{file("etc/os-release", "ID=alpine\nVERSION_ID=3.18.1\n"), apkDB("musl=1.2-r0", "zlib=1.0-r0")},
				{file("etc/os-release", "ID=alpine\nVERSION_ID=3.18.4\n"), apkDB("musl=1.2-r0", "zlib=1.1-r0")},
			},
			want: []string{
				"apk musl 1.2-r0 layer 0 visible " + apk,
				"apk zlib 1.0-r0 layer 0 shadowed " + apk,
				"apk zlib 1.1-r0 layer 1 visible " + apk,
			},
		},
		{
			name: "a database that is removed",
			layers: [][]imagetest.File{
				{osRelease("12"), status("base=1")},
				{file("var/lib/dpkg/.wh.status", "")},
			},
			// No package manager removes its database: what it listed is still there.
			want: []string{"deb base 1 layer 0 visible, hidden by 1 " + dpkg},
		},
		{
			name: "one package a file, as in distroless images",
			layers: [][]imagetest.File{
				{osRelease("12"), file("var/lib/dpkg/status.d/base", "Package: base\nVersion: 1\nArchitecture: amd64\n")},
				{file("var/lib/dpkg/status.d/ssl", "Package: ssl\nVersion: 3\nArchitecture: amd64\n")},
			},
			want: []string{"deb base 1 layer 0 visible /var/lib/dpkg/status.d/base", "deb ssl 3 layer 1 visible /var/lib/dpkg/status.d/ssl"},
		},
		{
			name: "language packages, replaced, removed and moved",
			layers: [][]imagetest.File{
				{npm("app/node_modules/a", "a", "1.0.0"), npm("app/node_modules/b", "b", "1.0.0"), npm("app/node_modules/c", "c", "1.0.0")},
				{npm("app/node_modules/a", "a", "2.0.0"), file("app/node_modules/.wh.b", ""), npm("srv/c", "c", "1.0.0")},
			},
			want: []string{
				"npm a 1.0.0 layer 0 shadowed /app/node_modules/a/package.json",
				"npm a 2.0.0 layer 1 visible /app/node_modules/a/package.json",
				"npm b 1.0.0 layer 0 shadowed /app/node_modules/b/package.json",
				"npm c 1.0.0 layer 0 visible /app/node_modules/c/package.json",
				"npm c 1.0.0 layer 1 visible /srv/c/package.json",
			},
		},
		{
			name: "the same file written again is the same package",
			layers: [][]imagetest.File{
				{npm("app", "a", "1.0.0")}, {npm("app", "a", "1.0.0"), file("app/x", "changed")},
			},
			want: []string{"npm a 1.0.0 layer 0 visible /app/package.json"},
		},
		{
			name: "removed and brought back",
			layers: [][]imagetest.File{
				{npm("app", "a", "1.0.0")}, {file(".wh.app", "")}, {npm("app", "a", "1.0.0")},
			},
			want: []string{"npm a 1.0.0 layer 0 visible /app/package.json"},
		},
		{
			name: "a parser looks around in lower layers",
			layers: [][]imagetest.File{
				{file("usr/lib/python3/site-packages/six-1.16.0.dist-info/RECORD", "six.py,,\n"), osRelease("12")},
				{file("usr/lib/python3/site-packages/six-1.16.0.dist-info/METADATA", metadata("six", "1.16.0"))},
			},
			want: []string{
				"python six 1.16.0 layer 1 visible /usr/lib/python3/site-packages/six-1.16.0.dist-info/METADATA",
				"python six 1.16.0 layer 0 shadowed /usr/lib/python3/site-packages/six-1.16.0.dist-info/RECORD", // without METADATA
			},
		},
		{
			name: "found through a linked directory",
			layers: [][]imagetest.File{
				{symlink("lib", "usr/lib"), file("usr/lib/x", "")},
				{file("lib/node_modules/a/package.json", `{"name":"a","version":"1.0.0"}`)},
			},
			want: []string{"npm a 1.0.0 layer 1 visible /usr/lib/node_modules/a/package.json"},
		},
		{
			name: "a store of Nix without its database",
			layers: [][]imagetest.File{
				{directory("nix"), directory("nix/store"), directory(openssl), directory(openssl + "/lib"), file(openssl+"/lib/libssl.so.3", "")},
				{directory("nix"), directory("nix/store"), directory(hello), directory(hello + "/bin"), symlink(hello+"/bin/hello", "/"+openssl+"/lib/libssl.so.3")},
				{file("srv/x", "")},
				{file("nix/store/.wh."+strings.TrimPrefix(openssl, "nix/store/"), "")},
			},
			want: []string{
				"nix hello 2.12.1 layer 1 visible /" + hello,
				"nix openssl 3.0.7 layer 0 shadowed /" + openssl,
			},
		},
		{name: "nothing", layers: [][]imagetest.File{{file("a", "")}}, want: nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, describe(take(t, tt.layers...))); diff != "" {
				t.Errorf("Take() (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRelease(t *testing.T) {
	t.Parallel()
	inv := take(t, []imagetest.File{osRelease("11"), status("a=1")}, []imagetest.File{osRelease("12")})
	if inv.Release == nil || inv.Release.ID != "debian" || inv.Release.VersionID != "12" {
		t.Errorf("Release = %v, want the one of the last layer", inv.Release)
	}
	if inv := take(t, []imagetest.File{file("a", "")}); inv.Release != nil {
		t.Errorf("Release = %v, want nil", inv.Release)
	}
}

// A binary that belongs to a Debian package is that package, also where the package is in a lower layer.
func TestOwnedBinaryIsDropped(t *testing.T) {
	t.Parallel()
	plain := "\x7fELF" + strings.Repeat("\x00", 60) + "BusyBox v1.36.1 (2023-11-07)\x00"
	owned := file("var/lib/dpkg/info/busybox.md5sums", fmt.Sprintf("%x  usr/bin/busybox\n", md5.Sum([]byte(plain))))
	base := []imagetest.File{osRelease("12"), status("busybox=1.36.1")}
	alone := []imagetest.File{file("usr/bin/busybox", plain)}
	noted := notedProgram(`{"type":"deb","name":"note","version":"1.36.1","os":"debian"}`) + plain
	ownedNoted := file("var/lib/dpkg/info/busybox.md5sums", fmt.Sprintf("%x  usr/bin/busybox\n", md5.Sum([]byte(noted))))
	alpine := file("etc/os-release", "ID=alpine\nVERSION_ID=3.20.1\n")
	const ported = "P:busybox\nV:1.36.1-r0\nA:x86_64\nc:65502ca9379dd29d1ac4b0bf0dcf03a3dd1b324a\nF:usr/bin\nR:busybox\n\n"
	vendors := status("busybox=1.36.1")
	vendors.Body = strings.Replace(vendors.Body, "Debian <team@lists.debian.org>", "BusyBox <packages@busybox.example>", 1)
	tests := []struct {
		name   string
		layers [][]imagetest.File
		want   []string
	}{
		{
			name:   "of nobody",
			layers: [][]imagetest.File{base, alone},
			want: []string{
				"binary busybox 1.36.1 layer 1 visible /usr/bin/busybox",
				"deb busybox 1.36.1 layer 0 visible /var/lib/dpkg/status",
			},
		},
		{
			name:   "of a package below",
			layers: [][]imagetest.File{append(base, owned), alone},
			want:   []string{"deb busybox 1.36.1 layer 0 visible /var/lib/dpkg/status"},
		},
		{
			name:   "of a vendor's package",
			layers: [][]imagetest.File{{osRelease("12"), vendors, owned}, alone},
			want: []string{
				"binary busybox 1.36.1 layer 1 visible /usr/bin/busybox",
				"deb busybox 1.36.1 layer 0 visible /var/lib/dpkg/status",
			},
		},
		{
			name:   "of a package of Alpine",
			layers: [][]imagetest.File{{alpine, file("lib/apk/db/installed", ported)}, alone},
			want:   []string{"apk busybox 1.36.1-r0 layer 0 visible /lib/apk/db/installed"},
		},
		{
			name:   "of a package of apk that is not built from Alpine's ports",
			layers: [][]imagetest.File{{alpine, file("lib/apk/db/installed", strings.Replace(ported, "c:65502ca9379dd29d1ac4b0bf0dcf03a3dd1b324a\n", "", 1))}, alone},
			want: []string{
				"binary busybox 1.36.1 layer 1 visible /usr/bin/busybox",
				"apk busybox 1.36.1-r0 layer 0 visible /lib/apk/db/installed",
			},
		},
		{
			name:   "with a note, of nobody",
			layers: [][]imagetest.File{{osRelease("12")}, {file("usr/bin/busybox", noted)}},
			want:   []string{"deb note 1.36.1 layer 1 visible /usr/bin/busybox"},
		},
		{
			name:   "with a note, of a package",
			layers: [][]imagetest.File{append(base, ownedNoted), {file("usr/bin/busybox", noted)}},
			want:   []string{"deb busybox 1.36.1 layer 0 visible /var/lib/dpkg/status"},
		},
		{
			name:   "with a note, of a vendor's package",
			layers: [][]imagetest.File{{osRelease("12"), vendors, ownedNoted}, {file("usr/bin/busybox", noted)}},
			want: []string{
				"binary busybox 1.36.1 layer 1 visible /usr/bin/busybox",
				"deb busybox 1.36.1 layer 0 visible /var/lib/dpkg/status",
			},
		},
		{
			name:   "in the place of a package's",
			layers: [][]imagetest.File{append(base, owned), {file("usr/bin/busybox", plain+"other")}},
			want: []string{
				"binary busybox 1.36.1 layer 1 visible /usr/bin/busybox",
				"deb busybox 1.36.1 layer 0 visible /var/lib/dpkg/status",
			},
		},
		{
			name:   "of a package that is gone",
			layers: [][]imagetest.File{append(base, owned), {osRelease("12"), status("other=1"), file("var/lib/dpkg/info/.wh.busybox.md5sums", "")}, alone},
			want: []string{
				"binary busybox 1.36.1 layer 2 visible /usr/bin/busybox",
				"deb busybox 1.36.1 layer 0 shadowed /var/lib/dpkg/status",
				"deb other 1 layer 1 visible /var/lib/dpkg/status",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, describe(take(t, tt.layers...))); diff != "" {
				t.Errorf("Take() (-want +got):\n%s", diff)
			}
		})
	}
}

// notedProgram is an ELF file with the note of a package.
func notedProgram(text string) string {
	const sections, names = 3, "\x00.note.package\x00.shstrtab\x00"
	note := strings.Repeat("\x00", 16) + text
	var out bytes.Buffer
	write := func(v any) { _ = binary.Write(&out, binary.LittleEndian, v) }
	write(elf.Header64{
		Ident: [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)},
		Type:  uint16(elf.ET_EXEC), Machine: uint16(elf.EM_X86_64), Version: uint32(elf.EV_CURRENT),
		Shoff: 64, Ehsize: 64, Shentsize: 64, Shnum: sections, Shstrndx: sections - 1,
	})
	at := uint64(64 + 64*sections)
	write(elf.Section64{})
	write(elf.Section64{Name: 1, Type: uint32(elf.SHT_NOTE), Off: at, Size: uint64(len(note))})
	write(elf.Section64{Name: 15, Type: uint32(elf.SHT_STRTAB), Off: at + uint64(len(note)), Size: uint64(len(names))})
	return out.String() + note + names
}

// zipBomb is a JAR whose manifest unpacks to 2 GiB of nothing.
func zipBomb(t *testing.T) imagetest.File {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	m, err := w.Create("META-INF/MANIFEST.MF")
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 1<<20)
	for range 2 << 10 {
		if _, err := m.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file("opt/bomb.jar", buf.String())
}

// unpackable gives a member of a ZIP archive a compression that nobody has (APPNOTE.TXT, 4.3.12 and 4.4.5).
func unpackable(archive, member string) string {
	method := strings.LastIndex(archive, member) - 46 + 10
	return archive[:method] + "\xfe\xfe" + archive[method+2:]
}

// noise has so many bytes, and does not pack.
func noise(size int) string {
	out := make([]byte, size)
	rand.NewChaCha8([32]byte{}).Read(out)
	return string(out)
}

// What cannot be read is said, and a package database that cannot be read ends the run.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	const said = "Implementation-Title: a\nImplementation-Version: 1\n"
	broken := file("app/package.json", `{"name": "a", "version":`)
	noJar := file("opt/x.jar", "PK\x03\x04 and no more")
	tests := []struct {
		name    string
		layers  [][]imagetest.File
		want    []string
		wantErr string
	}{
		{name: "all fine", layers: [][]imagetest.File{{npm("app", "a", "1.0.0")}}, want: []string{}},
		{name: "broken files", layers: [][]imagetest.File{{broken, noJar}}, want: []string{"/app/package.json", "/opt/x.jar"}},
		{name: "archives of Java without a manifest", layers: [][]imagetest.File{{file("opt/app.jar", jar(t, "a/A.class", "x")), file("opt/app.war", jar(t, "a/A.class", "x")), file("opt/app", jar(t, "a/A.class", "x"))}}, want: []string{"/opt/app", "/opt/app.jar", "/opt/app.war"}},
		{name: "archives of Java without a manifest in others", layers: [][]imagetest.File{{
			file("opt/a.ear", jar(t, "META-INF/MANIFEST.MF", said, "lib/x.jar", jar(t, "a/A.class", "x"))),
			file("opt/b.zip", jar(t, "lib/x.jar", jar(t, "a/A.class", "x"))),
			file("opt/c.zip", jar(t, "b.jar", jar(t, "META-INF/MANIFEST.MF", said, "lib/x.jar", jar(t, "a/A.class", "x")))),
			file("opt/d.zip", jar(t, "lib/x.jar", jar(t, "a/A.class", "x", "META-INF/maven/g/b/pom.properties", "groupId=g\nartifactId=b\nversion=1.0\n"))),
			file("opt/e.war", jar(t, "META-INF/MANIFEST.MF", said, "lib/x.jar", jar(t, "a/A.class", "x", "meta-inf/manifest.mf", said))),
			file("opt/f.whl", jar(t, "lib/x.jar", jar(t, "a/A.class", "x"))),
			file("opt/large.war", jar(t, "META-INF/MANIFEST.MF", said, "lib/x.jar", jar(t, "a/A.class", "x", "pad", noise(33<<20)))),
			file("opt/broken.war", jar(t, "META-INF/MANIFEST.MF", said, "lib/x.jar", noise(33<<20))),
			file("opt/poms", jar(t, "META-INF/maven/g/b/pom.properties", "groupId=g\nartifactId=b\nversion=1.0\n")),
			file("opt/rooted.war", jar(t, "META-INF/MANIFEST.MF", said, "lib/x.jar", jar(t, "/META-INF/MANIFEST.MF", said, "a/A.class", "x"))),
			file("opt/packed.war", jar(t, "META-INF/MANIFEST.MF", said, "lib/x.rar", "Rar!"+noise(33<<20))),
			file("opt/fine.war", jar(t, "META-INF/MANIFEST.MF", said, "lib/x.jar", jar(t, "META-INF/MANIFEST.MF", said, "a/A.class", "x", "lib/z.jar", jar(t, "META-INF/MANIFEST.MF", said), "pad", noise(33<<20)))),
			file("opt/sources.zip", jar(t, "lib/x-sources.jar", jar(t, "a/A.java", "x"))),
		}}, want: []string{"/opt/a.ear", "/opt/b.zip", "/opt/broken.war", "/opt/c.zip", "/opt/d.zip", "/opt/e.war", "/opt/f.whl", "/opt/large.war"}},
		{name: "an unpacked archive of no name", layers: [][]imagetest.File{{file("app/META-INF/maven/g/a/pom.properties", "groupId=g\nversion=1.0\n")}}, want: []string{"/app/META-INF/maven/g/a/pom.properties"}},
		{name: "an archive of Java whose properties are too large", layers: [][]imagetest.File{{file("opt/a-1.jar", jar(t, "META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n", "META-INF/maven/g/a/pom.properties", "groupId=g\nartifactId=a\nversion=1.0\n"+strings.Repeat("#\n", 32<<10)))}}, want: []string{"/opt/a-1.jar"}},
		{name: "classes beside a large archive that cannot be unpacked", layers: [][]imagetest.File{{file("opt/x", unpackable(jar(t, "a/A.class", "x", "lib/y.jar", strings.Repeat("x", 33<<20)), "lib/y.jar"))}}, want: []string{"/opt/x"}},
		{name: "a member that would take memory", layers: [][]imagetest.File{{file("opt/x.jar", jar(t, "META-INF/MANIFEST.MF", "", "META-INF/maven/g/a/pom.properties", strings.Repeat("x", 61<<10)))}}, want: []string{"/opt/x.jar"}},
		{name: "one in an inner archive", layers: [][]imagetest.File{{file("opt/x.jar", jar(t, "META-INF/MANIFEST.MF", "Implementation-Title: x\nImplementation-Version: 1\n", "lib/y.jar", jar(t, "META-INF/MANIFEST.MF", "Implementation-Title: y\nImplementation-Version: 1\n", "META-INF/maven/g/a/pom.properties", "groupId=g\nartifactId=a\nversion=1\n#"+strings.Repeat("x", 61<<10))))}}, want: []string{"/opt/x.jar"}},
		{name: "an archive without a name that does not open", layers: [][]imagetest.File{{file("opt/app", "#!/usr/bin/python3\n"+strings.Replace(jar(t, "a/package.json", ""), "PK\x05\x06\x00\x00\x00\x00\x01\x00\x01", "PK\x05\x06\x00\x00\x00\x00\x02\x00\x02", 1))}}, want: []string{"/opt/app"}},
		{name: "one that is called a ZIP archive", layers: [][]imagetest.File{{file("opt/a.zip", strings.Replace(jar(t, "a/package.json", ""), "PK\x05\x06\x00\x00\x00\x00\x01\x00\x01", "PK\x05\x06\x00\x00\x00\x00\x02\x00\x02", 1))}}, want: []string{"/opt/a.zip"}},
		{name: "a broken package in an archive", layers: [][]imagetest.File{{file("opt/lib.zip", jar(t, "node_modules/a/package.json", "{"))}}, want: []string{"/opt/lib.zip"}},
		{name: "a bomb", layers: [][]imagetest.File{{zipBomb(t)}}, want: []string{"/opt/bomb.jar"}},
		{name: "no longer there", layers: [][]imagetest.File{{broken, noJar}, {file("opt/.wh.x.jar", ""), npm("app", "a", "1.0.0")}}, want: []string{}},
		{name: "a package database", layers: [][]imagetest.File{{osRelease("12"), file("var/lib/rpm/rpmdb.sqlite", "no database")}}, wantErr: "the package database /var/lib/rpm/rpmdb.sqlite cannot be read"},
		{name: "a package of dpkg without a version", layers: [][]imagetest.File{{osRelease("12"), file("var/lib/dpkg/status", "Package: a\nStatus: install ok installed\n")}}, wantErr: "a package is listed without the field Version"},
		{name: "one of apk", layers: [][]imagetest.File{{file("etc/os-release", "ID=alpine\nVERSION_ID=3.20.0\n"), file("lib/apk/db/installed", "P:a\nA:x86_64\n\n")}}, wantErr: "without a name or a version"},
		{name: "distroless", layers: [][]imagetest.File{{osRelease("12"), file("var/lib/dpkg/status.d/base", "Package: base\nVersion: 1\n"), file("var/lib/dpkg/status.d/base.md5sums", "0123456789abcdef0123456789abcdef  usr/lib/x\n")}}, want: []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inv, err := tryTake(t, tt.layers...)
			if tt.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wantErr) || len(fault.Hints(err)) == 0 {
					t.Fatalf("Take() = %v, want an error with %q and a hint", err, tt.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := []string{}
			for _, gap := range inv.Unreadable {
				if gap.Cataloger == "" || gap.Reason == "" {
					t.Errorf("%s is unreadable for no reason: %+v", gap.Path, gap)
				}
				got = append(got, gap.Path)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Unreadable (-want +got):\n%s", diff)
			}
		})
	}
}

func directory(name string) imagetest.File { return imagetest.File{Name: name, Type: tar.TypeDir} }
