//go:build e2e

package gate_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/layergate/layergate/pkg/imagetest"
)

// workplace is what programs that write images work with.
type workplace struct {
	dir      string // empty
	registry string
	image    string // in the registry, for two platforms
	digest   string // its digest
}

// written is an image that a program wrote.
type written struct {
	source string // where Layergate finds it
	digest string // what its digest has to be; empty where only the program knows
	// notCrane is set where crane cannot read the image back: it takes all layers for gzip's, and attestations for images.
	notCrane bool
}

// Images that other programs write, in each of their forms, are read whole and move on to the registry, where others find them whole.
func TestWriters(t *testing.T) {
	for _, tt := range []struct {
		program string
		write   func(*testing.T, workplace) map[string]written
	}{
		{program: "crane", write: writeWithCrane},
		{program: "umoci", write: writeWithUmoci},
		{program: "oras", write: writeWithORAS},
		{program: "buildctl", write: writeWithBuildKit},
	} {
		t.Run(tt.program, func(t *testing.T) {
			w := workplace{dir: t.TempDir(), registry: startRegistry(t, "docker-registry").Host}
			w.image = w.registry + "/team/image:1"
			images := []imagetest.Image{lodash(repaired, imagetest.Gzip, "linux/amd64"), lodash(repaired, imagetest.Gzip, "linux/arm64")}
			w.digest = promote(t.Context(), t, config(t, write(t, "oci", images...), w.image))
			for name, image := range tt.write(t, w) {
				t.Run(name, func(t *testing.T) {
					to := w.registry + "/team/" + name
					digest := promote(t.Context(), t, anyCoverage(config(t, image.source, to+":1")))
					if image.digest != "" && digest != image.digest {
						t.Errorf("%s was pushed, and %s written", digest, image.digest)
					}
					if !image.notCrane {
						runs(t, "crane", "validate", "--remote", to+"@"+digest)
					}
					runs(t, "skopeo", "copy", "--all", "--preserve-digests", "--src-tls-verify=false", "docker://"+to+"@"+digest, "dir:"+t.TempDir())
				})
			}
		})
	}
}

func writeWithCrane(t *testing.T, w workplace) map[string]written {
	out := map[string]written{}
	for format, digest := range map[string]string{"tarball": "", "legacy": "", "oci": w.digest} {
		path := filepath.Join(w.dir, format)
		runs(t, "crane", "pull", "--insecure", "--format", format, w.image, path)
		out[format] = written{source: path, digest: digest}
	}
	return out
}

func writeWithUmoci(t *testing.T, w workplace) map[string]written {
	motd := filepath.Join(w.dir, "motd")
	if err := os.WriteFile(motd, []byte("hello\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	layout := filepath.Join(w.dir, "layout")
	runs(t, "umoci", "init", "--layout", layout)
	runs(t, "umoci", "new", "--image", layout+":1")
	runs(t, "umoci", "insert", "--image", layout+":1", motd, "/etc/motd")
	runs(t, "umoci", "config", "--image", layout+":1", "--config.user", "65532:65532")
	return map[string]written{"layout": {source: layout}}
}

func writeWithORAS(t *testing.T, w workplace) map[string]written {
	sbom := filepath.Join(w.dir, "sbom.json")
	if err := os.WriteFile(sbom, []byte(`{"spdxVersion":"SPDX-2.3"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	runs(t, "oras", "attach", "--plain-http", "--disable-path-validation", "--artifact-type", "application/spdx+json", w.image, sbom+":application/spdx+json")
	out := map[string]written{}
	for name, flags := range map[string][]string{"alone": nil, "with-referrers": {"--recursive"}} {
		layout := filepath.Join(w.dir, name)
		runs(t, "oras", append([]string{"copy", "--from-plain-http", "--to-oci-layout", w.image, layout + ":1"}, flags...)...)
		out[name] = written{source: layout, digest: w.digest}
	}
	return out
}
