package inventory

import (
	"bytes"
	"iter"
	"path"
	"regexp"
	"strings"

	"github.com/layergate/layergate/pkg/layerfs"
)

// This file gives syft's parser the packages of a dpkg database that are installed. The parser goes by what is wanted,
// the first word of Status, where what counts is the state, the third (dpkg-query(1), "Status").

// dpkgDatabase are the paths of the files that hold what dpkg and opkg know of packages.
var dpkgDatabase = regexp.MustCompile(`/lib/[do]pkg/(?:status(?:\.d/[^/]+)?|info/[^/]+\.control)$`)

func isDpkgDatabase(name string) bool {
	return strings.Contains(name, "pkg/") && dpkgDatabase.MatchString(name)
}

// dpkgUpdate are the names of the files in dpkg's directory updates that stand for a package's newest state until dpkg next
// writes its status file.
var dpkgUpdate = regexp.MustCompile(`^[0-9]+$`)

// dpkgUpdates lists the updates in a directory, the oldest first.
func dpkgUpdates(v layerfs.View, dir string) []layerfs.File {
	top, ok := v.Stat(dir)
	if !ok {
		return nil
	}
	var out []layerfs.File
	for f := range v.Below(top.Path) {
		if f.Type == layerfs.Regular && path.Dir(f.Path) == top.Path && dpkgUpdate.MatchString(path.Base(f.Path)) {
			out = append(out, f)
		}
	}
	return out
}

// installed rewrites a dpkg database: packages that updates hold replace those of the status file, packages that are not
// installed or of which only configuration files are left are taken out, and all others are selected for installation.
// A package without a state, as in distroless images, is installed.
func installed(status []byte, updates ...[]byte) []byte {
	newest := map[string][]byte{}
	var order []string
	for _, u := range updates {
		for p := range paragraphs(u) {
			id := dpkgIdentity(p)
			if newest[id] == nil {
				order = append(order, id)
			}
			newest[id] = p
		}
	}
	var out []byte
	for p := range paragraphs(status) {
		if newest[dpkgIdentity(p)] == nil {
			out = appendInstalled(out, p)
		}
	}
	for _, id := range order {
		out = appendInstalled(out, newest[id])
	}
	return out
}

// paragraphs goes through the paragraphs of a control file (deb822(5)), without the empty lines between them.
func paragraphs(control []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		start := 0
		for at := 0; at < len(control); {
			end := at + len(control[at:])
			if i := bytes.IndexByte(control[at:], '\n'); i >= 0 {
				end = at + i + 1
			}
			if control[at] == '\n' {
				if at > start && !yield(control[start:at]) {
					return
				}
				start = end
			}
			at = end
		}
		if start < len(control) {
			yield(control[start:])
		}
	}
}

// appendInstalled adds a paragraph to a database unless its package is not installed.
func appendInstalled(out, paragraph []byte) []byte {
	start := len(out)
	inStatus := false
	for line := range bytes.Lines(paragraph) {
		if inStatus && (line[0] == ' ' || line[0] == '\t') {
			continue
		}
		name, value, ok := field(line)
		if inStatus = ok && strings.EqualFold(name, "Status"); !inStatus {
			out = append(out, line...)
			continue
		}
		state := "installed"
		if words := strings.Fields(value); len(words) == 3 {
			state = words[2]
		}
		if state == "not-installed" || state == "config-files" {
			return out[:start]
		}
		out = append(out, "Status: install ok "+state+"\n"...)
	}
	if out[len(out)-1] != '\n' {
		out = append(out, '\n') // the parser drops a last line that does not end
	}
	return append(out, '\n')
}

// dpkgIdentity is what dpkg tells packages apart by.
func dpkgIdentity(paragraph []byte) string {
	var id [2]string
	for line := range bytes.Lines(paragraph) {
		name, value, _ := field(line)
		for i, known := range []string{"Package", "Architecture"} {
			if strings.EqualFold(name, known) {
				id[i] = value
			}
		}
	}
	return id[0] + ":" + id[1]
}

// field splits the first line of a field.
func field(line []byte) (name, value string, ok bool) {
	if line[0] == ' ' || line[0] == '\t' {
		return "", "", false
	}
	name, value, ok = strings.Cut(string(line), ":")
	return strings.TrimSpace(name), strings.TrimSpace(value), ok
}

// controlMembers are the parts of a Debian package beside its control file (deb-control(5) and dpkg's info directory).
var controlMembers = []string{
	".list", ".conffiles", ".md5sums", ".preinst", ".postinst", ".prerm", ".postrm", ".triggers", ".shlibs", ".symbols",
	".copyright", ".config", ".templates",
}

// isControlMember tells whether a file beside the packages of a distroless image's database is none of them.
func isControlMember(name string) bool {
	for _, ext := range controlMembers {
		if path.Base(path.Dir(name)) == "status.d" && strings.HasSuffix(name, ext) {
			return true
		}
	}
	return false
}

// dpkgList reads which files a package had by dpkg's own list, which also names those that have no checksum.
func (s *scan) dpkgList(v layerfs.View, f *found) []string {
	db := f.primary()[0].Path
	dir := path.Dir(db)
	if path.Base(dir) != "status.d" {
		dir = path.Join(dir, "info")
	}
	for _, name := range []string{f.Name + ":" + f.Arch, f.Name} {
		list, ok := v.Stat(path.Join(dir, name+".list"))
		if !ok || list.Type != layerfs.Regular {
			continue
		}
		if raw, err := readAll(v, list); err == nil {
			return strings.FieldsFunc(string(raw), func(r rune) bool { return r == '\n' })
		}
	}
	return nil
}
