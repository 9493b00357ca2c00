package osv

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/layergate/layergate/pkg/fault"
)

// advisory is the part of an OSV record (ossf.github.io/osv-schema) that a database is made from.
type advisory struct {
	ID         string          `json:"id"`
	Modified   string          `json:"modified"`
	Published  string          `json:"published"`
	Withdrawn  string          `json:"withdrawn"`
	Aliases    []string        `json:"aliases"`
	Upstream   []string        `json:"upstream"`
	Summary    string          `json:"summary"`
	Details    string          `json:"details"`
	Severity   []osvSeverity   `json:"severity"`
	Affected   []osvAffected   `json:"affected"`
	References []osvReference  `json:"references"`
	Specific   json.RawMessage `json:"database_specific"`

	file   string   // where it was read
	digest [32]byte // of that file
}

type osvSeverity struct {
	Type  string `json:"type"`
	Score string `json:"score"`
}

type osvReference struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

type osvAffected struct {
	Package struct {
		Ecosystem string `json:"ecosystem"`
		Name      string `json:"name"`
	} `json:"package"`
	Severity          []osvSeverity   `json:"severity"`
	Ranges            []osvRange      `json:"ranges"`
	Versions          []string        `json:"versions"`
	EcosystemSpecific json.RawMessage `json:"ecosystem_specific"`
	DatabaseSpecific  json.RawMessage `json:"database_specific"`
}

type osvRange struct {
	Type   string     `json:"type"`
	Events []osvEvent `json:"events"`
}

type osvEvent struct {
	Introduced   string `json:"introduced"`
	Fixed        string `json:"fixed"`
	LastAffected string `json:"last_affected"`
	Limit        string `json:"limit"`
}

const hintOSV = "advisories are OSV records, one JSON object each: see https://ossf.github.io/osv-schema"

// idPattern is the form of an identifier: it goes into reports and policy files.
var idPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:+-]{0,127}$`)

// parseAdvisories reads the OSV records of one file: one object, an array of objects, or one object after the other.
func parseAdvisories(file string, content []byte) ([]advisory, error) {
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	var out []advisory
	add := func(raw json.RawMessage) error {
		a, err := parseAdvisory(file, len(out)+1, raw)
		out = append(out, a)
		return err
	}

	dec := json.NewDecoder(bytes.NewReader(content))
	for {
		var raw json.RawMessage
		err := dec.Decode(&raw)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, malformed(file, len(out)+1, err)
		}
		if raw[0] != '[' {
			if err := add(raw); err != nil {
				return nil, err
			}
			continue
		}
		var list []json.RawMessage
		if err := json.Unmarshal(raw, &list); err != nil {
			return nil, malformed(file, len(out)+1, err)
		}
		for _, raw := range list {
			if err := add(raw); err != nil {
				return nil, err
			}
		}
	}
	if len(out) == 0 {
		return nil, fault.Request(fmt.Errorf("%s holds no advisory", file), hintOSV)
	}
	return out, nil
}

func malformed(file string, n int, err error) error {
	return fault.Request(fmt.Errorf("reading %s, advisory %d: malformed JSON: %w", file, n, err), hintOSV)
}

func parseAdvisory(file string, n int, raw json.RawMessage) (advisory, error) {
	a := advisory{file: file}
	if len(raw) == 0 || raw[0] != '{' {
		return a, fault.Request(fmt.Errorf("reading %s, advisory %d: it is not a JSON object", file, n), hintOSV)
	}
	if err := json.Unmarshal(raw, &a); err != nil {
		if a.ID != "" {
			return a, a.errorf("malformed JSON: %w", err)
		}
		return a, malformed(file, n, err)
	}
	if a.ID == "" {
		return a, fault.Request(fmt.Errorf("reading %s, advisory %d: it has no id", file, n), hintOSV)
	}
	if !idPattern.MatchString(a.ID) {
		return a, fault.Request(fmt.Errorf("reading %s, advisory %d: %q is not an identifier", file, n, a.ID),
			"an id has letters, digits and ._:+- such as GHSA-jf85-cpcp-j695")
	}
	return a, nil
}

// errorf is a wrong request that names the file and the advisory.
func (a *advisory) errorf(format string, args ...any) error {
	return a.hintf(hintOSV, format, args...)
}

func (a *advisory) hintf(hint, format string, args ...any) error {
	return fault.Request(fmt.Errorf("reading %s, advisory %s: %w", a.file, a.ID, fmt.Errorf(format, args...)), hint)
}

// time reads one of the record's dates; an absent one is nil.
func (a *advisory) time(field, value string) (*time.Time, error) {
	if value == "" {
		return nil, nil
	}
	t, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return nil, a.errorf("%s is %q, not a date such as 2021-02-15T00:00:00Z", field, value)
	}
	t = t.UTC()
	return &t, nil
}

// words collects the values of key in loosely shaped objects that hold a string there.
func words(key string, objects ...json.RawMessage) []string {
	var out []string
	for _, raw := range objects {
		var object map[string]json.RawMessage
		if json.Unmarshal(raw, &object) != nil {
			continue
		}
		var word string
		if json.Unmarshal(object[key], &word) == nil && strings.TrimSpace(word) != "" {
			out = append(out, word)
		}
	}
	return out
}
