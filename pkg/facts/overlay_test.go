package facts_test

import (
	"archive/tar"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/account"
	"github.com/layergate/layergate/pkg/imagetest"
)

// A file that a layer writes below a link of a lower one is noted once, where it is to be seen: also where that is so only
// with runtimes that lay layers over each other.
func TestOverlay(t *testing.T) {
	t.Parallel()
	link := []imagetest.File{{Name: "a", Link: "b", Type: tar.TypeSymlink}, {Name: "b", Type: tar.TypeDir}}
	su := func(name string) imagetest.File { return imagetest.File{Name: name, Mode: 0o4755, Body: name} }
	tests := []struct {
		name   string
		layers [][]imagetest.File
		want   []string
	}{
		{"nothing hides it", [][]imagetest.File{link, {su("a/su")}}, []string{"1 setuid /b/su"}},
		{"removed at one place", [][]imagetest.File{link, {su("a/su")}, {{Name: "b/.wh.su"}}}, []string{"1 setuid /a/su"}},
		{"removed through the link", [][]imagetest.File{link, {su("a/su")}, {{Name: "a/.wh.su"}}}, []string{"1 setuid /b/su hidden by 2"}},
		{"both in one layer", [][]imagetest.File{link, {su("a/su"), su("b/su")}}, []string{"1 setuid /a/su", "1 setuid /b/su"}},
		{"both in one layer, both removed", [][]imagetest.File{link, {su("a/su"), su("b/su")}, {{Name: "b/.wh.su"}, {Name: "a/.wh.su"}}},
			[]string{"1 setuid /a/su hidden by 2", "1 setuid /b/su hidden by 2"}},
		{"made again in one layer", [][]imagetest.File{{su("a/su")}, {{Name: ".wh.a"}, {Name: "a", Type: tar.TypeDir}}}, []string{"0 setuid /a/su"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			layers, _ := take(t, nil, tt.layers...)
			if diff := cmp.Diff(tt.want, summary(layers)); diff != "" {
				t.Errorf("Take (-want +got):\n%s", diff)
			}
		})
	}
}

// Accounts count where either way of merging layers shows them.
func TestOverlayAccounts(t *testing.T) {
	t.Parallel()
	layers, unread := take(t, nil,
		[]imagetest.File{{Name: "etc", Link: "conf", Type: tar.TypeSymlink}, {Name: "conf", Type: tar.TypeDir}},
		[]imagetest.File{{Name: "etc/passwd", Body: "root::0:0::/:\n"}, {Name: "etc/group", Body: "root:x:0:\n"}},
		[]imagetest.File{{Name: "conf/passwd", Body: "root:*:0:0::/:\n"}},
		[]imagetest.File{{Name: "srv/x", Body: "x"}},
	)
	if len(unread) > 0 || layers[3].Accounts != nil || layers[2].Accounts == nil {
		t.Fatalf("accounts of the layers %+v, unread %v", layers, unread)
	}
	last := layers[2].Accounts
	if !slices.ContainsFunc(last.Users, func(u account.User) bool { return u.NoPassword }) || !slices.ContainsFunc(last.Users, func(u account.User) bool { return !u.NoPassword }) {
		t.Errorf("the users are %+v, want the one of each file system", last.Users)
	}
	if len(last.Groups) != 1 {
		t.Errorf("the groups are %+v, want the one that both have", last.Groups)
	}
}

// An opaque marker in the root hides accounts for some runtimes only.
func TestOverlayAccountsUnderAMarkerInTheRoot(t *testing.T) {
	t.Parallel()
	layers, _ := take(t, nil,
		[]imagetest.File{{Name: "etc/passwd", Body: "root::0:0::/:\n"}},
		[]imagetest.File{{Name: ".wh..wh..opq"}, {Name: "srv/x", Body: "x"}},
	)
	if a := layers[0].Accounts; a == nil || len(a.Users) != 1 || !a.Users[0].NoPassword {
		t.Errorf("the accounts of the lowest layer are %+v, want root without a password", a)
	}
	last := layers[1].Accounts
	if last != nil && !slices.ContainsFunc(last.Users, func(u account.User) bool { return u.NoPassword }) {
		t.Errorf("the accounts in the end are %+v, want root without a password among them", last)
	}
}

// A file of accounts that only runtimes show which lay layers over each other, and that is too large, is said not to be read.
func TestOverlayUnread(t *testing.T) {
	t.Parallel()
	layers := [][]imagetest.File{
		{{Name: "etc", Link: "conf", Type: tar.TypeSymlink}, {Name: "conf", Type: tar.TypeDir}},
		{{Name: "etc/passwd", Body: strings.Repeat("x", 256<<10+1)}},
	}
	if _, unread := take(t, nil, layers...); len(unread) != 1 || unread[0].Path != "/conf/passwd" {
		t.Errorf("unread %v, want the file once", unread)
	}
	_, unread := take(t, nil, append(layers, []imagetest.File{{Name: "conf/passwd", Body: "root:x:0:0::/:\n"}})...)
	if len(unread) != 1 || unread[0].Path != "/etc/passwd" {
		t.Errorf("unread %v, want /etc/passwd", unread)
	}
}
