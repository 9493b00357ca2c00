package fault

import (
	"errors"
	"strings"
)

// Join is the failure of several things that do not depend on each other: nil where none failed, and the one that did where that is all. Its
// message has those of all in a row, and it carries the remedies of all.
func Join(errs ...error) error {
	var failed joined
	for _, err := range errs {
		if err != nil {
			failed = append(failed, err)
		}
	}
	switch len(failed) {
	case 0:
		return nil
	case 1:
		return failed[0]
	}
	return failed
}

// joined are failures, in their order.
type joined []error

// Error is the messages, one behind the other.
func (j joined) Error() string {
	var words []string
	for _, err := range j {
		words = append(words, err.Error())
	}
	return strings.Join(words, "; ")
}

// Unwrap returns all of them.
func (j joined) Unwrap() []error { return j }

// withRemedies lists the failures with a remedy that err and the errors it wraps are, the outermost first: of what Join joined, those of all, and
// of other errors that wrap several, those of the first that has any.
func withRemedies(err error) []*Error {
	var out []*Error
	for err != nil {
		switch e := err.(type) {
		case joined:
			for _, one := range e {
				out = append(out, withRemedies(one)...)
			}
			return out
		case *Error:
			out, err = append(out, e), e.Err
		case interface{ Unwrap() []error }:
			err = firstWithRemedy(e.Unwrap())
		default:
			err = errors.Unwrap(err)
		}
	}
	return out
}

func firstWithRemedy(errs []error) error {
	for _, err := range errs {
		if e := (*Error)(nil); errors.As(err, &e) {
			return err
		}
	}
	return nil
}
