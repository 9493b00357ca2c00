// Package fault is how a failure carries what its user can do about it, and whose fault it is: a wrong request can be
// put right by whoever typed it, anything else means that the run could not decide.
//
// It imports the standard library only.
package fault

import "errors"

// Error is a failure with a remedy.
type Error struct {
	Err     error
	Hint    string // what to do next, one sentence without a full stop; may be empty
	Request bool   // the request is wrong: inputs, flags, a policy file
}

// Error is the message of the wrapped error.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the wrapped error.
func (e *Error) Unwrap() error { return e.Err }

// Request marks err as a wrong request, answered with exit code 2.
func Request(err error, hint string) error {
	return &Error{Err: err, Hint: hint, Request: true}
}

// WithHint adds what to do next to err and leaves open whose fault it is.
func WithHint(err error, hint string) error {
	return &Error{Err: err, Hint: hint}
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

// Hints collects the remedies that err and the errors it wraps carry, the outermost first.
func Hints(err error) []string {
	var hints []string
	for err != nil {
		var e *Error
		if !errors.As(err, &e) {
			break
		}
		if e.Hint != "" {
			hints = append(hints, e.Hint)
		}
		err = e.Err
	}
	return hints
}
