package osv

import (
	"encoding/json"
	"strings"
	"time"
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

	source `json:"-"` // as its file has it
	digest [32]byte   // of what is read of it, be it written in JSON or in YAML
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

// time reads one of the record's dates; an absent one is nil.
func (a *advisory) time(field, value string) (*time.Time, error) {
	if value == "" {
		return nil, nil
	}
	t, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return nil, wrong(field, "%q is not a date such as 2021-02-15T00:00:00Z", value)
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
