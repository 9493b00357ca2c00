package image

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/spool"
)

// files is a directory of an image's parts, wherever they lie: inside an archive or on disk.
type files interface {
	// section gives the bytes of a file. Its error is errMissing where there is none of that name.
	section(name string) (*io.SectionReader, error)
	has(name string) bool
	// unchanged fails when a file was written to since it was opened.
	unchanged() error
	Close() error
}

var (
	errMissing = errors.New("is missing")
	errListed  = errors.New("is listed but missing") // of a blob that a manifest names
)

// directory is an OCI layout on disk. os.Root keeps every name, and every link, inside it, but those of blobs whose content is the one
// of their digest.
type directory struct {
	root *os.Root
	open []*watched
}

func openDirectory(dir string) (*directory, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &directory{root: root}, nil
}

func (d *directory) has(name string) bool {
	info, err := d.root.Stat(filepath.FromSlash(name))
	if err == nil {
		return info.Mode().IsRegular()
	}
	link, is := d.outside(name)
	if is {
		_, err = statOutside(link)
	}
	return err == nil
}

func (d *directory) section(name string) (*io.SectionReader, error) {
	f, err := d.openFile(name)
	if err != nil {
		return nil, err
	}
	w, err := watch(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	d.open = append(d.open, w)
	return io.NewSectionReader(f, 0, w.size()), nil
}

func (d *directory) openFile(name string) (*os.File, error) {
	if link, is := d.outside(name); is {
		return openOutside(link)
	}
	// The type is asked for first: to open a FIFO is to wait for its writer.
	info, err := d.root.Stat(filepath.FromSlash(name))
	if errors.Is(err, os.ErrNotExist) {
		return nil, errMissing
	}
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("is not a regular file")
	}
	if err != nil {
		return nil, err
	}
	return d.root.Open(filepath.FromSlash(name))
}

func (d *directory) unchanged() error {
	for _, f := range d.open {
		if err := f.unchanged(); err != nil {
			return err
		}
	}
	return nil
}

func (d *directory) Close() error {
	var errs []error
	for _, f := range d.open {
		errs = append(errs, f.file.Close())
	}
	return errors.Join(append(errs, d.root.Close())...)
}

// archive is a tar file whose members are read where they lie.
type archive struct {
	data    io.ReaderAt
	size    int64
	members map[string]member
	source  *watched
}

// openArchive indexes the tar file at name. A compressed one is unpacked into the spool first.
func openArchive(ctx context.Context, name string, sp *spool.Spool) (*archive, error) {
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		if err == nil {
			err = fault.WithHint(errors.New("it is not a regular file"), "name a file, such as docker save -o app.tar NAME writes, or - for what comes through a pipe")
		}
		return nil, err
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	w, err := watch(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if w.size() == 0 {
		return nil, errors.Join(fault.WithHint(errors.New("the file is empty"), "see whether the command that wrote it failed"), f.Close())
	}
	a := &archive{data: f, size: w.size(), source: w}
	if err := a.unpack(ctx, sp); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if err := a.index(ctx); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return a, nil
}

// unpack replaces a compressed file by its content.
func (a *archive) unpack(ctx context.Context, sp *spool.Spool) error {
	r := bufio.NewReaderSize(spool.WithContext(ctx, io.NewSectionReader(a.data, 0, a.size)), 1<<20)
	compression, err := SniffCompression(r)
	if err != nil || compression == Uncompressed {
		return err
	}
	plain, err := Decompress(r, compression)
	if err != nil {
		return fmt.Errorf("unpacking the %s archive: %w", compression, unexpected(err))
	}
	defer plain.Close()
	buf := sp.Buffer()
	if _, err := io.Copy(buf, plain); err != nil {
		return fmt.Errorf("unpacking the %s archive: %w", compression, unexpected(err))
	}
	a.data, a.size = buf.ReaderAt(), buf.Size()
	return nil
}

func (a *archive) resolve(name string) (member, bool) {
	m, ok := a.members[name]
	for range 8 {
		if !ok || m.link == "" {
			return m, ok
		}
		m, ok = a.members[m.link]
	}
	return member{}, false
}

func (a *archive) has(name string) bool {
	_, ok := a.resolve(name)
	return ok
}

func (a *archive) section(name string) (*io.SectionReader, error) {
	m, ok := a.resolve(name)
	if !ok {
		return nil, errMissing
	}
	return io.NewSectionReader(a.data, m.offset, m.size), nil
}

func (a *archive) unchanged() error { return a.source.unchanged() }

func (a *archive) Close() error { return a.source.file.Close() }

// unexpected makes the end of a file in the middle of something readable.
func unexpected(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return errTruncated
	}
	return err
}
