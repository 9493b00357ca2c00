package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// image is the archive of the benchmark image.
func (b *bench) image(layers []layer) (string, error) {
	last, err := lastLayer(b.work, 0)
	if err != nil {
		return "", err
	}
	path := filepath.Join(b.work, "image.tar")
	return path, writeArchive(path, append(layers[:len(layers):len(layers)], last))
}

// against measures cold runs of Layergate and runs of grype in turn.
func (b *bench) against(name, db string, layers []layer) error {
	image, err := b.image(layers)
	if err != nil {
		return err
	}
	var ours, theirs, floor []sample
	for range b.rounds {
		hash, err := hashing(image)
		if err != nil {
			return err
		}
		a, err := b.scan(db, image, "--cache-dir", "off")
		if err != nil {
			return err
		}
		g, err := b.scanGrype(db, image)
		if err != nil {
			return err
		}
		floor, ours, theirs = append(floor, hash), append(ours, a), append(theirs, g)
	}
	b.table.row(name+", grype", theirs, nil)
	b.table.row(name+", Layergate with nothing cached", ours, theirs)
	b.table.row(name+", hashing the archive alone", floor, theirs)
	return nil
}

func (b *bench) cold(layers []layer) error { return b.against("cold", b.db, layers) }

func (b *bench) atScale(layers []layer) error {
	if b.scale == "" {
		logf("no -scale-db: left out")
		return nil
	}
	return b.against("large database", b.scale, layers)
}

// changed measures a run after one in which only the last layer was another.
func (b *bench) changed(layers []layer) error {
	first, err := b.image(layers)
	if err != nil {
		return err
	}
	last, err := lastLayer(b.work, 1)
	if err != nil {
		return err
	}
	second := filepath.Join(b.work, "changed.tar")
	if err := writeArchive(second, append(layers[:len(layers):len(layers)], last)); err != nil {
		return err
	}
	var cold, warm []sample
	for range b.rounds {
		cache, err := b.emptyCache()
		if err != nil {
			return err
		}
		c, err := b.scan(b.db, first, "--cache-dir", cache)
		if err != nil {
			return err
		}
		w, err := b.scan(b.db, second, "--cache-dir", cache)
		if err != nil {
			return err
		}
		cold, warm = append(cold, c), append(warm, w)
	}
	b.table.row("last layer changed, first run", cold, nil)
	b.table.row("last layer changed, second run", warm, cold)
	return nil
}

// members is the number of images that share a base.
const members = 50

// family measures images that share all layers but the last: each with an empty cache, and all with one.
func (b *bench) family(layers []layer) error {
	if err := family(b.work, layers, members); err != nil {
		return err
	}
	all := func(before func() (string, error)) (sample, error) {
		var total sample
		for i := range members {
			cache, err := before()
			if err != nil {
				return total, err
			}
			s, err := b.scan(b.db, filepath.Join(b.work, "family"), "--image-name", fmt.Sprintf("service-%d", i), "--cache-dir", cache)
			if err != nil {
				return total, err
			}
			total.wall, total.cpu, total.peak = total.wall+s.wall, total.cpu+s.cpu, max(total.peak, s.peak)
		}
		return total, nil
	}
	cold, err := all(b.emptyCache)
	if err != nil {
		return err
	}
	shared, err := b.emptyCache()
	if err != nil {
		return err
	}
	warm, err := all(func() (string, error) { return shared, nil })
	if err != nil {
		return err
	}
	b.table.row(fmt.Sprintf("%d images of one base, each cold", members), []sample{cold}, nil)
	b.table.row(fmt.Sprintf("%d images of one base, one cache", members), []sample{warm}, []sample{cold})
	return nil
}

// small measures the scan of an image with one layer of 5 MiB, which shows the fixed cost of a run.
func (b *bench) small([]layer) error {
	last, err := writeLayer(filepath.Join(b.work, "small-layer.tar"), "srv/data", make([]byte, 5<<20))
	if err != nil {
		return err
	}
	path := filepath.Join(b.work, "small.tar")
	if err := writeArchive(path, []layer{last}); err != nil {
		return err
	}
	var samples []sample
	for range b.rounds {
		s, err := b.scan(b.db, path, "--cache-dir", "off")
		if err != nil {
			return err
		}
		samples = append(samples, s)
	}
	b.table.row("an image of 5 MB", samples, nil)
	return nil
}

// growth measures images that hold a quarter of the application once, four times and sixteen times.
func (b *bench) growth(layers []layer) error {
	var one []sample
	for _, n := range []int{1, 4, 16} {
		copies, err := copiesOf(b.work, n)
		if err != nil {
			return err
		}
		path := filepath.Join(b.work, fmt.Sprintf("growth-%d.tar", n))
		if err := writeArchive(path, append([]layer{layers[0]}, copies...)); err != nil {
			return err
		}
		var samples []sample
		for range b.rounds {
			s, err := b.scan(b.db, path, "--cache-dir", "off")
			if err != nil {
				return err
			}
			samples = append(samples, s)
		}
		if n == 1 {
			one = samples
		}
		b.table.row(fmt.Sprintf("growth, %d×", n), samples, one)
	}
	return nil
}

// copiesOf makes n layers with a part of the application each, at another path.
func copiesOf(dir string, n int) ([]layer, error) {
	var out []layer
	for i := range n {
		path := filepath.Join(dir, fmt.Sprintf("copy-%d.tar", i))
		if _, err := os.Stat(path); err != nil {
			transform := fmt.Sprintf("--transform=s,^app,srv/copy-%d,", i)
			if err := command(dir, "tar", "--sort=name", "--numeric-owner", "--owner=0", "--group=0", transform,
				"--exclude=app/node_modules/[@h-z]*", "-cf", path, "app"); err != nil {
				return nil, err
			}
		}
		l, err := newLayer(path)
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}

func (b *bench) emptyCache() (string, error) {
	dir := filepath.Join(b.work, "cache")
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	return dir, os.MkdirAll(dir, 0o755)
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }
