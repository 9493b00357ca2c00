package observe_test

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/observe"
	"github.com/layergate/layergate/pkg/spool"
)

// The test program is the observing process, too: it is started again with one of these words.
const (
	serveWord = "observe" // observes
	probeWord = "probe"   // tries what a confined process must not be able to do
	dieWord   = "die"     // ends in the way that the next argument names
	markWord  = "mark"    // adds a byte to the file that the next argument names, and observes
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case serveWord, markWord:
			if os.Args[1] == markWord {
				mark(os.Args[2])
			}
			if err := observe.Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			os.Exit(0)
		case probeWord:
			probe(os.Args[2], os.Args[3:])
			os.Exit(0)
		case dieWord:
			die(os.Args[2])
		}
	}
	os.Exit(m.Run())
}

// mark notes that the process was started.
func mark(name string) {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = f.WriteString(".")
	}
	if err := errors.Join(err, f.Close()); err != nil {
		panic(err)
	}
}

// die ends the process without an answer.
func die(how string) {
	switch how {
	case "stack":
		debug.SetMaxStack(1 << 20)
		fmt.Fprintln(io.Discard, recurse(math.MaxInt))
	case "kill":
		p, _ := os.FindProcess(os.Getpid())
		_ = p.Kill()
		time.Sleep(time.Minute)
	case "runtime":
		p, _ := os.FindProcess(os.Getpid())
		_ = p.Signal(syscall.SIGSEGV)
		time.Sleep(time.Minute)
	case "panic":
		panic("a file that nobody expected")
	case "search":
		_ = os.Setenv("GODEBUG", "tracebacklabels=1")
		inventory.Watch(nil).Do(context.Background(), 2, "secret-search", func(context.Context) { panic("a file that nobody expected") })
	case "junk":
		_, _ = io.Copy(os.Stdout, io.LimitReader(junk{}, 1<<20))
	case "silence":
		_, _ = io.Copy(io.Discard, os.Stdin)
	case "wait":
		time.Sleep(time.Minute)
	case "nothing":
		// An answer that cannot be: of no platform.
		_ = gob.NewDecoder(os.Stdin).Decode(&struct{}{})
		var platform bytes.Buffer
		_ = gob.NewEncoder(&platform).Encode(observe.Platform{})
		type encoded struct{ Platforms [][]byte }
		_ = gob.NewEncoder(os.Stdout).Encode(struct{ Done *encoded }{&encoded{[][]byte{platform.Bytes(), platform.Bytes()}}})
		_, _ = io.Copy(io.Discard, os.Stdin)
	}
	os.Exit(7)
}

// recurse calls itself to a depth that no stack reaches.
func recurse(depth int) int {
	if depth == 0 {
		return 0
	}
	return recurse(depth-1) + depth
}

// junk is no message.
type junk struct{}

func (junk) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(i*7 + 3)
	}
	return len(p), nil
}

func self(t testing.TB, args ...string) observe.Process {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return observe.Process{Path: path, Args: append([]string{"layergate"}, args...)}
}

// A process that is started ahead reads the first image, and no other.
func TestAhead(t *testing.T) {
	t.Parallel()
	marks := filepath.Join(t.TempDir(), "marks")
	started := func() int {
		raw, _ := os.ReadFile(marks)
		return len(raw)
	}
	look := self(t, markWord, marks).Ahead()
	for deadline := time.Now().Add(time.Minute); started() == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("no process was started ahead")
		}
	}
	for i, name := range []string{"lodash", "minimist"} {
		got, err := look(t.Context(), request(t, npmLayer(name, "1.0.0")), observe.Host{})
		if err != nil {
			t.Fatal(err)
		}
		if list := got.Platforms[0].Inventory.Packages; len(list) != 1 || list[0].Name != name {
			t.Errorf("of the image with %s it says %v", name, list)
		}
		if n := started(); n != i+1 {
			t.Errorf("%d processes were started for %d images", n, i+1)
		}
	}
}

