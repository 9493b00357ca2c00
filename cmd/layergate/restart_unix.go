//go:build unix

package main

import (
	"fmt"
	"os"
	"syscall"
)

// restart puts the same program with another environment in the place of this process, since libraries read theirs before
// main begins. It returns only where that fails.
func restart(environ []string) error {
	path, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding this program, to start it with another environment: %w", err)
	}
	return fmt.Errorf("starting this program with another environment: %w", syscall.Exec(path, os.Args, environ))
}
