package account_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/account"
)

func TestParse(t *testing.T) {
	t.Parallel()
	// login is a user that C libraries and runtimes read alike.
	login := func(name string, uid, gid int64) account.User {
		return account.User{Name: name, UID: uid, GID: gid, Login: true, Written: true, Path: "/etc/passwd"}
	}
	changed := func(u account.User, change func(*account.User)) account.User { change(&u); return u }
	empty := func(u *account.User) { u.NoPassword = true }
	emptyInShadow := func(u *account.User) { u.NoPassword, u.Path = true, "/etc/shadow" }
	unwritten := func(u *account.User) { u.Written = false }
	noLogin := func(u *account.User) { u.Login = false }
	neither := func(u *account.User) { u.Login, u.Written = false, false }
	tests := []struct {
		name                  string
		passwd, shadow, group string
		want                  *account.Accounts
	}{
		{"locked and hashed", "root:x:0:0::/:/bin/sh\na:x:1:2::/:\nb:x:3:3::/:\n", "root:*:1:::::\na:!:1:::::\nb:$6$x$y:1:::::\n", "",
			&account.Accounts{Users: []account.User{login("root", 0, 0), login("a", 1, 2), login("b", 3, 3)}}},
		{"empty in shadow", "root:x:0:0::/:\n", "root::1:::::\n", "", &account.Accounts{Users: []account.User{changed(login("root", 0, 0), emptyInShadow)}}},
		{"empty in passwd", "root::0:0::/:\n", "root:*:1:::::\n", "", &account.Accounts{Users: []account.User{changed(login("root", 0, 0), empty)}}},
		{"twice in shadow, of which the first counts", "root:x:0:0::/:\n", "root:*:1:::::\nroot::1:::::\n", "", &account.Accounts{Users: []account.User{login("root", 0, 0)}}},
		{"empty in shadow, which does not count", "root:!:0:0::/:\n", "root::1:::::\n", "", &account.Accounts{Users: []account.User{login("root", 0, 0)}}},
		{"twice, of which C libraries know one", "a:x:1:1::/:\na:x\n", "a::1:::::\n", "",
			&account.Accounts{Users: []account.User{changed(login("a", 1, 1), emptyInShadow), changed(login("a", 0, 0), neither)}}},
		{"short lines in shadow", "", "short\nghost:\n", "", &account.Accounts{Users: []account.User{{Name: "ghost", UID: -1, GID: -1, Login: true, NoPassword: true, Path: "/etc/shadow"}}}},
		{"only in shadow", "", "ghost::1:::::\nlocked:!:1:::::\n", "", &account.Accounts{Users: []account.User{{Name: "ghost", UID: -1, GID: -1, Login: true, NoPassword: true, Path: "/etc/shadow"}}}},
		{"numbers that C libraries read", "a:x:00:+1::/:\nb:x:::b:/:\nc:x: 7: 8::/:\n", "", "",
			&account.Accounts{Users: []account.User{login("a", 0, 1), changed(login("b", 0, 0), unwritten), changed(login("c", 0, 0), unwritten)}}},
		{"numbers that only runtimes read", "a:x:0x1:5::/:\nb:x:1000x:5::/:\nc:x:-1:5::/:\nd:x:4294967296:5::/:\ne:x:99999999999999999999:5::/:\n", "", "",
			&account.Accounts{Users: []account.User{
				changed(login("a", 0, 5), neither), changed(login("b", 0, 5), neither), changed(login("c", 1<<32-1, 5), noLogin),
				changed(login("d", 0, 5), noLogin), changed(login("e", 1<<32-1, 5), neither),
			}}},
		{"groups that only runtimes know", "a:x:5:b::/:\nhigh:x:4294967294:9::/:\n", "", "g:x:b\nh:x:9\nhigh:x:4294967294:\n",
			&account.Accounts{
				Users:  []account.User{changed(login("a", 5, 0), noLogin), login("high", 1<<32-2, 9)},
				Groups: []account.Group{{Name: "g"}, {Name: "h", GID: 9, Login: true}, {Name: "high", GID: 1<<32 - 2, Login: true}},
			}},
		{"short lines", "app\nb:x\nc:x:1000\n", "", "g\nh:x\n",
			&account.Accounts{
				Users:  []account.User{changed(login("app", 0, 0), neither), changed(login("b", 0, 0), neither), changed(login("c", 1000, 0), neither)},
				Groups: []account.Group{{Name: "g"}, {Name: "h"}},
			}},
		{"comments and what others include", "# root::0:0\n+::::\n-x::0:0\n", "#a::\n+::\n", "# g:x:0\n+:x:0\n",
			&account.Accounts{
				Users:  []account.User{changed(login("# root", 0, 0), noLogin), changed(login("+", 0, 0), neither), changed(login("-x", 0, 0), noLogin)},
				Groups: []account.Group{{Name: "+"}},
			}},
		{"blanks around a line", " a:x:5:5::/:\r\n\u00a0b:x:6:6::/:\n", "", " g:x:5:a,b\r\n",
			&account.Accounts{Users: []account.User{login("a", 5, 5), login("b", 6, 6)}, Groups: []account.Group{{Name: "g", GID: 5, Login: true}}}},
		{"no accounts", "\n \n:x:0:0\n", "\n:\n", "\n:x:5\n", &account.Accounts{}},
		{"a line that runtimes give up on", strings.Repeat("a", 70_000) + ":x:0:0\nb:x:1:1\n", "", "", &account.Accounts{Users: []account.User{login("b", 1, 1)}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := account.Parse(tt.passwd, tt.shadow, tt.group)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("accounts (-want +got):\n%s", diff)
			}
		})
	}
}

// Of two file systems there are the accounts of both, each once.
func TestWith(t *testing.T) {
	t.Parallel()
	a := account.Parse("root:x:0:0::/:\napp:x:5:5::/:\n", "", "root:x:0:\n")
	b := account.Parse("root:x:0:0::/:\napp:x:6:6::/:\n", "", "root:x:0:\napp:x:6:\n")
	want := &account.Accounts{Users: []account.User{a.Users[0], a.Users[1], b.Users[1]}, Groups: b.Groups}
	if diff := cmp.Diff(want, a.With(b)); diff != "" {
		t.Errorf("With() (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(a, (*account.Accounts)(nil).With(a)); diff != "" {
		t.Errorf("With() of none (-want +got):\n%s", diff)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("root:x:0:0::/:\n+::::::\n", "root::1\n", "root:x:0:\n", "root:root")
	f.Add("app\n", "", "g\n", "app:g")
	f.Fuzz(func(t *testing.T, passwd, shadow, group, user string) {
		a := account.Parse(passwd, shadow, group)
		for _, u := range a.Users {
			if u.Name == "" || strings.ContainsAny(u.Name, ":\n") || u.UID < -1 || u.UID > 1<<32-1 {
				t.Errorf("an account %+v", u)
			}
		}
		if got := a.Resolve(user); got.Kind < account.KindOf(user) && account.KindOf(user) != account.Root {
			t.Errorf("Resolve(%q) = %+v, which is less than %d", user, got, account.KindOf(user))
		}
	})
}
