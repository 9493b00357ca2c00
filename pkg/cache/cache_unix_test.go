//go:build unix

package cache_test

import (
	"syscall"
	"testing"
)

func TestPipeIsNotRead(t *testing.T) {
	t.Parallel()
	odd(t, func(path string) error { return syscall.Mkfifo(path, 0o644) })
}
