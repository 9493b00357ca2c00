package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/registrytest"
)

// auditOptions are what the command line says of an audit.
type auditOptions struct {
	work          string
	db, next      string // the databases of the first audit and of the second
	images, bases int
	slices        []int  // in how many slices the registry is audited
	program       string // or a revision; empty for what is here
}

func parseAudit(args []string, stderr io.Writer) (auditOptions, error) {
	var o auditOptions
	flags := flag.NewFlagSet("bench audit", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.work, "work", workDir(), "the `directory` for caches and programs")
	flags.StringVar(&o.db, "db", "", "the advisory `database` of the first audit")
	flags.StringVar(&o.next, "next-db", "", "that of the second; the same where it is not given")
	flags.IntVar(&o.images, "images", 2000, "how many images the registry has, and their bases beside them")
	flags.IntVar(&o.bases, "bases", 40, "on how many bases they are built")
	words := flags.String("slices", "1,2,4", "in how many `slices` the registry is audited")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return o, err
		}
		return o, fault.Request(err, "see bench audit -help")
	}
	for word := range strings.SplitSeq(*words, ",") {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 {
			return o, fault.Request(fmt.Errorf("%q is no number of slices", word), "write numbers from 1, separated by commas")
		}
		o.slices = append(o.slices, n)
	}
	o.program = flags.Arg(0)
	o.next = cmp.Or(o.next, o.db)
	switch {
	case flags.NArg() > 1:
		return o, fault.Request(fmt.Errorf("bench audit takes one program or revision, and has %d", flags.NArg()), "write bench audit [FLAG...] [PROGRAM], the flags first")
	case o.db == "":
		return o, fault.Request(errors.New("an audit needs an advisory database"), "name one with -db")
	case o.images < 1 || o.bases < 1:
		return o, fault.Request(fmt.Errorf("%d images on %d bases are no registry", o.images, o.bases), "give -images and -bases numbers from 1")
	}
	return o, nil
}

// measureAudit audits a registry twice, whole and in slices, and prints what that took. The cache of a slice is empty before its first audit.
// The slices of one audit are looked at one after the other, each as if on a machine of its own.
func measureAudit(o auditOptions, out io.Writer) error {
	b, err := newBench(options{work: o.work, size: "audit"})
	if err != nil {
		return err
	}
	p, err := b.audited(o.program)
	if err != nil {
		return err
	}
	server, err := registrytest.Start(registrytest.Config{})
	if err != nil {
		return err
	}
	defer server.Close()
	logf("filling a registry: %d images on %d bases", o.images, o.bases)
	if err := fillRegistry(server, o.images, o.bases); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: %d images on %d bases, %d cores, %s, %s.\n\n", p.says, o.images, o.bases, runtime.NumCPU(), runtime.Version(), time.Now().UTC().Format(time.DateOnly))
	fmt.Fprintln(out, "| slices | audit | wall, slowest slice | processor, all slices | peak memory, largest slice | requests an image | bytes an image | blobs read |\n|---|---|---|---|---|---|---|---|")
	for _, n := range o.slices {
		caches := make([]string, n)
		for i := range caches {
			if caches[i], err = p.emptyCache(fmt.Sprintf("audit-%d-of-%d", i+1, n)); err != nil {
				return err
			}
		}
		for round, db := range []string{o.db, o.next} {
			asked, sent := len(server.Requests()), server.Sent()
			var whole sample
			for i, cache := range caches {
				s, err := p.auditSlice(db, server.Host, cache, i+1, n)
				if err != nil {
					return err
				}
				logf("  audit %d, slice %d/%d: %.1f s", round+1, i+1, n, s.Wall)
				whole.Wall, whole.Peak, whole.CPU = max(whole.Wall, s.Wall), max(whole.Peak, s.Peak), whole.CPU+s.CPU
			}
			list, all := server.Requests()[asked:], float64(o.images+o.bases)
			fmt.Fprintf(out, "| %d | %s | %s s | %s s | %s | %.1f | %.0f | %d |\n", n, []string{"first", "second"}[round], number(whole.Wall), number(whole.CPU), megabytes(whole.Peak),
				float64(len(list))/all, float64(server.Sent()-sent)/all, blobsRead(list))
		}
	}
	return nil
}

// audited is the program that a word names, or that of this checkout.
func (b *bench) audited(word string) (*program, error) {
	if word == "" {
		return b.current()
	}
	path, says, err := b.resolve(word, filepath.Join(b.work, "bin", "layergate-audit"))
	if err != nil {
		return nil, err
	}
	return b.program("audit", says, path)
}

// auditSlice looks at one slice of a registry.
func (p *program) auditSlice(db, host, cache string, i, n int) (sample, error) {
	return run(nil, p.path, "audit", "--registry", host, "--shard", fmt.Sprintf("%d/%d", i, n), "--db", db, "--db-max-age", "0",
		"--cache-dir", cache, "--cache-size", "8GiB", "-o", "json="+filepath.Join(p.dir, fmt.Sprintf("slice-%d.json", i)))
}

// fillRegistry stores small images, each a layer of its own on a base of a megabyte that many share, in a hundred repositories.
func fillRegistry(server *registrytest.Server, images, bases int) error {
	base := func(i int) imagetest.Layer {
		return imagetest.Layer{CreatedBy: "base", Files: []imagetest.File{
			{Name: "usr/lib/blob", Body: strings.Repeat(fmt.Sprintf("base %d\n", i), 1<<17)},
			{Name: "usr/lib/node_modules/lodash/package.json", Body: fmt.Sprintf(`{"name":"lodash","version":"4.17.%d"}`, i)},
		}}
	}
	store := func(repository, tag string, image imagetest.Image) error {
		files, err := imagetest.OCI(imagetest.Entry{Name: "image", Images: []imagetest.Image{image}})
		if err != nil {
			return err
		}
		return server.Store(repository, tag, files)
	}
	for i := range bases {
		if err := store("base", strconv.Itoa(i), imagetest.Image{Layers: []imagetest.Layer{base(i)}}); err != nil {
			return err
		}
	}
	for i := range images {
		config := imagetest.WellKept()
		config.Labels = map[string]string{"org.opencontainers.image.base.name": fmt.Sprintf("%s/base:%d", server.Host, i%bases)}
		own := imagetest.Layer{CreatedBy: "COPY . /app", Files: []imagetest.File{
			{Name: "app/package.json", Body: fmt.Sprintf(`{"name":"app%d","version":"1.0.0"}`, i)},
		}}
		if err := store(fmt.Sprintf("team/app%d", i%100), strconv.Itoa(i), imagetest.Image{Layers: []imagetest.Layer{base(i % bases), own}, Config: &config}); err != nil {
			return err
		}
	}
	return nil
}

// blobsRead counts the blobs that were asked for: layers, and the configuration of each image.
func blobsRead(requests []string) int {
	n := 0
	for _, r := range requests {
		if strings.HasPrefix(r, "GET ") && strings.Contains(r, "/blobs/") {
			n++
		}
	}
	return n
}
