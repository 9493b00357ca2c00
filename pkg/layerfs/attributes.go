package layerfs

import (
	"archive/tar"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
)

// checkAttributes refuses the extended attributes by which an overlay file system shows other files than the layer
// holds (Linux, Documentation/filesystems/overlayfs.rst): some runtimes write them to disk, others leave them out.
func checkAttributes(h *tar.Header) error {
	for _, key := range slices.Sorted(maps.Keys(h.PAXRecords)) {
		name, ok := strings.CutPrefix(key, "SCHILY.xattr.")
		if !ok {
			if name, ok = strings.CutPrefix(key, "LIBARCHIVE.xattr."); !ok {
				continue
			}
			if plain, err := url.PathUnescape(name); err == nil {
				name = plain
			}
		}
		if steersOverlay(name) {
			return fault.WithHint(fmt.Errorf("%q has the attribute %s: runtimes differ about what it shows in the file's place", h.Name, name),
				"build the layer again with a tool that writes whiteouts, and not the attributes of the storage driver")
		}
	}
	return nil
}

// steersOverlay tells whether an attribute belongs to an overlay file system and is not known to leave alone what a
// file or directory shows.
func steersOverlay(name string) bool {
	for _, driver := range []string{"trusted.overlay.", "user.overlay.", "user.fuseoverlayfs.", "security.fuseoverlayfs."} {
		if rest, ok := strings.CutPrefix(name, driver); ok {
			return !slices.Contains([]string{"origin", "impure", "nlink", "upper", "uuid", "protattr"}, rest)
		}
	}
	return false
}

// checkGlobal refuses a header for all entries that follow it to say what they are: some readers of tars apply it, and
// those that runtimes use do not.
func checkGlobal(h *tar.Header) error {
	for _, key := range slices.Sorted(maps.Keys(h.PAXRecords)) {
		switch {
		case key == "path", key == "linkpath", key == "size", strings.HasPrefix(key, "GNU.sparse."):
			return fmt.Errorf("a global header sets %q for all entries, which readers of tars take in different ways", key)
		}
	}
	return checkAttributes(h)
}

// maxCapability is how many bytes of the attribute security.capability are kept: it has 24 at most.
const maxCapability = 64

// capability is the attribute security.capability of an entry, under the name by which runtimes take attributes from a tar.
func capability(h *tar.Header) string {
	value := h.PAXRecords["SCHILY.xattr.security.capability"]
	return strings.Clone(value[:min(len(value), maxCapability)])
}
