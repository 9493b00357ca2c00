package facts

import (
	"fmt"
	"io"
	"strings"

	"github.com/layergate/layergate/pkg/account"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/layerfs"
)

const (
	maxAccountsFile = 256 << 10 // bytes of a file of accounts
	maxAccounts     = 2000      // lines of one
)

// accountFiles are the files that hold accounts.
var accountFiles = [3]string{account.PasswdFile, account.ShadowFile, account.GroupFile}

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
			t.layers[i].Accounts = account.Parse(texts[0], texts[1], texts[2])
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
