package image

import (
	"strconv"
	"strings"
)

// user is the USER of a configuration: a name or a number, and a group behind a colon.
type user struct {
	name, group string
	number      bool // the name is a number
	root        bool // a container runs as the superuser; it does where no user is given
	rootGroup   bool // a container's group is root's
}

// user reads a USER as runtimes do: a name that /etc/passwd has is that account, also where it looks like a number, and any
// other number is itself. The group is the account's where none is given, and root's where there is no account.
func (s *Subject) user(text string) user {
	name, group, grouped := strings.Cut(text, ":")
	u := user{name: name, group: group}
	uid, err := strconv.ParseInt(name, 10, 64)
	u.number = err == nil
	gid := int64(0)
	account, known := s.accounts().User(name)
	if !known && u.number {
		account, known = s.accounts().Number(uid)
		account.UID = uid
	}
	switch {
	case known:
		gid, u.root = account.GID, account.UID == 0
	case u.number:
		u.root = uid == 0
	}
	u.root = u.root || name == "" || name == "root"
	if grouped {
		n, err := strconv.ParseInt(group, 10, 64)
		gid = n
		if err != nil {
			gid = s.accounts().Group(group)
		}
	}
	u.rootGroup = gid == 0
	return u
}
