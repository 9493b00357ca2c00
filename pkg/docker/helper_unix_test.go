//go:build unix

package docker_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/docker"
)

// helper has the Docker configuration name a credential helper that is a shell script, and returns that configuration.
func helper(t *testing.T, script string, patience time.Duration) *docker.Config {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "docker-credential-story"), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	config, err := docker.Place{Inline: `{"credsStore":"story"}`, HelperPatience: patience}.Read()
	if err != nil {
		t.Fatal(err)
	}
	return config
}

// children has a script write the identifiers of its processes to a file, and returns a test that none is left.
func children(t *testing.T) (note string, gone func()) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "processes")
	return path, func() {
		t.Helper()
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range strings.Fields(string(raw)) {
			pid, err := strconv.Atoi(word)
			if err != nil {
				t.Fatal(err)
			}
			if !ends(pid) {
				t.Errorf("the process %d of the helper outlives it", pid)
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
	}
}

// ends tells whether a process ends soon. One whose parent does not wait for it stays as a zombie, which has ended.
func ends(pid int) bool {
	for range 200 {
		stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if syscall.Kill(pid, 0) != nil || err == nil && strings.Contains(string(stat), ") Z ") {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

// A helper that does not answer ends with its patience, and so does what it started.
func TestHelperHangs(t *testing.T) {
	note, gone := children(t)
	config := helper(t, "sleep 300 & echo $$ $! > "+note+"\nwait", 300*time.Millisecond)
	_, err := config.Auth(t.Context(), "a.example")
	var stuck *docker.HelperError
	if !errors.As(err, &stuck) || !stuck.Stuck || !strings.Contains(err.Error(), "docker-credential-story") || !strings.Contains(err.Error(), "no answer within 300ms") {
		t.Errorf("Auth() = %v, want that docker-credential-story gave no answer within 300ms", err)
	}
	gone()
}

// The run's own end is not the helper's fault.
func TestHelperEndsWithTheRun(t *testing.T) {
	note, gone := children(t)
	config := helper(t, "sleep 300 & echo $$ $! > "+note+"\nwait", time.Hour)
	ctx, end := context.WithCancel(t.Context())
	go func() {
		for ctx.Err() == nil {
			if raw, _ := os.ReadFile(note); strings.HasSuffix(string(raw), "\n") {
				end()
			}
			time.Sleep(time.Millisecond)
		}
	}()
	_, err := config.Auth(ctx, "a.example")
	var stuck *docker.HelperError
	if !errors.Is(err, context.Canceled) || errors.As(err, &stuck) && stuck.Stuck {
		t.Errorf("Auth() = %v, want the end of the run", err)
	}
	gone()
}

// A helper that has answered, and leaves a process behind with its output open, has answered.
func TestHelperLeavesAProcess(t *testing.T) {
	note, gone := children(t)
	config := helper(t, "sleep 300 & echo $! > "+note+"\n"+`echo '{"Username":"user","Secret":"pw"}'`, time.Hour)
	if got, err := config.Auth(t.Context(), "a.example"); err != nil || got != (docker.Auth{Username: "user", Password: "pw"}) {
		t.Errorf("Auth() = %+v, %v, want its answer", got, err)
	}
	gone()
}

func TestHelperAnswers(t *testing.T) {
	tests := []struct {
		name, script, wantErr string
		want                  docker.Auth
		stuck                 bool
	}{
		{name: "an answer", script: `read host; echo "{\"Username\":\"$1\",\"Secret\":\"$host\"}"`, want: docker.Auth{Username: "get", Password: "a.example"}},
		{name: "a token", script: `echo '{"Username":"<token>","Secret":"refresh"}'`, want: docker.Auth{IdentityToken: "refresh"}},
		{name: "one that reads nothing", script: `exec 0<&-; echo '{"Username":"user","Secret":"pw"}'`, want: docker.Auth{Username: "user", Password: "pw"}},
		{name: "without end", script: "head -c 2097152 /dev/zero; sleep 300", wantErr: "its answer has more than 1048576 bytes", stuck: true},
		{name: "no JSON", script: "echo hello", wantErr: "its answer is not valid: invalid character 'h'"},
		{name: "nothing", script: "", wantErr: "its answer is not valid: EOF"},
		{name: "a failure", script: "echo 'it is locked'; echo 'log in first' >&2; exit 1", wantErr: "exit status 1: it is locked: log in first"},
		{name: "much to complain about", script: "head -c 2097152 /dev/zero >&2; exit 1", wantErr: "exit status 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			config := helper(t, tt.script, 0)
			got, err := config.Auth(t.Context(), "a.example")
			if tt.wantErr == "" && err != nil || got != tt.want {
				t.Fatalf("Auth() = %+v, %v, want %+v", got, err, tt.want)
			}
			var failed *docker.HelperError
			if tt.wantErr != "" && (!errors.As(err, &failed) || failed.Stuck != tt.stuck || !strings.Contains(err.Error(), tt.wantErr) || len(err.Error()) > 4096) {
				t.Errorf("Auth() = %v, want an error of at most 4096 bytes with %q, stuck %t", err, tt.wantErr, tt.stuck)
			}
		})
	}
}