// What keeps the process from being started is said of every image.
func TestAheadWithoutProcess(t *testing.T) {
	t.Parallel()
	look := observe.Process{Path: filepath.Join(t.TempDir(), "none"), Args: []string{"none"}}.Ahead()
	for range 2 {
		_, err := look(t.Context(), request(t, npmLayer("lodash", "1.0.0")), observe.Host{})
		if err == nil || !strings.HasPrefix(err.Error(), "starting the process that reads the image: ") {
			t.Errorf("it says %v", err)
		}
	}
}

func npmLayer(name, version string) imagetest.Layer {
	return imagetest.Layer{Files: []imagetest.File{{
		Name: "app/node_modules/" + name + "/package.json", Body: fmt.Sprintf(`{"name":%q,"version":%q,"license":"MIT"}`, name, version),
	}}}
}

// request asks for an image of the layers, whose archive is compressed.
func request(t testing.TB, layers ...imagetest.Layer) observe.Request {
	t.Helper()
	files, err := imagetest.Docker([]string{"app:1"}, imagetest.Image{Layers: layers})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "image.tar.gz")
	if err := files.WriteArchive(path, imagetest.Gzip); err != nil {
		t.Fatal(err)
	}
	sp := spool.New(spool.Config{Dir: t.TempDir()})
	t.Cleanup(func() { sp.Close() })
	img, err := image.Open(t.Context(), path, image.Options{Spool: sp, TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { img.Close() })
	return observe.Request{Platforms: img.Platforms, Scratch: t.TempDir(), Memory: 1 << 20}
}

// store is a cache in memory.
type store struct {
	mu     sync.Mutex
	values map[string][]byte
}

func (s *store) Get(key string) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.values[key]
	return v, ok
}

func (s *store) Put(key string, value []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values[key] = value
}

// plain compares observations: what was read back has no empty slices.
func plain() cmp.Options {
	return cmp.Options{cmp.Exporter(func(reflect.Type) bool { return true }), cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(observe.Platform{})}
}

// A process of its own sees what the calling process would, uses its cache, and reports its stages.
func TestObserveAsInProcess(t *testing.T) {
	t.Parallel()
	req := request(t, npmLayer("lodash", "4.17.4"), npmLayer("minimist", "0.0.8"))
	want, err := observe.InProcess(t.Context(), req, observe.Host{})
	if err != nil {
		t.Fatal(err)
	}
	if len(want.Platforms[0].Inventory.Packages) != 2 {
		t.Fatalf("InProcess() found %v, want two packages", want.Platforms[0].Inventory.Packages)
	}
	cache := &store{values: map[string][]byte{}}
	for _, run := range []string{"nothing cached", "all cached"} {
		var events []observe.Event
		read := int64(0) // of the layers, when the packages are looked for
		host := observe.Host{Cache: cache, Progress: func(e observe.Event) { events = append(events, e) }, Read: func(n int64) {
			if len(events) == 1 {
				read = n
			}
		}}
		got, err := self(t, serveWord).Observe(t.Context(), req, host)
		if err != nil {
			t.Fatalf("%s: Observe() = %v", run, err)
		}
		if diff := cmp.Diff(want, got, plain()); diff != "" {
			t.Errorf("%s: Observe() (-in process +in its own):\n%s", run, diff)
		}
		kept := &memory{}
		if err := observe.Keep(kept, req.Platforms[0], false, got.Platforms[0]); err != nil {
			t.Fatal(err)
		}
		if again, err := observe.Recall(kept, req.Platforms[0].LayerIDs(), false); err != nil || !cmp.Equal(&want.Platforms[0], again, plain()) {
			t.Errorf("%s: what was kept of it is %+v, %v", run, again, err)
		}
		if diff := cmp.Diff([]observe.Event{{Stage: observe.Reading}, {Stage: observe.Cataloguing}, {Stage: observe.Searching}}, events); diff != "" {
			t.Errorf("%s: events (-want +got):\n%s", run, diff)
		}
		size := int64(0)
		for _, l := range req.Platforms[0].Layers {
			size += l.Stored().Size()
		}
		if read < size {
			t.Errorf("%s: %d bytes were said to be read of layers with %d", run, read, size)
		}
		if len(cache.values) != 4 {
			t.Errorf("%s: the cache has the keys %v, want two for each layer: of its packages and of its secrets", run, slices.Collect(maps.Keys(cache.values)))
		}
	}
	if left, _ := os.ReadDir(req.Scratch); len(left) > 0 {
		t.Errorf("the scratch directory holds %v afterwards", left)
	}
}

