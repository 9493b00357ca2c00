//go:build !unix

package docker

import "os/exec"

// ownGroup does nothing: this system knows no process groups that could be killed, and the command alone ends with its context.
func ownGroup(*exec.Cmd) (end func()) { return func() {} }
