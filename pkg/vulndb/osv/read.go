package osv

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/strictjson"
	"github.com/layergate/layergate/pkg/textfile"
	"github.com/layergate/layergate/pkg/workload/document"
)

const hintOSV = "advisories are OSV records: see https://ossf.github.io/osv-schema"

// maxValues is how many values an advisory may have, and maxYAML how many in YAML, which people write; the longest that are published
// have some ten thousand.
const (
	maxValues = 1_000_000
	maxYAML   = 100_000
)

// idPattern is the form of an identifier: it goes into reports and policy files.
var idPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:+-]{0,127}$`)

// parseAdvisories reads the OSV records of one file: one object, a list of objects, or one object after the other, in YAML where the
// file's name says that, and else in JSON.
func parseAdvisories(file string, content []byte) ([]advisory, error) {
	content, err := textfile.Decode(content)
	if err != nil {
		return nil, text{file: file}.wrong(strictjson.Position{Line: 1, Column: 1}, err, "")
	}
	t := text{file: file, content: content}
	split := t.splitJSON
	if slices.Contains([]string{".yaml", ".yml"}, strings.ToLower(filepath.Ext(file))) {
		split = t.splitYAML
	}
	sources, err := split()
	if err != nil {
		return nil, err
	}
	if len(sources) == 0 {
		return nil, fault.Request(fmt.Errorf("%s holds no advisory", file), hintOSV)
	}
	var out []advisory
	for _, s := range sources {
		a, err := s.parse()
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

// splitJSON cuts JSON into advisories.
func (t text) splitJSON() ([]source, error) {
	var out []source
	dec := json.NewDecoder(bytes.NewReader(t.content))
	for {
		var raw json.RawMessage
		err := dec.Decode(&raw)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, t.malformed(err)
		}
		start := strictjson.PositionAt(t.content, dec.InputOffset()-int64(len(raw)))
		find := func(path string) strictjson.Position { return start.Within(strictjson.Find(raw, path)) }
		if raw[0] != '[' {
			out = append(out, source{text: t, json: raw, place: find})
			continue
		}
		var list []json.RawMessage
		if err := json.Unmarshal(raw, &list); err != nil {
			return nil, t.malformed(err)
		}
		for i, item := range list {
			out = append(out, source{text: t, json: item, place: func(path string) strictjson.Position { return find(itemPath(i, path)) }})
		}
	}
}

// itemPath is the path in a list of a path in one of its items.
func itemPath(i int, path string) string {
	if path == "" {
		return fmt.Sprintf("[%d]", i)
	}
	return fmt.Sprintf("[%d].%s", i, path)
}

// malformed says where JSON ends to be JSON.
func (t text) malformed(err error) error {
	offset := int64(len(t.content))
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		offset = syntax.Offset - 1
	} else {
		err = errors.New("the data is truncated")
	}
	return t.wrong(strictjson.PositionAt(t.content, offset), fmt.Errorf("malformed JSON: %w", err), hintOSV)
}

// splitYAML cuts the documents of a YAML file into advisories.
func (t text) splitYAML() ([]source, error) {
	documents, err := document.Split(t.file, t.content)
	if err != nil {
		return nil, err
	}
	var out []source
	for _, d := range documents {
		items := []document.Value{d.Value()}
		if items[0].Kind() == document.List {
			items = items[0].Items()
		}
		for _, item := range items {
			c := converter{places: places{}}
			value, err := c.convert(item, "")
			if err != nil {
				return nil, err
			}
			raw, err := json.Marshal(value)
			if err != nil {
				return nil, fmt.Errorf("reading %s: %w", t.file, err)
			}
			out = append(out, source{text: t, json: raw, place: c.places.find})
		}
	}
	return out, nil
}

// converter makes JSON of YAML, in which every scalar is a text as the file writes it: the version 1.10 is no number.
type converter struct {
	places places
	values int
}

func (c *converter) convert(v document.Value, path string) (any, error) {
	if c.values++; c.values > maxYAML {
		return nil, v.Errorf("the advisory has more than %d values", maxYAML)
	}
	p := v.Place()
	c.places[path] = strictjson.Position{Line: p.Line, Column: p.Column}
	switch v.Kind() {
	case document.Object:
		out := map[string]any{}
		for key, field := range v.Fields() {
			below := key
			if path != "" {
				below = path + "." + key
			}
			value, err := c.convert(field, below)
			if err != nil {
				return nil, err
			}
			out[key] = value
		}
		return out, nil
	case document.List:
		out := []any{}
		for i, item := range v.Items() {
			value, err := c.convert(item, fmt.Sprintf("%s[%d]", path, i))
			if err != nil {
				return nil, err
			}
			out = append(out, value)
		}
		return out, nil
	case document.Null:
		return nil, nil
	}
	return v.Text(), nil
}

// parse reads one advisory.
func (s source) parse() (advisory, error) {
	a := advisory{source: s}
	if len(s.json) == 0 || s.json[0] != '{' {
		return a, s.wrong("", errors.New("an advisory is an object"))
	}
	limits := strictjson.Config{Values: maxValues, Free: []string{"database_specific", "ecosystem_specific"}}
	err := limits.Unmarshal(s.json, &a)
	var of *json.UnmarshalTypeError
	var refused *strictjson.Error
	switch {
	case errors.As(err, &of):
		err = wrong(s.pathAt(of.Offset), "%s does not belong here", of.Value)
	case errors.As(err, &refused):
		err = wrong(s.pathAt(refused.Offset), "%w", refused.Err)
	case err == nil && a.ID == "":
		err = errors.New("it has no id")
	case err == nil && !idPattern.MatchString(a.ID):
		id := a.ID
		a.ID = ""
		err = &problem{path: "id", hint: "an id has letters, digits and ._:+- such as GHSA-jf85-cpcp-j695", err: fmt.Errorf("%q is not an identifier", id)}
	}
	if err != nil && !idPattern.MatchString(a.ID) {
		return a, s.wrong("", err)
	}
	if err != nil {
		return a, s.wrong(a.ID, err)
	}
	known, err := json.Marshal(a)
	if err != nil {
		return a, s.wrong(a.ID, err)
	}
	a.digest = sha256.Sum256(known)
	return a, nil
}
