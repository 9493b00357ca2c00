package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/layergate/layergate/pkg/registrytest"
)

// work is something that Layergate is measured doing. The name of a series of samples is that of the work, and behind a slash
// that of what it is held against.
type work struct {
	name, title string
	archive     string // of the image; empty where the time to hash it says nothing
	files       int    // of the image
	run         func(*program) (sample, error)
}

// row is a row of the table: works that are measured in turn, and what is measured beside them.
type row struct {
	name    string // as -only takes it
	prepare func() ([]work, []contender, error)
}

func (b *bench) rows() []row {
	return []row{
		{"cold", b.cold},
		{"cached", b.cached},
		{"changed", b.changed},
		{"family", b.family},
		{"gzip", b.gzip},
		{"tiny", b.tiny},
		{"growth", b.growth},
		{"scale", b.atScale},
	}
}

// rowNames lists the rows.
func rowNames() []string {
	var out []string
	for _, r := range (&bench{}).rows() {
		out = append(out, r.name)
	}
	return out
}

// uncached is the flag of a run that neither has a cache nor makes one.
var uncached = []string{"--cache-dir", "off"}

// cold is a run that knows nothing of the image.
func (b *bench) cold() ([]work, []contender, error) { return b.against("cold", "cold", b.db) }

// atScale is the same with a database of realistic size.
func (b *bench) atScale() ([]work, []contender, error) {
	if b.scale == "" {
		return nil, nil, nil
	}
	return b.against("scale", "cold, large database", b.scale)
}

func (b *bench) against(name, title, db string) ([]work, []contender, error) {
	works := []work{{name, title, b.image, b.files, func(p *program) (sample, error) { return p.scan(db, b.image, uncached...) }}}
	var beside []contender
	if b.grype != "" {
		beside = append(beside, contender{name + "/grype", title + ": grype", func() (sample, error) { return b.scanGrype(db, b.image) }})
	}
	if b.trivy != "" && name == "cold" {
		beside = append(beside, contender{name + "/trivy", title + ": Trivy", func() (sample, error) {
			cache, err := b.other.emptyCache("trivy-cold")
			if err != nil {
				return sample{}, err
			}
			return b.scanTrivy(cache, b.image)
		}})
	}
	return works, beside, nil
}

// cached is a run after one on the same image.
func (b *bench) cached() ([]work, []contender, error) {
	works := []work{{"cached", "everything cached", b.image, b.files, func(p *program) (sample, error) {
		cache, err := p.filled(b.db, b.image)
		if err != nil {
			return sample{}, err
		}
		return p.scan(b.db, b.image, "--cache-dir", cache)
	}}}
	if b.trivy == "" {
		return works, nil, nil
	}
	cache, err := b.other.emptyCache("trivy-warm")
	if err != nil {
		return nil, nil, err
	}
	if _, err := b.scanTrivy(cache, b.image); err != nil {
		return nil, nil, err
	}
	return works, []contender{{"cached/trivy", "everything cached: Trivy", func() (sample, error) { return b.scanTrivy(cache, b.image) }}}, nil
}

// changed is a run after one on an image of which only the last layer was another.
func (b *bench) changed() ([]work, []contender, error) {
	last, err := lastLayer(b.dir, 1)
	if err != nil {
		return nil, nil, err
	}
	second := filepath.Join(b.dir, "changed.tar")
	if err := writeArchive(second, append(slices.Clip(b.layers), last)); err != nil {
		return nil, nil, err
	}
	return []work{{"changed", "only the last layer changed", second, b.files, func(p *program) (sample, error) {
		known, err := p.filled(b.db, b.image)
		if err != nil {
			return sample{}, err
		}
		cache := filepath.Join(p.dir, "changed")
		if err := os.RemoveAll(cache); err != nil {
			return sample{}, err
		}
		if err := command("", "cp", "-a", known, cache); err != nil {
			return sample{}, err
		}
		return p.scan(b.db, second, "--cache-dir", cache)
	}}}, nil, nil
}

// members is the number of images that share a base.
const members = 50

// repository is where the registry has them.
const repository = "bench/app"

