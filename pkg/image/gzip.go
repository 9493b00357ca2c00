package image

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/klauspost/compress/gzip"

	"github.com/layergate/layergate/pkg/fault"
)

// errAfterGzip says that a gzip stream has ended, and something that is none follows.
var errAfterGzip = fault.WithHint(errors.New("what follows the end of the gzip stream is no gzip"), "nothing may be added to a compressed file: build or save the image again")

// ErrZerosAfterGzip says that a gzip stream has ended, and zeros alone follow, as tapes and disks fill up a block. Gzip's own program passes over them;
// the runtimes that unpack layers do not.
var ErrZerosAfterGzip = fmt.Errorf("%w: zeros", errAfterGzip)

// members reads the members of a gzip stream, one after the other (RFC 1952, section 2.2). The decoder's own word for what follows them is the
// same as for a member that is cut off.
type members struct {
	stored *bufio.Reader
	member *gzip.Reader
}

// decoders are those that are not used at the moment. Each has 50 kB of tables, and an image has thousands of small compressed files.
var decoders = sync.Pool{New: func() any { return new(gzip.Reader) }}

func newMembers(r io.Reader) (io.ReadCloser, error) {
	m := &members{stored: bufio.NewReader(r), member: decoders.Get().(*gzip.Reader)} // read by the decoder no further than each member reaches
	if err := m.begin(); err != nil {
		m.Close()
		return nil, err
	}
	return m, nil
}

// begin reads how the next member begins.
func (m *members) begin() error {
	if err := m.member.Reset(m.stored); err != nil {
		return err
	}
	m.member.Multistream(false)
	return nil
}

// Read reads on, from one member to the next.
func (m *members) Read(p []byte) (int, error) {
	if m.member == nil {
		return 0, os.ErrClosed
	}
	for {
		n, err := m.member.Read(p)
		if n > 0 || !errors.Is(err, io.EOF) {
			if errors.Is(err, io.EOF) {
				err = nil // asked again, the member says so again
			}
			return n, err
		}
		if err := m.next(); err != nil {
			return 0, err
		}
	}
}

// next begins the next member. Its error is io.EOF where there is none.
func (m *members) next() error {
	head, err := m.stored.Peek(2)
	switch {
	case len(head) == 0:
		return err
	case compressionOf(head) != Gzip:
		return m.errAfter()
	}
	return m.begin()
}

// errAfter says what follows the last member.
func (m *members) errAfter() error {
	for {
		c, err := m.stored.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			return ErrZerosAfterGzip
		case err != nil:
			return err
		case c != 0:
			return errAfterGzip
		}
	}
}

// Close leaves the decoder to another stream.
func (m *members) Close() error {
	if m.member != nil {
		decoders.Put(m.member)
		m.member = nil
	}
	return nil
}
