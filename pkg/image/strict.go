package image

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/v1/types"
)

// checkKind refuses a document that another reader could take for something else than its descriptor says: one that
// declares another media type, or has fields of the other kind (CVE-2021-41190).
func checkKind(m Manifest, foreign ...string) error {
	var fields map[string]json.RawMessage
	if err := parseJSON("the manifest "+m.Digest.String(), m.Raw, &fields); err != nil {
		return err
	}
	var declared struct {
		MediaType types.MediaType `json:"mediaType"`
	}
	if err := parseJSON("the manifest "+m.Digest.String(), m.Raw, &declared); err != nil {
		return err
	}
	if declared.MediaType != "" && declared.MediaType != m.MediaType {
		return fmt.Errorf("the manifest %s is ambiguous: its descriptor says %s, and itself %s", m.Digest, m.MediaType, declared.MediaType)
	}
	for name := range fields {
		if slices.Contains(foreign, strings.ToLower(name)) {
			return fmt.Errorf("the manifest %s is ambiguous: it is stored as %s and has the field %q", m.Digest, m.MediaType, name)
		}
	}
	return nil
}

// freeForm are the fields whose objects have keys of their author's choice.
func freeForm() []string { return []string{"annotations", "labels", "exposedports", "volumes"} }

// checkKeys refuses JSON in which an object names a key twice. Readers differ about which of the two counts; most,
// encoding/json among them, do not tell upper from lower case either.
func checkKeys(raw []byte) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	if err := checkValue(d, false, 0); err != nil {
		return unexpected(err)
	}
	if d.More() {
		return errors.New("it goes on behind its end")
	}
	return nil
}

// maxJSONDepth is far above what a manifest or a configuration needs.
const maxJSONDepth = 64

func checkValue(d *json.Decoder, free bool, depth int) error {
	if depth > maxJSONDepth {
		return errors.New("it is nested too deeply")
	}
	t, err := d.Token()
	if err != nil {
		return err
	}
	delim, ok := t.(json.Delim)
	if !ok {
		return nil
	}
	seen := map[string]bool{}
	for d.More() {
		childFree := false
		if delim == '{' {
			t, err := d.Token()
			if err != nil {
				return err
			}
			key, _ := t.(string) // the decoder takes nothing else for a key
			if !free {
				key = strings.ToLower(key)
			}
			if seen[key] {
				return fmt.Errorf("the field %q stands there twice", key)
			}
			seen[key] = true
			childFree = slices.Contains(freeForm(), key)
		}
		if err := checkValue(d, childFree, depth+1); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}
