package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/layergate/layergate/pkg/fault"
)

// bench is a run of the benchmark.
type bench struct {
	opts options
	work string // absolute
	dir  string // of the images

	programs     []*program // Layergate, or the old one and the new one
	other        *program   // the directory of what is no Layergate
	grype, trivy string     // programs; empty where they are not measured
	db, scale    string     // directories of databases
	layers       []layer    // of the image, but for its last one
	image        string     // its archive
	files        int        // in it
}

// measure does what the command line says, and prints it.
func measure(o options, out io.Writer) error {
	b, err := newBench(o)
	if err != nil {
		return err
	}
	if err := b.prepare(); err != nil {
		return err
	}
	if len(o.compare) > 0 {
		return b.comparePrograms(out)
	}
	return b.measureGoals(out)
}

// newBench makes the directories of a run.
func newBench(o options) (*bench, error) {
	work, err := filepath.Abs(o.work)
	if err != nil {
		return nil, err
	}
	b := &bench{opts: o, work: work, dir: filepath.Join(work, o.size), trivy: o.trivy}
	return b, os.MkdirAll(b.dir, 0o755)
}

// prepare makes the programs, the image and the databases.
func (b *bench) prepare() error {
	var err error
	if b.other, err = b.program("other", "", ""); err != nil {
		return err
	}
	for i, word := range b.opts.compare {
		name := []string{"old", "new"}[i]
		path, says, err := b.resolve(word, filepath.Join(b.work, "bin", "layergate-"+name))
		if err != nil {
			return err
		}
		p, err := b.program(name, says, path)
		if err != nil {
			return err
		}
		b.programs = append(b.programs, p)
	}
	if len(b.opts.compare) == 0 {
		p, err := b.current()
		if err != nil {
			return err
		}
		b.programs = []*program{p}
		if b.grype, err = b.findGrype(); err != nil {
			return err
		}
	}
	makers := large()
	if b.opts.size == "small" {
		makers = small()
	}
	if b.layers, err = material(b.dir, makers); err != nil {
		return err
	}
	last, err := lastLayer(b.dir, 0)
	if err != nil {
		return err
	}
	all := append(slices.Clip(b.layers), last)
	b.image, b.files = filepath.Join(b.dir, "image.tar"), filesOf(all)
	if err := writeArchive(b.image, all); err != nil {
		return err
	}
	return b.databases()
}

// findGrype is the program to compare with; empty for none.
func (b *bench) findGrype() (string, error) {
	switch {
	case b.opts.grype == "off" || b.opts.grype == "" && b.opts.size == "small":
		return "", nil
	case b.opts.grype == "":
		return b.installGrype()
	}
	return filepath.Abs(b.opts.grype)
}

// databases makes directories of the databases that the command line names, by the first program.
func (b *bench) databases() error {
	for _, d := range []struct {
		source string
		dir    *string
	}{{b.opts.db, &b.db}, {b.opts.scale, &b.scale}} {
		var err error
		if *d.dir, err = b.database(d.source); err != nil {
			return err
		}
	}
	if b.db != "" {
		return nil
	}
	if err := smallAdvisories(b.dir); err != nil {
		return err
	}
	b.db = filepath.Join(b.dir, "db")
	return command("", b.programs[0].path, "db", "build", "-o", b.db, filepath.Join(b.dir, "advisories.json"))
}

// database is the directory of a database, in grype's form; an archive is imported, unless that was done.
func (b *bench) database(source string) (string, error) {
	info, err := os.Stat(source)
	switch {
	case source == "":
		return "", nil
	case err != nil:
		return "", fault.Request(fmt.Errorf("opening the advisory database: %w", err), "name an archive in grype's format, or a directory with a database")
	case info.IsDir():
		return filepath.Abs(source)
	}
	raw, err := os.ReadFile(source)
	if err != nil {
		return "", err
	}
	cache := filepath.Join(b.work, "databases", hexDigest(raw)) // two archives may have one name
	dir := filepath.Join(cache, "db")
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	logf("importing %s", filepath.Base(source))
	return dir, command("", b.programs[0].path, "db", "import", source, "--cache-dir", cache)
}

// eachRow measures the rows that were asked for. contenders turns what Layergate does in a row, and what is measured beside
// that, into contenders; done takes the samples of each.
func (b *bench) eachRow(contenders func([]work, []contender) []contender, done func([]work, []contender, map[string][]sample)) error {
	for _, r := range b.rows() {
		if len(b.opts.only) > 0 && !slices.Contains(b.opts.only, r.name) {
			continue
		}
		logf("measuring: %s", r.name)
		works, beside, err := r.prepare()
		if err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
		list := contenders(works, beside)
		for _, w := range works { // so that what every program reads is in memory
			for _, p := range b.programs {
				if _, err := w.run(p); err != nil {
					return fmt.Errorf("%s: %w", w.name, err)
				}
			}
		}
		samples, err := inTurn(b.opts.rounds, list)
		if err != nil {
			return err
		}
		done(works, list, samples)
	}
	return nil
}

// measureGoals measures Layergate and what it is held against.
func (b *bench) measureGoals(out io.Writer) error {
	var all results
	err := b.eachRow(func(works []work, beside []contender) []contender {
		var list []contender
		for _, w := range works {
			list = append(list, contender{w.name, w.title, func() (sample, error) { return w.run(b.programs[0]) }})
		}
		return slices.Concat(list, beside, hashed(works))
	}, func(works []work, list []contender, samples map[string][]sample) {
		for i, c := range list {
			s := series{Name: c.name, Title: c.title, Samples: samples[c.name]}
			if i < len(works) {
				s.Files = works[i].files
			}
			all = append(all, s)
		}
	})
	if err != nil {
		return err
	}
	if err := b.writeJSON(record{Series: all, Goals: reached(all)}); err != nil {
		return err
	}
	return all.write(out, b.heading("Layergate"))
}

// comparePrograms measures the old program and the new one.
func (b *bench) comparePrograms(out io.Writer) error {
	var all results
	var list []comparison
	old, new := b.programs[0], b.programs[1]
	err := b.eachRow(func(works []work, _ []contender) []contender {
		var list []contender
		for _, w := range works {
			for _, p := range b.programs {
				list = append(list, contender{w.name + " " + p.name, w.title + ", " + p.name, func() (sample, error) { return w.run(p) }})
			}
		}
		return list
	}, func(works []work, contenders []contender, samples map[string][]sample) {
		for _, c := range contenders {
			all = append(all, series{Name: c.name, Title: c.title, Samples: samples[c.name]})
		}
		for _, w := range works {
			list = append(list, comparison{w.title, samples[w.name+" "+old.name], samples[w.name+" "+new.name]})
		}
	})
	if err != nil {
		return err
	}
	if err := b.writeJSON(record{Old: old.says, New: new.says, Series: all}); err != nil {
		return err
	}
	same, err := compareReports(old.results(), new.results())
	if err != nil {
		return err
	}
	return writeComparison(out, b.heading(fmt.Sprintf("old is %s, new is %s", old.says, new.says))+" "+same, list)
}

// heading says what was measured, and where.
func (b *bench) heading(what string) string {
	return fmt.Sprintf("%s: %s images, medians of %d rounds in turn, %d cores, %s, %s.",
		what, b.opts.size, b.opts.rounds, runtime.NumCPU(), runtime.Version(), time.Now().UTC().Format(time.DateOnly))
}