// family is an audit of images that share all layers but the last, from a registry, with nothing cached, and a scan of one of
// them. The registry is a part of this process.
func (b *bench) family() ([]work, []contender, error) {
	images, err := family(b.dir, b.layers, members)
	if err != nil {
		return nil, nil, err
	}
	server, err := registrytest.Start(registrytest.Config{Blobs: images.blobs()})
	if err != nil {
		return nil, nil, err
	}
	for _, i := range images.images {
		if err := server.StoreManifest(repository, i.tag, mediaManifest, i.manifest); err != nil {
			return nil, nil, err
		}
	}
	counted := func(measure func() (sample, error)) (sample, error) {
		sent, asked := server.Sent(), len(server.Requests())
		s, err := measure()
		s.Received, s.Requests = float64(server.Sent()-sent), float64(len(server.Requests())-asked)
		return s, err
	}
	turn := 0
	return []work{
		{"family", fmt.Sprintf("%d images of one base, one audit", members), "", 0, func(p *program) (sample, error) {
			cache, err := p.emptyCache("family")
			if err != nil {
				return sample{}, err
			}
			return counted(func() (sample, error) { return p.audit(b.db, server.Host+"/"+repository, cache) })
		}},
		{"family/one", "one of them, cold, from the registry", "", 0, func(p *program) (sample, error) {
			tag := member(turn / len(b.programs) % members) // of each round
			turn++
			return counted(func() (sample, error) {
				return p.scan(b.db, "registry:"+server.Host+"/"+repository+":"+tag, uncached...)
			})
		}},
	}, nil, nil
}

// gzip is a run on an image with gzip'd layers, in an OCI layout.
func (b *bench) gzip() ([]work, []contender, error) {
	images, err := family(b.dir, b.layers, 1)
	if err != nil {
		return nil, nil, err
	}
	packed, err := compressed(b.layers)
	if err != nil {
		return nil, nil, err
	}
	scan := func(p *program, cache ...string) (sample, error) {
		return p.scan(b.db, images.dir, append([]string{"--image-name", member(0)}, cache...)...)
	}
	return []work{
			{"gzip", "gzip'd layers, cold", "", 0, func(p *program) (sample, error) { return scan(p, uncached...) }},
			{"gzip/cached", "gzip'd layers, everything cached", "", 0, func(p *program) (sample, error) {
				cache, err := p.filled(b.db, b.image) // with the same diff IDs
				if err != nil {
					return sample{}, err
				}
				return scan(p, "--cache-dir", cache)
			}},
		}, []contender{
			{"gzip/unpack", fmt.Sprintf("gzip'd layers, unpacked and not looked at, on %d cores", runtime.NumCPU()), func() (sample, error) { return unpacking(packed) }},
		}, nil
}

// tiny is a run on an image with one layer of 5 MiB, which shows what every run costs.
func (b *bench) tiny() ([]work, []contender, error) {
	only, err := writeLayer(filepath.Join(b.dir, "tiny-layer.tar"), "srv/data", make([]byte, 5<<20))
	if err != nil {
		return nil, nil, err
	}
	path := filepath.Join(b.dir, "tiny.tar")
	if err := writeArchive(path, []layer{only}); err != nil {
		return nil, nil, err
	}
	return []work{{"tiny", "an image of 5 MB", path, only.files, func(p *program) (sample, error) { return p.scan(b.db, path, uncached...) }}}, nil, nil
}

// growth is a run on images that hold a part of the application once, four times and sixteen times.
func (b *bench) growth() ([]work, []contender, error) {
	application := b.layers[slices.IndexFunc(b.layers, func(l layer) bool { return filepath.Base(l.path) == "app.tar" })]
	var works []work
	for _, n := range []int{1, 4, 16} {
		copies, err := copiesOf(application, n)
		if err != nil {
			return nil, nil, err
		}
		layers := append([]layer{b.layers[0]}, copies...)
		path := filepath.Join(b.dir, fmt.Sprintf("growth-%d.tar", n))
		if err := writeArchive(path, layers); err != nil {
			return nil, nil, err
		}
		works = append(works, work{growthName(n), fmt.Sprintf("growth, %d×", n), path, filesOf(layers), func(p *program) (sample, error) {
			return p.scan(b.db, path, uncached...)
		}})
	}
	return works, nil, nil
}

func growthName(copies int) string { return fmt.Sprintf("growth/%d", copies) }

func filesOf(layers []layer) int {
	n := 0
	for _, l := range layers {
		n += l.files
	}
	return n
}

// hashed are the limits of works on archives.
func hashed(works []work) []contender {
	var out []contender
	for _, w := range works {
		if w.archive == "" {
			continue
		}
		out = append(out,
			contender{w.name + hashOne, w.title + ": hashing the archive on one core", func() (sample, error) { return hashing(w.archive, 1) }},
			contender{w.name + hashAll, w.title + ": hashing the archive on all cores", func() (sample, error) { return hashing(w.archive, runtime.NumCPU()) }})
	}
	return out
}

// The ends of the names of the limits' series.
const (
	hashOne = "/hash on one core"
	hashAll = "/hash on all cores"
)
