//go:build unix

package observe

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// theirSocket is the process's end of the sockets: the first file descriptor behind the standard streams.
const theirSocket = 3

// maxRights is how many files one message takes: Linux's SCM_MAX_FD, which is among the smallest.
const maxRights = 253

// hands hand open files to a process that runs already (SCM_RIGHTS, unix(7)): which ones is not known when it is started.
type hands struct{ ours, theirs *os.File }

// newHands are those of a process that is about to be started.
func newHands(cmd *exec.Cmd) (*hands, error) {
	syscall.ForkLock.RLock() // or a process that is started meanwhile would inherit both
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(pair[0])
		unix.CloseOnExec(pair[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, os.NewSyscallError("socketpair", err)
	}
	h := &hands{os.NewFile(uintptr(pair[0]), "socket"), os.NewFile(uintptr(pair[1]), "socket")}
	cmd.ExtraFiles = []*os.File{h.theirs}
	return h, nil
}

// started is called when the process was started, or could not be.
func (h *hands) started() { _ = h.theirs.Close() }

// give hands files over, and nothing later on.
func (h *hands) give(files []*os.File) error {
	defer h.close()
	for some := range slices.Chunk(files, maxRights) {
		rights := make([]int, len(some))
		for i, f := range some {
			rights[i] = int(f.Fd())
		}
		if err := unix.Sendmsg(int(h.ours.Fd()), []byte{0}, unix.UnixRights(rights...), nil, 0); err != nil {
			return os.NewSyscallError("sendmsg", err)
		}
	}
	return nil
}

// close gives nothing.
func (h *hands) close() { _ = h.ours.Close() }

// taken are the files that the other process gives, by their names.
func taken(names []string) ([]*os.File, error) { return takenFrom(theirSocket, names) }

func takenFrom(socket int, names []string) ([]*os.File, error) {
	defer unix.Close(socket)
	var out []*os.File
	byteOf, rights := make([]byte, 1), make([]byte, unix.CmsgSpace(4*maxRights))
	for len(out) < len(names) {
		n, of, _, _, err := unix.Recvmsg(socket, byteOf, rights, 0)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return nil, os.NewSyscallError("recvmsg", err)
		}
		if n == 0 {
			return nil, fmt.Errorf("%d files of %d were handed over", len(out), len(names))
		}
		messages, err := unix.ParseSocketControlMessage(rights[:of])
		if err != nil {
			return nil, err
		}
		for i := range messages {
			fds, err := unix.ParseUnixRights(&messages[i])
			if err != nil {
				return nil, err
			}
			for _, fd := range fds {
				out = append(out, os.NewFile(uintptr(fd), names[min(len(out), len(names)-1)]))
			}
		}
	}
	return out, nil
}

// killed tells whether a signal ended a process that cannot be caught.
func killed(e *exec.ExitError) bool {
	status, ok := e.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}
