package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/builder"
	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/redact"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/textfile"
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
// file of the user.
func blame(err error) (a ci.Annotation, known bool) {
	var build *builder.Error
	if errors.As(err, &build) && build.Line != 0 {
		return ci.Annotation{
			Title: "The build failed here", Message: redact.Error(build),
			File: build.Dockerfile, Line: build.Line, EndLine: build.EndLine,
		}, true
	}
	var text *textfile.Error
	if errors.As(err, &text) {
		return ci.Annotation{Title: "The " + text.What + " is wrong here", Message: text.Error(), File: text.File, Line: text.Line, EndLine: text.Line}, true
	}
	return ci.Annotation{}, false
}

// showExcerpt writes the lines of a file around the one that is wrong.
func (c *command) showExcerpt(err error) {
	var wrong *textfile.Error
	if !errors.As(err, &wrong) {
		return
	}
	for line := range strings.Lines(wrong.Excerpt) {
		fmt.Fprintln(c.log, safetext.Escape(strings.TrimSuffix(line, "\n")))
	}
}
