// Package observe reads what the author of an image controls, the layers and the files in them, in a process of its
// own. That process has no variables of the environment, no network, no file but those that it is handed and a scratch directory,
// and a bound on its memory; what it hands back is one value, an Observation. Whatever ends it ends neither the gate
// nor the gate's promise: the process that started it gets an error.
//
// It must not import anything that knows credentials, registries or databases.
package observe

import (
	"cmp"
	"context"
	"fmt"
	"sync"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/facts"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/kept"
	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/secret/layers"
	"github.com/layergate/layergate/pkg/spool"
)

// Request says what to look at and within which bounds.
type Request struct {
	Platforms []*image.Platform // of one image; only their layers and names are used
	Scratch   string            // an existing, empty directory for what is unpacked; the caller removes it

	Memory      int64 // bytes of unpacked layers that are held in memory rather than in Scratch
	MaxUnpacked int64 // bytes that the layers of all platforms may unpack to; 0 for no limit
	MemoryLimit int64 // bytes of memory that the process may use in all; 0 for no limit
	Serial      bool  // does one thing after the other, which gives the same observation more slowly
	NoSecrets   bool  // does not look for secrets
	// KeepLayers keeps what layers hold in Host.Cache, and recalls from it those whose bytes were left in the registry. Where that does
	// not suffice the observation fails.
	KeepLayers bool
}

// Host is what an observation asks of the one who wants it.
type Host struct {
	Cache    kept.Store    // of what layers hold, from earlier observations; nil for none
	Progress func(Event)   // told what begins; nil is allowed
	Read     func(n int64) // told from time to time how many bytes of the layers were read since; nil is allowed
	Debug    func(string)  // told what only somebody who looks for an error wants to know; nil is allowed
}

// Stage is a part of the work on one platform.
type Stage string

// The stages, in their order.
const (
	Reading     Stage = "reading"     // the layers, which are hashed and indexed
	Cataloguing Stage = "cataloguing" // the packages
	Searching   Stage = "searching"   // for secrets
)

// Event says that a stage begins.
type Event struct {
	Stage    Stage
	Platform int // index into Request.Platforms
}

// Observation is what was seen. It is a plain value, which can be written down and read back.
type Observation struct {
	Platforms []Platform // in the order of the request
}

// Platform is what one platform of an image holds.
type Platform struct {
	Layers    []Layer
	Inventory inventory.Inventory
	Facts     []facts.Layer   // of each layer
	Secrets   []layers.Secret // in files of all layers, by path; of each only what may be shown

	encoded []byte // all that, as the observing process sent it; nil where none did
}

// Layer is what was found out about a layer's bytes, which have given the layer's diff ID.
type Layer struct {
	Stored   v1.Hash // digest of the stored bytes
	Unpacked int64   // bytes of the uncompressed tar
}

// Func observes an image: InProcess, or Process.Observe.
type Func func(context.Context, Request, Host) (*Observation, error)

// InProcess observes in the calling process, without any protection. It is what runs in the observing process, and
// serves tests and benchmarks.
func InProcess(ctx context.Context, req Request, host Host) (*Observation, error) {
	return look(ctx, req, host, nil)
}

// maxListed is how many packages, secrets, files that could not be read and files that rules ask for an image may have: the
// process that judges it holds them all, and the reports list them all. Large images have some ten thousand of them.
const maxListed = 100_000

// bounded refuses an observation that is too long to be judged.
func (o *Observation) bounded() error {
	listed := 0
	for _, p := range o.Platforms {
		listed += len(p.Inventory.Packages) + len(p.Inventory.Unreadable) + len(p.Inventory.Unread) + len(p.Inventory.Unidentified) + len(p.Secrets)
		for _, l := range p.Facts {
			listed += len(l.Files)
		}
	}
	if listed > maxListed {
		return fault.WithHint(fmt.Errorf("the image has %d packages, secrets and unreadable files, more than the %d that can be judged", listed, maxListed),
			"split the image, or remove the packages that it does not need")
	}
	return nil
}

// look reads every layer of every platform. A layer of the request is marked as verified once its bytes gave its digest
// and its diff ID.
func look(ctx context.Context, req Request, host Host, watch inventory.Watch) (*Observation, error) {
	sp := spool.New(spool.Config{Dir: req.Scratch, Memory: req.Memory, Limit: req.MaxUnpacked})
	defer sp.Close()
	if host.Progress == nil {
		host.Progress = func(Event) {}
	}
	out := &Observation{}
	for i, p := range req.Platforms {
		host.Progress(Event{Reading, i})
		tree, err := layerfs.NewKeeping(ctx, p.Layers, sp, layerStore(req, host))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.Name, err)
		}
		inv, secrets, err := search(ctx, tree, i, req, host, watch)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.Name, err)
		}
		noted, unread, err := facts.Take(ctx, tree, inv.Privileged)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.Name, err)
		}
		inv.Unreadable = append(inv.Unreadable, unread...)
		// Catalogers pass over files that they cannot read; a layer that could not be read leaves the gate shut.
		if err := tree.Err(); err != nil {
			return nil, fmt.Errorf("%s: %w", p.Name, err)
		}
		if err := tree.Keep(); err != nil {
			return nil, fmt.Errorf("%s: %w", p.Name, err)
		}
		seen := Platform{Inventory: *inv, Facts: noted, Secrets: secrets}
		for k, l := range p.Layers {
			seen.Layers = append(seen.Layers, Layer{Stored: l.Digest, Unpacked: tree.Unpacked(k)})
		}
		out.Platforms = append(out.Platforms, seen)
		if err := out.bounded(); err != nil {
			return nil, err
		}
	}
	return out, ctx.Err()
}

// search looks for the packages and for the secrets of a platform at once: neither keeps all processors busy to its end. When one of
// the two fails, the other goes on, so that the error is always the same one.
func search(ctx context.Context, tree *layerfs.FS, platform int, req Request, host Host, watch inventory.Watch) (inv *inventory.Inventory, secrets []layers.Secret, err error) {
	ids := diffIDs(req.Platforms[platform])
	var noSecrets error
	findSecrets := func() {
		if !req.NoSecrets {
			secrets, noSecrets = layers.Find(ctx, tree, ids, layers.Options{Cache: host.Cache, Serial: req.Serial, Around: func(ctx context.Context, layer int, work func(context.Context)) {
				watch.Do(ctx, layer, secretSearch, work)
			}})
		}
	}
	var beside sync.WaitGroup
	if !req.Serial {
		beside.Go(findSecrets)
	}
	host.Progress(Event{Cataloguing, platform})
	inv, err = inventory.Take(ctx, tree, ids, inventory.Options{Cache: host.Cache, Watch: watch, Serial: req.Serial, TempDir: req.Scratch})
	if err == nil && !req.NoSecrets {
		host.Progress(Event{Searching, platform})
	}
	if req.Serial {
		findSecrets()
	}
	beside.Wait()
	return inv, secrets, cmp.Or(err, noSecrets)
}

// secretSearch is named where a cataloger would be.
const secretSearch = "secret-search"

// layerStore is where what layers hold is kept, or nil.
func layerStore(req Request, host Host) kept.Store {
	if !req.KeepLayers {
		return nil
	}
	return host.Cache
}

func diffIDs(p *image.Platform) []string {
	var out []string
	for _, l := range p.Layers {
		out = append(out, l.DiffID)
	}
	return out
}
