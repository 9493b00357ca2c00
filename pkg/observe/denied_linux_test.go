package observe

import (
	"encoding/binary"
	"testing"

	"github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// What is refused is refused on every processor that releases are for. Only calls that its kernels never had may be missing.
func TestDeniedOnEveryProcessor(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		info   *arch.Info
		absent []string
	}{
		{info: arch.X86_64},
		{info: arch.AARCH64, absent: []string{"fork", "vfork"}}, // they are clone there
	} {
		denied, absent := deniedOn(tt.info)
		if diff := cmp.Diff(tt.absent, absent); diff != "" {
			t.Errorf("%s: calls that are not refused (-want +got):\n%s", tt.info.Name, diff)
		}
		if _, ok := tt.info.SyscallNames["clone"]; !ok || len(denied) < 39 {
			t.Errorf("%s: refused are %q and no clone", tt.info.Name, denied)
		}
	}
}

// The filter lets pass what reading needs, and nothing by the numbers of another processor: those of 32 bits would be a way around it.
func TestFilter(t *testing.T) {
	t.Parallel()
	native, err := arch.GetInfo("")
	if err != nil {
		t.Fatal(err)
	}
	policy := filterOn(native)
	program, err := policy.Assemble()
	if err != nil {
		t.Fatal(err)
	}
	vm, err := bpf.NewVM(program)
	if err != nil {
		t.Fatal(err)
	}
	other := arch.I386
	if native.ID == arch.I386.ID {
		other = arch.ARM
	}
	const (
		allow   = uint32(seccomp.ActionAllow)
		absent  = uint32(seccomp.ActionErrno) | uint32(unix.ENOSYS)
		refused = uint32(seccomp.ActionErrno) | uint32(unix.EPERM)
	)
	for _, tt := range []struct {
		name string
		of   *arch.Info
		call int
		flag uint32 // the first argument
		want uint32
	}{
		{"reading", native, native.SyscallNames["read"], 0, allow},
		{"a thread", native, native.SyscallNames["clone"], unix.CLONE_THREAD | unix.CLONE_VM, allow},
		{"a process", native, native.SyscallNames["clone"], unix.CLONE_VM, refused},
		{"a socket", native, native.SyscallNames["socket"], 0, absent},
		{"a program", native, native.SyscallNames["execve"], 0, absent},
		{"a call that nobody knows", native, 1 << 20, 0, refused},
		{"reading as another processor", other, other.SyscallNames["read"], 0, refused},
		{"a socket of another processor", other, other.SyscallNames["socket"], 0, refused},
	} {
		// struct seccomp_data (seccomp(2)), in the byte order that the virtual machine reads.
		data := make([]byte, 64)
		binary.BigEndian.PutUint32(data[0:], uint32(tt.call))
		binary.BigEndian.PutUint32(data[4:], uint32(tt.of.ID))
		binary.BigEndian.PutUint32(data[16:], tt.flag) // its low half lies first on processors of little endian
		if got, err := vm.Run(data); err != nil || uint32(got) != tt.want {
			t.Errorf("%s: the filter answers %#x, %v, want %#x", tt.name, got, err, tt.want)
		}
	}
}
