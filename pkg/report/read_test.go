package report

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// What is read back renders to the same bytes in every format.
func TestReadRendersTheSame(t *testing.T) {
	t.Parallel()
	forEachFixture(t, func(t *testing.T, r *Report) {
		r.Normalize()
		finding.Sort(r.Findings)
		r.Verdict, _ = policy.Judge(r.Policy, input(r.Findings))
		got, err := Read(render(t, JSON, r))
		if err != nil {
			t.Fatal(err)
		}
		// The lines of rules stay behind; those of decisions and exceptions are in the report.
		if diff := cmp.Diff(r, got, cmpopts.IgnoreFields(policy.Source{}, "Lines")); diff != "" {
			t.Errorf("Read() (-written +read):\n%s", diff)
		}
		for suffix, f := range renderers() {
			if diff := cmp.Diff(string(render(t, f, r)), string(render(t, f, got))); diff != "" {
				t.Errorf("%s of what was read differs (-written +read):\n%s", suffix, diff)
			}
		}
	})
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	written := func(change func(*Report)) string {
		r := mixedReport()
		change(r)
		var b strings.Builder
		if err := JSON(&b, r); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	good := written(func(*Report) {})
	tests := []struct {
		name, in, want string
		hint           string
	}{
		{"nothing", "", "not a layergate.json", "output-dir"},
		{"no JSON", "verdict: clean", "not a layergate.json", "output-dir"},
		{"other JSON", `{"matches": []}`, "names no schema", "output-dir"},
		{"what follows", good + "{}", "after top-level value", ""},
		{"cut", good[:len(good)/2], "unexpected end", ""},
		{"a file that was not read in a layer that is not there", strings.Replace(good, `"unread": []`, `"unread": [{"path": "/a", "layer": 9, "reason": "r"}]`, 1), `the file "/a" is in layer 9`, ""},
		{"an executable in one", written(func(r *Report) { r.Platforms[0].Coverage.Executables.Largest[0].Layer = 9 }), `"/usr/local/bin/tool" is in layer 9`, ""},
		{"an unknown gap of packages", strings.Replace(good, `"gap": "unpublished-ecosystem"`, `"gap": "none"`, 1), `unknown gap "none"`, ""},
		{"an older version", strings.Replace(good, `"schema": "`+SchemaVersion+`"`, `"schema": "1.0"`, 1), `schema is "1.0", but this version of Layergate reads 2.x`, "version of Layergate"},
		{"a newer version", strings.Replace(good, `"schema": "`+SchemaVersion+`"`, `"schema": "3.0"`, 1), `schema is "3.0"`, "version of Layergate"},
		{"a version that only begins the same", strings.Replace(good, `"schema": "`+SchemaVersion+`"`, `"schema": "20.0"`, 1), `schema is "20.0"`, ""},
		{"unknown field", strings.Replace(good, `"warnings"`, `"alarms": [], "warnings"`, 1), `unknown field "alarms"`, ""},
		{"unknown field of a finding", strings.Replace(good, `"kind"`, `"colour": "red", "kind"`, 1), `unknown field "colour"`, ""},
		{"unknown severity", strings.Replace(good, `"severity": "critical"`, `"severity": "dire"`, 1), `"dire"`, ""},
		{"no subject", written(func(r *Report) { r.Image = nil }), "neither an image nor manifests", ""},
		{"manifests with platforms", written(func(r *Report) { r.Image, r.Manifests = nil, &Manifests{} }), "manifests have no platforms", ""},
		{"invalid finding", written(func(r *Report) { r.Findings[1].Title = "" }), "finding 1: it has no title", ""},
		{"platform", written(func(r *Report) { r.Findings[0].Platform = "plan9/amd64" }), `finding 0 is of the platform "plan9/amd64"`, ""},
		{"layer of a finding", written(func(r *Report) { r.Findings[0].Layer = &finding.Layer{Index: 3} }), "finding 0 is in layer 3, but its platform has 3 layers", ""},
		{"layer of no platform", written(func(r *Report) { r.Findings[0].Platform = "" }), "finding 0 is in layer 2, but its platform has 0 layers", ""},
		{"order of layers", written(func(r *Report) { r.Platforms[0].Layers[1].Index = 2 }), "layer 1 says that it is layer 2", ""},
		{"layer of a package", written(func(r *Report) { r.Platforms[0].Packages[0].Layer = 3 }), "is in layer 3, but there are 3 layers", ""},
		{"layer of a package below the lowest", written(func(r *Report) { r.Platforms[0].Packages[0].Layer = -1 }), "is in layer -1", ""},
		{"decision missing", written(func(r *Report) { r.Verdict.Decisions = r.Verdict.Decisions[1:] }), "decisions about", ""},
		{"decision about another finding", written(func(r *Report) { r.Verdict.Decisions[0].Finding = 1 }), "decision 0 is about finding 1", ""},
		{"decision by an exception that the policy does not have", written(func(r *Report) { r.Verdict.Decisions[0].Exception = new(int) }), "decision 0 is by exception 0, but the policy has 0", ""},
		{"note about an exception that the policy does not have", written(func(r *Report) { r.Verdict.Notes = []policy.Note{{Kind: policy.NoteUnused, Exception: new(int)}} }), "note 0 is about exception 0, but the policy has 0", ""},
		{"a statement with an unknown status", written(func(r *Report) { r.Verdict.Decisions[0].Statement = &policy.Statement{Status: "harmless"} }), `decision 0 is about a statement with the unknown status "harmless"`, ""},
		{"unknown effect", written(func(r *Report) { r.Verdict.Decisions[0].Effect = "shrugs" }), `unknown effect "shrugs"`, ""},
		{"clean in spite of what blocks", written(func(r *Report) { r.Verdict.Outcome = policy.Clean }), `the outcome is "clean", but its decisions make it blocked`, ""},
		{"unknown outcome", written(func(r *Report) { r.Verdict.Outcome = "fine" }), `the outcome is "fine"`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := Read([]byte(tt.in))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("Read() = %v, want %q", err, tt.want)
			}
			if hints := strings.Join(fault.Hints(err), " "); !strings.Contains(hints, tt.hint) {
				t.Errorf("the hints are %q, want %q", hints, tt.hint)
			}
		})
	}
}