// Several images at once, one of them for two platforms' worth of layers, do not get into each other's way.
func TestObserveManyAtOnce(t *testing.T) {
	t.Parallel()
	var group sync.WaitGroup
	for i := range 4 {
		req := request(t, npmLayer("lodash", fmt.Sprintf("4.17.%d", i)))
		group.Go(func() {
			got, err := self(t, serveWord).Observe(t.Context(), req, observe.Host{})
			if err != nil {
				t.Error(err)
				return
			}
			if p := got.Platforms[0].Inventory.Packages; len(p) != 1 || p[0].Version != fmt.Sprintf("4.17.%d", i) {
				t.Errorf("image %d: Observe() found %v", i, p)
			}
		})
	}
	group.Wait()
}

// What the process finds wrong with an image is the error that it would be in this one, with its hints.
func TestObserveFailure(t *testing.T) {
	t.Parallel()
	req := request(t, imagetest.Layer{Compression: imagetest.Gzip, Files: []imagetest.File{{Name: "zeros", Body: strings.Repeat("\x00", 1<<20)}}})
	req.MaxUnpacked = 1000
	_, want := observe.InProcess(t.Context(), req, observe.Host{})
	_, got := self(t, serveWord).Observe(t.Context(), req, observe.Host{})
	if want == nil || got == nil || got.Error() != want.Error() {
		t.Fatalf("Observe() = %v, want %v", got, want)
	}
	spell := func(name string) string { return "<" + name + ">" }
	if diff := cmp.Diff(fault.SpelledHints(want, spell), fault.SpelledHints(got, spell)); diff != "" {
		t.Errorf("hints (-in process +in its own):\n%s", diff)
	}
	if hints := fault.SpelledHints(got, spell); len(hints) != 1 || !strings.Contains(hints[0], "<max-unpacked-size>") {
		t.Errorf("hints = %q, want one with <max-unpacked-size>", hints)
	}
}

func TestObserveDeath(t *testing.T) {
	t.Parallel()
	tests := []struct {
		how  string
		want string
		hint string
	}{
		{how: "search", want: "ended at the secret-search in layer 2: a file makes the search for secrets fail", hint: "report it to Layergate"},
		{how: "stack", want: "ended before it began to read: a file makes the cataloger call itself without end"},
		{how: "kill", want: "killed, as the system does when memory runs out"},
		{how: "runtime", want: "the Go runtime failed, as it does when it needs more memory than it may have"},
		{how: "panic", want: "a file makes the cataloger fail", hint: "the makers of the cataloger"},
		{how: "exit", want: "exit status 7"},
		{how: "junk", want: "it gave no answer"},
	}
	for _, tt := range tests {
		t.Run(tt.how, func(t *testing.T) {
			t.Parallel()
			_, err := self(t, dieWord, tt.how).Observe(t.Context(), request(t, npmLayer("a", "1")), observe.Host{})
			var death *observe.DeathError
			if !errors.As(err, &death) || !strings.Contains(err.Error(), tt.want) || strings.ContainsAny(err.Error(), "\n\t") {
				t.Errorf("Observe() = %v, want a DeathError of one line with %q", err, tt.want)
			}
			if hints := strings.Join(fault.Hints(err), "\n"); !strings.Contains(hints, tt.hint) {
				t.Errorf("the hints are %q, want %q", hints, tt.hint)
			}
			if fault.IsRequest(err) {
				t.Error("the death of the process counts as a wrong request")
			}
		})
	}
}

