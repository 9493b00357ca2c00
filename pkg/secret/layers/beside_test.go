package layers_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/secret/layers"
)

// tokenNo makes tokens that differ.
func tokenNo(i int) string {
	return "gh" + "p_" + fmt.Sprintf("%06d", i) + "bQ7cR1dS5eT2fU8gV4hW6iX0jY1kZ3"
}

// places finds the secrets of a file system twice, the second time by what the first has kept, and says where they are.
func places(t *testing.T, fs *layerfs.FS, diffIDs []string) []string {
	t.Helper()
	kept := memory{}
	var runs [2][]string
	for i := range runs {
		found, err := layers.Find(t.Context(), fs, diffIDs, layers.Options{Cache: kept})
		if err != nil {
			t.Fatal(err)
		}
		if err := layers.Check(found, len(diffIDs)); err != nil {
			t.Errorf("Check() = %v", err)
		}
		for _, s := range found {
			if s.State != finding.Visible || s.Beside && s.Line != 0 {
				t.Errorf("%s is %s, in line %d", s.Path, s.State, s.Line)
			}
			where := "in it"
			if s.Beside {
				where = "beside"
			}
			runs[i] = append(runs[i], fmt.Sprintf("%d %s %s: %s %s", s.Layer, where, s.Path, s.Class, s.Type))
		}
		for _, value := range kept {
			if bytes.Contains(value, []byte("bQ7cR1dS5eT2fU8gV4hW6iX0jY1kZ3")) {
				t.Error("the cache has a secret")
			}
		}
	}
	if diff := cmp.Diff(runs[0], runs[1]); diff != "" {
		t.Errorf("without a cache and with one (-without +with):\n%s", diff)
	}
	return runs[0]
}

func attribute(name, value string) map[string]string {
	return map[string]string{"SCHILY.xattr." + name: value}
}

// What a layer's tar says beside the content of files is shipped as that is.
func TestFindBesideFiles(t *testing.T) {
	t.Parallel()
	key := "sk_" + "live_51HxQm3bQ7cR1dS5eT2fU8gV4"
	long := strings.Repeat("a", 100-len(key)-1) + "/" + key
	tests := []struct {
		name   string
		layers [][]imagetest.File
		want   []string
	}{
		{"the name of a file", [][]imagetest.File{{{Name: "app/a-" + tokenNo(1) + ".txt", Body: "x"}}}, []string{"0 beside /app/a-***.txt: token github-pat"}},
		{"a token that is known by its end", [][]imagetest.File{{{Name: "app/" + key + "/x", Body: "x"}, {Name: "app/" + key + ".txt", Body: "x"}}}, []string{"0 beside /app/***/x: token stripe-access-token"}},
		{"the name of a directory, once", [][]imagetest.File{{{Name: tokenNo(1), Type: tar.TypeDir}, {Name: tokenNo(1) + "/x", Body: "x"}}}, []string{"0 beside /***: token github-pat"}},
		{"a long name", [][]imagetest.File{{{Name: strings.Repeat("a/", 100) + tokenNo(1), Body: "x"}}}, []string{"0 beside /" + strings.Repeat("a/", 100) + "***: token github-pat"}},
		{"a link", [][]imagetest.File{{{Name: "x", Type: tar.TypeSymlink, Link: "/run/" + tokenNo(1)}}}, []string{"0 beside /x: token github-pat"}},
		{"a token that the end of the field ends", [][]imagetest.File{{{Name: "x", Type: tar.TypeSymlink, Link: key}}}, []string{"0 beside /x: token stripe-access-token"}},
		{"texts as long as their fields, with what another has", [][]imagetest.File{{{Name: "x", Type: tar.TypeSymlink, Link: key}, {Name: long, Type: tar.TypeDir}, {Name: "y", Type: tar.TypeSymlink, Link: long}}},
			[]string{"0 beside /x: token stripe-access-token"}},
		{"a whiteout", [][]imagetest.File{{{Name: "app/.wh." + tokenNo(1)}}}, []string{"0 beside /app/.wh.***: token github-pat"}},
		{"an attribute", [][]imagetest.File{{{Name: "a", Body: "x"}, {Name: "x", Body: "x", PAX: attribute("user.note", tokenNo(1))}}}, []string{"0 beside /x: token github-pat"}},
		{"an address that a file is from", [][]imagetest.File{{{Name: "x", Body: "x", PAX: attribute("user.xdg.origin.url", "https://bob:hunter2-Real@files.shop.net/x")}}},
			[]string{"0 beside /x: token a password in an address of https"}},
		{"a token in an address, once", [][]imagetest.File{{{Name: "x", Body: "x", PAX: attribute("user.xdg.origin.url", "https://bob:x-"+tokenNo(1)+"@files.shop.net/x")}}}, []string{"0 beside /x: token github-pat"}},
		{"a comment", [][]imagetest.File{{{Name: "x", Body: "x", PAX: map[string]string{"comment": tokenNo(1)}}}}, []string{"0 beside /x: token github-pat"}},
		{"in a lower layer that an upper one hides", [][]imagetest.File{{{Name: "x", Body: "x", PAX: attribute("user.note", tokenNo(1))}}, {{Name: ".wh.x"}}}, []string{"0 beside /x: token github-pat"}},
		{"in the content and beside it", [][]imagetest.File{{{Name: "x", Body: tokenNo(1), PAX: attribute("user.note", tokenNo(1))}}}, []string{"0 in it /x: token github-pat", "0 beside /x: token github-pat"}},
		{"in the content and, in another layer, beside it", [][]imagetest.File{{{Name: "x", Body: "y", PAX: attribute("user.note", tokenNo(1))}}, {{Name: "x", Body: tokenNo(1)}}}, []string{"1 in it /x: token github-pat", "0 beside /x: token github-pat"}},
		{"what is none", [][]imagetest.File{{
			{Name: "usr/share/doc/a/password=secret", Body: "x"}, {Name: "app/token.txt", Type: tar.TypeSymlink, Link: "/run/secrets/api-token"}, {Name: "ssl/private-key.pem", Type: tar.TypeDir},
			{Name: "bin/ping", Body: "x", PAX: attribute("security.capability", "\x01\x00\x00\x02\x00 \x00\x00")}, {Name: "y", Body: "x", PAX: attribute("user.xdg.origin.url", "https://files.shop.net/x")},
		}}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			fs, diffIDs := tree(t, tt.layers...)
			for i, w := range tt.want {
				tt.want[i] = strings.NewReplacer("github-pat", "what gitleaks calls github-pat", "stripe-access-token", "what gitleaks calls stripe-access-token").Replace(w)
			}
			if diff := cmp.Diff(tt.want, places(t, fs, diffIDs)); diff != "" {
				t.Errorf("Find() (-want +got):\n%s", diff)
			}
		})
	}
}

