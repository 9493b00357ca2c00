// Package fault attaches to an error what the user can do about it, and whether the request was wrong: a wrong request
// can be corrected by the user, any other failure means that the run could not decide.
//
// It imports the standard library, and a library that compares words.
package fault

import "errors"

// Error is a failure with a remedy.
type Error struct {
	Err     error
	Hint    Hint // what to do next; may be empty
	Request bool // the request is wrong: inputs, flags, a policy file
}

// Error is the message of the wrapped error.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the wrapped error.
func (e *Error) Unwrap() error { return e.Err }

// Request marks err as a wrong request, answered with exit code 2.
func Request[H string | Hint](err error, hint H) error {
	return &Error{Err: err, Hint: hintOf(hint), Request: true}
}

// WithHint adds what to do next to err and leaves open whose fault it is.
func WithHint[H string | Hint](err error, hint H) error {
	return &Error{Err: err, Hint: hintOf(hint)}
}

// IsRequest tells whether err, or an error that it wraps, is a wrong request.
func IsRequest(err error) bool {
	for err != nil {
		var e *Error
		if !errors.As(err, &e) {
			return false
		}
		if e.Request {
			return true
		}
		err = e.Err
	}
	return false
}

// Hints collects the remedies that err and the errors it wraps carry, the outermost first. Inputs have the names of
// the table of inputs there.
func Hints(err error) []string {
	return SpelledHints(err, func(name string) string { return name })
}

// SpelledHints are Hints with the name of each input as spell writes it.
func SpelledHints(err error, spell func(name string) string) []string {
	var hints []string
	for _, e := range withRemedies(err) {
		if hint := e.Hint.spelled(spell); hint != "" {
			hints = append(hints, hint)
		}
	}
	return hints
}
