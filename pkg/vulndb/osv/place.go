package osv

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/strictjson"
	"github.com/layergate/layergate/pkg/textfile"
)

// problem is what is wrong with a value of an advisory.
type problem struct {
	path string // of the value in the advisory, such as affected[0].package.name; empty for the advisory itself
	hint string // empty for what the format says in general
	err  error
}

// Error names the value.
func (p *problem) Error() string {
	if p.path == "" {
		return p.err.Error()
	}
	return p.path + ": " + p.err.Error()
}

// wrong says that the value at a path is wrong.
func wrong(path, format string, args ...any) error {
	return &problem{path: path, err: fmt.Errorf(format, args...)}
}

// within says that an error is about a part of the value at a path.
func within(path string, err error) error {
	var p *problem
	if !errors.As(err, &p) {
		return &problem{path: path, err: err}
	}
	switch {
	case p.path == "":
	case p.path[0] == '[':
		path += p.path
	default:
		path += "." + p.path
	}
	return &problem{path: path, hint: p.hint, err: p.err}
}

// text is what a file says, by which errors tell where.
type text struct {
	file    string
	content []byte
}

// wrong is a wrong request that names a line of the file and shows it.
func (t text) wrong(at strictjson.Position, err error, hint string) error {
	return fault.Request(&textfile.Error{
		What: "advisory", File: t.file, Line: at.Line, Column: at.Column, Err: err, Excerpt: textfile.Excerpt(t.content, at.Line, at.Column),
	}, hint)
}

// source is one advisory of a file, as JSON.
type source struct {
	text
	json  json.RawMessage
	place func(path string) strictjson.Position // where the file says the value at a path of the advisory, or else what is around it
}

// wrong is a wrong request about an advisory, which is named by its identifier where it has one.
func (s source) wrong(id string, err error) error {
	var p *problem
	if !errors.As(err, &p) {
		p = &problem{err: err}
	}
	hint := p.hint
	if hint == "" {
		hint = hintOSV
	}
	if id != "" {
		err = fmt.Errorf("advisory %s: %w", id, err)
	}
	return s.text.wrong(s.place(p.path), err, hint)
}

// pathAt is the path of the value that the byte before an offset of the JSON belongs to.
func (s source) pathAt(offset int64) string {
	at, path := strictjson.PositionAt(s.json, offset-1), ""
	strictjson.Walk(s.json, -1, func(v strictjson.Value) {
		if v.Line < at.Line || v.Line == at.Line && v.Column <= at.Column {
			path = v.Path
		}
	})
	return path
}

// places are where a file says the values of an advisory, by their paths.
type places map[string]strictjson.Position

// find is the place of the value at a path, or else of the nearest around it.
func (p places) find(path string) strictjson.Position {
	for {
		if at, known := p[path]; known || path == "" {
			return at
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
}
