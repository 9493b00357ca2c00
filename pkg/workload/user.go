package workload

import (
	"strconv"
	"strings"
)

// UserKind is what a user's name tells, as manifests and images write it, of who it is.
type UserKind int

// The kinds of users, each worse than those before it for whoever wants no root.
const (
	NoUser      UserKind = iota // none is said
	NumericUser                 // a number that is not 0
	NamedUser                   // a name other than root, which an account of the image can give any number
	RootUser                    // root, by name or number
)

// KindOfUser tells what kind of user it is that a text of the form USER[:GROUP] names. A group alone is one of root.
func KindOfUser(text string) UserKind {
	name, _, _ := strings.Cut(text, ":")
	id, err := strconv.ParseInt(name, 10, 64)
	switch {
	case text == "":
		return NoUser
	case name == "" || name == "root" || err == nil && id == 0:
		return RootUser
	case err == nil:
		return NumericUser
	}
	return NamedUser
}
