package main

import (
	"errors"
	"strings"

	"github.com/layergate/layergate/pkg/builder"
	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/policy/file"
	"github.com/layergate/layergate/pkg/policy/vex"
	"github.com/layergate/layergate/pkg/redact"
)

// annotateLine shows reviewers the line that an error is about. It returns false where the error names none, or the platform
// shows no annotations.
func (c *command) annotateLine(err error) bool {
	a, known := blame(err)
	if !known || c.platform.Name() == ci.Terminal {
		return false
	}
	a.Level = ci.LevelError
	c.platform.Annotate(a)
	return true
}

// blame is an annotation of the line that an error is about: the instruction at which a build failed, or what is wrong in a
// policy file or a VEX document.
func blame(err error) (a ci.Annotation, known bool) {
	var build *builder.Error
	if errors.As(err, &build) && build.Line != 0 {
		return ci.Annotation{
			Title: "The build failed here", Message: redact.Text(strings.Join(strings.Fields(build.Error()), " ")),
			File: build.Dockerfile, Line: build.Line, EndLine: build.EndLine,
		}, true
	}
	var rule *file.Error
	if errors.As(err, &rule) {
		return ci.Annotation{Title: "The policy file is wrong here", Message: rule.Error(), File: rule.File, Line: rule.Line, EndLine: rule.Line}, true
	}
	var document *vex.Error
	if errors.As(err, &document) {
		return ci.Annotation{
			Title: "The VEX document is wrong here", Message: document.Error(), File: document.Document, Line: document.Line, EndLine: document.Line,
		}, true
	}
	return ci.Annotation{}, false
}
