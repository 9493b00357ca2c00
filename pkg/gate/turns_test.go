package gate_test

import (
	"context"
	"fmt"
	"net/http"
	"path"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/registrytest"
)

// Images that are looked at at the same time have the layers that they share read by one of them.
func TestSharedLayersAreReadOnce(t *testing.T) {
	t.Parallel()
	const images = 3
	shared := lodash(vulnerable, imagetest.Gzip, "").Layers
	var asked sync.WaitGroup // for the configuration of each image: it is about to ask what is known
	asked.Add(images)
	configs := map[string]bool{}
	var lowest string
	var read atomic.Int32
	server := start(t, registrytest.Config{Fail: func(r *http.Request) bool {
		switch digest := path.Base(r.URL.Path); {
		case r.Method != http.MethodGet || lowest == "":
		case configs[digest]:
			asked.Done()
		case digest == lowest:
			asked.Wait()
			read.Add(1)
		}
		return false
	}})
	var refs []string
	for i := range images {
		own := imagetest.Layer{Compression: imagetest.Gzip, Files: []imagetest.File{{Name: "motd", Body: fmt.Sprint(i)}}}
		ref := fmt.Sprintf("%s/team/app:%d", server.Host, i)
		push(context.Background(), t, ref, imagetest.Image{Layers: append(shared[:len(shared):len(shared)], own)})
		refs = append(refs, "registry:"+ref)
	}
	var first string
	for _, ref := range refs {
		s := config(t, ref)
		s.Audit = true
		_, rep := audited(t, s)
		configs[rep.Platforms[0].ID], first = true, rep.Platforms[0].Layers[0].Digest
	}
	lowest = first

	s := config(t, "")
	s.Audit, s.Cache = true, newStore()
	g := open(context.Background(), t, s.Env)
	var group errgroup.Group
	for _, ref := range refs {
		group.Go(func() error {
			req := s.Request
			req.Image, req.OutputDir = ref, t.TempDir()
			result, err := g.Inspect(context.Background(), req)
			if err != nil {
				return err
			}
			return result.Close()
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if n := read.Load(); n != 1 {
		t.Errorf("the lowest layer was read %d times, want once", n)
	}
}
