package observe_test

import (
	"encoding/json"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	landlocksys "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"

	"github.com/layergate/layergate/pkg/observe"
)

// attempts are what a process tries to get out. Each returns an error where that fails.
func attempts(args []string) map[string]func() error {
	outside, address, socket, parent := args[0], args[1], args[2], args[3]
	pid, _ := strconv.Atoi(parent)
	read := func(path string) func() error {
		return func() error { _, err := os.ReadFile(path); return err }
	}
	dial := func(network, address string) func() error {
		return func() error {
			c, err := net.Dial(network, address)
			if err == nil {
				_, err = c.Write([]byte("x"))
			}
			return err
		}
	}
	return map[string]func() error{
		"read /etc/passwd":         read("/etc/passwd"),
		"read the environment":     read("/proc/" + parent + "/environ"),
		"read its own files":       read("/proc/self/environ"),
		"list the root":            func() error { _, err := os.ReadDir("/"); return err },
		"write outside":            func() error { return os.WriteFile(filepath.Join(outside, "x"), nil, 0o600) },
		"make a directory outside": func() error { return os.Mkdir(filepath.Join(outside, "d"), 0o700) },
		"remove outside":           func() error { return os.Remove(filepath.Join(outside, "kept")) },
		"speak TCP":                dial("tcp", address),
		"speak UDP":                dial("udp", address),
		"speak to a Unix socket":   dial("unix", socket),
		"listen":                   func() error { _, err := net.Listen("tcp", "127.0.0.1:0"); return err },
		"start a program":          func() error { return exec.Command("/bin/true").Run() },
		"become a program":         func() error { return syscall.Exec("/bin/true", []string{"true"}, nil) },
		"look into the parent":     func() error { return unix.PtraceAttach(pid) },
		"signal the parent":        func() error { return syscall.Kill(pid, 0) },
		"make an io_uring":         func() error { _, _, e := unix.Syscall(unix.SYS_IO_URING_SETUP, 1, 0, 0); return nonzero(e) },
		"copy itself": func() error {
			_, _, e := unix.RawSyscall(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0)
			return nonzero(e)
		},
		"read the parent's memory": func() error { _, err := unix.ProcessVMReadv(pid, nil, nil, 0); return err },
		"mount":                    func() error { return unix.Mount("none", outside, "tmpfs", 0, "") },
		"allow itself core dumps":  func() error { return unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{Cur: 1, Max: 1}) },
	}
}

func nonzero(e syscall.Errno) error {
	if e == 0 {
		return nil
	}
	return e
}

// probe confines the process, and prints what each attempt gave, and what must still work.
func probe(scratch string, args []string) {
	missing := observe.Confine(scratch, 0)
	result := map[string]string{}
	for name, do := range attempts(args) {
		if err := do(); err != nil {
			result[name] = err.Error()
		}
	}
	if err := os.WriteFile(filepath.Join(scratch, "x"), []byte("y"), 0o600); err != nil {
		result["write to the scratch directory"] = err.Error()
	}
	_ = json.NewEncoder(os.Stdout).Encode(struct {
		Missing []string
		Failed  map[string]string
	}{missing, result})
}

// A confined process cannot get out of it, for real.
func TestConfine(t *testing.T) {
	t.Parallel()
	if abi, err := landlocksys.LandlockGetABIVersion(); err != nil {
		t.Skipf("this kernel has no Landlock (%v): the process is separate, and not confined", err)
	} else if abi < 6 {
		t.Logf("this kernel has Landlock's ABI %d; what it lacks, seccomp forbids", abi)
	}
	outside, scratch := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "kept"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	socket := filepath.Join(outside, "s")
	local, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer local.Close()
	p := self(t, probeWord, scratch, outside, tcp.Addr().String(), socket, strconv.Itoa(os.Getpid()))
	cmd := exec.Command(p.Path, p.Args[1:]...)
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		errors.As(err, &exit)
		t.Fatalf("%v: %s", err, exit.Stderr)
	}
	var got struct {
		Missing []string
		Failed  map[string]string
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if len(got.Missing) > 0 {
		t.Skipf("this system does without %q", got.Missing)
	}
	for name := range attempts([]string{"", "", "", ""}) {
		if got.Failed[name] == "" {
			t.Errorf("a confined process can %s", name)
		}
	}
	if why := got.Failed["write to the scratch directory"]; why != "" {
		t.Errorf("a confined process cannot write to the scratch directory: %s", why)
	}
}
