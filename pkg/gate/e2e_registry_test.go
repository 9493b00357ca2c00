//go:build e2e

package gate_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/policy"
)

// The reference implementation of the registry (distribution) takes what is clean and hears nothing of what is not.
func TestDistributionRegistry(t *testing.T) {
	host, log := startDistribution(t)
	for _, format := range []string{"docker", "docker-oci", "oci", "oci-dir"} {
		for _, c := range []imagetest.Compression{imagetest.None, imagetest.Gzip, imagetest.Zstd} {
			t.Run(format+" "+string(c), func(t *testing.T) {
				repo := host + "/team/" + format + "-" + string(c) + "x"
				result, err := inspect(context.Background(), t, config(t, write(t, format, lodash(repaired, c, "")), repo+":1"))
				if err != nil {
					t.Fatal(err)
				}
				defer result.Close()
				if err := result.Promote(context.Background()); err != nil {
					t.Fatal(err)
				}
				digest := result.Report.Image.Digest
				base := "http://" + host + "/v2/team/" + format + "-" + string(c) + "x/"
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
		if strings.Contains(log.String(), "team/blocked") {
			t.Error("the registry's log names the blocked image")
		}
	})
}

// startDistribution starts Debian's docker-registry on a free port.
func startDistribution(t *testing.T) (host string, log *buffer) {
	t.Helper()
	program, err := exec.LookPath("docker-registry")
	if err != nil {
		t.Fatal("there is no docker-registry: apt-get install docker-registry")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host = listener.Addr().String()
	listener.Close()
	dir := t.TempDir()
	configFile := filepath.Join(dir, "config.yml")
	text := fmt.Sprintf("version: 0.1\nlog: {level: debug}\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: %s}\n", filepath.Join(dir, "data"), host)
	if err := os.WriteFile(configFile, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	log = &buffer{}
	cmd := exec.Command(program, "serve", configFile)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	for range 100 {
		if resp, err := http.Get("http://" + host + "/v2/"); err == nil {
			resp.Body.Close()
			return host, log
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("docker-registry does not answer:\n%s", log)
	return
}

// buffer is a bytes.Buffer that may be read while it is written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
