package image

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/strictjson"
)

// checkKind refuses a document that another reader could take for something else than its descriptor says: one that
// declares another media type, or has fields of the other kind (CVE-2021-41190).
func checkKind(m Manifest, foreign ...string) error {
	var fields map[string]json.RawMessage
	if err := parseJSON("the manifest "+m.Digest.String(), m.Raw, &fields); err != nil {
		return err
	}
	var declared struct {
		SchemaVersion int64           `json:"schemaVersion"`
		MediaType     types.MediaType `json:"mediaType"`
	}
	if err := json.Unmarshal(m.Raw, &declared); err != nil {
		return fmt.Errorf("the manifest %s is not valid: %w", m.Digest, err)
	}
	if declared.SchemaVersion != 2 {
		return fmt.Errorf("the manifest %s has the schema version %d, and only 2 can be read", m.Digest, declared.SchemaVersion)
	}
	if declared.MediaType != "" && declared.MediaType != m.MediaType {
		return fmt.Errorf("the manifest %s is ambiguous: its descriptor says %s, but the manifest itself says %s", m.Digest, m.MediaType, declared.MediaType)
	}
	for name := range fields {
		if slices.ContainsFunc(foreign, func(f string) bool { return strings.EqualFold(f, name) }) {
			return fmt.Errorf("the manifest %s is ambiguous: it is stored as %s and has the field %q", m.Digest, m.MediaType, name)
		}
	}
	return nil
}

// parseJSON reads a manifest or an index, which every reader has to take for the same thing.
func parseJSON(name string, data []byte, into any) error {
	return parseSpelled(name, data, into, "schemaVersion", "mediaType", "artifactType", "config", "layers", "manifests", "subject",
		"digest", "size", "data", "urls", "platform", "annotations", "os", "architecture", "variant")
}

// parseConfigJSON reads an image configuration in the same way.
func parseConfigJSON(name string, data []byte, into any) error {
	return parseSpelled(name, data, into, "config", "os", "architecture", "variant", "rootfs", "type", "diff_ids", "history", "empty_layer")
}

// parseSpelled reads a document whose fields have exactly these names. An index of a thousand manifests has some 15,000
// values.
func parseSpelled(name string, data []byte, into any, fields ...string) error {
	strict := strictjson.Config{Values: 200_000, Free: []string{"annotations", "labels", "exposedports", "volumes"}, Spelled: fields}
	if err := strict.Unmarshal(data, into); err != nil {
		err = fmt.Errorf("%s is not valid: %w", name, err)
		if strings.Contains(err.Error(), "non-hex character in hash") {
			return fault.WithHint(fmt.Errorf("%w: digests are written in lower case", err), "have whatever wrote the file write digests as the OCI image specification has them (Digests), such as sha256:0a1b")
		}
		return err
	}
	return nil
}
