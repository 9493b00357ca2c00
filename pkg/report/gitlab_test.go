package report

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// gitlabProblems lists what GitLab would reject, from its schema 15.2.1 and independently of the renderer.
func gitlabProblems(data []byte) []string {
	var problems []string
	require := func(ok bool, format string, args ...any) {
		if !ok {
			problems = append(problems, "GitLab needs "+fmt.Sprintf(format, args...))
		}
	}
	var doc map[string]any
	if err := json.Unmarshal(data, &doc); err != nil {
		return []string{err.Error()}
	}
	matches := func(pattern string, keys ...string) {
		require(regexp.MustCompile(pattern).MatchString(textAt(doc, keys...)), "%v to match %s, not %q", keys, pattern, textAt(doc, keys...))
	}
	matches(`^\d+\.\d+\.\d+$`, "version")
	matches(`^container_scanning$`, "scan", "type")
	matches(`^success$`, "scan", "status")
	for _, key := range []string{"start_time", "end_time"} {
		matches(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$`, "scan", key)
	}
	for _, tool := range []string{"analyzer", "scanner"} {
		for _, keys := range [][]string{{"id"}, {"name"}, {"version"}, {"vendor", "name"}} {
			matches(`.`, append([]string{"scan", tool}, keys...)...)
		}
		matches(`^https?://.+`, "scan", tool, "url")
	}
	messages, _ := at(doc, "scan", "messages").([]any)
	for i, m := range messages {
		require(slices.Contains([]string{"info", "warn", "fatal"}, textAt(m, "level")) && textAt(m, "value") != "", "message %d with a level and a text", i)
	}
	list, ok := doc["vulnerabilities"].([]any)
	require(ok, "a list of vulnerabilities")
	ids := map[string]bool{}
	for i, v := range list {
		id := textAt(v, "id")
		require(regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString(id) && !ids[id], "a UUID of its own for vulnerability %d, not %q", i, id)
		ids[id] = true
		problems = append(problems, gitlabVulnerabilityProblems(v, i)...)
	}
	return problems
}

func gitlabVulnerabilityProblems(v any, i int) []string {
	var problems []string
	require := func(ok bool, format string, args ...any) {
		if !ok {
			problems = append(problems, fmt.Sprintf("vulnerability %d needs ", i)+fmt.Sprintf(format, args...))
		}
	}
	require(slices.Contains([]string{"Info", "Unknown", "Low", "Medium", "High", "Critical"}, textAt(v, "severity")), "a severity, not %q", textAt(v, "severity"))
	require(utf8.RuneCountInString(textAt(v, "name")) <= 255, "a shorter name")
	require(utf8.RuneCountInString(textAt(v, "description")) <= 1<<20, "a shorter description")
	require(utf8.RuneCountInString(textAt(v, "solution")) <= 7000, "a shorter solution")
	identifiers, _ := at(v, "identifiers").([]any)
	require(len(identifiers) > 0, "an identifier")
	address := regexp.MustCompile(`^(https?|ftp)://.+`)
	for _, id := range identifiers {
		require(textAt(id, "type") != "" && textAt(id, "name") != "" && textAt(id, "value") != "", "identifiers with type, name and value")
		require(at(id, "url") == nil || address.MatchString(textAt(id, "url")), "an address of its identifier, not %q", textAt(id, "url"))
	}
	links, _ := at(v, "links").([]any)
	for _, l := range links {
		require(address.MatchString(textAt(l, "url")), "links to addresses, not %q", textAt(l, "url"))
	}
	if vectors, ok := at(v, "cvss_vectors").([]any); ok {
		require(len(vectors) >= 1 && len(vectors) <= 10, "1 to 10 CVSS vectors")
		for _, c := range vectors {
			n := len(textAt(c, "vector"))
			require(n >= 32 && n <= 128 && strings.HasPrefix(textAt(c, "vector"), "CVSS:3.") && textAt(c, "vendor") != "", "a vector of CVSS 3")
		}
	}
	details, _ := at(v, "details").(map[string]any)
	for key, d := range details {
		require(textAt(d, "name") != "", "a name of its detail %s", key)
		switch textAt(d, "type") {
		case "text", "code":
			require(at(d, "value") != nil, "a value of its detail %s", key)
		case "file-location":
			line, _ := at(d, "line_start").(float64)
			require(textAt(d, "file_name") != "" && line >= 1, "a line of its detail %s", key)
		default:
			require(false, "a known type of its detail %s", key)
		}
	}
	for _, keys := range [][]string{{"dependency", "package", "name"}, {"dependency", "version"}} {
		_, ok := at(v, append([]string{"location"}, keys...)...).(string)
		require(ok, "%v in its location", keys)
	}
	require(textAt(v, "location", "operating_system") != "" && textAt(v, "location", "image") != "", "an operating system and an image in its location")
	return problems
}

func TestGitLabFollowsSchema(t *testing.T) {
	t.Parallel()
	forEachFixture(t, func(t *testing.T, r *Report) {
		for _, problem := range gitlabProblems(render(t, GitLab, r)) {
			t.Error(problem)
		}
	})
}

// One vulnerability of one version of a package is reported once, whatever the places, and as the place that blocks.
func TestGitLabTellsOnceWhatBlocks(t *testing.T) {
	t.Parallel()
	r := base(baseLayer, aptLayer, appLayer)
	r.Policy.Exceptions = []policy.Exception{{ID: "CVE-1", Paths: []string{"/a/**"}, Reason: "unused", Owner: "team", Expires: "2027-01-31"}}
	r = judge(r, policy.Any,
		vulnerable("CVE-1", finding.SeverityHigh, 7, appLayer, npm("lodash", "4.17.15", "/a/lodash/package.json")),
		vulnerable("CVE-1", finding.SeverityHigh, 7, appLayer, npm("lodash", "4.17.15", "/b/lodash/package.json")),
		vulnerable("CVE-1", finding.SeverityHigh, 7, appLayer, npm("lodash", "4.17.16", "/a/lodash/package.json")))
	got := gitlab(r).Vulnerabilities
	var policies, paths []string
	for _, v := range got {
		policies = append(policies, strings.SplitN(v.Details["policy"].Value, ":", 2)[0])
		paths = append(paths, v.Location.Dependency.Version+" "+v.Details["path"].Value)
	}
	if diff := cmp.Diff([]string{"blocks", "waived"}, policies); diff != "" {
		t.Errorf("decisions (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"4.17.15 /b/lodash/package.json", "4.17.16 /a/lodash/package.json"}, paths); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
}

func TestGitLabVectors(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{
		"CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H":             true,
		"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N":    false,
		"CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H":                 false,
		"CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H\nCVSS:3.1/A": false,
		"": false,
	}
	for vector, want := range tests {
		f := vulnerable("CVE-1", finding.SeverityHigh, 7, baseLayer, debian("openssl", "1"))
		f.Vulnerability.CVSSVector = vector
		if got := len(gitlabOf(f, policy.Decision{}).Vectors) == 1; got != want {
			t.Errorf("a report has the vector %q: %t, want %t", vector, got, want)
		}
	}
}

// FuzzGitLab puts any text into every field that comes from an image or an advisory.
func FuzzGitLab(f *testing.F) {
	for _, s := range hostileStrings() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r := base(finding.Layer{CreatedBy: s})
		r.Image.Name, r.Tool.Version = s, s
		r.Platforms[0].Distro = Distribution{ID: s, Version: s}
		v := vulnerable(s, finding.SeverityHigh, 8, r.Platforms[0].Layers[0].Layer, heldPackage{finding.Package{Name: s, Version: s, Type: s}, s}, s)
		v.Summary, v.URLs, v.Vulnerability.Aliases, v.Vulnerability.CVSSVector = s, []string{s, "https://ok.example/" + s}, []string{s, s + "1"}, s
		v.Location = &finding.Location{File: s, Line: 1, EndLine: 1}
		for _, problem := range gitlabProblems(render(t, GitLab, judge(r, policy.Any, v))) {
			t.Error(problem)
		}
	})
}
