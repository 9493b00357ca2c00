// Package comment keeps one comment for each image on a pull request, on GitHub and in Azure Repos: it finds the one that it
// wrote before and writes it anew in its place.
//
// A comment is Layergate's own where it begins with the image's marker and the identity of the token wrote it: anybody can write
// a marker. It must not import anything that knows findings or reports.
package comment

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Limit is how many bytes a comment has at most: GitHub takes 65,536 characters, and Azure DevOps more.
const Limit = 65536

// remedy is what to do where a server refuses.
const remedy = "let the job write on pull requests: pull-requests: write on GitHub, and in Azure Repos Contribute to pull requests for the build service; for pull requests from forks the token may only read"

var errUnknown = errors.New("the CI system does not say which pull request of which repository is judged")

// Comment is what is said of an image on a pull request.
type Comment struct {
	// Name tells the comments of several images apart. It holds letters, digits, dots, hyphens and underscores only.
	Name string
	Body string // Markdown, with everything escaped that others chose
	// More says where the whole of a Body is that is longer than a comment can be.
	More string
	// Create writes a comment where there is none yet; else only one that is there is changed.
	Create bool
}

// Conversation is that of a pull request.
type Conversation interface {
	// find returns the first comment that begins with a marker and that the token's own identity wrote; nil where there is none.
	find(ctx context.Context, marker string) (*written, error)
	create(ctx context.Context, body string) error
	update(ctx context.Context, w *written, body string) error
}

// written is a comment that is there.
type written struct {
	thread int64 // of Azure DevOps
	id     int64
	body   string
}

// Write puts the comment into a conversation: in place of the one of the same name, if it says something else, or as a new one.
// The error names what the server refused.
func Write(ctx context.Context, to Conversation, c Comment) error {
	marker := "<!-- layergate " + c.Name + " -->"
	body := fit(marker+"\n"+c.Body, c.More)
	before, err := to.find(ctx, marker)
	switch {
	case err != nil:
		return fmt.Errorf("looking for the comment on the pull request: %w", err)
	case before == nil && !c.Create || before != nil && plain(before.body) == plain(body):
		return nil
	case before == nil:
		err = to.create(ctx, body)
	default:
		err = to.update(ctx, before, body)
	}
	if err != nil {
		return fmt.Errorf("writing the comment on the pull request: %w", err)
	}
	return nil
}

// plain is a text without what servers change in it.
func plain(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }

// fit cuts what is longer than Limit at the end of a line, and says where the whole is.
func fit(body, more string) string {
	if len(body) <= Limit {
		return body
	}
	more = "\n\n" + more + "\n"
	head := body[:Limit-len(more)]
	return head[:strings.LastIndexByte(head, '\n')] + more // the marker ends a line
}
