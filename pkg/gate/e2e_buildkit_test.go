//go:build e2e

package gate_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// writeWithBuildKit has a BuildKit daemon build an image, and write it in each form that it has for images.
func writeWithBuildKit(t *testing.T, w workplace) map[string]written {
	daemon := os.Getenv("LAYERGATE_TEST_BUILDKITD")
	if daemon == "" {
		t.Skip("LAYERGATE_TEST_BUILDKITD names no BuildKit daemon to test with")
	}
	if _, err := exec.LookPath("buildctl"); err != nil {
		t.Skip("there is no buildctl, which .ci/e2e builds for the daemon that it starts")
	}
	context := filepath.Join(w.dir, "context")
	if err := os.Mkdir(context, 0o755); err != nil {
		t.Fatal(err)
	}
	for file, body := range map[string]string{
		"package.json": `{"name": "lodash", "version": "` + repaired + `"}`,
		"Dockerfile":   "FROM scratch\nCOPY package.json /app/node_modules/lodash/\nCOPY Dockerfile /Dockerfile\nUSER 65532:65532\n",
	} {
		if err := os.WriteFile(filepath.Join(context, file), []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out := map[string]written{}
	for name, tt := range map[string]struct {
		output string
		opts   []string
		image  written
	}{
		"docker":       {output: "type=docker,name=registry.example/team/app:1"},
		"oci":          {output: "type=oci"},
		"two-names":    {output: `type=oci,"name=registry.example/team/app:1,registry.example/team/app:2"`},
		"directory":    {output: "type=oci,tar=false"},
		"docker-types": {output: "type=oci,oci-mediatypes=false"},
		"zstd":         {output: "type=oci,compression=zstd,force-compression=true", image: written{notCrane: true}},
		"estargz":      {output: "type=oci,compression=estargz,force-compression=true"},
		"uncompressed": {output: "type=oci,compression=uncompressed,force-compression=true", image: written{notCrane: true}},
		"rewritten":    {output: "type=oci,rewrite-timestamp=true", opts: []string{"--opt", "build-arg:SOURCE_DATE_EPOCH=86400"}},
		"platforms":    {output: "type=oci", opts: []string{"--opt", "platform=linux/amd64,linux/arm/v7"}},
		"attested":     {output: "type=oci", opts: []string{"--opt", "attest:provenance=mode=max"}},
		"attested-old": {output: "type=oci,oci-artifact=false", opts: []string{"--opt", "attest:provenance=mode=max,version=v0.2"}, image: written{notCrane: true}},
		"pushed":       {output: "type=image,push=true,registry.insecure=true,name=" + w.registry + "/built/app:1", image: written{source: "registry:" + w.registry + "/built/app:1"}},
	} {
		image, told := tt.image, filepath.Join(w.dir, name+".json")
		if image.source == "" {
			image.source = filepath.Join(w.dir, name)
			tt.output += ",dest=" + image.source
		}
		if !strings.Contains(tt.output, "compression=") { // or the layers are those of an earlier build, however it compressed them
			tt.output += ",compression=gzip,force-compression=true"
		}
		runs(t, "buildctl", append([]string{"--addr", daemon, "build", "--frontend", "dockerfile.v0", "--local", "context=" + context, "--local", "dockerfile=" + context,
			"--metadata-file", told, "--output", tt.output}, tt.opts...)...)
		image.digest = builtDigest(t, told)
		out[name] = image
	}
	return out
}

// builtDigest is the digest of what was built, as BuildKit tells it.
func builtDigest(t *testing.T, file string) string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var told struct {
		Digest string `json:"containerimage.digest"`
	}
	if err := json.Unmarshal(raw, &told); err != nil || told.Digest == "" {
		t.Fatalf("BuildKit tells no digest: %v\n%s", err, raw)
	}
	return told.Digest
}
