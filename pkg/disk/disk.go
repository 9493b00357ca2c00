// Package disk asks for free space before much is written, so that a run that cannot fit says so at once and in numbers
// instead of ending in the middle with "no space left on device". It also replaces files whole or not at all.
//
// Of this project it imports pkg/fault only.
package disk

import (
	"errors"
	"fmt"
	"sync"
	"syscall"

	"github.com/dustin/go-humanize"

	"github.com/layergate/layergate/pkg/fault"
)

// FreeFunc tells how many bytes may still be written to the file system that holds dir, and false where it cannot tell.
type FreeFunc func(dir string) (bytes int64, ok bool)

// ErrFull says that a file system has too little free space for what is to be written to it.
var ErrFull = errors.New("there is not enough free space")

// step is how many bytes Take asks for at once: few enough to notice a disk that fills up, and so many that asking
// costs nothing.
const step = 64 << 20

// Space is the free space of one directory. It is safe for concurrent use.
type Space struct {
	dir   string
	free  FreeFunc
	named fault.Input // names dir

	mu      sync.Mutex
	granted int64 // bytes that Take need not ask for
}

// NewSpace returns the free space of the file system that holds dir; a nil free asks the operating system.
func NewSpace(dir string, free FreeFunc) *Space {
	if free == nil {
		free = systemFree
	}
	return &Space{dir: dir, free: free, named: fault.Input("temp-dir")}
}

// NamedBy has errors speak of another input than temp-dir as the one that names the directory. It returns s.
func (s *Space) NamedBy(in fault.Input) *Space {
	s.named = in
	return s
}

// Need fails with ErrFull, and says how much is needed and how much there is, where n bytes do not fit.
func (s *Space) Need(n int64) error {
	if free, ok := s.free(s.dir); ok && free < n {
		return s.full(n, free)
	}
	return nil
}

// Take is called before each write of n bytes to a file whose final size is unknown. It checks the disk every 64 MiB,
// and fails with ErrFull where the next 64 MiB do not fit.
func (s *Space) Take(n int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.granted >= n {
		s.granted -= n
		return nil
	}
	ask := max(n, step)
	if err := s.Need(ask); err != nil {
		return err
	}
	s.granted = ask - n
	return nil
}

// Refused tells whether the system did not write since a disk or a quota is full.
func Refused(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// Explain turns the system's error for a full disk, after n bytes could not be written, into the error that Need
// returns. It returns any other error unchanged.
func (s *Space) Explain(n int64, err error) error {
	if !Refused(err) {
		return err
	}
	free, _ := s.free(s.dir)
	return s.full(n, free)
}

func (s *Space) full(n, free int64) error {
	return fault.WithHint(fullError{fmt.Sprintf("writing %s to %s: only %s are free", size(n), s.dir, size(free))},
		fault.Hintf("make room there, or name a directory on a file system that has it with %s", s.named))
}

type fullError struct{ message string }

// Error says how much was needed, where, and how much there was.
func (e fullError) Error() string { return e.message }

// Is makes every such error an ErrFull.
func (e fullError) Is(target error) bool { return target == ErrFull }

func size(n int64) string { return humanize.IBytes(uint64(max(n, 0))) }
