package layers_test

import (
	"bytes"
	"context"
	"encoding/gob"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/secret"
	"github.com/layergate/layergate/pkg/secret/layers"
	"github.com/layergate/layergate/pkg/spool"
)

// tree is the file system of layers of files.
func tree(t *testing.T, list ...[]imagetest.File) (*layerfs.FS, []string) {
	t.Helper()
	var tars [][]byte
	for _, files := range list {
		raw, err := imagetest.Tar(files)
		if err != nil {
			t.Fatal(err)
		}
		tars = append(tars, raw)
	}
	return treeOf(t, tars...)
}

// treeOf is the file system of layers that are these tars.
func treeOf(t *testing.T, tars ...[]byte) (*layerfs.FS, []string) {
	t.Helper()
	var in []*image.Layer
	var diffIDs []string
	for i, raw := range tars {
		l := image.Layer{Layer: finding.Layer{Index: i, DiffID: imagetest.Digest(raw).String()}}
		in = append(in, l.WithData(io.NewSectionReader(strings.NewReader(string(raw)), 0, int64(len(raw)))))
		diffIDs = append(diffIDs, l.DiffID)
	}
	fs, err := layerfs.New(t.Context(), in, spool.New(spool.Config{Dir: t.TempDir()}))
	if err != nil {
		t.Fatal(err)
	}
	return fs, diffIDs
}

type memory map[string][]byte

func (m memory) Get(key string) ([]byte, bool) { v, ok := m[key]; return v, ok }
func (m memory) Put(key string, value []byte)  { m[key] = value }

func env(password string) imagetest.File {
	return imagetest.File{Name: "app/.env", Body: "DB_PASSWORD=" + password + "\n"}
}

