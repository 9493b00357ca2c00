package observe

import (
	"bytes"
	"encoding/gob"
	"io"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/layerfs"
)

// transcript is what an observing process says.
func transcript(f *testing.F, messages ...message) []byte {
	f.Helper()
	var buf bytes.Buffer
	to := newSender(&buf)
	for _, m := range messages {
		if err := to.send(m); err != nil {
			f.Fatal(err)
		}
	}
	return buf.Bytes()
}

// Whatever the observing process says, what is believed of it can be used.
func FuzzHold(f *testing.F) {
	digest := v1.Hash{Algorithm: "sha256", Hex: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}
	pkg := func(owners ...int) inventory.Package {
		return inventory.Package{Package: finding.Package{Name: "a", Version: "1", Type: "npm"}, State: finding.Visible, Owners: owners}
	}
	seen := &Observation{Platforms: []Platform{{
		Layers: []Layer{{Stored: digest, Unpacked: 3}}, Inventory: inventory.Inventory{Packages: []inventory.Package{pkg(1), pkg()}},
	}}}
	done, err := seen.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(transcript(f, message{Event: &Event{Stage: Reading}}, message{Busy: []Place{{0, "dpkg-db-cataloger"}}}, message{Get: "k"}, message{Done: done}))
	f.Add(transcript(f, message{Missing: []string{"x"}}, message{Put: &entry{"k", []byte("v")}}, message{Failed: &failure{Message: "m", Hints: [][]fault.Part{{{Text: "x"}, {Input: "timeout"}}}}}))
	f.Fuzz(func(t *testing.T, said []byte) {
		req := Request{Platforms: []*image.Platform{{Name: "linux/amd64", Layers: []*image.Layer{{}}}}}
		c := conversation{req: req, to: gob.NewEncoder(io.Discard), from: gob.NewDecoder(bytes.NewReader(said))}
		seen, err := c.hold(order{}, func() error { return nil })
		if err != nil {
			return
		}
		if seen.check(req) != nil {
			return
		}
		for i := range seen.Platforms {
			inv := &seen.Platforms[i].Inventory
			if got := len(inv.Matchables()); got != len(inv.Packages) {
				t.Errorf("Matchables() of %d packages are %d", len(inv.Packages), got)
			}
		}
	})
}

// Whatever a crash looks like, a place in it is one that an error can name.
func FuzzCrashed(f *testing.F) {
	f.Add("runtime: goroutine stack exceeds 67108864-byte limit\nfatal error: stack overflow\n\nruntime stack:\n" +
		"goroutine 57 gp=0xc0001 m=4 mp=0xc0002 [running labels:{\"cataloger\": \"php-pear-serialized-cataloger\", \"layer\": \"3\"}]:\nmain.main()\n")
	f.Add("panic: x\n\ngoroutine 1 [running]:\n")
	f.Fuzz(func(t *testing.T, text string) {
		at, ok := crashed(text)
		if ok && (at.Layer < 0 || !cataloger.MatchString(at.Cataloger)) {
			t.Errorf("crashed(%q) = %+v", text, at)
		}
		if err := (&conversation{}).death(io.ErrUnexpectedEOF, true, text, io.EOF); err.Error() == "" {
			t.Error("no reason is given")
		}
	})
}

func TestCrashed(t *testing.T) {
	t.Parallel()
	text := "fatal error: stack overflow\n\nruntime stack:\nruntime.throw()\n\n" +
		"goroutine 57 gp=0xc0001 m=4 mp=0xc0002 [running labels:{\"cataloger\": \"lua-rock-cataloger\", \"layer\": \"3\"}]:\nx()\n\n" +
		"goroutine 9 [running labels:{\"cataloger\": \"other\", \"layer\": \"1\"}]:\n"
	if got, ok := crashed(text); !ok || got != (Place{3, "lua-rock-cataloger"}) {
		t.Errorf("crashed() = %+v, %v, want the first goroutine's", got, ok)
	}
}

func TestDeathErrorNamesSome(t *testing.T) {
	t.Parallel()
	d := &DeathError{At: []Place{{0, "a"}, {0, "b"}, {1, "a"}, {2, "c"}, {3, "d"}}, Reason: "r"}
	want := "the process that reads the image ended at the a in layer 0, the b in layer 0, the a in layer 1, 2 more: r"
	if d.Error() != want {
		t.Errorf("Error() = %q, want %q", d.Error(), want)
	}
}

// Only what is found in the layers of the image is cached.
func TestPutOnlyKeysOfTheImage(t *testing.T) {
	t.Parallel()
	kept := keeper{}
	diffID := "sha256:" + strings.Repeat("a", 64)
	layer := &image.Layer{Layer: finding.Layer{DiffID: diffID}}
	req := Request{Platforms: []*image.Platform{{Layers: []*image.Layer{layer}}}}
	c := conversation{req: req, host: Host{Cache: kept}}
	if err := c.put(entry{"0123", nil}); err == nil || len(kept) > 0 {
		t.Errorf("put() of another key = %v, and the cache holds %v", err, kept)
	}
	keys, err := inventory.Keys([]string{diffID})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.put(entry{keys[0], []byte("x")}); err != nil || string(kept[keys[0]]) != "x" {
		t.Errorf("put() = %v, and the cache holds %v", err, kept)
	}
	id, err := layer.ID()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range layerfs.Keys(id) {
		if err := c.put(entry{key, nil}); err == nil {
			t.Error("put() of what a layer holds = nil in an observation that keeps none")
		}
		keeping := conversation{req: Request{Platforms: req.Platforms, KeepLayers: true}, host: c.host}
		if err := keeping.put(entry{key, []byte("x")}); err != nil || string(kept[key]) != "x" {
			t.Errorf("put() of what a layer holds = %v in an observation that keeps it", err)
		}
	}
}

type keeper map[string][]byte

func (k keeper) Get(key string) ([]byte, bool) { v, ok := k[key]; return v, ok }
func (k keeper) Put(key string, value []byte)  { k[key] = value }

func TestBounded(t *testing.T) {
	t.Parallel()
	got, err := io.ReadAll(&bounded{from: bytes.NewReader(make([]byte, 100)), left: 60})
	if len(got) != 60 || err == nil {
		t.Errorf("ReadAll() = %d bytes, %v, want 60 and an error", len(got), err)
	}
}

// An image of more packages, and files that could not be read, than can be judged is refused, on all platforms together
// and by both processes.
func TestObservationIsBounded(t *testing.T) {
	t.Parallel()
	platform := func(packages, unreadable, unread int) Platform {
		return Platform{Inventory: inventory.Inventory{
			Packages: make([]inventory.Package, packages), Unreadable: make([]inventory.Gap, unreadable), Unread: make([]inventory.Gap, unread),
		}}
	}
	for _, tt := range []struct {
		platforms []Platform
		refused   bool
	}{
		{platforms: []Platform{platform(40_000, 20_000, 0), platform(20_000, 0, 20_000)}},
		{platforms: []Platform{platform(40_000, 20_000, 0), platform(20_000, 0, 20_001)}, refused: true},
	} {
		o := &Observation{Platforms: tt.platforms}
		if err := o.bounded(); (err != nil) != tt.refused {
			t.Errorf("bounded() = %v, want an error: %t", err, tt.refused)
		}
	}
	o := &Observation{Platforms: []Platform{platform(100_001, 0, 0)}}
	if err := o.check(Request{Platforms: []*image.Platform{{}}}); err == nil || !strings.Contains(err.Error(), "more than the 100000") {
		t.Errorf("check() = %v, want it to count", err)
	}
}
