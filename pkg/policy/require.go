package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// RuleRequire blocks what a precondition of the push does not meet: a test that failed, or evidence that proves nothing.
const RuleRequire Rule = "require"

// preconditionRules is how the identifiers of rules about preconditions begin.
const preconditionRules = "LG-REQ-"

// Form is a sort of evidence that a push can depend on.
type Form string

// The forms.
const (
	// FormJUnit is a result of tests, as JUnit's XML.
	FormJUnit Form = "junit"
	// FormSARIF is a result of any tool in SARIF 2.1.0.
	FormSARIF Form = "sarif"
	// FormResult is the result of another image scanner, in its own JSON.
	FormResult Form = "result"
	// FormAttestation is a signed statement that is attached to the image in the registry that it is read from.
	FormAttestation Form = "attestation"
)

// Forms lists every form.
func Forms() []Form { return []Form{FormJUnit, FormSARIF, FormResult, FormAttestation} }

// Requirement is evidence that a push depends on: a form, and after an equals sign the path of the file. Without a path, any
// file of the form that a run is given is meant. An attestation has the type of its predicate there.
type Requirement string

// Form is what is required.
func (r Requirement) Form() Form {
	form, _, _ := strings.Cut(string(r), "=")
	return Form(form)
}

// Path is that of the file; empty where any file will do, and of an attestation.
func (r Requirement) Path() string {
	if r.Form() == FormAttestation {
		return ""
	}
	_, path, _ := strings.Cut(string(r), "=")
	return path
}

// PredicateType is the type of the predicate of an attestation; empty of other forms.
func (r Requirement) PredicateType() string {
	_, name, _ := strings.Cut(string(r), "=")
	if r.Form() != FormAttestation {
		return ""
	}
	return PredicateType(name)
}

// Valid says what is wrong with a requirement.
func (r Requirement) Valid() error {
	if !slices.Contains(Forms(), r.Form()) {
		return fmt.Errorf("%q is not one of %s", string(r.Form()), strings.Join(texts(Forms()), ", "))
	}
	if r.Form() == FormAttestation {
		return validPredicateType(r.PredicateType())
	}
	if _, path, named := strings.Cut(string(r), "="); named && strings.TrimSpace(path) == "" {
		return errors.New("it names no file behind the equals sign")
	}
	return nil
}
