package observe

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"github.com/landlock-lsm/go-landlock/landlock"
	landlocksys "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// confine takes from this process, for good, what reading an image does not need: files but for the scratch directory
// and what is open already, the network, other programs, and memory past a limit of bytes (0 for none). It returns one
// line for each protection that the system does not have; the process goes on without it, and is separate all the same.
func confine(scratch string, memory int64) []string {
	var missing []string
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"limits of memory and core dumps", func() error { return limitResources(memory) }},
		{"Landlock", func() error { return restrictFiles(scratch) }},
		{"seccomp", denySyscalls},
	} {
		if err := step.do(); err != nil {
			missing = append(missing, fmt.Sprintf("%s: %v", step.name, err))
		}
	}
	return missing
}

// limitResources bounds the memory that the process can write to (RLIMIT_DATA, setrlimit(2)) and forbids core dumps,
// which would hold the image's content.
func limitResources(memory int64) error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return err
	}
	if memory <= 0 {
		return nil
	}
	limit := uint64(memory)
	return unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: limit, Max: limit})
}

// restrictFiles leaves the scratch directory as the only one in which files can be opened, and forbids TCP, Unix
// sockets and signals to other processes, as far as the kernel's Landlock does.
func restrictFiles(scratch string) error {
	switch abi, err := landlocksys.LandlockGetABIVersion(); {
	case err != nil:
		return fmt.Errorf("this kernel does not have it, or it is turned off: %w", err)
	case abi < 1:
		return errors.New("this kernel has none of its versions")
	}
	return landlock.V9.BestEffort().Restrict(landlock.RWDirs(scratch))
}

// denySyscalls makes the kernel refuse what Landlock leaves open: every kind of socket, other processes, and interfaces
// of the kernel that have often been a way out.
func denySyscalls() error {
	info, err := arch.GetInfo("")
	if err != nil {
		return err
	}
	return seccomp.LoadFilter(seccomp.Filter{NoNewPrivs: true, Flag: seccomp.FilterFlagTSync, Policy: filterOn(info)})
}

// filterOn refuses some system calls of a processor, allows all others of it that are known, and refuses the rest: those by the numbers of another
// processor, such as programs of 32 bits use, would be a way around it.
func filterOn(info *arch.Info) seccomp.Policy {
	denied, _ := deniedOn(info)
	threads := seccomp.NameWithConditions{ // and no processes
		Name: "clone", Conditions: seccomp.ArgumentConditions{{Operation: seccomp.BitsSet, Value: unix.CLONE_THREAD}},
	}
	allowed := slices.DeleteFunc(slices.Sorted(maps.Keys(info.SyscallNames)), func(name string) bool {
		return name == threads.Name || slices.Contains(denied, name)
	})
	return seccomp.Policy{
		DefaultAction: seccomp.ActionErrno,
		Syscalls: []seccomp.SyscallGroup{
			// As on a kernel without the call: the C library then starts threads by clone instead of clone3.
			{Action: seccomp.ActionErrno | seccomp.Action(unix.ENOSYS), Names: denied},
			// The condition comes last: it leaves nothing behind that a further group could compare.
			{Action: seccomp.ActionAllow, Names: allowed, NamesWithCondtions: []seccomp.NameWithConditions{threads}},
		},
	}
}

// deniedOn lists the system calls that are refused on a processor, and those that its kernels do not have.
func deniedOn(info *arch.Info) (denied, absent []string) {
	for _, name := range []string{
		"socket", "socketpair", "connect", "bind", "listen", "accept", "accept4", "sendto", "sendmsg", "sendmmsg",
		"execve", "execveat", "fork", "vfork", "clone3",
		"ptrace", "process_vm_readv", "process_vm_writev", "kill", "pidfd_open", "pidfd_getfd", "pidfd_send_signal",
		"io_uring_setup", "io_uring_enter", "io_uring_register", "bpf", "perf_event_open", "userfaultfd", "keyctl", "add_key", "request_key",
		"mount", "umount2", "pivot_root", "chroot", "unshare", "setns", "open_by_handle_at", "init_module", "finit_module", "kexec_load",
	} {
		if _, ok := info.SyscallNames[name]; ok {
			denied = append(denied, name)
		} else {
			absent = append(absent, name)
		}
	}
	return denied, absent
}
