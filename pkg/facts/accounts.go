package facts

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/layerfs"
)

// Accounts are the users and groups of a file system (passwd(5), shadow(5), group(5)).
type Accounts struct {
	Users  []User // in the order of /etc/passwd, those that only /etc/shadow has behind them
	Groups []Group
}

// User is an account of a user.
type User struct {
	Name     string
	UID, GID int64 // -1 where only /etc/shadow has the user
	// NoPassword is set where the user logs in without one: the field that counts is empty, which is something else than locked.
	NoPassword bool
	Path       string // of the file that says so
}

// Group is a group of users.
type Group struct {
	Name string
	GID  int64
}

const (
	maxAccountsFile = 256 << 10 // bytes of a file of accounts
	maxAccounts     = 2000      // lines of one
)

// accountFiles are the files that hold accounts.
var accountFiles = [3]string{"/etc/passwd", "/etc/shadow", "/etc/group"}

// accounts reads the accounts after each layer that changes them. A file that is too large to be one is unread.
func (t *taking) accounts() (unread []inventory.Gap, err error) {
	var before [3]*layerfs.Entry
	for i := range t.layers {
		var texts [3]string
		var now [3]*layerfs.Entry
		var gaps []inventory.Gap
		for k, name := range accountFiles {
			f, ok := t.tree.View(i).Stat(name)
			if !ok || f.Type != layerfs.Regular {
				continue
			}
			now[k] = f.Entry
			if f.Size > maxAccountsFile {
				gaps = append(gaps, inventory.Gap{Path: f.Path, Layer: f.Layer, Reason: fmt.Sprintf("it has %d bytes, more than a file of accounts is read with", f.Size)})
				continue
			}
			if texts[k], err = t.read(i, f); err != nil {
				return nil, err
			}
			if strings.Count(texts[k], "\n") > maxAccounts {
				gaps = append(gaps, inventory.Gap{Path: f.Path, Layer: f.Layer, Reason: fmt.Sprintf("it has more than the %d lines that are read of a file of accounts", maxAccounts)})
				texts[k] = ""
			}
		}
		unread = gaps // those of the final file system count
		if now != before {
			t.layers[i].Accounts = parseAccounts(texts[0], texts[1], texts[2])
		}
		before = now
	}
	return unread, nil
}

// read reads a file of accounts.
func (t *taking) read(layer int, f layerfs.File) (string, error) {
	content, err := t.tree.View(layer).Open(f)
	if err != nil {
		return "", err
	}
	defer content.Close()
	raw, err := io.ReadAll(content)
	if err != nil {
		return "", fmt.Errorf("reading %s: %w", f.Path, err)
	}
	return string(raw), nil
}

// parseAccounts reads the three files of accounts. What the C libraries pass over as no account is passed over.
func parseAccounts(passwd, shadow, group string) *Accounts {
	passwords := map[string]string{}
	var order []string
	for fields := range accountLines(shadow, 2) {
		if _, twice := passwords[fields[0]]; !twice { // the first one counts
			passwords[fields[0]] = fields[1]
			order = append(order, fields[0])
		}
	}
	out := &Accounts{}
	known := map[string]bool{}
	for fields := range accountLines(passwd, 4) {
		uid, ok := number(fields[2])
		gid, ok2 := number(fields[3])
		if !ok || !ok2 {
			continue
		}
		u := User{Name: fields[0], UID: uid, GID: gid, Path: accountFiles[0]}
		known[u.Name] = true
		switch hashed, shadowed := passwords[u.Name]; {
		case fields[1] == "":
			u.NoPassword = true
		case fields[1] == "x" && shadowed && hashed == "":
			u.NoPassword, u.Path = true, accountFiles[1]
		}
		out.Users = append(out.Users, u)
	}
	for _, name := range order {
		if !known[name] && passwords[name] == "" {
			out.Users = append(out.Users, User{Name: name, UID: -1, GID: -1, NoPassword: true, Path: accountFiles[1]})
		}
	}
	for fields := range accountLines(group, 3) {
		if gid, ok := number(fields[2]); ok {
			out.Groups = append(out.Groups, Group{Name: fields[0], GID: gid})
		}
	}
	return out
}

// accountLines goes through the lines of a file of accounts that have a name and at least n fields. Comments are none, and
// neither are lines that begin with + or -, which include others from a network (nsswitch.conf(5), compat).
func accountLines(text string, n int) func(func([]string) bool) {
	return func(yield func([]string) bool) {
		for line := range strings.Lines(text) {
			fields := strings.Split(strings.TrimRight(line, "\r\n"), ":")
			if len(fields) < n || fields[0] == "" || strings.ContainsAny(fields[0][:1], "#+-") {
				continue
			}
			if !yield(fields) {
				return
			}
		}
	}
}

// number reads the number of a user or group: an empty one is 0, as musl reads it.
func number(text string) (int64, bool) {
	if text == "" {
		return 0, true
	}
	n, err := strconv.ParseUint(strings.TrimPrefix(strings.TrimSpace(text), "+"), 10, 32)
	return int64(n), err == nil
}

// User finds an account by its name; false where there is none.
func (a *Accounts) User(name string) (User, bool) {
	if a != nil {
		for _, u := range a.Users {
			if u.Name == name && u.UID >= 0 {
				return u, true
			}
		}
	}
	return User{}, false
}

// Number finds an account by its number; false where there is none.
func (a *Accounts) Number(uid int64) (User, bool) {
	if a != nil {
		for _, u := range a.Users {
			if u.UID == uid {
				return u, true
			}
		}
	}
	return User{}, false
}

// Group is the number of a group; -1 where there is none of the name.
func (a *Accounts) Group(name string) int64 {
	if a != nil {
		for _, g := range a.Groups {
			if g.Name == name {
				return g.GID
			}
		}
	}
	if name == "root" {
		return 0
	}
	return -1
}
