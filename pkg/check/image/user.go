package image

import (
	"strconv"
	"strings"
)

// user is the USER of a configuration: a name or a number, and a group behind a colon.
type user struct {
	name, group string
	uid         int64 // -1 where the user is a name that says no number
}

// parseUser reads a USER as runtimes do: what is a number is one, with a sign or leading zeros as well.
func parseUser(text string) user {
	name, group, _ := strings.Cut(text, ":")
	u := user{name: name, group: group, uid: -1}
	if n, err := strconv.ParseInt(name, 10, 64); err == nil {
		u.uid = n
	}
	return u
}

// isRoot tells whether a container runs as the superuser. A user that is not given is.
func (u user) isRoot() bool { return u.uid == 0 || u.name == "" || u.name == "root" }
