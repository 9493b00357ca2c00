//go:build e2e

package registry_test

import (
	"os/exec"
	"testing"

	"github.com/layergate/layergate/pkg/registrytest"
)

// Registries that others wrote keep what is pushed, as the one of the other tests does: the reference implementation (distribution) in the
// version 2.8 of Debian and in version 3, and zot.
func TestConformanceOfPrograms(t *testing.T) {
	for _, tt := range []struct {
		program string
		conforming
		optional bool // .ci/setup and .ci/e2e do not install it
	}{
		{program: "docker-registry", conforming: conforming{reuses: true}},
		{program: "registry", conforming: conforming{reuses: true, resumes: true}},
		{program: "zot", conforming: conforming{referrers: true, reuses: true}, optional: true},
	} {
		t.Run(tt.program, func(t *testing.T) {
			t.Parallel()
			path, err := exec.LookPath(tt.program)
			switch {
			case err != nil && tt.optional:
				t.Skipf("there is no %s in PATH: it is tried by hand", tt.program)
			case err != nil:
				t.Fatalf("there is no %s, which .ci/setup and .ci/e2e install: %v", tt.program, err)
			}
			program, err := registrytest.Run(path, t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { program.Close() })
			tt.host = program.Host
			tt.test(t)
		})
	}
}
