package account

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Kind is what a user's name tells, as manifests and images write it, of who it is.
type Kind int

// The kinds of users, each worse than those before it for whoever wants no root.
const (
	None    Kind = iota // none is said
	Numeric             // a number that is not 0
	Named               // a name other than root, which an account of the image can give any number
	Root                // root, by name or number, or where a runtime may take it for root
)

// Identity is whom a text of the form USER[:GROUP] names.
type Identity struct {
	Kind Kind
	Name string // the text before the colon
	// Why says of one that is root under another name why it is, to be read behind the name; empty of others.
	Why string
	// RootGroup is set where the group is root's.
	RootGroup bool
}

// KindOf tells whom a text names as far as that is known without the image.
func KindOf(text string) Kind { return (*Accounts)(nil).Resolve(text).Kind }

// Resolve tells with which user and group runtimes start a container whose user is a text of the form USER[:GROUP]. A group alone
// is one of root. Where runtimes differ, or did, the one counts that gives more rights: one looks a number up as a name first, one
// takes the last account of a name, and containerd before 1.6.38, 1.7.27 and 2.0.4 cuts numbers to 32 bits (CVE-2024-40635).
// Nil accounts, or none of the name, leave a name what it says.
func (a *Accounts) Resolve(text string) Identity {
	name, group, grouped := strings.Cut(text, ":")
	out := Identity{Name: name, Kind: Named}
	uid, err := strconv.ParseInt(name, 10, 64) // of a number that does not fit, it is the nearest
	known := a.named(name)
	switch {
	case text == "":
		return Identity{}
	case name == "" || name == "root" || err == nil && uid == 0:
		out.Kind = Root
	case uid < 0 || uid > math.MaxInt32:
		out.Kind, out.Why = Root, fmt.Sprintf("which is not between 0 and %d: some runtimes take it for root, and others refuse it", math.MaxInt32)
	case err == nil:
		out.Kind = Numeric
		if len(known) == 0 {
			known = a.numbered(uid)
		}
	case len(known) == 0 && isZero(name):
		out.Kind, out.Why = Root, "which is 0 in another notation"
	}
	for _, u := range known {
		if why := u.isRoot(); why != "" && out.Kind != Root {
			out.Kind, out.Why = Root, why
		}
	}
	out.RootGroup = len(known) == 0 || slices.ContainsFunc(known, func(u User) bool { return u.GID == 0 })
	if grouped {
		n, err := strconv.ParseInt(group, 10, 64)
		out.RootGroup = group == "" || err == nil && uint32(n) == 0 || a.rootGroup(group)
	}
	return out
}

// isRoot says why a user is root; empty where it is not.
func (u User) isRoot() string {
	switch {
	case u.UID == 0 && u.Written:
		return "whose number is 0 in " + PasswdFile
	case u.UID == 0:
		return "whose line in " + PasswdFile + " has no number that runtimes can read, which is 0 to them"
	case u.UID == math.MaxUint32: // which asks setresuid(2) to change nothing
		return "whose number in " + PasswdFile + " has some runtimes stay root"
	}
	return ""
}

// isZero tells whether a text is 0 as programs and YAML write it, in whatever base.
func isZero(text string) bool {
	n, err := strconv.ParseInt(text, 0, 64)
	return err == nil && n == 0
}
