package audit_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/audit"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/observe"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
	"github.com/layergate/layergate/pkg/report"
	"github.com/layergate/layergate/pkg/vulndb"
	"github.com/layergate/layergate/pkg/vulndb/osv"
)

// The measured registry: so many images, built on so many bases.
var (
	images = flag.Int("images", 220, "how many images the benchmark audits")
	bases  = flag.Int("bases", 10, "on how many bases they are built")
)

// BenchmarkRun audits a registry twice, and measures what the registry is asked for an image and what it sends. The cache is empty
// before the first audit, and knows all layers before the second. Run it with -benchtime 1x.
func BenchmarkRun(b *testing.B) {
	for range b.N {
		server, err := registrytest.Start(registrytest.Config{})
		if err != nil {
			b.Fatal(err)
		}
		fill(b, server)
		db := filepath.Join(b.TempDir(), "db")
		if _, err := osv.Build(b.Context(), osv.Config{Dir: db, Files: []string{filepath.Join("..", "..", "testdata", "advisories")}, Now: time.Now}); err != nil {
			b.Fatal(err)
		}
		cache := &store{values: map[string][]byte{}}
		for _, name := range []string{"first", "second"} {
			began, asked := time.Now(), len(server.Requests())
			read := measure(b, server, db, cache)
			requests := server.Requests()[asked:]
			b.ReportMetric(time.Since(began).Seconds(), name+"-s")
			b.ReportMetric(float64(len(requests))/float64(*images+*bases), name+"-requests/image")
			b.ReportMetric(float64(read)/float64(*images+*bases), name+"-B/image")
			b.ReportMetric(float64(layerBlobs(requests)), name+"-blobs")
		}
		server.Close()
	}
}

// layerBlobs counts the blobs that were read.
func layerBlobs(requests []string) (n int) {
	for _, r := range requests {
		if strings.HasPrefix(r, "GET ") && strings.Contains(r, "/blobs/") {
			n++
		}
	}
	return n
}

// measure audits the whole registry, and returns how many bytes that sent.
func measure(b *testing.B, server *registrytest.Server, db string, cache *store) int64 {
	b.Helper()
	var read atomic.Int64
	env := gate.Env{
		Tool: report.Tool{Name: "layergate", Version: "test"}, TempDir: b.TempDir(), Cache: cache, Observe: observe.InProcess, Memory: 1 << 20,
		Database: vulndb.Config{Sources: []vulndb.Source{vulndb.Path(db)}}, Registry: registry.Config{Transport: counter{&read}},
	}
	g, err := gate.New(b.Context(), env)
	if err != nil {
		b.Fatal(err)
	}
	defer g.Close()
	client, err := registry.New(env.Registry)
	if err != nil {
		b.Fatal(err)
	}
	repositories, err := client.Repositories(b.Context(), server.Host)
	if err != nil {
		b.Fatal(err)
	}
	result, err := audit.Run(b.Context(), audit.Config{
		Repositories: repositories, Registry: asked{client, g}, Parallel: 4, Now: time.Now(),
		Inspect: func(ctx context.Context, reference string) (audit.Seen, error) {
			r, err := g.Inspect(ctx, gate.Request{Image: "registry:" + reference, Audit: true})
			if err != nil {
				return audit.Seen{}, err
			}
			return audit.Seen{Report: r.Report, Created: r.Created()}, r.Close()
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	if s := audit.Summarize(result); s.Images != *images+*bases || s.Undecided > 0 {
		b.Fatalf("the audit looked at %d images, of which %d are undecided; want %d and none", s.Images, s.Undecided, *images+*bases)
	}
	return read.Load()
}

// fill puts bases of a megabyte into the registry, and images that are built on them.
func fill(b *testing.B, server *registrytest.Server) {
	b.Helper()
	put := func(repository, tag string, img imagetest.Image) string {
		files, err := imagetest.OCI(imagetest.Entry{Name: "image", Images: []imagetest.Image{img}})
		if err != nil {
			b.Fatal(err)
		}
		if err := server.Store(repository, tag, files); err != nil {
			b.Fatal(err)
		}
		return repository
	}
	for i := range *images + *bases {
		base := i % *bases
		layers := []imagetest.Layer{{CreatedBy: "base", Files: []imagetest.File{
			{Name: "usr/lib/blob", Body: strings.Repeat(fmt.Sprintf("base %d\n", base), 1<<17)},
			{Name: "usr/lib/node_modules/lodash/package.json", Body: fmt.Sprintf(`{"name":"lodash","version":"4.17.%d"}`, base)},
		}}}
		if i < *bases {
			put("base", fmt.Sprint(base), imagetest.Image{Layers: layers})
			continue
		}
		config := imagetest.WellKept()
		config.Labels = map[string]string{"org.opencontainers.image.base.name": fmt.Sprintf("%s/base:%d", server.Host, base)}
		layers = append(layers, imagetest.Layer{CreatedBy: "COPY . /app", Files: []imagetest.File{{Name: "app/package.json", Body: fmt.Sprintf(`{"name":"app%d","version":"1.0.0"}`, i)}}})
		put(fmt.Sprintf("team/app%d", i%20), fmt.Sprint(i), imagetest.Image{Layers: layers, Config: &config})
	}
}

// asked answers the audit's questions, as the command does.
type asked struct {
	*registry.Client
	gate *gate.Gate
}

func (a asked) Digest(ctx context.Context, reference string) (string, error) {
	img, err := a.Image(reference)
	if err != nil {
		return "", err
	}
	return img.Digest(ctx)
}

func (a asked) Lowest(ctx context.Context, reference string) (string, error) {
	img, err := a.Image(reference)
	if err != nil {
		return "", err
	}
	return image.Lowest(ctx, img)
}

func (a asked) Layers(ctx context.Context, reference, platform string) (diffIDs, digests []string, err error) {
	o, err := a.gate.Outline(ctx, reference, platform)
	return o.DiffIDs, o.Digests, err
}

// counter counts the bytes of answers.
type counter struct{ read *atomic.Int64 }

func (c counter) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err == nil {
		resp.Body = counted{resp.Body, c.read}
	}
	return resp, err
}

type counted struct {
	io.ReadCloser
	read *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.read.Add(int64(n))
	return n, err
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
