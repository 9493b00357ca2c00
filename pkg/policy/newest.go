package policy

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// clockSkew is how much an author's clock may be ahead.
const clockSkew = 24 * time.Hour

// statement is the newest of the statements about a vulnerability that count; nil where there is none. Of those of the same time
// it is the one that asks for most.
func (j *judge) statement(index int) *Statement {
	if j.in.Findings[index].Vulnerability == nil {
		return nil
	}
	var newest *Statement
	doubts := map[distrusted]bool{}
	for _, s := range j.in.Statements[index] {
		why := j.policy.VEX.distrust(s)
		if why == "" && !j.in.Now.IsZero() && s.Time.After(j.in.Now.Add(clockSkew)) {
			why = "it is dated in the future"
		}
		if why != "" {
			doubts[distrusted{s.Document, s.Author, why, s.Origin}] = true
			continue
		}
		if newest == nil || compareStatements(s, *newest) < 0 {
			newest = &s
		}
	}
	for d := range doubts {
		j.distrusted[d]++
	}
	return newest
}

// compareStatements puts the one that counts first. The order is total but for statements that say the same.
func compareStatements(a, b Statement) int {
	return cmp.Or(
		b.Time.Compare(a.Time),
		cmp.Compare(slices.Index(Statuses(), a.Status), slices.Index(Statuses(), b.Status)),
		cmp.Compare(a.Document, b.Document),
		cmp.Compare(a.Line, b.Line),
		cmp.Compare(a.Justification, b.Justification),
		cmp.Compare(a.Detail, b.Detail),
		cmp.Compare(a.Author, b.Author),
	)
}

// distrusted are the statements of a document that do not count, for one reason.
type distrusted struct {
	document, author, why string
	origin                Origin
}

// maxAuthor is how many characters of the name of an author whom nobody trusts are repeated.
const maxAuthor = 200

// beginning is as much of a name as is repeated.
func beginning(name string) string {
	runes := []rune(name)
	if len(runes) <= maxAuthor {
		return name
	}
	return string(runes[:maxAuthor]) + "…"
}

// distrustNotes says which VEX documents count for nothing although they are about what was found.
func (j *judge) distrustNotes() []Note {
	var out []Note
	for _, d := range slices.SortedFunc(maps.Keys(j.distrusted), func(a, b distrusted) int {
		return cmp.Or(cmp.Compare(a.document, b.document), cmp.Compare(a.author, b.author), cmp.Compare(a.why, b.why))
	}) {
		findings := "1 finding"
		if n := j.distrusted[d]; n != 1 {
			findings = fmt.Sprintf("%d findings", n)
		}
		out = append(out, Note{
			Kind: NoteDistrusted, Where: Statement{Document: d.document, Origin: d.origin, Line: 1}.where(),
			Message: fmt.Sprintf("what the VEX document %s of %s says of %s counts for nothing: %s", d.document, beginning(d.author), findings, d.why),
		})
	}
	return out
}
