package inventory

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/layergate/layergate/pkg/regex"
)

// maxManifest bounds the bytes of a manifest that is looked at for keys that readers tell apart differently.
const maxManifest = 16 << 20

// anyName finds the keys of a package's identity, also as encoding/json takes them: it folds letters.
var anyName = regex.New(`(?i)"(?:name|version)"`)

// checkManifest refuses a package.json whose name or version depends on its reader. For Node, Version is another key
// than version; syft's parser takes them for the same, and the last one counts.
func checkManifest(content io.ReaderAt, size int64) error {
	if size > maxManifest {
		return nil
	}
	raw := make([]byte, size)
	if _, err := content.ReadAt(raw, 0); err != nil && err != io.EOF {
		return err
	}
	odd := bytes.Contains(raw, []byte(`\u`)) // which may stand for a letter of a key
	for _, key := range anyName.FindAll(raw, -1) {
		odd = odd || string(key) != `"name"` && string(key) != `"version"`
	}
	if !odd {
		return nil
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(bytes.TrimPrefix(raw, byteOrderMark), &fields) != nil {
		return nil // the cataloger says what is wrong with it
	}
	for _, want := range []string{"name", "version"} {
		for key := range fields {
			if key != want && strings.EqualFold(key, want) && fields[want] != nil {
				return fmt.Errorf("it has the keys %q and %q, which readers of JSON take for one or for two", want, key)
			}
		}
	}
	return nil
}
