package main

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// The small image is written and not installed: packages that nobody has published, as Debian's, npm's and Python's package
// managers leave them, with files of made-up text, and this program. It needs no network, no root and a few seconds, and is
// the same each time.
const (
	smallDebian = 300 // packages of each kind
	smallNPM    = 900
	smallPython = 100
	smallFiles  = 10 // of each package, beside what names it
)

// small makes the layers of the small image.
func small() []maker {
	return []maker{
		{"base", tarOf(func(w *tree) { w.debian(smallDebian) })},
		{"app", tarOf(func(w *tree) { w.npm(smallNPM) })},
		{"python", tarOf(func(w *tree) { w.python(smallPython) })},
		{"programs", tarOf(func(w *tree) { w.self() })},
	}
}

// tree writes the files of a layer. It remembers the first error.
type tree struct {
	w    *tar.Writer
	rand *rand.Rand
	err  error
}

// tarOf is a maker's function for the files that write has.
func tarOf(write func(*tree)) func(dir, tar string) error {
	return func(_, path string) error {
		f, err := os.Create(path)
		if err != nil {
			return err
		}
		t := &tree{w: tar.NewWriter(f), rand: rand.New(rand.NewPCG(1, 2))}
		write(t)
		return errors.Join(t.err, t.w.Close(), f.Close())
	}
}

func (t *tree) file(name string, body []byte) {
	if t.err == nil {
		t.err = writeFile(t.w, name, body)
	}
}

// text is made-up text of about so many bytes, which compresses as program code does.
func (t *tree) text(size int) []byte {
	var b bytes.Buffer
	for b.Len() < size {
		word := make([]byte, 2+t.rand.IntN(8))
		for i := range word {
			word[i] = byte('a' + t.rand.IntN(12))
		}
		b.Write(word)
		b.WriteByte(" \n"[t.rand.IntN(8)/7])
	}
	return b.Bytes()
}

// texts are the files of a package that nobody looks at, some of them large.
func (t *tree) texts(dir, ending string) {
	for i := range smallFiles {
		t.file(fmt.Sprintf("%s/part-%d%s", dir, i, ending), t.text(500<<t.rand.IntN(6)))
	}
}

func debianName(i int) string { return fmt.Sprintf("libbench%d", i) }

func npmName(i int) string { return fmt.Sprintf("bench-module-%d", i) }

func pythonName(i int) string { return fmt.Sprintf("benchmodule%d", i) }

func (t *tree) debian(n int) {
	t.file("etc/os-release", []byte("ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"))
	var status, list bytes.Buffer
	for i := range n {
		name := debianName(i)
		fmt.Fprintf(&status, "Package: %s\nStatus: install ok installed\nPriority: optional\nSection: libs\nMaintainer: Bench <bench@example.org>\nArchitecture: amd64\nVersion: 1.%d-1\nDescription: made up\n\n", name, i)
		dir := "usr/lib/" + name
		t.texts(dir, ".so")
		list.Reset()
		for k := range smallFiles {
			fmt.Fprintf(&list, "/%s/part-%d.so\n", dir, k)
		}
		t.file("var/lib/dpkg/info/"+name+".list", list.Bytes())
		t.file("usr/share/doc/"+name+"/copyright", append([]byte("License: MIT\n"), t.text(2000)...))
	}
	t.file("var/lib/dpkg/status", status.Bytes())
}

func (t *tree) npm(n int) {
	t.file(app+"/package.json", []byte(`{"name":"app","version":"1.0.0","private":true}`))
	for i := range n {
		dir := app + "/node_modules/" + npmName(i)
		t.file(dir+"/package.json", fmt.Appendf(nil, `{"name":%q,"version":"1.%d.0","license":"MIT","author":"Bench"}`, npmName(i), i))
		t.texts(dir, ".js")
	}
}

func (t *tree) python(n int) {
	const site = "usr/lib/python3/dist-packages/"
	for i := range n {
		name := pythonName(i)
		info := fmt.Sprintf("%s%s-1.%d.dist-info", site, name, i)
		t.file(info+"/METADATA", fmt.Appendf(nil, "Metadata-Version: 2.1\nName: %s\nVersion: 1.%d\nLicense: MIT\n", name, i))
		var record strings.Builder
		for k := range smallFiles {
			fmt.Fprintf(&record, "%s/part-%d.py,,\n", name, k)
		}
		t.file(info+"/RECORD", []byte(record.String()))
		t.texts(site+name, ".py")
	}
}

// self is this program: one in Go, with the modules that it is built from.
func (t *tree) self() {
	path, err := os.Executable()
	if err != nil {
		t.err = err
		return
	}
	body, err := os.ReadFile(path)
	if err != nil {
		t.err = err
		return
	}
	t.file("usr/local/bin/bench", body)
}

// smallAdvisories writes advisories about every tenth of the made-up packages, in OSV format.
func smallAdvisories(dir string) error {
	type object = map[string]any
	var list []object
	add := func(ecosystem, kind, name, fixed string) {
		list = append(list, object{
			"id": fmt.Sprintf("BENCH-%d", len(list)+1), "modified": "2026-01-01T00:00:00Z", "published": "2026-01-01T00:00:00Z",
			"summary":  "made up",
			"severity": []object{{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}},
			"affected": []object{{"package": object{"ecosystem": ecosystem, "name": name}, "ranges": []object{{"type": kind, "events": []object{{"introduced": "0"}, {"fixed": fixed}}}}}},
		})
	}
	for i := 0; i < smallNPM; i += 10 {
		add("npm", "SEMVER", npmName(i), fmt.Sprintf("1.%d.1", i))
		if i < smallDebian {
			add("Debian:12", "ECOSYSTEM", debianName(i), fmt.Sprintf("1.%d-2", i))
		}
		if i < smallPython {
			add("PyPI", "ECOSYSTEM", pythonName(i), fmt.Sprintf("1.%d.1", i))
		}
	}
	raw, err := json.Marshal(list)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "advisories.json"), raw, 0o644)
}
