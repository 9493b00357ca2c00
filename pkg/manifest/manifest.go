// Package manifest finds deployment manifests in files, directories and the standard input, tells by its content for which
// orchestrator each is, and has the packages below pkg/workload read them.
//
// What a directory holds is written by whoever changes the project: links do not lead out of it, and what is read is bounded.
package manifest

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/pipe"
	"github.com/layergate/layergate/pkg/regular"
	"github.com/layergate/layergate/pkg/workload"
)

// Pipe is the path of the standard input.
const Pipe = pipe.Standard

// maxFile is the size of the largest manifest that is read, in bytes.
const maxFile = 10 << 20

// Config says what to read.
type Config struct {
	Root  string    // of the repository; the names of files are relative to it
	Paths []string  // files and directories, or Pipe alone
	Stdin io.Reader // what Pipe reads
	// Platform is the orchestrator that the files are for, where the caller says so; empty lets their content tell. A file
	// that is named, and not found in a directory, is then taken for one of that platform whatever it holds.
	Platform workload.Platform
}

// Set are manifests that are judged together.
type Set struct {
	Source  string // as the caller named it
	Files   []File // sorted by name, each once; at least one
	Skipped int    // files and documents that are no manifests, and were passed over
	// Warnings name what could have been a manifest and was not read.
	Warnings []string

	root string // of the repository
}

// File is a manifest.
type File struct {
	workload.File
	Platform workload.Platform
	Digest   string // sha256: and that of its content
}

// Name is a path as the names of files are written: relative to the repository's root where it lies there.
func (s *Set) Name(path string) string {
	if below, inside := regular.Below(s.root, path); inside {
		path = below
	}
	return filepath.ToSlash(filepath.Clean(path))
}

// Workloads are the files as the rules take them.
func (s *Set) Workloads() []workload.File {
	out := make([]workload.File, 0, len(s.Files))
	for _, f := range s.Files {
		out = append(out, f.File)
	}
	return out
}

// Read reads the manifests. It is a wrong request that a file is not what its platform takes, that a file which is named is no
// manifest, that it is a template, and that there is no manifest at all.
func Read(cfg Config) (*Set, error) { return read(cfg, readers()) }

