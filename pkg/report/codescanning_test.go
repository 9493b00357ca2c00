package report

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// codeScanningProblems lists what GitHub code scanning would reject or overlook, from its documentation and
// independently of the renderer.
func codeScanningProblems(data []byte) []string {
	c := &codeScanning{}
	var log map[string]any
	if err := json.Unmarshal(data, &log); err != nil {
		return []string{err.Error()}
	}
	c.noEmptyStrings(log, "")
	c.require(log["$schema"] == "https://json.schemastore.org/sarif-2.1.0.json" && log["version"] == "2.1.0", "schema and version")
	runs, _ := log["runs"].([]any)
	c.require(len(runs) == 1, "one run")
	for _, r := range runs {
		c.run(r.(map[string]any))
	}
	return c.problems
}

type codeScanning struct{ problems []string }

func (c *codeScanning) require(ok bool, format string, args ...any) {
	if !ok {
		c.problems = append(c.problems, "code scanning needs "+fmt.Sprintf(format, args...))
	}
}

func (c *codeScanning) noEmptyStrings(v any, path string) {
	switch v := v.(type) {
	case string:
		c.require(strings.TrimSpace(v) != "", "no empty string at %s", path)
	case nil:
		c.require(false, "no null at %s", path)
	case []any:
		for i, e := range v {
			c.noEmptyStrings(e, fmt.Sprintf("%s[%d]", path, i))
		}
	case map[string]any:
		for k, e := range v {
			c.noEmptyStrings(e, path+"."+k)
		}
	}
}

// at follows keys and the first elements of lists; it is nil where there is nothing.
func at(v any, keys ...string) any {
	for _, k := range keys {
		if l, ok := v.([]any); ok && len(l) > 0 {
			v = l[0]
		}
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[k]
	}
	return v
}

func textAt(v any, keys ...string) string {
	s, _ := at(v, keys...).(string)
	return s
}

func (c *codeScanning) run(run map[string]any) {
	c.require(textAt(run, "tool", "driver", "name") != "", "a driver's name")
	rules, ok := at(run, "tool", "driver", "rules").([]any)
	c.require(ok && len(rules) <= 25000, "at most 25,000 rules, not %d", len(rules))
	results, ok := run["results"].([]any)
	c.require(ok && len(results) <= 25000, "at most 25,000 results, not %d", len(results))
	category := textAt(run, "automationDetails", "id")
	c.require(strings.HasPrefix(category, "layergate/") && strings.HasSuffix(category, "/") && strings.Count(category, "/") >= 2, "a category, not %q", category)
	ids := map[string]bool{}
	for i, r := range rules {
		c.rule(r, i)
		id := textAt(r, "id")
		c.require(!ids[id], "rule %q once", id)
		ids[id] = true
	}
	fingerprints := map[string]bool{}
	for i, r := range results {
		c.result(r, i, rules)
		fingerprint := textAt(r, "partialFingerprints", "primaryLocationLineHash")
		c.require(fingerprint != "" && !fingerprints[fingerprint], "a fingerprint of its own for result %d, not %q", i, fingerprint)
		fingerprints[fingerprint] = true
	}
}

func (c *codeScanning) rule(r any, i int) {
	for _, keys := range [][]string{{"id"}, {"shortDescription", "text"}, {"fullDescription", "text"}, {"help", "text"}, {"help", "markdown"}} {
		c.require(textAt(r, keys...) != "", "rule %d to have %v", i, keys)
	}
	c.require(utf8.RuneCountInString(textAt(r, "fullDescription", "text")) <= 1024, "a shorter description of rule %d", i)
	tags, _ := at(r, "properties", "tags").([]any)
	c.require(len(tags) > 0 && len(tags) <= 10, "1 to 10 tags of rule %d, not %d", i, len(tags))
	if s := at(r, "properties", "security-severity"); s != nil {
		word, _ := s.(string)
		score, err := strconv.ParseFloat(word, 64)
		c.require(err == nil && score > 0 && score <= 10, "a number as security-severity of rule %d, not %v", i, s)
	}
}

func (c *codeScanning) result(r any, i int, rules []any) {
	index, _ := at(r, "ruleIndex").(float64)
	c.require(int(index) < len(rules) && textAt(rules[int(index)], "id") == textAt(r, "ruleId"), "ruleIndex of result %d to name %q", i, textAt(r, "ruleId"))
	c.require(textAt(r, "message", "text") != "", "a message in result %d", i)
	locations, _ := at(r, "locations").([]any)
	c.require(len(locations) == 1, "one location in result %d, not %d", i, len(locations))
	related, _ := at(r, "relatedLocations").([]any)
	for _, l := range append(locations, related...) {
		uri := textAt(l, "physicalLocation", "artifactLocation", "uri")
		first, _, _ := strings.Cut(uri, "/")
		u, err := url.Parse(uri)
		c.require(err == nil && uri != "" && first != "" && first != ".." && !strings.Contains(first, ":") && u.Scheme == "" && u.Host == "" && !strings.ContainsAny(uri, "?#\\ "),
			"a relative URI in result %d, not %q", i, uri)
		start, _ := at(l, "physicalLocation", "region", "startLine").(float64)
		end, _ := at(l, "physicalLocation", "region", "endLine").(float64)
		c.require(start >= 1 && end >= start, "a region in result %d, not %v to %v", i, start, end)
	}
}
