package inventory

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/regex"
)

// maxManifest bounds the bytes of a manifest that is looked at for keys that readers tell apart differently.
const maxManifest = 16 << 20

// anyName finds the keys of a package's identity, also as encoding/json takes them: it folds letters.
var anyName = regex.New(`(?i)"(?:name|version)"`)

// isInstalledManifest tells whether a package.json is that of an installed package.
func isInstalledManifest(name string) bool {
	return path.Base(name) == "package.json" && isInstalledPackage(path.Dir(name))
}

// isInstalledPackage tells whether a directory lies where npm, pnpm or Yarn install a package: in a node_modules, or
// in that of a package which lies there itself. Those in the test data of packages do not.
func isInstalledPackage(dir string) bool {
	holder, below := aroundModules(dir)
	ok := isPackage(below) && !strings.HasPrefix(below, ".")
	for ok && below != "" {
		holder, below = aroundModules(holder)
		ok = below == "" || isPackage(below) || isStored(below)
	}
	return ok
}

// isInstalled tells whether a directory is that of a package that was installed into a node_modules.
func isInstalled(dir string) bool {
	_, below := aroundModules(dir)
	return isPackage(below)
}

// aroundModules cuts a directory at the nearest node_modules above it: into what holds that, and what is below it, which is empty where
// there is none.
func aroundModules(dir string) (holder, below string) {
	i := strings.LastIndex(dir, modules)
	if i < 0 {
		return "", ""
	}
	return dir[:i], dir[i+len(modules):]
}

const modules = "/node_modules/"

// isPackage tells whether a directory below a node_modules is that of a package: NAME, or @SCOPE/NAME.
func isPackage(below string) bool {
	scope, rest, scoped := strings.Cut(below, "/")
	return below != "" && scoped == strings.HasPrefix(scope, "@") && !strings.Contains(rest, "/")
}

// isStored tells whether a directory below a node_modules is one for a package and what it needs: pnpm's .pnpm/NAME@VERSION.
func isStored(below string) bool {
	return strings.HasPrefix(below, ".") && strings.Count(below, "/") <= 1
}

// isPrivate tells whether a manifest with a name says that its package may not be published, so that no advisory is
// about it. Those of a workspace often have no version.
func isPrivate(v layerfs.View, name string) bool {
	f, ok := v.Lstat(name)
	if !ok || f.Size > maxManifest {
		return false
	}
	raw, err := readAll(v, f)
	var manifest struct {
		Name    string `json:"name"`
		Private bool   `json:"private"`
	}
	return err == nil && json.Unmarshal(raw, &manifest) == nil && manifest.Name != "" && manifest.Private
}

// said are the values of a key, as raw JSON. A decoder adds one for each time that the key is there, also in other letters.
type said []string

func (s *said) UnmarshalJSON(raw []byte) error {
	*s = append(*s, string(raw))
	return nil
}

// withNodeIdentity refuses a package.json whose name or version depends on its reader: of a key that is there twice some take the first
// value, some the last. For Node, Version is another key than version; syft's parser takes them for the same. One of an installed package
// that is empty is refused, too: the parser has nothing to say about it. What else syft's parser would refuse, npm does not look at.
func withNodeIdentity(at string, raw []byte) ([]byte, error) {
	raw = bytes.TrimPrefix(raw, byteOrderMark)
	if len(bytes.TrimSpace(raw)) == 0 && isInstalledManifest(at) {
		return nil, errNameless
	}
	if err := checkManifest(raw); err != nil {
		return nil, err
	}
	return withoutOddFields[nodeManifest](raw), nil
}

func checkManifest(raw []byte) error {
	odd := bytes.Contains(raw, []byte(`\u`)) // which may stand for a letter of a key
	count := map[string]int{}
	for _, key := range anyName.FindAll(raw, -1) {
		count[strings.ToLower(string(key))]++
		odd = odd || string(key) != `"name"` && string(key) != `"version"`
	}
	if !odd && count[`"name"`] < 2 && count[`"version"`] < 2 {
		return nil
	}
	var manifest struct{ Name, Version said }
	if json.Unmarshal(raw, &manifest) != nil {
		return nil // the cataloger says what is wrong with it
	}
	for _, field := range []struct {
		key    string
		values said
	}{{"name", manifest.Name}, {"version", manifest.Version}} {
		for _, value := range field.values {
			if value != field.values[0] {
				return fmt.Errorf("it says its %s twice, as %.100s and %.100s", field.key, field.values[0], value)
			}
		}
	}
	return nil
}
