//go:build unix

package observe

import (
	"os"
	"os/exec"
	"syscall"
)

// firstFile is the first file descriptor behind the standard streams.
const firstFile = 3

// inherit hands files to a process.
func inherit(cmd *exec.Cmd, files []*os.File) { cmd.ExtraFiles = files }

// inherited are the files that inherit handed over.
func inherited(names []string) ([]*os.File, error) {
	out := make([]*os.File, len(names))
	for i, name := range names {
		out[i] = os.NewFile(uintptr(firstFile+i), name)
	}
	return out, nil
}

// killed tells whether a signal ended a process that cannot be caught.
func killed(e *exec.ExitError) bool {
	status, ok := e.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}
