package image

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
)

// Limits of an archive. Real ones have some hundred members, with names of less than 150 bytes.
const (
	maxMembers    = 50_000
	maxMemberName = 512 // bytes
)

// member is a file of an archive.
type member struct {
	offset, size int64
	link         string // for links: the member that holds the bytes
}

// index notes where each member lies. What some readers of archives take for a file and others do not is refused.
func (a *archive) index(ctx context.Context) error {
	sr := io.NewSectionReader(a.data, 0, a.size)
	tr := tar.NewReader(sr)
	a.members = map[string]member{}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			if len(a.members) == 0 {
				return a.noTar()
			}
			return fmt.Errorf("reading the archive after %d members: %w", len(a.members), unexpected(err))
		}
		name, err := memberName(h.Name)
		if err != nil {
			return err
		}
		m, keep, err := a.newMember(name, h, sr)
		if err != nil {
			return err
		}
		if keep {
			if err := a.add(name, m); err != nil {
				return err
			}
		}
	}
	if len(a.members) == 0 {
		return errors.New("the archive holds no files")
	}
	return nil
}

// noTar says what a file is that is no archive. A shell of Windows that writes what a program prints to a file recodes it.
func (a *archive) noTar() error {
	err := errors.New("the file is not an image archive: it is no tar file, plain or compressed by gzip, zstd, xz or bzip2")
	if form := otherForm(io.NewSectionReader(a.data, 0, a.size)); form != "" {
		err = fmt.Errorf("%w, but %s", err, form)
	}
	mark := make([]byte, 2)
	if _, readErr := a.data.ReadAt(mark, 0); readErr == nil && string(mark) == "\xff\xfe" {
		return fault.WithHint(fmt.Errorf("%w, but text (UTF-16)", err), "PowerShell's > writes text: use docker save -o app.tar NAME")
	}
	return fault.WithHint(err, "write one with docker save -o app.tar NAME")
}

// newMember reads a header; what sr reads next is the member's content. keep is false for what is no file.
func (a *archive) newMember(name string, h *tar.Header, sr *io.SectionReader) (m member, keep bool, err error) {
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") || h.Typeflag == tar.TypeXGlobalHeader && key != "comment" {
			return m, false, unclear(fmt.Errorf("%.100q has the attribute %.100q, which not all readers of archives know", name, key))
		}
	}
	switch h.Typeflag {
	case tar.TypeReg:
		offset, err := sr.Seek(0, io.SeekCurrent)
		if err != nil {
			return m, false, err
		}
		if offset > a.size-h.Size {
			return m, false, fault.WithHint(fmt.Errorf("the archive is truncated: %q ends %d bytes after its end", name, h.Size-(a.size-offset)), hintIncomplete)
		}
		return member{offset: offset, size: h.Size}, true, nil
	case tar.TypeSymlink:
		m.link = path.Join(path.Dir(name), h.Linkname)
	case tar.TypeLink:
		m.link = path.Clean(h.Linkname)
	case tar.TypeDir, tar.TypeXGlobalHeader:
		return m, false, nil
	default:
		return m, false, unclear(fmt.Errorf("%.100q has the type %q, which not all readers of archives take for a file", name, h.Typeflag))
	}
	if len(m.link) > maxMemberName {
		return m, false, fmt.Errorf("the archive's link %q leads to a name of %d bytes", name, len(m.link))
	}
	return m, true, nil
}

// add adds a member. Of two of the same name, some readers take the first and others the last: they have to be the
// same.
func (a *archive) add(name string, m member) error {
	if before, ok := a.members[name]; ok {
		same, err := a.same(before, m)
		if err != nil {
			return err
		}
		if !same {
			return unclear(fmt.Errorf("it holds two different files called %q", name))
		}
	}
	if a.members[name] = m; len(a.members) > maxMembers {
		return fmt.Errorf("the archive holds more than the %d files that are allowed", maxMembers)
	}
	return nil
}

// same tells whether two members have the same content.
func (a *archive) same(m, n member) (bool, error) {
	if m.link != n.link || m.size != n.size {
		return false, nil
	}
	left, right := io.NewSectionReader(a.data, m.offset, m.size), io.NewSectionReader(a.data, n.offset, n.size)
	for a, b := make([]byte, 1<<16), make([]byte, 1<<16); ; {
		k, err := io.ReadFull(left, a)
		if errors.Is(err, io.EOF) {
			return true, nil
		}
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return false, err
		}
		if _, err := io.ReadFull(right, b[:k]); err != nil {
			return false, err
		}
		if !bytes.Equal(a[:k], b[:k]) {
			return false, nil
		}
	}
}

// unclear adds the remedy for an archive that can be read in several ways.
func unclear(err error) error {
	return fault.WithHint(fmt.Errorf("the archive can be read in two ways: %w", err), "save the image to a new archive; do not add to one that exists")
}

// memberName cleans the name of an archive's member and refuses one that points outside.
func memberName(name string) (string, error) {
	if len(name) > maxMemberName {
		return "", fmt.Errorf("the archive has a member name of %d bytes, more than the %d that are allowed: %.100q…", len(name), maxMemberName, name)
	}
	clean := path.Clean(name)
	if path.IsAbs(name) || clean == ".." || strings.HasPrefix(clean, "../") {
		return "", fmt.Errorf("the archive has the unsafe member name %q", name)
	}
	return clean, nil
}