// A later minor version is read as long as it says nothing new.
func TestReadNewerMinorVersion(t *testing.T) {
	t.Parallel()
	raw := bytes.Replace(render(t, JSON, cleanReport()), []byte(`"schema": "`+SchemaVersion+`"`), []byte(`"schema": "2.7"`), 1)
	if r, err := Read(raw); err != nil || r.Schema != "2.7" {
		t.Errorf("Read() = %v, %v", r, err)
	}
}

// Whatever is read can be rendered in every format, and read again.
func FuzzRead(f *testing.F) {
	for _, r := range fixtures() {
		f.Add(render(f, JSON, r))
	}
	f.Add([]byte(`{"schema":"2.0","image":{"source":"","name":""},"verdict":{"outcome":"clean"}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := Read(raw)
		if err != nil {
			return
		}
		for _, render := range renderers() {
			if err := render(io.Discard, r); err != nil {
				t.Error(err)
			}
		}
		r.Advice()
		again, err := Read(render(t, JSON, r))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(r, again); diff != "" {
			t.Errorf("what was written is read otherwise (-first +second):\n%s", diff)
		}
	})
}

func TestParseFormat(t *testing.T) {
	t.Parallel()
	for _, want := range Formats() {
		if got, err := ParseFormat(want.Name); err != nil || got.Name != want.Name {
			t.Errorf("ParseFormat(%q) = %q, %v", want.Name, got.Name, err)
		}
	}
	for name, want := range map[string]string{
		"sarff":    "did you mean sarif? use one of badge, cyclonedx, gitlab, html, json, junit, markdown, sarif, spdx, table",
		"JSON":     "did you mean json? use one of",
		"checksum": "use one of badge",
		"":         "use one of badge",
	} {
		_, err := ParseFormat(name)
		if hints := strings.Join(fault.Hints(err), " "); !fault.IsRequest(err) || !strings.HasPrefix(hints, want) {
			t.Errorf("ParseFormat(%q) = %v with the hints %q, want %q", name, err, hints, want)
		}
	}
}

func TestParseFormats(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		in   []string
		want []string
		err  string // empty for none
	}{
		{name: "none"},
		{name: "each once", in: []string{"spdx", "junit", "spdx"}, want: []string{"spdx", "junit"}},
		{name: "one that every run writes", in: []string{"sarif"}, want: []string{"sarif"}},
		{name: "unknown", in: []string{"spdx", "junot"}, err: `unknown format "junot"`},
		{name: "one without a file", in: []string{"table"}, err: "table is shown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			formats, err := ParseFormats(tt.in)
			if tt.err != "" {
				if !fault.IsRequest(err) || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("ParseFormats(%q) = %v, want an error of the request with %q", tt.in, err, tt.err)
				}
				return
			}
			var got []string
			for _, f := range formats {
				got = append(got, f.Name)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
				t.Errorf("ParseFormats(%q) = %v (-want +got):\n%s", tt.in, err, diff)
			}
		})
	}
}

// A report that a shell redirected may begin with a byte order mark, or be in UTF-16, which is told by name.
func TestReadEncodings(t *testing.T) {
	t.Parallel()
	raw := string(render(t, JSON, blockedReport()))
	if _, err := Read([]byte("\xef\xbb\xbf" + raw)); err != nil {
		t.Errorf("Read(with a byte order mark) = %v", err)
	}
	if _, err := Read([]byte("\xff\xfe{\x00}\x00")); err == nil || !strings.Contains(err.Error(), "UTF-16") {
		t.Errorf("Read(UTF-16) = %v, want that it is in UTF-16", err)
	}
}
