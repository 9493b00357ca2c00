//go:build unix

package docker

import (
	"os/exec"
	"syscall"
)

// ownGroup has a command run in a process group of its own, which is killed as a whole: with the command's context, and by the
// function that it returns.
func ownGroup(cmd *exec.Cmd) (end func()) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	return func() { _ = cmd.Cancel() }
}
