package secrets

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/layergate/layergate/pkg/origin"
	"github.com/layergate/layergate/pkg/secret"
)

// otherTexts lists the texts of the configuration that no rule knows, and those of the manifest, with the secrets in them: of fields
// that only some builders write, such as Docker's container_config, of annotations, and of fields that nobody knows. All of them are pushed with the
// image. What is looked at elsewhere, and said again, is not looked at again.
func (s *Subject) otherTexts() []said {
	w := &fields{of: s, seen: s.lookedAt()}
	w.document("", s.Image.RawConfig())
	w.document("manifest", s.Image.Manifest.Raw)
	return w.out
}

// lookedAt are the texts of the configuration that rules look at.
func (s *Subject) lookedAt() map[string]bool {
	seen := map[string]bool{}
	c := s.Image.Config.Config
	for _, kv := range c.Env {
		seen[kv] = true
	}
	for name, value := range c.Labels {
		seen[name+"="+value] = true
	}
	for _, line := range [][]string{c.Entrypoint, c.Cmd, c.OnBuild} {
		seen[strings.Join(line, " ")] = true
	}
	if c.Healthcheck != nil {
		seen[strings.Join(c.Healthcheck.Test, " ")] = true
	}
	for _, e := range s.From.Entries {
		seen[e.CreatedBy] = true
	}
	return seen
}

// fields goes through the fields of documents.
type fields struct {
	of   *Subject
	seen map[string]bool
	out  []said
}

// document looks at a document of JSON. An image has no manifest before it is sealed, and none is opened that cannot be read.
func (w *fields) document(name string, raw []byte) {
	var all any
	if json.Unmarshal(raw, &all) == nil {
		w.value(name, "", all)
	}
}

// value looks at a value. path is where it is, such as container_config.Env, and key the last name in that.
func (w *fields) value(path, key string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			w.add(name, "a name in "+place(path), nil, secret.Tokens(name))
			below := strings.TrimPrefix(path+"."+name, ".")
			if text, ok := value[name].(string); ok {
				w.text(below, key, name, text)
			} else {
				w.value(below, name, value[name])
			}
		}
	case []any:
		if line, ok := words(value); ok {
			w.list(path, key, line)
			return
		}
		for i, v := range value {
			w.value(fmt.Sprintf("%s[%d]", path, i), key, v)
		}
	}
}

// text looks at a text, which has a name in an object.
func (w *fields) text(path, object, name, value string) {
	if w.seen[value] {
		return
	}
	// BuildKit wrote what it was asked to build, build arguments included, as base64 of JSON, and the Dockerfile as base64 into provenance.
	var inner map[string]any
	raw, err := base64.StdEncoding.DecodeString(value)
	switch {
	case err == nil && json.Unmarshal(raw, &inner) == nil:
		w.value(path, name, inner)
		return
	case err == nil && bytes.ContainsRune(raw, '\n') && utf8.Valid(raw):
		w.add(name+"="+value, place(path), nil, secret.Text(string(raw)))
		return
	}
	var by *origin.Entry
	if object == "Labels" {
		by = w.of.last("LABEL", name)
	}
	found := secret.Tokens(value)
	if what, ok := secret.Variable(name, value); ok && len(found) == 0 {
		what.Name = ""
		found = []secret.Secret{what}
	}
	w.add(name+"="+value, place(path), by, found)
}

// list looks at a list of texts: variables, or the words of a command.
func (w *fields) list(path, key string, list []string) {
	if !strings.EqualFold(key, "Env") {
		line := strings.Join(list, " ")
		w.add(line, place(path), nil, secret.Text(line))
		return
	}
	for _, kv := range list {
		name, value, _ := strings.Cut(kv, "=")
		if what, ok := secret.Variable(name, value); ok {
			w.add(kv, "the variable "+name+" of "+place(path), w.of.last("ENV", name), []secret.Secret{what})
		}
	}
}

// add adds a text with the secrets in it, unless it was looked at before.
func (w *fields) add(text, field string, by *origin.Entry, found []secret.Secret) {
	if len(found) > 0 && !w.seen[text] {
		w.out = append(w.out, said{field: field, found: found, by: by})
		w.seen[text] = true
	}
}

// maxField is how many bytes of the name of a field are shown.
const maxField = 200

// place names a field, without what may be a secret in its name.
func place(path string) string {
	path = secret.Redact(path)
	return "the field " + strings.ToValidUTF8(path[:min(len(path), maxField)], "")
}

// words are the values of a list, where all are texts.
func words(list []any) (out []string, ok bool) {
	for _, v := range list {
		text, ok := v.(string)
		if !ok {
			return nil, false
		}
		out = append(out, text)
	}
	return out, len(out) > 0
}
