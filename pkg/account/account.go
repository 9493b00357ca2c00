// Package account tells who the users and groups of an image are, and whom a USER names: as the C libraries read the files
// of accounts, and as container runtimes do, which take lines for accounts that no login knows.
//
// It must not import anything that reads images.
package account

import (
	"slices"
	"strconv"
	"strings"

	"github.com/moby/sys/user"
)

// The files that hold accounts.
const (
	PasswdFile = "/etc/passwd"
	ShadowFile = "/etc/shadow"
	GroupFile  = "/etc/group"
)

// Accounts are the users and groups of a file system (passwd(5), shadow(5), group(5)).
type Accounts struct {
	Users  []User // in the order of /etc/passwd, those that only /etc/shadow has behind them
	Groups []Group
}

// User is an account of a user.
type User struct {
	Name string
	// UID and GID are those with which a runtime starts a container; -1 where only /etc/shadow has the user.
	UID, GID int64
	// Login is set where the C libraries know the user as well. They pass over comments, short lines and what has no number.
	Login bool
	// Written is set where the line has the UID as a number, instead of something that runtimes take for 0.
	Written bool
	// NoPassword is set where the user logs in without one: the field that counts is empty, which is something else than locked.
	NoPassword bool
	Path       string // of the file that says so
}

// Group is a group of users.
type Group struct {
	Name  string
	GID   int64 // with which a runtime starts a container
	Login bool  // the C libraries know the group as well
}

// Parse reads the three files of accounts.
func Parse(passwd, shadow, group string) *Accounts {
	passwords := map[string]string{}
	var order []string
	for line := range strings.Lines(shadow) {
		fields := strings.Split(strings.TrimSpace(line), ":")
		if len(fields) < 2 || isNone(fields[0]) {
			continue
		}
		if _, twice := passwords[fields[0]]; !twice { // the first one counts
			passwords[fields[0]] = fields[1]
			order = append(order, fields[0])
		}
	}
	out := &Accounts{}
	known := map[string]bool{}
	for line := range strings.Lines(passwd) {
		if u, ok := parseUser(line, passwords); ok {
			known[u.Name] = known[u.Name] || u.Login
			out.Users = append(out.Users, u)
		}
	}
	for _, name := range order {
		if !known[name] && passwords[name] == "" {
			out.Users = append(out.Users, User{Name: name, UID: -1, GID: -1, Login: true, NoPassword: true, Path: ShadowFile})
		}
	}
	for line := range strings.Lines(group) {
		found, _ := user.ParseGroup(strings.NewReader(line)) // none where they give up on the line
		if len(found) == 0 || found[0].Name == "" {
			continue
		}
		fields := strings.Split(strings.TrimSpace(line), ":")
		out.Groups = append(out.Groups, Group{Name: found[0].Name, GID: id(found[0].Gid), Login: len(fields) >= 3 && !isNone(fields[0]) && isNumber(fields[2])})
	}
	return out
}

// parseUser reads a line of /etc/passwd; false where not even runtimes take it for an account.
func parseUser(line string, passwords map[string]string) (User, bool) {
	found, _ := user.ParsePasswd(strings.NewReader(line)) // none where they give up on the line
	if len(found) == 0 || found[0].Name == "" {
		return User{}, false
	}
	u := User{Name: found[0].Name, UID: id(found[0].Uid), GID: id(found[0].Gid), Path: PasswdFile}
	fields := strings.Split(strings.TrimSpace(line), ":")
	if len(fields) < 4 {
		return u, true
	}
	_, err := strconv.Atoi(fields[2])
	u.Written = err == nil
	u.Login = !isNone(fields[0]) && isNumber(fields[2]) && isNumber(fields[3])
	switch hashed, shadowed := passwords[u.Name]; {
	case !u.Login:
	case fields[1] == "":
		u.NoPassword = true
	case fields[1] == "x" && shadowed && hashed == "":
		u.NoPassword, u.Path = true, ShadowFile
	}
	return u, true
}

// id is the number that the kernel is told: runtimes cut what they read to 32 bits.
func id(n int) int64 { return int64(uint32(n)) }

// isNone tells whether the C libraries take a line with the name for no account: a comment, or one that includes others from a
// network (nsswitch.conf(5), compat).
func isNone(name string) bool { return name == "" || strings.ContainsAny(name[:1], "#+-") }

// isNumber tells whether the C libraries take a text for the number of a user or group: an empty one is 0, as musl reads it.
func isNumber(text string) bool {
	if text == "" {
		return true
	}
	_, err := strconv.ParseUint(strings.TrimPrefix(strings.TrimSpace(text), "+"), 10, 32)
	return err == nil
}

// With are the accounts of either of two file systems.
func (a *Accounts) With(b *Accounts) *Accounts {
	out := &Accounts{}
	for _, from := range []*Accounts{a, b} {
		if from == nil {
			continue
		}
		for _, u := range from.Users {
			if !slices.Contains(out.Users, u) {
				out.Users = append(out.Users, u)
			}
		}
		for _, g := range from.Groups {
			if !slices.Contains(out.Groups, g) {
				out.Groups = append(out.Groups, g)
			}
		}
	}
	return out
}

// named lists the users of a name, in their order.
func (a *Accounts) named(name string) []User {
	return a.which(func(u User) bool { return u.Name == name && u.UID >= 0 })
}

// numbered lists the users of a number.
func (a *Accounts) numbered(uid int64) []User {
	return a.which(func(u User) bool { return u.UID == uid })
}

func (a *Accounts) which(is func(User) bool) []User {
	if a == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(a.Users), func(u User) bool { return !is(u) })
}

// rootGroup tells whether a group of the name is root's.
func (a *Accounts) rootGroup(name string) bool {
	known := false
	if a != nil {
		for _, g := range a.Groups {
			if g.Name != name {
				continue
			}
			if known = true; g.GID == 0 {
				return true
			}
		}
	}
	return name == "root" && !known
}