// So are the ends of blocks, and what follows the end of a tar, which no reader of it shows.
func TestFindBehindTheEnd(t *testing.T) {
	t.Parallel()
	raw := func(files ...imagetest.File) []byte {
		out, err := imagetest.Tar(files)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	plain := raw(imagetest.File{Name: "a", Body: "x"})
	filled := bytes.Clone(plain)
	copy(filled[600:], tokenNo(1)) // the content begins at byte 512
	header := func(h tar.Header) []byte {
		var buf bytes.Buffer
		w := tar.NewWriter(&buf)
		if err := errors.Join(w.WriteHeader(&h), w.Close()); err != nil {
			t.Fatal(err)
		}
		return buf.Bytes()
	}
	global := header(tar.Header{Typeflag: tar.TypeXGlobalHeader, Name: "pax_global_header", PAXRecords: map[string]string{"comment": tokenNo(1)}})
	owner := header(tar.Header{Typeflag: tar.TypeDir, Name: "x", Uname: "sk_" + "live_51HxQm3bQ7cR1dS5eT2fU"})
	table := raw(imagetest.File{Name: "stargz.index.json", Body: `{"version":1,"entries":[{"name":"a","type":"reg","size":1,"digest":"sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}]}`})
	many := bytes.Clone(plain)
	for i := range 200 {
		many = append(many, tokenNo(i)+"\n"...)
	}
	const found = "0 beside : token what gitleaks calls github-pat"
	for _, tt := range []struct {
		name string
		tars [][]byte
		want []string
	}{
		{"zeros", [][]byte{append(bytes.Clone(plain), make([]byte, 1<<20)...)}, nil},
		{"a table of contents", [][]byte{append(bytes.Clone(plain), table...)}, nil},
		{"a token behind it", [][]byte{append(append(bytes.Clone(plain), make([]byte, 10240)...), tokenNo(1)...)}, []string{found}},
		{"over the end of a window", [][]byte{append(append(bytes.Clone(plain), make([]byte, 512<<10-1024-20)...), tokenNo(1)...)}, []string{found}},
		{"another tar behind it", [][]byte{append(bytes.Clone(plain), raw(imagetest.File{Name: "b", Body: tokenNo(1)})...)}, []string{found}},
		{"one password in each of two layers", [][]byte{append(bytes.Clone(plain), "ftp://bob:hunter2@db.shop.net"...), append(bytes.Clone(plain), "ftp://bob:hunter3@db.shop.net"...)},
			[]string{"0 beside : token a password in an address of ftp", "1 beside : token a password in an address of ftp"}},
		{"the end of a block", [][]byte{filled}, []string{found}},
		{"a header for all", [][]byte{global}, []string{"0 beside /pax_global_header: token what gitleaks calls github-pat"}},
		{"the name of an owner", [][]byte{owner}, []string{"0 beside /x: token what gitleaks calls stripe-access-token"}},
		{"no entry at all", [][]byte{append(make([]byte, 1024), tokenNo(1)...)}, []string{found}},
		{"more than are listed", [][]byte{many}, append(slices.Repeat([]string{found}, 100), "0 beside : unsearched more than 100 secrets")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			fs, diffIDs := treeOf(t, tt.tars...)
			if diff := cmp.Diff(tt.want, places(t, fs, diffIDs)); diff != "" {
				t.Errorf("Find() (-want +got):\n%s", diff)
			}
		})
	}
}
