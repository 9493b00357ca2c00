package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/layergate/layergate/pkg/finding"
)

// Status is what a VEX statement says of a vulnerability in a product (OpenVEX specification 0.2.0, "Status Labels").
type Status string

// The statuses. The first two let a finding pass.
const (
	StatusNotAffected        Status = "not_affected"
	StatusFixed              Status = "fixed"
	StatusUnderInvestigation Status = "under_investigation"
	StatusAffected           Status = "affected"
)

// Statuses lists every status, the one that asks for most first.
func Statuses() []Status {
	return []Status{StatusAffected, StatusUnderInvestigation, StatusFixed, StatusNotAffected}
}

// waives tells whether findings of the status pass.
func (s Status) waives() bool { return s == StatusNotAffected || s == StatusFixed }

// Justifications lists why a product can be not affected (OpenVEX specification 0.2.0, "Status Justifications").
func Justifications() []string {
	return []string{
		"component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path",
		"vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist",
	}
}

// Origin is the place that a VEX document comes from.
type Origin string

// The origins.
const (
	OriginFile    Origin = "file"    // an input names it
	OriginProject Origin = "project" // it lies in the project's .vex directory
	OriginImage   Origin = "image"   // it is attached to the image
	OriginChange  Origin = "change"  // the pull request that is judged brought or edited it: only who signs it counts
)

// Origins lists every origin that a policy can trust.
func Origins() []Origin { return []Origin{OriginFile, OriginProject, OriginImage} }

// Statement is what a VEX document says of a finding.
type Statement struct {
	Status        Status    `json:"status"`
	Justification string    `json:"justification,omitempty"` // one of Justifications; only of what is not affected
	Detail        string    `json:"detail,omitempty"`        // the impact, the action to take or the notes, in the author's words
	Author        string    `json:"author"`                  // as the document names him: anybody's word, but for SignedBy
	SignedBy      []string  `json:"signedBy,omitempty"`      // the keys of trusted authors that signed the document; see Key.ID
	Origin        Origin    `json:"origin"`
	Document      string    `json:"document"` // a file, relative to the repository's root where it lies there, or a blob of the image
	Line          int       `json:"line"`     // where it stands in the document, from 1
	Time          time.Time `json:"time"`     // when the author last said so
}

// VEX says whose VEX statements count.
type VEX struct {
	Trust []Trusted `json:"trust,omitempty"` // the authors whose statements let findings pass
}

// Trusted is an author whose statements let findings pass.
type Trusted struct {
	Author string `json:"author"` // as his documents name him
	// Key is the public key, in PEM, that his documents have to be signed with. Without one they need not be signed, and
	// whoever can write a document can write his name.
	Key Key `json:"key,omitempty"`
	// From are the origins that his documents may have: those that are listed, else all of a document that is signed and
	// files and the project of one that is not.
	From []Origin `json:"from,omitempty" jsonschema:"enum=file,enum=project,enum=image"`
}

// Valid says what is missing or wrong. An author who is not valid is not trusted.
func (t Trusted) Valid() error {
	_, err := t.Problem()
	return err
}

// Problem is the same, with the key of a policy file whose value is wrong. The key may be missing there.
func (t Trusted) Problem() (key string, err error) {
	if strings.TrimSpace(t.Author) == "" {
		return "author", errors.New("it names no author")
	}
	for _, from := range t.From {
		if !slices.Contains(Origins(), from) {
			return "from", fmt.Errorf("its origin %q is not known", from)
		}
	}
	if t.Key == "" {
		return "", nil
	}
	if err := t.Key.Valid(); err != nil {
		return "key", err
	}
	return "", nil
}

// origins are those that documents of the author may have.
func (t Trusted) origins() []Origin {
	switch {
	case len(t.From) > 0:
		return t.From
	case t.Key != "":
		return Origins()
	}
	return []Origin{OriginFile, OriginProject}
}

// TrustsImages tells whether statements that are attached to an image can count.
func (v VEX) TrustsImages() bool {
	return slices.ContainsFunc(v.Trust, func(t Trusted) bool {
		return t.Valid() == nil && slices.Contains(t.origins(), OriginImage)
	})
}

// distrust says why a statement does not count; it is empty where it does.
func (v VEX) distrust(s Statement) string {
	why := "the policy does not list the author"
	for _, t := range v.Trust {
		switch {
		case t.Author != s.Author:
		case t.Valid() != nil:
			why = "the policy's entry for the author is not valid: " + t.Valid().Error()
		case t.Key != "" && !slices.Contains(s.SignedBy, t.Key.ID()):
			why = "it is not signed with the author's key"
		case s.Origin == OriginChange && t.Key == "":
			why = "the change itself brings or edits it, and it is not signed"
		case !slices.Contains(t.origins(), s.Origin.settled()):
			why = "the policy does not trust the author's " + s.Origin.settled().documents()
		default:
			return ""
		}
	}
	return why
}

// settled is the origin of a document once the change that brings it is merged.
func (o Origin) settled() Origin {
	if o == OriginChange {
		return OriginProject
	}
	return o
}

// documents names documents of the origin.
func (o Origin) documents() string {
	switch o {
	case OriginProject:
		return "documents in the project"
	case OriginImage:
		return "documents that are attached to the image"
	}
	return "files"
}

// where is the line of the statement, where that is in a file of the project.
func (s Statement) where() *finding.Location {
	if s.Origin == OriginImage || s.Document == "" || strings.HasPrefix(s.Document, "/") || strings.HasPrefix(s.Document, "../") || strings.Contains(s.Document, ":") {
		return nil
	}
	return &finding.Location{File: s.Document, Line: s.Line, EndLine: s.Line}
}

// String is the statement in words, a sentence without a full stop.
func (s Statement) String() string {
	text := s.Author + " says that it is " + map[Status]string{
		StatusNotAffected: "not affected", StatusFixed: "fixed", StatusUnderInvestigation: "under investigation", StatusAffected: "affected",
	}[s.Status]
	if s.Justification != "" {
		text += " (" + strings.ReplaceAll(s.Justification, "_", " ") + ")"
	}
	if s.Detail != "" {
		text += ": " + strings.TrimRight(s.Detail, ".")
	}
	return text
}
