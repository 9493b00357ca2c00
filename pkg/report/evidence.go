package report

import (
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/policy"
)

// Evidence is a result of another tool that the push depends on, or an attestation. What a result found is among the findings.
type Evidence struct {
	Form     policy.Form `json:"form"`
	File     string      `json:"file"`               // as the user named it; of an attestation, the type of its predicate
	Digest   string      `json:"digest,omitempty"`   // of the file, sha256:…; empty of an attestation
	Tool     string      `json:"tool"`               // that made it, with its version where that is known; of an attestation, who signed it
	Subjects []string    `json:"subjects,omitempty"` // the digests of the image that it is about; none where it names none
	Passed   int         `json:"passed,omitempty"`   // tests
	Failed   int         `json:"failed,omitempty"`
	Skipped  int         `json:"skipped,omitempty"`
}

// evidenceWords says which results of other tools the verdict rests on; empty where it rests on none.
func (r *Report) evidenceWords() string {
	var out []string
	for _, e := range r.Evidence {
		text := fmt.Sprintf("%s %s (%s)", e.Form, e.File, e.Tool)
		if e.Form == policy.FormJUnit {
			text = fmt.Sprintf("%s %s (%s passed, %d failed, %d skipped)", e.Form, e.File, plural(e.Passed, "test"), e.Failed, e.Skipped)
		}
		out = append(out, text)
	}
	if len(out) == 0 {
		return ""
	}
	return "depends on " + strings.Join(out, ", ")
}
