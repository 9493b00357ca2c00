package report

import (
	"unicode"
	"unicode/utf8"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/layergate/layergate/pkg/finding"
)

// wording is how reports speak of a finding. There is one for each kind, and nothing else looks at the kind of a
// finding: renderers only lay out what it says. Texts may hold what an image or a manifest says, so that every sink
// escapes them.
type wording interface {
	place() string                // where in its file it is; empty where that is all of it
	words() words                 // for sentences
	properties() sarif.Properties // that SARIF has for this kind only
	// logical names what has the problem in SARIF's words: its kind, its name, and a name that no other has.
	logical() (kind, name, qualified string)
	// occurrence names what tells findings of the same fingerprint apart, and its value.
	occurrence() (name, value string)
}

// wordingOf chooses the wording of a finding's kind. What has none speaks as a check that says nothing; Judge blocks
// it.
func wordingOf(f finding.Finding) wording {
	switch {
	case f.Vulnerability != nil:
		return vulnerability{f, f.Vulnerability}
	case f.Coverage != nil:
		return coverage{f, f.Coverage}
	case f.Check != nil:
		return check{f, f.Check}
	}
	return check{f, &finding.Check{}}
}

// words are the texts and marks of one finding.
type words struct {
	name   label  // what has the problem
	kind   string // of what has the problem: a package's type; may be empty
	detail label  // what is known of it there: a package's version, what a rule saw, how much was not judged
	remedy string // what to do, in a few words
	why    string // the reason for it there, in a sentence without a full stop; may be empty

	subject  string // what has the problem, in a sentence
	headline string // the problem, in a sentence without a full stop that says what to do, too
	more     string // what the headline had no room for, in such a sentence; may be empty
	brings   string // what a line does that causes it
	also     string // introduces what else is known of the same problem at the same path

	affected string // what a rule's description names as having the problem
	unsaid   string // introduces what is affected where the finding has no summary

	hidden bool             // a later layer removed or replaced it, and so it counts for less
	rank   finding.Severity // how much room it deserves where not everything fits

	cvss       float64 // 0 for none
	cvssVector string
	aliases    []string
	precision  string // how sure the finding is, in SARIF's words
	tags       []string
}

// label is a text, and whether it is an identifier rather than a sentence.
type label struct {
	text string
	code bool
}

// wordsOf finds the words for a finding.
func wordsOf(f finding.Finding) words { return wordingOf(f).words() }

// groupOf identifies what is repaired in one go together with a finding.
func groupOf(f finding.Finding) string { return f.Item().Change }

// placeOf says where in its file a finding is, or nothing.
func placeOf(f finding.Finding) string { return wordingOf(f).place() }

// hasSeverity tells whether somebody judged how bad it is; of a gap nobody can.
func hasSeverity(f finding.Finding) bool { return f.Kind != finding.KindCoverage }

// kindWords is how reports speak of all findings of a kind.
type kindWords struct {
	kind     finding.Kind
	listings []listing
	columns  []column              // of the terminal's table, before those that say where it is
	cells    func(*group) []string // for columns
	notes    func(*group) []string // below a row of the terminal's table; nil for nothing
	help     []string              // columns of the table in a SARIF rule's help: what has the problem, what is known of it, what to do
	helpName func(alert) string    // the first of them, in Markdown; nil for the name of what has the problem
	item     string                // what is repaired in one go
	// advice says what to do about a group of findings that block, in one or two sentences.
	advice func(*group) string
}

// listing is a table of what is repaired in one go, the same one for Markdown and HTML.
type listing struct {
	id, title, intro string
	markdown, html   []string // the columns: what, detail, action, severities, findings, places
	keep             func(finding.Finding) bool
	action           func(*group) action
	late             bool // takes the room that the other tables leave
}

// action is the remedy in a row of a listing: versions to upgrade to, or a text if there are none.
type action struct {
	versions []string
	sure     bool   // there is but one version, and it repairs all that can be repaired
	text     string // where there is no version
}

// allKinds lists the words of every kind, in the order in which reports show findings.
func allKinds() []kindWords {
	return []kindWords{coverageKind(), secretKind(), checkKind(), vulnerabilityKind()}
}

// kindOf has the words of a finding's kind.
func kindOf(f finding.Finding) kindWords {
	for _, k := range allKinds() {
		if k.kind == f.Kind {
			return k
		}
	}
	return checkKind()
}

// firstRemedy is the action of a group whose findings all want the same.
func firstRemedy(g *group) action { return action{text: g.words.remedy} }

// remedySentence is the same as a sentence.
func remedySentence(g *group) string {
	if g.words.remedy == "" {
		return "No remedy is known."
	}
	return upperFirst(g.words.remedy) + "."
}

// upperFirst begins a text as a sentence.
func upperFirst(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// helpAction returns the remedy for one finding alone.
func helpAction(f finding.Finding) action {
	if f.Vulnerability != nil {
		return alone(f)
	}
	return action{text: wordsOf(f).remedy}
}

// isKind makes a filter of findings.
func isKind(k finding.Kind) func(finding.Finding) bool {
	return func(f finding.Finding) bool { return f.Kind == k }
}
