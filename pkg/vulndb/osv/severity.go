package osv

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	v6 "github.com/anchore/grype/grype/db/v6"
	gocvss20 "github.com/pandatix/go-cvss/20"
	gocvss30 "github.com/pandatix/go-cvss/30"
	gocvss31 "github.com/pandatix/go-cvss/31"
	gocvss40 "github.com/pandatix/go-cvss/40"
)

// severities ranks what an advisory says about its severity: its CVSS vectors, the highest score first (grype derives
// the severity from the first); without one, the worst of the words that it uses. A malicious package of which nothing is said is
// critical.
func (a *advisory) severities() ([]v6.Severity, error) {
	type scored struct {
		severity v6.CVSSSeverity
		score    float64
	}
	var vectors []scored
	var said []string
	type placed struct {
		osvSeverity
		path string
	}
	var all []placed
	add := func(within string, list []osvSeverity) {
		for i, s := range list {
			all = append(all, placed{s, fmt.Sprintf("%sseverity[%d].score", within, i)})
		}
	}
	add("", a.Severity)
	specifics := []json.RawMessage{a.Specific}
	for i, affected := range a.Affected {
		add(fmt.Sprintf("affected[%d].", i), affected.Severity)
		said = append(said, words("urgency", affected.EcosystemSpecific)...)
		specifics = append(specifics, affected.DatabaseSpecific, affected.EcosystemSpecific)
	}
	said = append(said, words("severity", specifics...)...)

	for _, s := range all {
		switch s.Type {
		case "CVSS_V2", "CVSS_V3", "CVSS_V4":
			severity, score, err := parseCVSS(s.Type, s.Score)
			if err != nil {
				return nil, wrong(s.path, "%q is not a vector of type %s: %w", s.Score, s.Type, err)
			}
			if !slices.ContainsFunc(vectors, func(v scored) bool { return v.severity == severity }) {
				vectors = append(vectors, scored{severity, score})
			}
		default:
			said = append(said, s.Score) // a distribution's own word, such as type Ubuntu's
		}
	}

	if len(vectors) == 0 {
		worst := slices.Max(append(wordRanks(said), 0))
		if worst == 0 && a.malicious() {
			worst = len(severityWords) - 1
		}
		if worst == 0 {
			return nil, nil
		}
		return []v6.Severity{{Scheme: v6.SeveritySchemeCHMLN, Value: severityWords[worst], Rank: 1}}, nil
	}
	slices.SortStableFunc(vectors, func(x, y scored) int { return cmp.Compare(y.score, x.score) })
	var out []v6.Severity
	for i, v := range vectors {
		out = append(out, v6.Severity{Scheme: v6.SeveritySchemeCVSS, Value: v.severity, Rank: i + 1})
	}
	return out, nil
}

// malicious tells whether the advisory is of a malicious package, by the rule of finding.Malicious.
func (a *advisory) malicious() bool {
	return slices.ContainsFunc(append(a.aliases(), a.ID), func(id string) bool { return strings.HasPrefix(strings.ToLower(id), "mal-") })
}

var severityWords = [...]string{"unknown", "negligible", "low", "medium", "high", "critical"}

// wordRanks reads the words that databases use for a severity; those it does not know count as unknown.
func wordRanks(said []string) []int {
	var out []int
	for _, word := range said {
		switch strings.ToLower(strings.TrimRight(strings.TrimSpace(word), "*")) {
		case "negligible", "unimportant", "none", "informational":
			out = append(out, 1)
		case "low":
			out = append(out, 2)
		case "medium", "moderate":
			out = append(out, 3)
		case "high", "important":
			out = append(out, 4)
		case "critical":
			out = append(out, 5)
		}
	}
	return out
}

// parseCVSS checks a vector, because grype takes one that it cannot read for an unknown severity.
func parseCVSS(kind, vector string) (v6.CVSSSeverity, float64, error) {
	switch {
	case kind == "CVSS_V2":
		v, err := gocvss20.ParseVector(vector)
		if err != nil {
			return v6.CVSSSeverity{}, 0, err
		}
		return v6.CVSSSeverity{Vector: vector, Version: "2.0"}, v.BaseScore(), nil
	case kind == "CVSS_V3" && strings.HasPrefix(vector, "CVSS:3.0/"):
		v, err := gocvss30.ParseVector(vector)
		if err != nil {
			return v6.CVSSSeverity{}, 0, err
		}
		return v6.CVSSSeverity{Vector: vector, Version: "3.0"}, v.BaseScore(), nil
	case kind == "CVSS_V3" && strings.HasPrefix(vector, "CVSS:3.1/"):
		v, err := gocvss31.ParseVector(vector)
		if err != nil {
			return v6.CVSSSeverity{}, 0, err
		}
		return v6.CVSSSeverity{Vector: vector, Version: "3.1"}, v.BaseScore(), nil
	case kind == "CVSS_V4" && strings.HasPrefix(vector, "CVSS:4.0/"):
		v, err := gocvss40.ParseVector(vector)
		if err != nil {
			return v6.CVSSSeverity{}, 0, err
		}
		return v6.CVSSSeverity{Vector: vector, Version: "4.0"}, v.Score(), nil
	}
	return v6.CVSSSeverity{}, 0, fmt.Errorf("valid are CVSS:3.0/…, CVSS:3.1/… and CVSS:4.0/…, or a bare vector of CVSS 2")
}
