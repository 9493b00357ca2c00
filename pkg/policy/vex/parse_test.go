package vex_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/policy/vex"
	"github.com/layergate/layergate/pkg/textfile"
)

func document(t testing.TB, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	open, csaf := document(t, "openvex.json"), document(t, "csaf.json")
	tests := []struct {
		name, document string
		line           int
		problem        string
	}{
		{"nothing", ``, 1, "truncated"},
		{"no object", `[]`, 1, "not valid JSON"},
		{"an empty object", `{}`, 1, "not a VEX document"},
		{"an SBOM", "{\n\"bomFormat\": \"CycloneDX\"}", 2, `"CycloneDX" are not read as VEX`},
		{"an OpenVEX context alone", `{"@context": "https://openvex.dev/ns/v0.2.0"}`, 1, "no @id"},
		{"broken off", strings.TrimSuffix(open, "}\n"), 24, "truncated"},
		{"a missing comma", strings.Replace(open, `"version": 1,`, `"version": 1`, 1), 7, "not valid JSON"},

		{"unknown status", strings.Replace(open, `"not_affected"`, `"not_afected"`, 1), 13, `"not_afected" is not a status`},
		{"status in capitals", strings.Replace(open, `"not_affected"`, `"NOT_AFFECTED"`, 1), 13, `is not a status`},
		{"status of another type", strings.Replace(open, `"not_affected"`, `["not_affected"]`, 1), 13, "is not a status"},
		{"no status", strings.Replace(open, `"status": "affected",`, ``, 1), 17, "invalid status value"},
		{"unknown justification", strings.Replace(open, `"vulnerable_code_not_in_execute_path"`, `"trust_me"`, 1), 14, `"trust_me" is not a justification`},
		{"not affected, and nothing says why", strings.Replace(strings.Replace(open, `"justification": "vulnerable_code_not_in_execute_path",`, ``, 1), `"impact_statement": "The parser is never called."`, `"status_notes": "no"`, 1), 8, "justification or impact statement"},
		{"affected without an action", strings.Replace(open, `"action_statement": "Upgrade left-pad."`, `"status_notes": "no"`, 1), 17, "action statement must be set"},
		{"a justification of what is affected", strings.Replace(open, `"action_statement": "Upgrade left-pad."`, `"action_statement": "x", "justification": "component_not_present"`, 1), 17, "justification should not be set"},

		{"unknown field of the document", strings.Replace(open, `"version": 1,`, "\"version\": 1,\n\"expires\": \"never\",", 1), 7, `no field "expires"`},
		{"unknown field of a statement", strings.Replace(open, `"status": "affected"`, `"state": "affected"`, 1), 21, `no field "state"`},
		{"a field in capitals", strings.Replace(open, `"status": "affected"`, `"Status": "affected"`, 1), 21, `no field "Status"`},
		{"unknown field of a product", strings.Replace(open, `{"@id": "pkg:oci/app"}`, `{"@id": "pkg:oci/app", "subcomponent": []}`, 1), 20, `no field "subcomponent"`},
		{"unknown hash", strings.Replace(open, `{"@id": "pkg:oci/app"}`, `{"hashes": {"sha256": "00"}}`, 1), 20, `no field "sha256"`},
		{"a field twice", strings.Replace(open, `"status": "affected",`, "\"status\": \"affected\",\n\"status\": \"fixed\",", 1), 22, `duplicate field "status"`},
		{"a time that is none", strings.Replace(open, `"2026-04-01T09:00:00+02:00"`, `"1 April"`, 1), 19, "statements[1].timestamp is not a time"},
		{"a version that is none", strings.Replace(open, `"version": 1`, `"version": 0`, 1), 6, "version is not a whole number"},
		{"a version that is not whole", strings.Replace(open, `"version": 1`, `"version": 1.5`, 1), 6, "version is not a whole number"},
		{"a version in another form", strings.Replace(open, `"version": 1`, `"version": 1e0`, 1), 6, "version is a number 1e0"},
		{"statements that are no list", open[:strings.Index(open, `[`)] + `{}}`, 7, "statements is not a list"},
		{"a context that is no text", `{"@context": 1}`, 1, "@context is a number"},
		{"a product that is no object", strings.Replace(open, `{"@id": "pkg:oci/app"}`, `"pkg:oci/app"`, 1), 20, "products[0] is not an object"},
		{"no author", strings.Replace(open, `Security Team <security@vex.example>`, ` `, 1), 4, "no author"},
		{"no statements", open[:strings.Index(open, `[`)] + `[]}`, 7, "no statements"},
		{"no vulnerability", strings.Replace(open, `{"name": "CVE-2026-2"}`, `{"description": "bad"}`, 1), 18, "no vulnerability"},
		{"no product", strings.Replace(open, `[{"@id": "pkg:oci/app"}]`, `[]`, 1), 17, "no product"},
		{"another version of OpenVEX", strings.Replace(open, `ns/v0.2.0`, `ns/v0.0.1`, 1), 2, "not that of OpenVEX 0.2"},

		{"CSAF without a title", strings.Replace(csaf, `"title": "Statements about the example",`, ``, 1), 2, "missing property 'title'"},
		{"a draft", strings.Replace(csaf, `"status": "final"`, `"status": "draft"`, 1), 12, "draft"},
		{"unknown product status", strings.Replace(csaf, `"known_not_affected"`, `"known_not_afected"`, 1), 36, "additional properties 'known_not_afected' not allowed"},
		{"no product status", strings.Replace(csaf, `{"fixed": ["app"]}`, `{}`, 1), 42, "minProperties"},
		{"CSAF with a tracking that is no object", strings.Replace(csaf, `"tracking": {`, `"tracking": 1, "other": {`, 1), 7, "Document.Tracking is a number"},
		{"unknown flag", strings.Replace(csaf, `"component_not_present"`, `"trust_me"`, 1), 37, "not valid CSAF"},
		{"not affected, and no flag", strings.Replace(csaf, `"group_ids": ["all"]`, `"product_ids": ["right-pad"]`, 1), 36, "nothing says why"},
		{"a product that is nowhere", strings.Replace(csaf, `{"fixed": ["app"]}`, `{"fixed": ["apt"]}`, 1), 42, `"apt" is not in the product tree`},
		{"no identifier", strings.Replace(csaf, `"ids": [{"system_name": "GitHub", "text": "GHSA-aaaa-bbbb-cccc"}],`, ``, 1), 40, "no identifier"},

		{"a statement about an SBOM", `{"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://spdx.dev/Document"}`, 0, "something else than VEX"},
		{"a statement without a subject", `{"_type": "x", "predicateType": "https://openvex.dev/ns/v0.2.0", "predicate": {}}`, 1, "no subject"},
		{"a statement with a subject without a SHA-256 digest", `{"_type": "x", "predicateType": "https://openvex.dev/ns/v0.2.0", "subject": [{"digest": {"sha512": "ab"}}], "predicate": {}}`, 1, "no subject"},
		{"a statement of another type", `{"_type": "x", "predicateType": 1}`, 1, "PredicateType is a number"},
		{"a statement of a document whose context is no text", `{"_type": "x", "predicateType": "https://openvex.dev/ns", "subject": [{"digest": {"sha256": "ab"}}], "predicate": {"@context": 1}}`, 1, "@context is a number"},
		{"a statement without a predicate", `{"_type": "x", "predicateType": "https://openvex.dev/ns", "subject": [{"digest": {"sha256": "ab"}}]}`, 1, "no predicate"},
		{"a mistake in a statement", "{\"_type\": \"x\", \"predicateType\": \"https://openvex.dev/ns\",\n \"subject\": [{\"digest\": {\"sha256\": \"ab\"}}],\n \"predicate\":\n" + strings.Replace(open, `"not_affected"`, `"not_afected"`, 1) + "}", 16, "is not a status"},
		{"an envelope of something else", `{"payloadType": "text/plain", "payload": "", "signatures": []}`, 1, `holds "text/plain"`},
		{"an envelope with another text", `{"payloadType": "application/vnd.in-toto+json", "payload": "?", "signatures": []}`, 1, "not in Base64"},
		{"an envelope of too many values", `{"payloadType": "application/vnd.in-toto+json", "payload": "e30=", "signatures": [` + strings.TrimSuffix(strings.Repeat(`{},`, 10_000), ",") + `]}`, 1, "more than the 10000 values"},
		{"an envelope around what is no JSON", `{"payloadType": "application/vnd.in-toto+json", "payload": "e30", "signatures": []}`, 1, "not in Base64"},
		{"an envelope around broken JSON", `{"payloadType": "application/vnd.in-toto+json", "payload": "eyJh", "signatures": []}`, 1, "truncated"},
		{"an envelope with a context that is no text", `{"@context": 1, "payloadType": "application/vnd.in-toto+json", "payload": "e30=", "signatures": []}`, 1, "@context is a number"},
		{"a statement with a context that is no text", `{"@context": 1, "_type": "x", "predicateType": "https://openvex.dev/ns", "subject": [], "predicate": {}}`, 1, "@context is a number"},
		{"an envelope around a document", `{"payloadType": "application/vnd.in-toto+json", "payload": "e30=", "signatures": []}`, 1, "no in-toto statement"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := vex.Parse("a.json", []byte(tt.document), nil)
			if err == nil || !strings.Contains(err.Error(), tt.problem) {
				t.Fatalf("Parse() = %v, want an error with %q", err, tt.problem)
			}
			var at *textfile.Error
			if errors.As(err, &at); tt.line > 0 && (at == nil || at.Line != tt.line || !strings.Contains(at.Excerpt, fmt.Sprintf("> %4d | ", tt.line))) {
				t.Errorf("Parse() = %v, want line %d and an excerpt around it", err, tt.line)
			}
		})
	}
}