// A file that makes a cataloger call itself until the stack is full ends the process alone, and the error names both.
func TestObserveRecursion(t *testing.T) {
	t.Parallel()
	const depth = 1 << 20
	nested := imagetest.File{
		Name: "usr/share/php/.registry/deep.reg", Body: strings.Repeat("a:1:{i:0;", depth) + strings.Repeat("}", depth),
	}
	req := request(t, npmLayer("a", "1"), imagetest.Layer{Files: []imagetest.File{nested}})
	_, err := self(t, serveWord).Observe(t.Context(), req, observe.Host{})
	want := "the process that reads the image ended at the php-pear-serialized-cataloger in layer 1: a file makes the cataloger call itself without end"
	if err == nil || err.Error() != want {
		t.Errorf("Observe() = %v, want %s", err, want)
	}
}

// A process that is out of memory says so, and where it was.
func TestObserveOutOfMemory(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("memory is limited on Linux only")
	}
	req := request(t, npmLayer("a", "1"))
	req.MemoryLimit = 1 << 20
	_, err := self(t, serveWord).Observe(t.Context(), req, observe.Host{})
	var death *observe.DeathError
	if !errors.As(err, &death) || !strings.Contains(err.Error(), "more memory than it may have") {
		t.Errorf("Observe() = %v, want that it needs more memory", err)
	}
	if hints := fault.Hints(err); len(hints) != 1 || !strings.Contains(hints[0], "memory-limit") {
		t.Errorf("Hints() = %q, want one with memory-limit", hints)
	}
}

// An answer about other layers than those of the request is none.
func TestObserveImpossibleAnswer(t *testing.T) {
	t.Parallel()
	_, err := self(t, dieWord, "nothing").Observe(t.Context(), request(t, npmLayer("a", "1")), observe.Host{})
	if err == nil || !strings.Contains(err.Error(), "cannot be: it has 2 platforms of 1") {
		t.Errorf("Observe() = %v, want that the answer cannot be", err)
	}
}

// The process ends with its context.
func TestObserveCancelled(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"wait", "silence"} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		_, err := self(t, dieWord, how).Observe(ctx, request(t, npmLayer("a", "1")), observe.Host{})
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Observe() = %v, want that its time was over", err)
		}
	}
}

// A layer that lies in memory cannot be shown to another process, and is not passed over.
func TestObserveLayerInMemory(t *testing.T) {
	t.Parallel()
	req := request(t, npmLayer("a", "1"))
	l := req.Platforms[0].Layers[0]
	req.Platforms[0].Layers[0] = l.WithData(io.NewSectionReader(strings.NewReader("x"), 0, 1))
	_, err := self(t, serveWord).Observe(t.Context(), req, observe.Host{})
	if err == nil || !strings.Contains(err.Error(), "layer 0 does not lie in a file") {
		t.Errorf("Observe() = %v, want that the layer lies in no file", err)
	}
}

// Serve ends when the other process does, and leaves nothing in its directory.
func TestServeEndsWithItsInput(t *testing.T) {
	t.Parallel()
	if err := observe.Serve(t.Context(), strings.NewReader(""), io.Discard); !errors.Is(err, observe.ErrNoOrder) {
		t.Errorf("Serve() of nothing = %v, want ErrNoOrder", err)
	}
	if err := observe.Serve(t.Context(), io.LimitReader(junk{}, 1000), io.Discard); !errors.Is(err, observe.ErrNoOrder) {
		t.Errorf("Serve() of junk = %v, want ErrNoOrder", err)
	}
}
