// Package lifecycle reads until when releases of distributions are supported, as endoflife.date publishes it.
//
// It knows no database: pkg/vulndb/osv writes what is read here into one. It must not import more of the project than fault and strictjson.
package lifecycle

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/strictjson"
)

// End says until when a release is supported.
type End struct {
	Product      string     // as endoflife.date calls it, such as alpine-linux
	Release      string     // such as 3.20 or 12
	EndOfLife    *time.Time // the day, UTC, from which on there are no security updates; nil where none is set yet
	EndOfSupport *time.Time // the day, UTC, on which active support ends; nil where none is set
}

const (
	hint = "give the answer of https://endoflife.date/api/v1/products/full, or that of one product such as https://endoflife.date/api/v1/products/debian"
	// maxValues bounds a file; all products of endoflife.date have some hundred thousand values.
	maxValues = 5_000_000
)

// document is an answer of endoflife.date's API, version 1, of which the fields that are not needed are left out.
type document struct {
	Result json.RawMessage `json:"result"` // a product, or a list of all
}

type product struct {
	Name     string    `json:"name"`
	Releases []release `json:"releases"`
}

type release struct {
	Name     string  `json:"name"`
	IsEOL    bool    `json:"isEol"`
	EOLFrom  *string `json:"eolFrom"`
	EOASFrom *string `json:"eoasFrom"`
}

// Parse reads an answer of the API about one product or about all; file is its name in errors. What does not have that form is a wrong
// request (fault.IsRequest).
func Parse(file string, content []byte) ([]End, error) {
	out, err := parse(content)
	if err != nil {
		return nil, fault.Request(fmt.Errorf("reading %s: %w", file, err), hint)
	}
	return out, nil
}

func parse(content []byte) ([]End, error) {
	var d document
	limits := strictjson.Config{Values: maxValues}
	if err := limits.Unmarshal(content, &d); err != nil {
		return nil, err
	}
	if len(d.Result) == 0 {
		return nil, errors.New("it has no result")
	}
	var all []product
	if d.Result[0] == '[' {
		if err := limits.Unmarshal(d.Result, &all); err != nil {
			return nil, err
		}
	} else {
		all = make([]product, 1)
		if err := limits.Unmarshal(d.Result, &all[0]); err != nil {
			return nil, err
		}
	}
	var out []End
	for _, p := range all {
		if p.Name == "" {
			return nil, errors.New("a product has no name")
		}
		for _, r := range p.Releases {
			end, err := r.end()
			if err != nil {
				return nil, fmt.Errorf("%s %s: %w", p.Name, r.Name, err)
			}
			end.Product = p.Name
			out = append(out, end)
		}
	}
	if len(out) == 0 {
		return nil, errors.New("it names no release")
	}
	return out, nil
}

func (r release) end() (End, error) {
	out := End{Release: r.Name}
	if r.Name == "" {
		return out, errors.New("a release has no name")
	}
	for _, day := range []struct {
		field string
		value *string
		to    **time.Time
	}{{"eolFrom", r.EOLFrom, &out.EndOfLife}, {"eoasFrom", r.EOASFrom, &out.EndOfSupport}} {
		if day.value == nil {
			continue
		}
		t, err := time.Parse(time.DateOnly, *day.value)
		if err != nil {
			return out, fmt.Errorf("%s is %q, not a day such as 2028-06-30", day.field, *day.value)
		}
		*day.to = &t
	}
	if r.IsEOL && out.EndOfLife == nil { // it has ended, nobody knows when
		long := time.Unix(0, 0).UTC()
		out.EndOfLife = &long
	}
	return out, nil
}
