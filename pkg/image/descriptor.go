package image

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/fault"
)

// checkData refuses descriptors whose embedded content is not that of their digest (OCI image specification, "Content
// Descriptors", data): some readers take it instead of the blob.
func checkData(descriptors ...v1.Descriptor) error {
	for _, d := range descriptors {
		if d.Data == nil {
			continue
		}
		if got := digestOf(d.Data); got != d.Digest {
			return fmt.Errorf("the descriptor of %s embeds other content, with the digest %s", d.Digest, got)
		}
	}
	return nil
}

// subject lists the descriptor of what a manifest refers to, where it does.
func subject(d *v1.Descriptor) []v1.Descriptor {
	if d == nil {
		return nil
	}
	return []v1.Descriptor{*d}
}

// ChunkedPrefixes are those of the annotations by which a zstd:chunked layer has a table of contents: of Podman today, and of Podman
// 4.3 and nerdctl image convert.
func ChunkedPrefixes() []string {
	return []string{"io.github.containers.zstd-chunked.", "io.containers.zstd-chunked."}
}

// tableAnnotations are those that lead a runtime to a layer's table of contents.
func tableAnnotations() []string {
	out := []string{"containerd.io/snapshot/stargz/toc.digest"}
	for _, prefix := range ChunkedPrefixes() {
		out = append(out, prefix+"manifest-checksum", prefix+"manifest-position", prefix+"tarsplit-checksum", prefix+"tarsplit-position")
	}
	return out
}

// tablesOf is what annotations say of tables of contents, as text; empty where they say nothing.
func tablesOf(annotations map[string]string) string {
	var out strings.Builder
	for _, key := range tableAnnotations() {
		if value, ok := annotations[key]; ok {
			fmt.Fprintf(&out, "%s=%q ", key, value)
		}
	}
	return out.String()
}

// checkLazy refuses annotations by which a runtime takes the files of an image from something else than its layers'
// tars. The tables of contents of eStargz and zstd:chunked layers are compared with the tars by pkg/layerfs.
func checkLazy(annotations map[string]string) error {
	known := tableAnnotations()
	for _, key := range slices.Sorted(maps.Keys(annotations)) {
		if slices.Contains(known, key) {
			continue
		}
		for _, prefix := range append(ChunkedPrefixes(), "containerd.io/snapshot/", "com.amazon.soci.") {
			if strings.HasPrefix(key, prefix) {
				return fault.WithHint(
					fmt.Errorf("the annotation %q lets runtimes take files from elsewhere than the layers, which cannot be scanned", key),
					"scan and push the image before it is converted for lazy pulling; of such forms eStargz and zstd:chunked can be scanned")
			}
		}
	}
	return nil
}
