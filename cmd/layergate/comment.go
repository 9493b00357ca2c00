package main

import (
	"context"
	"fmt"
	"time"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/comment"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/forge"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/report"
)

// The values of the input comment.
const (
	commentOff    = "off"
	commentAlways = "always"
)

// commentTime is how long writing the comment may take: the run is over but for that.
const commentTime = 2 * time.Minute

// checkComment refuses a word that is no choice. What a comment cannot be written without is told when it is written.
func (c *command) checkComment(in *input.Values) error {
	_, err := in.Choice("comment")
	return err
}

// commentOn keeps the comment on the pull request up to date with a report.
func (c *command) commentOn(ctx context.Context, rep *report.Report) {
	name := ""
	if c.inputs != nil {
		name, _ = c.nameOf(c.inputs) // where there is none, no comment is written
	}
	c.comment(ctx, report.Comment(rep, name), rep.IsNews())
}

// comment keeps the comment on the pull request up to date. It begins one where there is none only for news, or where that is
// asked for in any case. What keeps it from that is a warning: the verdict stands without it.
func (c *command) comment(ctx context.Context, body string, news bool) {
	if c.inputs == nil {
		return
	}
	mode, err := c.inputs.Choice("comment")
	if err != nil || mode == commentOff {
		return // a wrong choice was told before
	}
	ctx, cancel := context.WithTimeoutCause(ctx, commentTime, fmt.Errorf("it took longer than %s", commentTime))
	defer cancel()
	if err := c.writeComment(ctx, body, news || mode == commentAlways); err != nil {
		ci.Warn(c.platform, err.Error())
		for _, hint := range fault.SpelledHints(err, c.spell()) {
			fmt.Fprintln(c.platform.LogWriter(), "hint: "+hint)
		}
	}
}

func (c *command) writeComment(ctx context.Context, body string, create bool) error {
	where, err := c.platform.Conversation(c.inputs)
	if err != nil || where == nil {
		return err
	}
	if where.Token == "" {
		err := fmt.Errorf("no comment is written on the pull request: %s is missing", c.inputs.Spell("github-token"))
		return fault.WithHint(err, "give it ${{ github.token }}, and the job the permission pull-requests: write")
	}
	c.platform.Mask(where.Token)
	if where.PlainHTTP {
		ci.Warn(c.platform, fmt.Sprintf("the job's token goes to %s without encryption, because the collection has no address that begins with https", where.API))
	}
	to, err := c.conversation(where)
	if err != nil {
		return err
	}
	p, _ := c.place() // the error was told when the run began
	return comment.Write(ctx, to, comment.Comment{
		Name: p.name, Body: body, Create: create,
		More: fmt.Sprintf("This comment was cut. All of it is on the page of the run, and in `%s` of its reports.", report.MarkdownFile),
	})
}

// hintRunner is what to do about an address or a name of a repository on GitHub that cannot be right.
const hintRunner = "leave GITHUB_API_URL, GITHUB_GRAPHQL_URL and GITHUB_REPOSITORY as the runner sets them: such as https://api.github.com, https://api.github.com/graphql and OWNER/NAME"

// conversation is the pull request's, as the CI system says where it is.
func (c *command) conversation(where *ci.Conversation) (comment.Conversation, error) {
	outside, err := c.outside(c.inputs)
	if err != nil {
		return nil, err
	}
	cfg := forge.Config{API: where.API, PlainHTTP: where.PlainHTTP, Token: where.Token, Transport: outside, UserAgent: "layergate/" + toolVersion()}
	if c.platform.Name() == ci.GitHub {
		to, err := comment.NewGitHub(comment.GitHub{Config: cfg, GraphQL: where.GraphQL, Repository: where.Repository, Number: where.Number})
		if err != nil {
			return nil, fault.WithHint(err, hintRunner)
		}
		return to, nil
	}
	return comment.NewAzureDevOps(comment.AzureDevOps{Config: cfg, Project: where.Project, Repository: where.Repository, Number: where.Number})
}
