package builder

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/moby/buildkit/solver/pb"

	"github.com/layergate/layergate/pkg/docker"
	"github.com/layergate/layergate/pkg/fault"
)

// Without a daemon there is one sentence, and one with the ways to go on.
func TestNoDaemon(t *testing.T) {
	t.Parallel()
	dir := directory(t, nil)
	nowhere := "unix://" + filepath.Join(dir, "nowhere.sock")
	for name, tt := range map[string]struct {
		cfg  Config
		want string
	}{
		"Docker":                  {Config{Docker: docker.Daemon{Host: nowhere}}, "no Docker daemon answers at " + nowhere},
		"BuildKit":                {Config{Builder: nowhere}, "no BuildKit daemon answers at " + nowhere},
		"BuildKit in a container": {Config{Builder: "docker-container://x", Docker: docker.Daemon{Host: nowhere}}, "no BuildKit daemon answers at docker-container://x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.cfg.Context, tt.cfg.TempDir = dir, t.TempDir()
			_, err := Build(context.Background(), tt.cfg)
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") || fault.IsRequest(err) {
				t.Fatalf("Build = %v, want one line with %q that is no wrong request", err, tt.want)
			}
			hints := fault.Hints(err)
			if len(hints) != 1 {
				t.Fatalf("the hints are %q, want one", hints)
			}
			for _, way := range []string{"with docker-host", "with builder", "with image"} {
				if !strings.Contains(hints[0], way) {
					t.Errorf("the hint %q does not name %s", hints[0], way)
				}
			}
			if left, _ := os.ReadDir(tt.cfg.TempDir); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// A context that has ended is the reason, not the daemon that could not be asked.
func TestCancelledBefore(t *testing.T) {
	t.Parallel()
	dir := directory(t, nil)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, cfg := range []Config{{Docker: docker.Daemon{Host: "unix:///nowhere"}}, {Builder: "unix:///nowhere"}} {
		cfg.Context, cfg.TempDir = dir, t.TempDir()
		if _, err := Build(ctx, cfg); !errors.Is(err, context.Canceled) || len(fault.Hints(err)) != 0 {
			t.Errorf("Build = %v, want it cancelled and no hint", err)
		}
	}
}

func TestClassicDaemonHasOnePlatform(t *testing.T) {
	t.Parallel()
	r := &request{platforms: []string{"linux/amd64", "linux/arm64"}}
	err := (&backend{classic: true}).accepts(r)
	if !fault.IsRequest(err) || !strings.Contains(strings.Join(fault.Hints(err), ""), "with builder") {
		t.Errorf("accepts = %v with the hints %q, want a wrong request that names the input builder", err, fault.Hints(err))
	}
	if err := (&backend{}).accepts(r); err != nil {
		t.Errorf("accepts of a BuildKit daemon = %v, want none", err)
	}
}

// The temporary image goes when the context has ended already.
func TestRemoveAfterCancellation(t *testing.T) {
	t.Parallel()
	var lock sync.Mutex
	var removed []string
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lock.Lock()
		defer lock.Unlock()
		switch {
		case r.Method != http.MethodDelete:
			w.Header().Set("Api-Version", "1.44")
		case strings.HasSuffix(r.URL.Path, "/gone"):
			http.Error(w, `{"message":"no such image"}`, http.StatusNotFound)
		case strings.HasSuffix(r.URL.Path, "/stuck"):
			http.Error(w, `{"message":"in use"}`, http.StatusConflict)
		default:
			removed = append(removed, r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:])
			_, _ = w.Write([]byte("[]"))
		}
	}))
	socket := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	engine, err := docker.Daemon{Host: "unix://" + socket}.Connect()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	b := &backend{docker: engine}
	for name, wantErr := range map[string]bool{"ours:latest": false, "gone": false, "stuck": true} {
		if err := b.remove(ctx, name); (err != nil) != wantErr {
			t.Errorf("remove(%s) = %v, want an error: %v", name, err, wantErr)
		}
	}
	if len(removed) != 1 || removed[0] != "ours:latest" {
		t.Errorf("removed %q, want ours:latest", removed)
	}
}

func TestFailure(t *testing.T) {
	t.Parallel()
	text := "FROM scratch\r\n\r\nRUN first && \\\r\n    second\r\nCOPY \x1b[31mx /x\n"
	at := func(file string, ranges ...[2]int32) *errdefs.Source {
		s := &errdefs.Source{Info: &pb.SourceInfo{Filename: file, Data: []byte(text)}}
		for _, r := range ranges {
			s.Ranges = append(s.Ranges, &pb.Range{Start: &pb.Position{Line: r[0]}, End: &pb.Position{Line: r[1]}})
		}
		return s
	}
	cause := errors.New("failed to solve: exit code: 3")
	for name, tt := range map[string]struct {
		source      *errdefs.Source
		line, end   int
		instruction string
		want        string
	}{
		"several lines":  {at("Dockerfile", [2]int32{3, 3}, [2]int32{4, 4}), 3, 4, "RUN first && \\\n    second", "building app/Dockerfile:3: RUN first && …: exit code: 3"},
		"hostile text":   {at("Dockerfile", [2]int32{5, 0}), 5, 5, "COPY \x1b[31mx /x", `building app/Dockerfile:5: COPY \x1b[31mx /x: exit code: 3`},
		"no source":      {nil, 0, 0, "", "building app/Dockerfile: exit code: 3"},
		"no range":       {at("Dockerfile"), 0, 0, "", "building app/Dockerfile: exit code: 3"},
		"another file":   {at("other", [2]int32{1, 1}), 0, 0, "", "building app/Dockerfile: exit code: 3"},
		"after the file": {at("Dockerfile", [2]int32{90, 91}), 0, 0, "", "building app/Dockerfile: exit code: 3"},
		"before it":      {at("Dockerfile", [2]int32{-1, 2}), 0, 0, "", "building app/Dockerfile: exit code: 3"},
		"end first":      {at("Dockerfile", [2]int32{3, 1}), 3, 3, "RUN first && \\", "building app/Dockerfile:3: RUN first && \\: exit code: 3"},
		"nothing inside": {&errdefs.Source{Ranges: []*pb.Range{{}}}, 0, 0, "", "building app/Dockerfile: exit code: 3"},
		"a range of nil": {&errdefs.Source{Info: &pb.SourceInfo{Filename: "Dockerfile", Data: []byte(text)}, Ranges: []*pb.Range{{}}}, 0, 0, "", "building app/Dockerfile: exit code: 3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := cause
			if tt.source != nil {
				err = errdefs.WithSource(cause, tt.source)
			}
			got := failure(err, "app/Dockerfile", progress{})
			if got.Line != tt.line || got.EndLine != tt.end || got.Instruction != tt.instruction {
				t.Errorf("failure = lines %d to %d, %q, want %d to %d, %q", got.Line, got.EndLine, got.Instruction, tt.line, tt.end, tt.instruction)
			}
			if got.Error() != tt.want {
				t.Errorf("Error() = %q, want %q", got.Error(), tt.want)
			}
			if !errors.Is(got, cause) {
				t.Error("the cause is lost")
			}
		})
	}
}

