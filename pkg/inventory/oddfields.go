package inventory

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/anchore/syft/syft/pkg"
)

// This file takes out of manifests what syft's parsers refuse a whole manifest for, and package managers do not mind: a package is what its
// name and its version say, whoever is its author.

// nodeManifest has the fields of a package.json that syft's parser reads, with what it takes for their values.
type nodeManifest struct {
	Name, Version, Homepage, Description string
	Private                              bool
	Author                               person
	Authors, Contributors, Maintainers   people
	Repository                           repository
	Latest                               []string
	Dependencies, DevDependencies        map[string]string
}

type (
	person     struct{}
	people     struct{}
	repository struct{}
)

func (*person) UnmarshalJSON(raw []byte) error {
	return oneOf(raw, new(string), &struct{ Name, Email, URL string }{})
}

func (*people) UnmarshalJSON(raw []byte) error { return oneOf(raw, new([]person), new(person)) }

func (*repository) UnmarshalJSON(raw []byte) error {
	return oneOf(raw, new(string), new(map[string]string))
}

// oneOf decodes a value as the first that it fits.
func oneOf(raw []byte, values ...any) (err error) {
	for _, v := range values {
		if err = json.Unmarshal(raw, v); err == nil {
			return nil
		}
	}
	return err
}

// composerEntry has the fields of a package that Composer lists, as syft's parser takes them.
type composerEntry struct {
	License []string
	pkg.PhpComposerInstalledEntry
}

// withoutOddFields leaves out of a JSON object the fields whose values do not fit a type, all but the name and the version. What is no object
// stays as it is.
func withoutOddFields[T any](raw []byte) []byte {
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, new(T)) == nil || json.Unmarshal(raw, &fields) != nil {
		return raw
	}
	maps.DeleteFunc(fields, func(key string, value json.RawMessage) bool {
		if strings.EqualFold(key, "name") || strings.EqualFold(key, "version") {
			return false
		}
		alone, err := json.Marshal(map[string]json.RawMessage{key: value})
		return err != nil || json.Unmarshal(alone, new(T)) != nil
	})
	out, err := json.Marshal(fields)
	if err != nil {
		return raw
	}
	return out
}

// withComposerIdentity does so for the packages of a list of Composer's. PHP writes a list with gaps as an object.
func withComposerIdentity(_ string, raw []byte) ([]byte, error) {
	var whole struct{ Packages json.RawMessage }
	list := json.RawMessage(raw)
	if json.Unmarshal(raw, &whole) == nil {
		list = whole.Packages
	}
	var packages []json.RawMessage
	if oneOf(list, new([]composerEntry)) == nil {
		return raw, nil
	}
	if json.Unmarshal(list, &packages) != nil {
		var numbered map[string]json.RawMessage
		if json.Unmarshal(list, &numbered) != nil {
			return raw, nil // the cataloger says what is wrong with it
		}
		for _, key := range slices.Sorted(maps.Keys(numbered)) {
			packages = append(packages, numbered[key])
		}
	}
	for i := range packages {
		packages[i] = withoutOddFields[composerEntry](packages[i])
	}
	return json.Marshal(map[string]any{"packages": packages})
}
