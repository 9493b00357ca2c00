package account_test

import (
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/account"
)

const (
	zero     = "whose number is 0 in /etc/passwd"
	noNumber = "whose line in /etc/passwd has no number that runtimes can read, which is 0 to them"
	outside  = "which is not between 0 and 2147483647: some runtimes take it for root, and others refuse it"
	stays    = "whose number in /etc/passwd has some runtimes stay root"
	notation = "which is 0 in another notation"
)

func TestResolve(t *testing.T) {
	t.Parallel()
	passwd := strings.Join([]string{
		"root:x:0:0::/:", "app:x:1000:1000::/:", "toor:x:0:5::/:", "staff:x:1001:0::/:", "1002:x:0:0::/:", "nobody:x:65534:65534::/:",
		"short", "two:x", "text:x:1000x:1000::/:", "blank:x: 1000:1000::/:", "wraps:x:4294967296:1::/:", "minus:x:-1:1::/:", "#hash:x:0:0::/:", "+plus:x:0:0::/:", "-minus:x:0:0::/:",
		"twice:x:1000:1000::/:", "twice:x:0:0::/:", "first:x:7:0::/:", "first:x:7:7::/:", "last:x:8:8::/:", "last:x:8:0::/:", "  led:x:0:0::/:", "0b1:x:1:1::/:", "0x00:x:7:7::/:", "high:x:4000000000:5::/:",
	}, "\n")
	a := account.Parse(passwd, "ghost::1:::::\n", "root:x:0:\napp:x:1000:\nshort\nwraps:x:4294967296:\nagain:x:5:\nagain:x:0:\n2000:x:0:\n")
	tests := []struct {
		user      string
		kind      account.Kind
		why       string
		rootGroup bool
	}{
		{user: "", kind: account.None},
		{user: "0", kind: account.Root, rootGroup: true},
		{user: "root", kind: account.Root, rootGroup: true},
		{user: "00", kind: account.Root, rootGroup: true},
		{user: "+0", kind: account.Root, rootGroup: true},
		{user: "-0:1", kind: account.Root},
		{user: ":1000", kind: account.Root},
		{user: "toor", kind: account.Root, why: zero},
		{user: "1002", kind: account.Root, why: zero, rootGroup: true},
		{user: "short", kind: account.Root, why: noNumber, rootGroup: true},
		{user: "two", kind: account.Root, why: noNumber, rootGroup: true},
		{user: "text", kind: account.Root, why: noNumber},
		{user: "blank", kind: account.Root, why: noNumber},
		{user: "wraps", kind: account.Root, why: zero},
		{user: "minus", kind: account.Root, why: stays},
		{user: "#hash", kind: account.Root, why: zero, rootGroup: true},
		{user: "+plus", kind: account.Root, why: zero, rootGroup: true},
		{user: "-minus", kind: account.Root, why: zero, rootGroup: true},
		{user: "led", kind: account.Root, why: zero, rootGroup: true},
		{user: "twice", kind: account.Root, why: zero, rootGroup: true},
		{user: "first", kind: account.Named, rootGroup: true},
		{user: "last", kind: account.Named, rootGroup: true},
		{user: "8", kind: account.Numeric, rootGroup: true},
		{user: "ghost", kind: account.Named, rootGroup: true},
		{user: "0x0", kind: account.Root, why: notation, rootGroup: true},
		{user: "0x00", kind: account.Named}, // an account of that name
		{user: "0x1", kind: account.Named, rootGroup: true},
		{user: "2147483648", kind: account.Root, why: outside, rootGroup: true},
		{user: "4294967295:5", kind: account.Root, why: outside},
		{user: "4294967296", kind: account.Root, why: outside, rootGroup: true},
		{user: "99999999999999999999", kind: account.Root, why: outside, rootGroup: true},
		{user: "-1", kind: account.Root, why: outside, rootGroup: true},
		{user: "2147483647:5", kind: account.Numeric},
		{user: "high", kind: account.Named},
		{user: "app", kind: account.Named},
		{user: "app:app", kind: account.Named},
		{user: "app:", kind: account.Named, rootGroup: true},
		{user: "app:root", kind: account.Named, rootGroup: true},
		{user: "app:short", kind: account.Named, rootGroup: true},
		{user: "app:wraps", kind: account.Named, rootGroup: true},
		{user: "app:again", kind: account.Named, rootGroup: true},
		{user: "app:4294967296", kind: account.Named, rootGroup: true},
		{user: "app:4611686018427387904", kind: account.Named, rootGroup: true},
		{user: "app:2000", kind: account.Named, rootGroup: true}, // a group of that name
		{user: "app:none", kind: account.Named},
		{user: "staff", kind: account.Named, rootGroup: true},
		{user: "unknown", kind: account.Named, rootGroup: true},
		{user: "1000", kind: account.Numeric},
		{user: "1000:0", kind: account.Numeric, rootGroup: true},
		{user: "5000", kind: account.Numeric, rootGroup: true},
		{user: "5000:5000", kind: account.Numeric},
		{user: "nobody", kind: account.Named},
	}
	for _, tt := range tests {
		t.Run(tt.user, func(t *testing.T) {
			t.Parallel()
			name, _, _ := strings.Cut(tt.user, ":")
			want := account.Identity{Kind: tt.kind, Name: name, Why: tt.why, RootGroup: tt.rootGroup}
			if got := a.Resolve(tt.user); got != want {
				t.Errorf("Resolve(%q) = %+v, want %+v", tt.user, got, want)
			}
		})
	}
}

// The group root is root's, unless the image says otherwise.
func TestRootGroup(t *testing.T) {
	t.Parallel()
	for group, want := range map[string]bool{"": true, "root:x:0:\n": true, "root:x:5:\n": false, "root:x:5:\nroot:x:0:\n": true, "other:x:0:\n": true} {
		if got := account.Parse("", "", group).Resolve("app:root").RootGroup; got != want {
			t.Errorf("with %q the group root is root's: %t, want %t", group, got, want)
		}
	}
}

func TestKindOf(t *testing.T) {
	t.Parallel()
	for user, want := range map[string]account.Kind{
		"": account.None, "root": account.Root, "root:app": account.Root, ":1": account.Root, "0": account.Root, "0x0": account.Root, "4294967296": account.Root,
		"1000": account.Numeric, "1000:0": account.Numeric, "app": account.Named, "0x1": account.Named,
	} {
		if got := account.KindOf(user); got != want {
			t.Errorf("KindOf(%q) = %d, want %d", user, got, want)
		}
	}
}
