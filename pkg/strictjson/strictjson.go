// Package strictjson decodes JSON, and refuses documents that another JSON reader could understand differently.
//
// It imports the standard library only.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// maxDepth is far above what a manifest, a configuration or a table of contents needs.
const maxDepth = 64

// Config sets the limits for a document.
type Config struct {
	Values  int      // most values: objects, lists, texts, numbers, …
	Free    []string // fields whose objects have keys of their author's choice
	Spelled []string // fields that are refused in any other spelling that encoding/json takes for them, such as Layers for layers
}

// Error says why a document was refused, and where.
type Error struct {
	Offset int64 // the number of bytes of the document before the place
	Err    error
}

// Error is the reason alone.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }

// Unmarshal decodes data as json.Unmarshal does, but refuses a document in which an object has a duplicate key,
// because readers differ about which of the two counts. Keys that encoding/json takes for the same field are
// duplicates. A document of too many values or levels is refused before it takes memory. The error of such a document is
// an *Error.
func (c Config) Unmarshal(data []byte, into any) error {
	check := check{Config: c, Decoder: json.NewDecoder(bytes.NewReader(data))}
	if err := check.value(false, 0); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			err = errors.New("the data is truncated")
		}
		return &Error{Offset: check.InputOffset(), Err: Plain(err)}
	}
	return Plain(json.Unmarshal(data, into))
}

// maxQuoted is how many bytes of a document an error quotes.
const maxQuoted = 100

// typeError is a value of another type than its place asks for, in plain words.
type typeError struct{ *json.UnmarshalTypeError }

// Unwrap is the error of encoding/json, for callers that look for the place.
func (e *typeError) Unwrap() error { return e.UnmarshalTypeError }

// Error does not name the types of Go, which tell nothing to those who wrote the document.
func (e *typeError) Error() string {
	what := "the whole"
	if field := strings.Trim(e.Field, "."); field != "" {
		what = fmt.Sprintf("the field %.*q", maxQuoted, field)
	}
	value, number, _ := strings.Cut(e.Value, " ") // such as: number 1.5
	out := strings.TrimSpace(fmt.Sprintf("%s is %s %s", what, valueNames[value], number))
	if wanted := typeName(e.Type); wanted != "" {
		out += ", where " + wanted + " is needed"
	}
	return out
}

// valueNames are the kinds of values as encoding/json calls them, and as messages do.
var valueNames = map[string]string{"string": "a string", "number": "the number", "bool": "a boolean", "array": "a list", "object": "an object"}

// typeName is what a value of a Go type is called in messages; empty for a type that any value may be read into.
func typeName(t reflect.Type) string {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == nil || t.Kind() == reflect.Interface:
		return ""
	case t.Kind() == reflect.Struct, t.Kind() == reflect.Map:
		return "an object"
	case t.Kind() == reflect.Slice, t.Kind() == reflect.Array:
		return "a list"
	case t.Kind() == reflect.String:
		return "a string"
	case t.Kind() == reflect.Bool:
		return "a boolean"
	}
	return "a number"
}

// Plain is an error of encoding/json without the words of Go. Others stay as they are.
func Plain(err error) error {
	wrong, ok := err.(*json.UnmarshalTypeError)
	if !ok {
		return err
	}
	if len(wrong.Value) > maxQuoted { // a number may have a million digits
		wrong.Value = wrong.Value[:maxQuoted] + "…"
	}
	return &typeError{wrong}
}

// check reads a document to its end.
type check struct {
	Config
	*json.Decoder
	values int
}

// value reads one value. If free is set, its keys are chosen by the author of the document.
func (c *check) value(free bool, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("it is nested too deeply: more than %d levels", maxDepth)
	}
	if c.values++; c.values > c.Values {
		return fmt.Errorf("it has more than the %d values that are allowed", c.Values)
	}
	t, err := c.Token()
	if err != nil {
		return err
	}
	delim, ok := t.(json.Delim)
	if !ok {
		return nil
	}
	seen := map[string]bool{}
	for c.More() {
		childFree := false
		if delim == '{' {
			if childFree, err = c.key(seen, free); err != nil {
				return err
			}
		}
		if err := c.value(childFree, depth+1); err != nil {
			return err
		}
	}
	_, err = c.Token()
	return err
}

// key reads a key that must not have been seen, and tells whether the keys below it are of the author's choice.
func (c *check) key(seen map[string]bool, free bool) (bool, error) {
	t, err := c.Token()
	if err != nil {
		return false, err
	}
	key, _ := t.(string) // the decoder takes nothing else for a key
	name := key
	if !free {
		name = fold(key)
		if i := slices.IndexFunc(c.Spelled, func(s string) bool { return s != key && strings.EqualFold(s, key) }); i >= 0 {
			return false, fmt.Errorf("the field %q is not spelled %s: some readers take it for that and others do not", key, c.Spelled[i])
		}
	}
	if seen[name] {
		return false, fmt.Errorf("duplicate field %.*q", maxQuoted, key)
	}
	seen[name] = true
	return slices.ContainsFunc(c.Free, func(f string) bool { return strings.EqualFold(f, key) }), nil
}

// fold is the same for all keys that encoding/json takes for the same field: those that differ in case only, where ſ is
// a case of s, and the Kelvin sign one of k.
func fold(key string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, key)
}
