//go:build e2e

package gate_test

import (
	"context"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/registrytest"
)

// registries are programs of the reference implementation (distribution): of version 2.8, as Debian has it, and of version 3.
func registries() []string { return []string{"docker-registry", "registry"} }

// Registries take what is clean and hear nothing of what is not, and the clients that others wrote find the image whole that was scanned.
func TestDistributionRegistry(t *testing.T) {
	for _, program := range registries() {
		t.Run(program, func(t *testing.T) { testRegistry(t, program) })
	}
}

func testRegistry(t *testing.T, program string) {
	server := startRegistry(t, program)
	host := server.Host
	for _, format := range []string{"docker", "docker-oci", "oci", "oci-dir"} {
		for _, c := range []imagetest.Compression{imagetest.None, imagetest.Gzip, imagetest.Zstd} {
			images := []imagetest.Image{lodash(repaired, c, "")}
			if strings.HasPrefix(format, "oci") {
				images = []imagetest.Image{lodash(repaired, c, "linux/amd64"), lodash(repaired, c, "linux/arm64")}
			}
			t.Run(format+" "+string(c), func(t *testing.T) {
				name := "team/" + format + "-" + string(c) + "x"
				repo := host + "/" + name
				result, err := inspect(context.Background(), t, config(t, write(t, format, images...), repo+":1"))
				if err != nil {
					t.Fatal(err)
				}
				defer result.Close()
				if err := result.Promote(context.Background()); err != nil {
					t.Fatal(err)
				}
				digest := result.Report.Image.Digest
				base := "http://" + host + "/v2/" + name + "/"
				req, _ := http.NewRequest(http.MethodGet, base+"manifests/1", nil)
				req.Header.Set("Accept", result.Report.Image.MediaType)
				resp, err := http.DefaultClient.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				if got := resp.Header.Get("Docker-Content-Digest"); got != digest {
					t.Errorf("the tag has the digest %s, and %s was scanned", got, digest)
				}
				for _, l := range result.Report.Platforms[0].Layers {
					if got := imagetest.Digest(get(t, base+"blobs/"+l.Digest)).String(); got != l.Digest {
						t.Errorf("layer %d has the content of %s", l.Index, got)
					}
				}
				// crane recomputes digests and diff IDs, and takes all layers for gzip's. Uncompressed ones of docker save are pushed so.
				if c == imagetest.Gzip || c == imagetest.None && strings.HasPrefix(format, "docker") {
					runs(t, "crane", "validate", "--remote", repo+"@"+digest)
				}
				runs(t, "skopeo", "copy", "--all", "--preserve-digests", "--src-tls-verify=false", "docker://"+repo+"@"+digest, "dir:"+t.TempDir())
			})
		}
	}
	t.Run("blocked", func(t *testing.T) {
		result, err := inspect(context.Background(), t, config(t, write(t, "docker", lodash(vulnerable, imagetest.None, "")), host+"/team/blocked:1"))
		if err != nil {
			t.Fatal(err)
		}
		defer result.Close()
		if result.Report.Verdict.Outcome != policy.Blocked {
			t.Fatal("the image is not blocked")
		}
		if err := result.Promote(context.Background()); err == nil {
			t.Error("Promote() gives no error")
		}
		if strings.Contains(server.Log(), "team/blocked") {
			t.Error("the registry's log names the blocked image")
		}
	})
}

// runs calls a program that reads or writes an image, which has to succeed.
func runs(t *testing.T, program string, args ...string) {
	t.Helper()
	if out, err := exec.Command(installed(t, program), args...).CombinedOutput(); err != nil {
		t.Errorf("%s %s: %v\n%s", program, strings.Join(args, " "), err, out)
	}
}

// installed finds a program that .ci/setup or .ci/e2e installs.
func installed(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatalf("there is no %s, which .ci/setup and .ci/e2e install: %v", program, err)
	}
	return path
}

// startRegistry starts a registry on a free port.
func startRegistry(t *testing.T, name string) *registrytest.Program {
	t.Helper()
	program, err := registrytest.Run(installed(t, name), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { program.Close() })
	return program
}
