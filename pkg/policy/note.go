package policy

import (
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
)

// NoteKind says what somebody should know about a policy.
type NoteKind string

// The kinds of notes: about exceptions, but for the last one.
const (
	NoteInvalid NoteKind = "invalid"  // it accepts nothing, since something is missing or wrong
	NoteExpired NoteKind = "expired"  // it accepts nothing any more
	NoteTooLong NoteKind = "too-long" // it accepts nothing, since it would last longer than the policy allows
	NoteLapsed  NoteKind = "lapsed"   // it no longer accepts what is fixed
	NoteUnused  NoteKind = "unused"   // it covers nothing that was found
	NoteEnding  NoteKind = "ending"   // it ends soon
	NoteLocked  NoteKind = "locked"   // it may not accept what always blocks
	NoteOverlap NoteKind = "overlap"  // another one covers the same finding
	// NoteDistrusted is about a VEX document that counts for nothing.
	NoteDistrusted NoteKind = "distrusted"
)

// noticeDays is how many days before its end an exception is announced.
const noticeDays = 14

// Note is what somebody should know about a policy.
type Note struct {
	Kind      NoteKind          `json:"kind"`
	Exception *int              `json:"exception,omitempty"` // index into the policy's exceptions; nil where it is about none
	Message   string            `json:"message"`             // one sentence without a full stop
	Where     *finding.Location `json:"where,omitempty"`
}

// notes lists what there is to say about the exceptions: by themselves, or after findings were judged, too, but then not
// about those for other images.
func (j *judge) notes(judged bool) []Note {
	out := []Note{}
	for _, x := range j.exceptions {
		add := func(kind NoteKind, format string, args ...any) {
			message := fmt.Sprintf("the exception for %s %s", x.ID, fmt.Sprintf(format, args...))
			out = append(out, Note{Kind: kind, Exception: &x.index, Message: message, Where: x.Where})
		}
		switch {
		case judged && !x.relevant:
			continue
		case x.expired && x.covered > 0:
			add(NoteExpired, "expired on %s: %s accepted what blocks again", x.Expires, x.Owner)
		case x.expired && judged:
			add(NoteExpired, "expired on %s and covers nothing that was found: remove it", x.Expires)
		case x.expired:
			add(NoteExpired, "expired on %s", x.Expires)
		case x.tooLong:
			add(NoteTooLong, "accepts nothing: %s", x.refused)
		case x.refused != "":
			add(NoteInvalid, "accepts nothing: %s", x.refused)
		case x.lapsed > 0:
			add(NoteLapsed, "has lapsed: there is a fix")
		case judged && x.covered == 0 && x.problem != nil:
			add(NoteUnused, "covers nothing: its versions cannot be compared: %s", x.problem)
		case judged && x.covered == 0:
			add(NoteUnused, "covers nothing that was found: remove it")
		}
		if x.refused == "" && (x.covered > 0 || !judged) && x.Expires != "" && x.left <= noticeDays {
			add(NoteEnding, "ends %s", inDays(x.left))
		}
		if x.withheld > 0 {
			add(NoteLocked, "does not accept %s: always-block is locked", alwaysBlocking(x.withheld))
		}
		if len(x.overlaps) > 0 {
			add(NoteOverlap, "covers what %s covers too: keep one of them", j.names(x.overlaps))
		}
	}
	return out
}

// alwaysBlocking counts findings that always block.
func alwaysBlocking(n int) string {
	if n == 1 {
		return "1 finding that always blocks"
	}
	return fmt.Sprintf("%d findings that always block", n)
}

// inDays says when a day is.
func inDays(n int) string {
	switch n {
	case 0:
		return "today"
	case 1:
		return "tomorrow"
	}
	return fmt.Sprintf("in %d days", n)
}

// names names exceptions by what they are for and where they stand.
func (j *judge) names(of []int) string {
	var out []string
	for _, i := range of {
		x := j.exceptions[i]
		name := fmt.Sprintf("exception %d, for %s", i+1, x.ID)
		if x.Where != nil {
			name = fmt.Sprintf("the exception for %s in line %d", x.ID, x.Where.Line)
		}
		out = append(out, name)
	}
	return strings.Join(out, " and ")
}