func read(cfg Config, known []reader) (*Set, error) {
	r := &reading{Config: cfg, readers: known, set: &Set{Source: strings.Join(cfg.Paths, ", "), root: cfg.Root}, seen: map[string]bool{}}
	for _, path := range cfg.Paths {
		if err := r.path(path, len(cfg.Paths)); err != nil {
			return nil, err
		}
	}
	if err := cmp.Or(r.refuseKustomized(), r.unnamed); err != nil { // patches of Kustomize name no images
		return nil, err
	}
	if len(r.set.Files) == 0 {
		return nil, fault.Request(fmt.Errorf("%s: no manifest was found%s", r.set.Source, r.passedOver()),
			fault.Hintf("name files or directories with manifests of Kubernetes, Compose, Docker Swarm or Marathon; say for which one a file is with %s", fault.Input("platform-kind")))
	}
	r.join()
	r.warnOfBeside()
	r.warnOfUnjudged()
	slices.SortFunc(r.set.Files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return r.set, nil
}

// reading is the work on a set.
type reading struct {
	Config
	readers []reader
	set     *Set
	seen    map[string]bool // names that were read
	files   []string        // paths of those that were asked for by themselves
	// kustomized are the kustomizations of directories.
	kustomized []workload.Source
	unnamed    error // for the first container without an image
}

// passedOver says how many files were no manifests.
func (r *reading) passedOver() string {
	if r.set.Skipped == 0 {
		return ""
	}
	return fmt.Sprintf(" (files or documents of other kinds that were passed over: %d)", r.set.Skipped)
}

// path reads what one path names.
func (r *reading) path(path string, paths int) error {
	if path == Pipe {
		if paths > 1 {
			return fault.Request(errors.New("the standard input and files cannot be checked together"), "check them one after the other")
		}
		return r.pipe()
	}
	info, err := os.Stat(path)
	if err != nil {
		return fault.Request(fmt.Errorf("reading manifests: %w", err), fault.HintPath(path, "name a file, a directory, or - for the standard input"))
	}
	if info.IsDir() {
		return r.directory(path)
	}
	data, err := regular.ReadNamed(r.Root, path, maxFile)
	if errors.Is(err, regular.ErrTooLarge) {
		return tooLarge(r.set.Name(path))
	}
	if err != nil {
		return fault.Request(fmt.Errorf("reading manifests: %w", err), "name a file that lies in the project, or outside by its own path")
	}
	over, waits, err := r.namedBeside(path)
	if err != nil || waits {
		return err
	}
	r.files = append(r.files, path)
	return r.named(r.set.Name(path), data, over)
}

// pipe reads the standard input.
func (r *reading) pipe() error {
	if r.Stdin == nil {
		return fault.Request(errors.New("there is no standard input to read manifests from"), "name files or directories")
	}
	data, err := pipe.ReadAll(r.Stdin, maxPipe)
	if errors.Is(err, pipe.ErrTooLarge) {
		return fault.Request(fmt.Errorf("the standard input is larger than %d MB", maxPipe>>20), "check the manifests in parts")
	}
	if err != nil {
		return fmt.Errorf("reading manifests from the standard input: %w", err)
	}
	return r.named(Pipe, data, workload.Source{})
}

// maxPipe is how many bytes of the standard input are read: what Helm and Kustomize write of a whole environment.
const maxPipe = 64 << 20

func tooLarge(name string) error {
	return fault.Request(fmt.Errorf("%s is larger than %d MB", name, maxFile>>20), "split it into several files")
}

// named reads a file that was asked for: it has to be a manifest.
func (r *reading) named(name string, data []byte, over workload.Source) error {
	if r.seen[name] {
		return nil
	}
	r.seen[name] = true
	if isKustomization(name, data) {
		return fault.Request(fmt.Errorf("%s is input of Kustomize, and not yet a manifest", name), "check what comes of it: kustomize build DIRECTORY | layergate check -")
	}
	of, ok := r.reader(name, inUTF8(data))
	if !ok {
		if err := r.wide(name, data); err != nil {
			return err
		}
	}
	if !ok && r.Platform != "" {
		of, ok = r.forced()
	}
	if !ok {
		if err := template(name, inUTF8(data), nil); err != nil {
			return err
		}
		return fault.Request(fmt.Errorf("%s is no manifest that is known", shown(name)),
			fault.Hintf("manifests of Kubernetes, Compose, Docker Swarm and Marathon are; say for which one it is with %s, or name its directory, of which other files are passed over", fault.Input("platform-kind")))
	}
	return r.add(of, name, data, over)
}

// add has a reader read a file, with the one that is merged into it, if there is one. That a template is no manifest is said before what
// else is wrong with it.
func (r *reading) add(of reader, name string, data []byte, over workload.Source) error {
	text, overText := inUTF8(data), inUTF8(over.Data)
	opt := workload.Options{Platform: r.Platform, Override: workload.Source{Name: over.Name, Data: overText}}
	f, err := of.read(name, text, opt)
	judged := f
	if err != nil {
		if _, again := of.read(name, withoutExpressions(text), opt); again != nil && again.Error() == err.Error() {
			judged = &workload.File{} // what is wrong is no expression
		}
	}
	if err := cmp.Or(template(name, text, judged), template(over.Name, overText, f), err); err != nil {
		return err
	}
	r.unnamed = cmp.Or(r.unnamed, unnamed(f))
	if f.Documents == 0 || len(f.Workloads)+len(f.Objects) == 0 { // such as an empty list
		return fault.Request(fmt.Errorf("%s holds nothing of %s", shown(name), of.platform(r.Platform)), "look at what wrote it: a command that fails may write nothing, or its error")
	}
	if f.Skipped > 0 {
		r.set.Warnings = append(r.set.Warnings, fmt.Sprintf("%s: documents that are nothing of %s, and were passed over: %d", shown(name), of.platform(r.Platform), f.Skipped))
	}
	r.set.Skipped += f.Skipped
	r.set.Files = append(r.set.Files, File{File: *f, Platform: of.platform(r.Platform), Digest: digest(data)})
	if over.Name != "" && !r.seen[over.Name] {
		r.seen[over.Name] = true
		r.set.Files = append(r.set.Files, File{File: workload.File{Name: over.Name, Documents: 1}, Platform: of.platform(r.Platform), Digest: digest(over.Data)})
	}
	return nil
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// shown names a file in a sentence.
func shown(name string) string {
	if name == Pipe {
		return "what came through the standard input"
	}
	return name
}
