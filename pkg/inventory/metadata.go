package inventory

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	grypepkg "github.com/anchore/grype/grype/pkg"
)

// metadata holds a value of one of grype's types, which its matchers read of packages of some kinds, or nil.
type metadata struct{ value any }

// metadataKinds are the types that a value may have, by the name that the cache knows each by.
var metadataKinds = map[string]reflect.Type{
	"apk":       reflect.TypeFor[grypepkg.ApkMetadata](),
	"go-binary": reflect.TypeFor[grypepkg.GolangBinMetadata](),
	"go-module": reflect.TypeFor[grypepkg.GolangModMetadata](),
	"go-source": reflect.TypeFor[grypepkg.GolangSourceMetadata](),
	"java":      reflect.TypeFor[grypepkg.JavaMetadata](),
	// grype looks only at Java metadata that is no pointer, and makes a pointer of what it reads from a package URL.
	"java-purl": reflect.TypeFor[*grypepkg.JavaMetadata](),
	"java-vm":   reflect.TypeFor[grypepkg.JavaVMInstallationMetadata](),
	"rpm":       reflect.TypeFor[grypepkg.RpmMetadata](),
}

func (m metadata) kind() string {
	t := reflect.TypeOf(m.value)
	for name, known := range metadataKinds {
		if t == known {
			return name
		}
	}
	return ""
}

// known tells whether the cache can keep the value.
func (m metadata) known() bool { return m.value == nil || m.kind() != "" }

// GobEncode writes the kind and the value as JSON, which unlike gob tells a number that is zero from one that is not
// there: an RPM package's epoch may be either.
func (m metadata) GobEncode() ([]byte, error) {
	if m.value == nil {
		return nil, nil
	}
	kind := m.kind()
	if kind == "" {
		return nil, fmt.Errorf("metadata of type %T", m.value)
	}
	raw, err := json.Marshal(m.value)
	return append([]byte(kind+"\n"), raw...), err
}

// GobDecode reads what GobEncode wrote.
func (m *metadata) GobDecode(raw []byte) error {
	if len(raw) == 0 {
		return nil
	}
	kind, raw, _ := bytes.Cut(raw, []byte("\n"))
	t, ok := metadataKinds[string(kind)]
	if !ok {
		return fmt.Errorf("metadata of the kind %q", kind)
	}
	v := reflect.New(t)
	if err := json.Unmarshal(raw, v.Interface()); err != nil {
		return fmt.Errorf("metadata of the kind %s: %w", kind, err)
	}
	if v.Elem().Kind() == reflect.Pointer && v.Elem().IsNil() {
		return fmt.Errorf("metadata of the kind %s that is null", kind)
	}
	m.value = v.Elem().Interface()
	return nil
}
