package facts_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/facts"
	"github.com/layergate/layergate/pkg/imagetest"
)

func TestAccounts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                  string
		passwd, shadow, group string
		want                  *facts.Accounts
	}{
		{"locked and hashed", "root:x:0:0::/:/bin/sh\na:x:1:2::/:\nb:x:3:3::/:\n", "root:*:1:::::\na:!:1:::::\nb:$6$x$y:1:::::\n", "",
			&facts.Accounts{Users: []facts.User{{Name: "root", Path: "/etc/passwd"}, {Name: "a", UID: 1, GID: 2, Path: "/etc/passwd"}, {Name: "b", UID: 3, GID: 3, Path: "/etc/passwd"}}}},
		{"empty in shadow", "root:x:0:0::/:\n", "root::1:::::\n", "", &facts.Accounts{Users: []facts.User{{Name: "root", NoPassword: true, Path: "/etc/shadow"}}}},
		{"empty in passwd", "root::0:0::/:\n", "root:*:1:::::\n", "", &facts.Accounts{Users: []facts.User{{Name: "root", NoPassword: true, Path: "/etc/passwd"}}}},
		{"empty in shadow, which does not count", "root:!:0:0::/:\n", "root::1:::::\n", "", &facts.Accounts{Users: []facts.User{{Name: "root", Path: "/etc/passwd"}}}},
		{"only in shadow", "", "ghost::1:::::\nlocked:!:1:::::\n", "", &facts.Accounts{Users: []facts.User{{Name: "ghost", UID: -1, GID: -1, NoPassword: true, Path: "/etc/shadow"}}}},
		{"numbers as the C libraries read them", "a:x:00:+1::/:\nb:x:::b:/:\nc:x:0x1:0::/:\nd:x:-1:0::/:\ne:x:99999999999:0::/:\n", "", "",
			&facts.Accounts{Users: []facts.User{{Name: "a", GID: 1, Path: "/etc/passwd"}, {Name: "b", Path: "/etc/passwd"}}}},
		{"lines that are no account", "# root::0:0\n+::0:0\n-x::0:0\n\n:x:0:0\nshort:x:0\nwindows:x:5:5::/:\r\n", "#a::\n", "# g:x:0\ng:x:5:a,b\n",
			&facts.Accounts{Users: []facts.User{{Name: "windows", UID: 5, GID: 5, Path: "/etc/passwd"}}, Groups: []facts.Group{{Name: "g", GID: 5}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := facts.ParseAccounts(tt.passwd, tt.shadow, tt.group)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("accounts (-want +got):\n%s", diff)
			}
		})
	}
}

// Accounts are read after each layer that changes a file of theirs, wherever a link leads.
func TestAccountsByLayer(t *testing.T) {
	t.Parallel()
	layers, unread := take(t, nil,
		[]imagetest.File{{Name: "etc/passwd", Link: "../usr/lib/passwd", Type: '2'}, {Name: "usr/lib/passwd", Body: "root:x:0:0::/:\n"}},
		[]imagetest.File{{Name: "srv/other", Body: "x"}},
		[]imagetest.File{{Name: "etc/shadow", Body: "root::1:::::\n"}},
	)
	if layers[0].Accounts == nil || layers[1].Accounts != nil || layers[2].Accounts == nil || len(unread) > 0 {
		t.Fatalf("accounts of the layers: %v, unread %v; want some of the first and the third", layers, unread)
	}
	if !layers[2].Accounts.Users[0].NoPassword {
		t.Error("the password is empty, and that is not seen")
	}
	number, ok := layers[2].Accounts.Number(0)
	if !ok || number.Name != "root" || layers[2].Accounts.Group("root") != 0 || layers[2].Accounts.Group("none") != -1 {
		t.Errorf("Number(0) = %v, %t; want root", number, ok)
	}
}

// A file that is too large to hold accounts is said not to be read.
func TestAccountsUnread(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"bytes": strings.Repeat("x", 256<<10+1), "lines": strings.Repeat("a:x:1:1::/:\n", 2001)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := []imagetest.File{{Name: "etc/passwd", Body: body}}
			if _, unread := take(t, nil, file); len(unread) != 1 || unread[0].Path != "/etc/passwd" {
				t.Errorf("unread %v, want /etc/passwd", unread)
			}
			if _, unread := take(t, nil, file, []imagetest.File{{Name: "etc/passwd", Body: "root:x:0:0::/:\n"}}); len(unread) != 0 {
				t.Errorf("unread %v, want nothing of the final file system", unread)
			}
		})
	}
}

func FuzzAccounts(f *testing.F) {
	f.Add("root:x:0:0::/:\n+::::::\n", "root::1\n", "root:x:0:\n")
	f.Fuzz(func(t *testing.T, passwd, shadow, group string) {
		a := facts.ParseAccounts(passwd, shadow, group)
		for _, u := range a.Users {
			if u.Name == "" || strings.ContainsAny(u.Name, ":\n") || u.UID < -1 || u.UID > 1<<32-1 {
				t.Errorf("an account %+v", u)
			}
		}
	})
}
