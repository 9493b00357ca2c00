package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"github.com/docker/docker-credential-helpers/client"
	"github.com/docker/docker-credential-helpers/credentials"
)

const (
	// DefaultHelperPatience is how long a credential helper may take. One that asks a cloud takes some seconds.
	DefaultHelperPatience = 30 * time.Second
	// maxAnswer is how many bytes a credential helper may answer with. A secret has some kilobytes.
	maxAnswer = 1 << 20
	// maxComplaint is how many bytes are kept of what a credential helper writes to its standard error.
	maxComplaint = 1 << 10
	// helperDelay is how long the output of a credential helper may stay open behind its end.
	helperDelay = 2 * time.Second
	// tokenUser is the user name by which a credential helper says that the secret is a refresh token.
	tokenUser = "<token>"
)

// HelperError says that a credential helper gave no answer.
type HelperError struct {
	Program string // its file name, docker-credential-NAME
	Server  string // what it was asked for
	Missing bool   // it is not installed
	Stuck   bool   // it had to be ended
	Err     error
}

// Error names the helper.
func (e *HelperError) Error() string {
	return fmt.Sprintf("asking the credential helper %s of the Docker configuration for %s: %v", e.Program, e.Server, e.Err)
}

// Unwrap returns why.
func (e *HelperError) Unwrap() error { return e.Err }

// askHelper asks a credential helper for the credentials of a server, by the protocol of docker-credential-helpers. It returns
// empty ones where the helper has none. The helper is ended with ctx, after the patience, and where it answers without end.
func askHelper(ctx context.Context, name, server string, patience time.Duration) (Auth, error) {
	if patience == 0 {
		patience = DefaultHelperPatience
	}
	run := &helperRun{ctx: ctx, program: "docker-credential-" + name, patience: patience}
	found, err := client.Get(run.with, server)
	switch {
	case credentials.IsErrCredentialsNotFound(err):
		return Auth{}, nil
	case run.err != nil:
		return Auth{}, &HelperError{Program: run.program, Server: server, Missing: errors.Is(run.err, exec.ErrNotFound), Stuck: run.stuck, Err: run.err}
	case err != nil:
		return Auth{}, &HelperError{Program: run.program, Server: server, Err: fmt.Errorf("its answer is not valid: %w", err)}
	case found.Username == tokenUser:
		return Auth{IdentityToken: found.Secret}, nil
	}
	return Auth{Username: found.Username, Password: found.Secret}, nil
}

// helperRun is one run of a credential helper. The library passes on the text of its failure alone, which therefore stays here.
type helperRun struct {
	ctx      context.Context
	program  string
	patience time.Duration

	args  []string
	in    io.Reader
	err   error
	stuck bool
}

func (r *helperRun) with(args ...string) client.Program {
	r.args = args
	return r
}

// Input sets what the helper reads.
func (r *helperRun) Input(in io.Reader) { r.in = in }

// Output runs the helper. Where that fails, its output may still say that there are no credentials.
func (r *helperRun) Output() ([]byte, error) {
	slow := fmt.Errorf("it gave no answer within %s", r.patience)
	ctx, stop := context.WithTimeoutCause(r.ctx, r.patience, slow)
	defer stop()
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	answer := &head{limit: maxAnswer, full: func() { end(fmt.Errorf("its answer has more than %d bytes", maxAnswer)) }}
	complaint := &head{limit: maxComplaint}
	cmd := exec.CommandContext(ctx, r.program, r.args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = r.in, answer, complaint, helperDelay
	endGroup := ownGroup(cmd)
	err := cmd.Run()
	if errors.Is(err, exec.ErrWaitDelay) { // it has answered, and left a process behind that holds its output
		endGroup()
		err = nil
	}
	switch cause := context.Cause(ctx); {
	case cause != nil:
		r.err, r.stuck = cause, r.ctx.Err() == nil
	case err != nil:
		r.err = said(err, answer.kept, complaint.kept)
	}
	return answer.kept, r.err
}

// said adds to the failure of a helper what it said.
func said(err error, texts ...[]byte) error {
	for _, raw := range texts {
		if text := strings.Join(strings.Fields(string(raw)), " "); text != "" {
			err = fmt.Errorf("%w: %.300s", err, text)
		}
	}
	return err
}

// head keeps the first bytes that are written to it, and passes over the rest. full, which may be nil, is called when there is one.
type head struct {
	kept  []byte
	limit int
	full  func()
}

// Write keeps what there is room for.
func (h *head) Write(p []byte) (int, error) {
	room := h.limit - len(h.kept)
	h.kept = append(h.kept, p[:min(len(p), room)]...)
	if len(p) > room && h.full != nil {
		h.full()
	}
	return len(p), nil
}