// Where BuildKit names no source, the step or the message does, unless two instructions could be meant.
func TestLocate(t *testing.T) {
	t.Parallel()
	text := "FROM scratch AS a\nRUN one \\\n  # why\n  && two\nRUN twice\nFROM scratch\nrun\ttwice\ncopy a b\n"
	file := filepath.Join(directory(t, map[string]string{"Dockerfile": text}), "Dockerfile")
	for name, tt := range map[string]struct {
		step, cause string
		line, end   int
		instruction string
	}{
		"a step":                              {"[a 1/2] RUN one   && two", "exit code: 3", 2, 4, "RUN one \\\n  # why\n  && two"},
		"in small letters":                    {"[stage-1 2/2] COPY a b", "not found", 8, 8, "copy a b"},
		"two instructions":                    {"[a 2/2] RUN twice", "exit code: 3", 0, 0, ""},
		"no instruction":                      {"[internal] load metadata for scratch", "exit code: 3", 0, 0, ""},
		"other instruction":                   {"[a 1/2] RUN three", "exit code: 3", 0, 0, ""},
		"no step":                             {"", "exit code: 3", 0, 0, ""},
		"message":                             {"", "dockerfile parse error line 5: unknown", 5, 5, "RUN twice"},
		"newer message":                       {"", "dockerfile parse error on line 6: unknown", 6, 6, "FROM scratch"},
		"message of a line that is not there": {"", "dockerfile parse error on line 60: unknown", 0, 0, ""},
	} {
		got := failure(errors.New(tt.cause), file, progress{failed: tt.step})
		if got.Line != tt.line || got.EndLine != tt.end || got.Instruction != tt.instruction {
			t.Errorf("%s: failure = lines %d to %d, %q, want %d to %d, %q", name, got.Line, got.EndLine, got.Instruction, tt.line, tt.end, tt.instruction)
		}
	}
}

// What is secret is not shown, wherever BuildKit repeats it: secrets that an instruction prints, values of build
// arguments in the names of steps, and what addresses hold.
func TestProgressHidesSecrets(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	r, err := newRequest(Config{
		Context: directory(t, nil), Args: []string{"TOKEN=hush-arg", "FROM_ENV", "X=y"}, Secrets: []string{"id=a,env=SECRET"},
		Getenv: env("FROM_ENV", "hush-env", "SECRET", "first line\nhush-hush\n"), Progress: &out,
	})
	if err != nil {
		t.Fatal(err)
	}
	states := make(chan *client.SolveStatus)
	shown := make(chan error)
	go func() { shown <- r.progress.show(context.Background(), states) }()
	now := time.Now()
	states <- &client.SolveStatus{
		Vertexes: []*client.Vertex{{Digest: "sha256:1", Name: "RUN next hush-arg", Started: &now, Completed: &now, Error: "no hush-env at https://u:hush-pw@host/?sig=hush-sig"}},
		Statuses: []*client.VertexStatus{{ID: "pulling hush-arg", Vertex: "sha256:1", Timestamp: now, Started: &now}},
		Logs:     []*client.VertexLog{{Vertex: "sha256:1", Stream: 1, Data: []byte("say hush-hush and hush-arg\nfirst line too\nget https://u:hush-pw@host\n"), Timestamp: now}},
		Warnings: []*client.VertexWarning{{Vertex: "sha256:1", Short: []byte("hush-arg is short"), Detail: [][]byte{[]byte("hush-arg is long")}}},
	}
	close(states)
	if err := <-shown; err != nil {
		t.Fatal(err)
	}
	if text := out.String(); strings.Contains(text, "hush") || strings.Contains(text, "first line") || !strings.Contains(text, "RUN next ***") || !strings.Contains(text, "say *** and ***") {
		t.Errorf("the progress reads:\n%s", text)
	}
	failed := failure(errors.New("failed to solve: registry.example/hush-arg: not found: https://u:hush-pw@host/?sig=hush-sig"), "Dockerfile", r.progress)
	if text := failed.Error(); strings.Contains(text, "hush") || !strings.Contains(text, "registry.example/***: not found") {
		t.Errorf("Error() = %q", text)
	}
	if r.progress.failed != "RUN next hush-arg" {
		t.Errorf("the step that failed is %q, want it as the Dockerfile has it", r.progress.failed)
	}
}
