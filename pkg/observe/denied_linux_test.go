package observe

import (
	"testing"

	"github.com/elastic/go-seccomp-bpf/arch"
	"github.com/google/go-cmp/cmp"
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
