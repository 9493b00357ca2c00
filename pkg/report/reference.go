package report

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/layergate/layergate/pkg/safetext"
)

// subjectName stands for a name where a subject has none.
func (r *Report) subjectName() string {
	if r.onlyManifests() {
		return "manifests"
	}
	return "image"
}

// reference is an image's name taken apart, as far as it has these parts.
type reference struct {
	repository string
	tag        string
}

// reference takes the image's name apart. An image without a name is called by the last element of its source, so
// that the same archive has the same name on every machine.
func (r *Report) reference() reference {
	name, _, _ := strings.Cut(r.image().Name, "@")
	if r.onlyManifests() {
		name = path.Base(strings.ReplaceAll(r.Manifests.Source, `\`, "/"))
	} else if name == "" {
		source := r.image().Source
		if scheme, rest, ok := strings.Cut(source, ":"); ok && isScheme(scheme) {
			source = rest
		}
		source, _, _ = strings.Cut(source, "@")
		name = path.Base(strings.ReplaceAll(source, `\`, "/"))
	}
	if name == "." || name == ".." || name == "/" {
		name = r.subjectName()
	}
	ref := reference{repository: name}
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		ref.repository, ref.tag = name[:i], name[i+1:]
	}
	if ref.repository == "" {
		ref.repository = r.subjectName()
	}
	return ref
}

func isScheme(s string) bool {
	switch s {
	case "docker-archive", "oci-archive", "oci-dir", "docker", "registry", "context":
		return true
	}
	return false
}

// slug is the repository as a relative URI path without a colon, empty segments or dots that lead elsewhere. It is the
// same for every tag.
func (r *Report) slug() string {
	return relativeURI(strings.ReplaceAll(r.reference().repository, ":", "-"))
}

// relativeURI makes one relative URI reference of path segments: no scheme, no authority, no way up, never empty, and
// nothing but unreserved characters between its slashes. Decoded it is the very path, white space included, with what else has no
// glyph spelled out: readers show what they decode.
func relativeURI(paths ...string) string {
	var segments []string
	for _, p := range paths {
		for s := range strings.SplitSeq(p, "/") {
			if s = spelledOut(s); s != "" && s != "." && s != ".." {
				segments = append(segments, escapeSegment(s))
			}
		}
	}
	if len(segments) == 0 {
		return "image"
	}
	return strings.Join(segments, "/")
}

// spelledOut is a name in which everything but white space can be seen.
func spelledOut(name string) string {
	var b strings.Builder
	for name != "" {
		r, n := utf8.DecodeRuneInString(name)
		if unicode.IsSpace(r) {
			b.WriteString(name[:n])
		} else {
			b.WriteString(safetext.Escape(name[:n]))
		}
		name = name[n:]
	}
	return b.String()
}

// escapeSegment percent-encodes what may not stand in a URI's path segment, the colon included, which would make a
// scheme of the first segment (RFC 3986, section 4.2).
func escapeSegment(s string) string {
	const plain = "-._~@+,="
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(plain, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.Write([]byte{'%', digits[c>>4], digits[c&15]})
	}
	return b.String()
}