// A secret is found in each layer, once for a path, and is visible where the file is there in the end.
func TestFind(t *testing.T) {
	t.Parallel()
	const newlines = "app/a\nb/.env"
	fs, diffIDs := tree(t,
		[]imagetest.File{env("hunter2"), {Name: newlines, Body: "DB_PASSWORD=x1\n"}, {Name: "app/link", Type: '1', Link: "app/.env"}, {Name: "app/.git/HEAD", Body: "ref: x"}},
		[]imagetest.File{env("hunter2"), {Name: "app/old.env", Body: "DB_PASSWORD=x1\n"}},
		[]imagetest.File{{Name: "app/.wh.old.env"}, {Name: "app/a\nb/.wh..env"}, {Name: "app/hard.env", Type: '1', Link: "app/.env"}},
	)
	kept := memory{}
	for _, run := range []string{"first", "from the cache"} {
		var searched []int
		found, err := layers.Find(t.Context(), fs, diffIDs, layers.Options{
			Cache: kept, Serial: run == "first", Around: func(ctx context.Context, layer int, work func(context.Context)) {
				searched = append(searched, layer)
				work(ctx)
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		if want := map[string][]int{"first": {0, 1, 2}}[run]; !slices.Equal(searched, want) {
			t.Errorf("%s: the layers %v were searched, want %v", run, searched, want)
		}
		type place struct {
			Path  string
			Layer int
			State finding.State
		}
		var got []place
		for _, s := range found {
			got = append(got, place{s.Path, s.Layer, s.State})
		}
		want := []place{
			{"/app/.env", 0, finding.Visible}, {"/app/.git", 0, finding.Visible}, {"/" + newlines, 0, finding.Shadowed}, {"/app/old.env", 1, finding.Shadowed},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: Find() (-want +got):\n%s", run, diff)
		}
		if err := layers.Check(found, len(diffIDs)); err != nil {
			t.Errorf("%s: Check() = %v", run, err)
		}
	}
	keys := layers.Keys(diffIDs)
	if len(kept) != 3 || len(keys) != 6 {
		t.Errorf("the cache has %d entries of %d keys, want one for each layer", len(kept), len(keys))
	}
	for _, key := range keys[:3] {
		if value, ok := kept[key]; !ok || strings.Contains(string(value), "hunter2") {
			t.Errorf("the cache lacks %s, or holds a password", key)
		}
	}
	impossible := memory{}
	wrong := []layers.Secret{{Path: "/app/.env", Found: secret.Found{Class: secret.Settings, Secret: secret.Secret{Type: "a password", Shown: "hunter2"}}}}
	var buf bytes.Buffer
	if err := gob.NewEncoder(&buf).Encode(wrong); err != nil {
		t.Fatal(err)
	}
	impossible[keys[0]] = buf.Bytes()
	if found, err := layers.Find(t.Context(), fs, diffIDs, layers.Options{Cache: impossible}); err != nil || len(found) != 4 {
		t.Errorf("Find() with what may not be shown in the cache = %d, %v, want what it finds without", len(found), err)
	}
	kept[keys[0]] = []byte("junk")
	if found, err := layers.Find(t.Context(), fs, diffIDs, layers.Options{Cache: kept}); err != nil || len(found) != 4 {
		t.Errorf("Find() with junk in the cache = %d, %v, want what it finds without", len(found), err)
	}
}

// What another process says of a secret is used only where it can be so.
func TestCheck(t *testing.T) {
	t.Parallel()
	good := layers.Secret{Path: "/a", State: finding.Visible, Found: secret.Found{Class: secret.Token, Secret: secret.Secret{Type: "a token", Shown: "gh…zq", Hash: "0123456789ab"}}}
	behind := good
	behind.Beside, behind.Path = true, ""
	if err := layers.Check([]layers.Secret{good, behind}, 1); err != nil {
		t.Errorf("Check() = %v", err)
	}
	for name, change := range map[string]func(*layers.Secret){
		"a layer above":    func(s *layers.Secret) { s.Layer = 1 },
		"a layer below":    func(s *layers.Secret) { s.Layer = -1 },
		"no state":         func(s *layers.Secret) { s.State = "" },
		"no class":         func(s *layers.Secret) { s.Class = "x" },
		"a relative path":  func(s *layers.Secret) { s.Path = "a" },
		"a long path":      func(s *layers.Secret) { s.Path = "/" + strings.Repeat("a", 5000) },
		"no type":          func(s *layers.Secret) { s.Type = "" },
		"a long type":      func(s *layers.Secret) { s.Type = strings.Repeat("a", 300) },
		"a long name":      func(s *layers.Secret) { s.Name = strings.Repeat("a", 300) },
		"a line below":     func(s *layers.Secret) { s.Line = -1 },
		"replaced beside":  func(s *layers.Secret) { s.Beside, s.Replaced = true, true },
		"no path":          func(s *layers.Secret) { s.Path = "" },
		"more of a value":  func(s *layers.Secret) { s.Shown = "hunter2" },
		"more of a digest": func(s *layers.Secret) { s.Hash += "00" },
	} {
		s := good
		change(&s)
		if err := layers.Check([]layers.Secret{s}, 1); err == nil {
			t.Errorf("%s: Check() = nil, want an error", name)
		}
	}
}

// Runtimes differ about what is below a directory that a layer removes and makes again: a file there counts as visible.
func TestFindWhereRuntimesDiffer(t *testing.T) {
	t.Parallel()
	fs, diffIDs := tree(t, []imagetest.File{env("hunter2")}, []imagetest.File{{Name: ".wh.app"}, {Name: "app/new", Body: "x"}})
	found, err := layers.Find(t.Context(), fs, diffIDs, layers.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 || found[0].Path != "/app/.env" || found[0].State != finding.Visible {
		t.Errorf("Find() = %+v, want the visible /app/.env", found)
	}
}

// A layer with more secrets than can be listed is not one without.
func TestFindRefusesTooMany(t *testing.T) {
	t.Parallel()
	var files []imagetest.File
	for i := range 10_001 {
		files = append(files, imagetest.File{Name: fmt.Sprintf("app/%d/.env", i), Body: "DB_PASSWORD=hunter2\n"})
	}
	fs, diffIDs := tree(t, files)
	if _, err := layers.Find(t.Context(), fs, diffIDs, layers.Options{}); err == nil || !strings.Contains(err.Error(), "layer 0: it holds more than 10000 secrets") {
		t.Errorf("Find() = %v, want an error that names the layer", err)
	}
}

// A secret in a file below a link of a lower layer is told once, and is visible where either way of merging layers shows it. A
// file that has a telling name only there is searched, too.
func TestFindInOverlay(t *testing.T) {
	t.Parallel()
	link := []imagetest.File{{Name: "a", Type: '2', Link: "b"}, {Name: "b", Type: '5'}, {Name: "x/.aws", Type: '2', Link: "/b"}}
	in := func(dir, password string) imagetest.File {
		return imagetest.File{Name: dir + "/.env", Body: "DB_PASSWORD=" + password + "\n"}
	}
	head := imagetest.File{Name: "a/.git/HEAD", Body: "ref: x"}
	tests := []struct {
		name   string
		layers [][]imagetest.File
		want   []string
	}{
		{"nothing hides it", [][]imagetest.File{link, {in("a", "hunter2"), head}}, []string{"/b/.env 1 visible", "/b/.git 1 visible"}},
		{"removed at one place", [][]imagetest.File{link, {in("a", "hunter2"), head}, {{Name: ".wh.b"}}}, []string{"/a/.env 1 visible", "/a/.git 1 visible"}},
		{"removed through the link", [][]imagetest.File{link, {in("a", "hunter2"), head}, {{Name: "a/.wh..env"}, {Name: "a/.wh..git"}}}, []string{"/b/.env 1 shadowed", "/b/.git 1 shadowed"}},
		{"the link removed", [][]imagetest.File{link, {in("a", "hunter2")}, {{Name: ".wh.a"}}}, []string{"/b/.env 1 visible"}},
		{"both in one layer", [][]imagetest.File{link, {in("a", "hunter2"), in("b", "hunter3")}}, []string{"/a/.env 1 visible", "/b/.env 1 visible"}},
		{"replaced by the layer itself", [][]imagetest.File{link, {in("b", "hunter2"), {Name: "b/.env", Body: "none"}, {Name: "a/x", Body: "x"}}}, []string{"/b/.env 1 shadowed"}},
		{"a telling name, only there", [][]imagetest.File{link, {{Name: "x/.aws/credentials", Body: "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYzz\n"}}}, []string{"/x/.aws/credentials 1 visible"}},
		{"a lower file, removed through the link", [][]imagetest.File{link, {in("b", "hunter2")}, {{Name: "a/.wh..env"}}}, []string{"/b/.env 1 visible"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			fs, diffIDs := tree(t, tt.layers...)
			kept := memory{}
			for _, run := range []string{"first", "from the cache"} {
				found, err := layers.Find(t.Context(), fs, diffIDs, layers.Options{Cache: kept})
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, s := range found {
					got = append(got, fmt.Sprint(s.Path, " ", s.Layer, " ", s.State))
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("%s: Find() (-want +got):\n%s", run, diff)
				}
			}
			for key := range kept {
				if !slices.Contains(layers.Keys(diffIDs), key) {
					t.Errorf("Keys() lacks %s", key)
				}
			}
		})
	}
}

// What is kept of a layer in an overlay is that of the layer, and not of those above it.
func TestOverlayCacheIsOfTheChain(t *testing.T) {
	t.Parallel()
	base := [][]imagetest.File{
		{{Name: "a", Type: '2', Link: "b"}, {Name: "b", Type: '5'}},
		{{Name: "a/x", Body: "x"}, {Name: "c/.env", Body: "DB_PASSWORD=hunter2\n"}, {Name: "a/.env", Body: "DB_PASSWORD=hunter3\n"}},
	}
	kept := memory{}
	for _, upper := range [][]imagetest.File{{{Name: "y", Body: "y"}}, {{Name: ".wh.b"}, {Name: ".wh.c"}}} {
		list := append(slices.Clone(base), upper)
		fs, diffIDs := tree(t, list...)
		cached, err := layers.Find(t.Context(), fs, diffIDs, layers.Options{Cache: kept})
		if err != nil {
			t.Fatal(err)
		}
		fresh, err := layers.Find(t.Context(), fs, diffIDs, layers.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(fresh, cached); diff != "" || len(fresh) != 2 {
			t.Errorf("%d secrets; without a cache and with one (-without +with):\n%s", len(fresh), diff)
		}
	}
}

// What a layer holds and replaces itself is found, too: the layer is shipped whole. A secret that is there in the end all the same is told once.
func TestFindReplaced(t *testing.T) {
	t.Parallel()
	const line = "DB_PASSWORD="
	fs, diffIDs := tree(t, []imagetest.File{
		env("hunter2"), env("correct horse"),
		{Name: "app/dir/.env", Body: line + "x1\n"}, {Name: "app/dir", Body: "a file"},
		{Name: "app/first.env", Body: line + "x2\n"}, {Name: "app/link", Type: '1', Link: "app/first.env"}, {Name: "app/first.env", Body: "none"},
		{Name: "app/a", Body: line + "x4\n"}, {Name: "app/z.env", Type: '1', Link: "app/a"},
		{Name: "app/same.env", Body: "\n" + line + "x3\n"}, {Name: "app/same.env", Body: line + "x3\n"},
	})
	kept := memory{}
	for _, run := range []string{"first", "from the cache"} {
		found, err := layers.Find(t.Context(), fs, diffIDs, layers.Options{Cache: kept})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range found {
			got = append(got, fmt.Sprintf("%s in line %d is %s, replaced %t", s.Path, s.Line, s.State, s.Replaced))
		}
		want := []string{
			"/app/.env in line 1 is visible, replaced false",
			"/app/dir/.env in line 1 is shadowed, replaced true",
			"/app/first.env in line 1 is shadowed, replaced true",
			"/app/same.env in line 1 is visible, replaced false",
			"/app/z.env in line 1 is visible, replaced false",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: Find() (-want +got):\n%s", run, diff)
		}
	}
}
