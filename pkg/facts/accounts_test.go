package facts_test

import (
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/facts"
	"github.com/layergate/layergate/pkg/imagetest"
)

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
	if got := facts.Accounts(layers[:2]); got != layers[0].Accounts {
		t.Errorf("Accounts of two layers = %v, want those after the first one", got)
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