// A document may begin with a byte order mark, and one in UTF-16 is told by name.
func TestParseEncodings(t *testing.T) {
	t.Parallel()
	open := document(t, "openvex.json")
	if _, err := vex.Parse("a.json", []byte("\xef\xbb\xbf"+open), nil); err != nil {
		t.Errorf("Parse(with a byte order mark) = %v", err)
	}
	_, err := vex.Parse("a.json", []byte("\xff\xfe{\x00}\x00"), nil)
	var at *textfile.Error
	if !errors.As(err, &at) || !strings.Contains(err.Error(), "a.json:1:1: the file is in UTF-16") || at.Excerpt != "" && strings.Contains(at.Excerpt, "\x00") {
		t.Errorf("Parse(UTF-16) = %v, want that it is in UTF-16", err)
	}
}

func TestParseIsBounded(t *testing.T) {
	t.Parallel()
	if _, err := vex.Parse("a.json", make([]byte, vex.MaxSize+1), nil); err == nil || !strings.Contains(err.Error(), "bytes that are allowed") {
		t.Errorf("Parse() = %v, want a refusal of its size", err)
	}
}

// FuzzParse wants documents that are refused at a line they have, and those that are taken to have an author.
func FuzzParse(f *testing.F) {
	open, csaf := document(f, "openvex.json"), document(f, "csaf.json")
	for _, s := range []string{open, csaf, `{}`, `{"_type": "x", "predicateType": "https://openvex.dev/ns", "subject": [{"digest": {"sha256": "ab"}}], "predicate": ` + open + `}`, `{"payloadType": "application/vnd.in-toto+json", "payload": "e30=", "signatures": [{"sig": ""}]}`, `{"dsseEnvelope": {}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, err := vex.Parse("a.json", raw, nil)
		var at *textfile.Error
		switch {
		case err == nil && strings.TrimSpace(d.Author) == "":
			t.Error("a document without an author is taken")
		case errors.As(err, &at) && at.Line < 1:
			t.Errorf("%v is no line", err)
		}
	})
}
