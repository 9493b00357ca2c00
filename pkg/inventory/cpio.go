package inventory

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// This file reads archives of cpio, as far as which files are in them: those that initrd images consist of and that packages of RPM hold (cpio(5)). They are one behind the
// other in an image of a kernel's, and what follows may be compressed (initramfs buffer format).

// cpioForms are the forms of such an archive: how each begins, the size of its header, and the header's fields, by their place and size.
var cpioForms = []struct {
	start                string
	header, align        int
	mode, name, contents [2]int
	number               func([]byte) (int64, error)
}{
	{"070701", 110, 4, [2]int{14, 8}, [2]int{94, 8}, [2]int{54, 8}, inBase(16)},
	{"070702", 110, 4, [2]int{14, 8}, [2]int{94, 8}, [2]int{54, 8}, inBase(16)},
	{"070707", 76, 1, [2]int{18, 6}, [2]int{59, 6}, [2]int{65, 11}, inBase(8)},
	{"\xc7\x71", 26, 2, [2]int{6, 2}, [2]int{20, 2}, [2]int{22, 4}, inWords(binary.LittleEndian)},
	{"\x71\xc7", 26, 2, [2]int{6, 2}, [2]int{20, 2}, [2]int{22, 4}, inWords(binary.BigEndian)},
}

// inBase reads a number that is written in digits.
func inBase(base int) func([]byte) (int64, error) {
	return func(digits []byte) (int64, error) { return strconv.ParseInt(string(digits), base, 64) }
}

// inWords reads a number of words of 16 bits, of which the highest comes first in either order of bytes.
func inWords(order binary.ByteOrder) func([]byte) (int64, error) {
	return func(words []byte) (n int64, _ error) {
		for ; len(words) > 0; words = words[2:] {
			n = n<<16 | int64(order.Uint16(words))
		}
		return n, nil
	}
}

const (
	cpioEnd     = "TRAILER!!!" // the name of what ends an archive
	maxCpioName = 4096
	typeBits    = 0o170000 // of a mode (inode(7))
	regularType = 0o100000
)

var (
	errNoCpio  = errors.New("it is no archive of cpio")
	errCut     = errors.New("it is cut off")
	errTrailer = errors.New("what follows an archive of cpio is in no form that is read")
)

// cpioReader goes through the regular files of archives of cpio, and reads their content.
type cpioReader struct {
	*io.LimitedReader // the content of a file
	in                *bufio.Reader
	padding           int64 // behind that
	close             []func() error
}

func newCpioReader(r *bufio.Reader) *cpioReader {
	return &cpioReader{LimitedReader: &io.LimitedReader{R: r}, in: r}
}

// cpioEntry is the header of a file.
type cpioEntry struct {
	name       string
	mode, size int64
	align      int64 // what the content is filled up to a multiple of
}

// next is the name of the next regular file; io.EOF where there is none any more.
func (c *cpioReader) next() (string, error) {
	for {
		if _, err := io.CopyN(io.Discard, c.in, c.N+c.padding); err != nil {
			return "", noEnd(err)
		}
		c.N, c.padding = 0, 0
		e, err := readCpioEntry(c.in)
		if err != nil {
			return "", err
		}
		if e.name == cpioEnd {
			if err := c.follow(); err != nil {
				return "", err
			}
			continue
		}
		c.R, c.N, c.padding = c.in, e.size, -e.size&(e.align-1)
		if e.mode&typeBits == regularType {
			return e.name, nil
		}
	}
}

// follow goes on to the archive behind the end of another, which may be compressed.
func (c *cpioReader) follow() error {
	for {
		b, err := c.in.ReadByte()
		if err != nil {
			return err
		}
		if b != 0 {
			break
		}
	}
	if err := c.in.UnreadByte(); err != nil {
		return err
	}
	if head, _ := c.in.Peek(tarBlock); isCpio(head) {
		return nil
	}
	inner, err := unpack("", c.in)
	if err != nil || inner == nil || len(c.close) > 0 {
		return errTrailer
	}
	c.in, c.close = inner.Reader, append(c.close, inner.close)
	if head, _ := c.in.Peek(tarBlock); !isCpio(head) {
		return errTrailer
	}
	return nil
}

// isBrokenCpio tells whether an archive of cpio cannot be read to its end.
func isBrokenCpio(err error) bool {
	return errors.Is(err, errNoCpio) || errors.Is(err, errTrailer) || errors.Is(err, errCut)
}

// Close frees what unpacks the last of the archives.
func (c *cpioReader) Close() error {
	var errs error
	for _, closing := range c.close {
		errs = errors.Join(errs, closing())
	}
	return errs
}

// isCpio tells whether data begin with the header of a file in such an archive.
func isCpio(head []byte) bool {
	e, err := readCpioEntry(bytes.NewReader(head))
	return err == nil && (e.mode&typeBits != 0 || e.name == cpioEnd) || errors.Is(err, errCut) && len(head) == tarBlock
}

// readCpioEntry reads the header of a file and its name.
func readCpioEntry(r io.Reader) (cpioEntry, error) {
	raw := make([]byte, 6, 128)
	if _, err := io.ReadFull(r, raw); err != nil {
		return cpioEntry{}, noEnd(err)
	}
	for _, form := range cpioForms {
		if !strings.HasPrefix(string(raw), form.start) {
			continue
		}
		raw = raw[:form.header]
		if _, err := io.ReadFull(r, raw[6:]); err != nil {
			return cpioEntry{}, noEnd(err)
		}
		field := func(at [2]int) (int64, error) { return form.number(raw[at[0] : at[0]+at[1]]) }
		mode, err1 := field(form.mode)
		length, err2 := field(form.name)
		size, err3 := field(form.contents)
		if err := errors.Join(err1, err2, err3); err != nil || length < 2 || length > maxCpioName || size < 0 {
			return cpioEntry{}, errNoCpio
		}
		align := int64(form.align)
		name := make([]byte, length+-(int64(form.header)+length)&(align-1))
		if _, err := io.ReadFull(r, name); err != nil {
			return cpioEntry{}, noEnd(err)
		}
		if name[length-1] != 0 {
			return cpioEntry{}, errNoCpio
		}
		return cpioEntry{name: string(name[:length-1]), mode: mode, size: size, align: align}, nil
	}
	return cpioEntry{}, fmt.Errorf("%w: a header begins with %q", errNoCpio, raw)
}

// noEnd makes an end within an archive an error.
func noEnd(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errCut
	}
	return err
}
