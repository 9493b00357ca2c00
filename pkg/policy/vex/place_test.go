package vex_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/policy/vex"
)

// What is wrong is named by line and column of the file, with the nearest valid word.
func TestParseNamesThePlace(t *testing.T) {
	t.Parallel()
	open, csaf := document(t, "openvex.json"), document(t, "csaf.json")
	wrong := strings.Replace(open, `"not_affected"`, `"not_afected"`, 1)
	statement := `{"_type": "x", "predicateType": "https://openvex.dev/ns", "subject": [{"digest": {"sha256": "ab"}}], "predicate": `
	tests := []struct {
		name, document, place string
		hints                 []string
	}{
		{
			name: "a status", document: wrong, place: `a.json:13:17: "not_afected" is not a status`,
			hints: []string{"did you mean not_affected? use one of not_affected, affected, fixed, under_investigation"},
		},
		{
			name: "a justification", document: strings.Replace(open, `"vulnerable_code_not_in_execute_path"`, `"vulnerable_code_not_in_path"`, 1),
			place: `a.json:14:24: "vulnerable_code_not_in_path" is not a justification`,
			hints: []string{"did you mean vulnerable_code_not_present? use one of " + "component_not_present, vulnerable_code_not_present, vulnerable_code_not_in_execute_path, vulnerable_code_cannot_be_controlled_by_adversary, inline_mitigations_already_exist"},
		},
		{
			name: "a field of the document, at its key", document: strings.Replace(open, `"author"`, `"autor"`, 1), place: `a.json:4:3: OpenVEX has no field "autor" here`,
			hints: []string{"did you mean author? use one of @context, @id, author, last_updated, role, statements, supplier, timestamp, tooling, version"},
		},
		{
			name: "a hash", document: strings.Replace(open, `{"@id": "pkg:oci/app"}`, `{"hashes": {"sha256": "00"}}`, 1), place: `OpenVEX has no field "sha256" here`,
			hints: []string{"did you mean sha-256? use one of blake2b-256, blake2b-512, blake2s-256, blake3, md5, sha-256, sha-384, sha-512, sha1, sha3-224, sha3-256, sha3-384, sha3-512"},
		},
		{name: "what is no JSON", document: "{\n  \"a\": x}", place: "a.json:2:8: it is not valid JSON"},
		{name: "in one line", document: strings.ReplaceAll(strings.ReplaceAll(wrong, "\n", ""), "  ", ""), place: "a.json:1:414: "},
		{name: "in an in-toto statement of one line", document: statement + wrong + "}", place: "a.json:13:17: "},
		{name: "on the line of the in-toto statement", document: statement + `{"@contxt": ""}}`, place: "a.json:1:115: it is not a VEX document"},
		{
			name: "within an envelope", place: "a.json:1:115: it is not a VEX document",
			document: `{"payloadType": "application/vnd.in-toto+json", "signatures": [], "payload": "` + base64.StdEncoding.EncodeToString([]byte(statement+`{"@contxt": ""}}`)) + `"}`,
		},
		{
			name: "a product status of CSAF", document: strings.Replace(csaf, `"known_not_affected"`, `"known_not_afected"`, 1), place: "a.json:36:26: it is not valid CSAF 2.0: ",
			hints: []string{"did you mean known_not_affected? use one of first_affected, first_fixed, fixed, known_affected, known_not_affected, last_affected, under_investigation, recommended"},
		},
		{name: "a part of an envelope", document: `{"payloadType": "text/plain", "payload": "", "signatures": []}`, place: `a.json:1:17: the envelope holds "text/plain"`},
		{
			name: "a field of CSAF that is none", document: strings.Replace(csaf, `"label"`, `"lable": "", "label"`, 1), place: "a.json:37:18: it is not valid CSAF 2.0: additional",
			hints: []string{},
		},
		{
			name: "a flag of CSAF", document: strings.Replace(csaf, `"component_not_present"`, `"component_not_presnt"`, 1), place: "a.json:37:",
			hints: []string{"did you mean component_not_present? use one of component_not_present, inline_mitigations_already_exist, vulnerable_code_cannot_be_controlled_by_adversary, vulnerable_code_not_in_execute_path, vulnerable_code_not_present"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := vex.Parse("a.json", []byte(tt.document), nil)
			if err == nil || !strings.Contains(err.Error(), tt.place) {
				t.Fatalf("Parse() = %v, want %s", err, tt.place)
			}
			if tt.hints == nil {
				return
			}
			if diff := cmp.Diff(tt.hints, fault.Hints(err), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("the hints of %v (-want +got):\n%s", err, diff)
			}
		})
	}
}
