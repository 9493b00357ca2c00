package inventory

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/regex"
)

// This file gives syft's parser the packages of a dpkg database that are installed. The parser goes by what is wanted,
// the first word of Status, where what counts is the state, the third (dpkg-query(1), "Status").

// dpkgDatabase are the paths of the files that hold what dpkg and opkg know of packages.
var dpkgDatabase = regex.New(`/lib/[do]pkg/(?:status(?:\.d/[^/]+)?|info/[^/]+\.control)$`)

func isDpkgDatabase(name string) bool {
	return strings.Contains(name, "pkg/") && dpkgDatabase.MatchString(name) && !isControlMember(name)
}

// dpkgUpdate are the names of the files in dpkg's directory updates that stand for a package's newest state until
// dpkg next writes its status file.
var dpkgUpdate = regex.New(`^[0-9]+$`)

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

// installed rewrites a dpkg database: packages that updates hold replace those of the status file, packages that are
// not installed or of which only configuration files are left are taken out, and all others are selected for
// installation. A package without a state, as in distroless images, is installed. One that does not say what it is,
// is an error: nobody would know what the rest of its paragraph was about. remains tells whether the files of a
// package that is said not to be installed are there all the same, which makes it one that is.
func installed(status []byte, remains func(paragraph) bool, updates ...[]byte) ([]byte, error) {
	newest := map[string]paragraph{}
	var order []string
	for _, u := range updates {
		for p := range paragraphs(u) {
			id := p.identity()
			if newest[id] == nil {
				order = append(order, id)
			}
			newest[id] = p
		}
	}
	var out []byte
	var err error
	for p := range paragraphs(status) {
		if newest[p.identity()] == nil && err == nil {
			out, err = p.appendInstalled(out, remains)
		}
	}
	for _, id := range order {
		if err == nil {
			out, err = newest[id].appendInstalled(out, remains)
		}
	}
	return out, err
}

// appendInstalled adds a paragraph to a database unless its package is not installed.
func (p paragraph) appendInstalled(out []byte, remains func(paragraph) bool) ([]byte, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	var state string
	if words := strings.Fields(p.value("Status")); len(words) == 3 {
		state = strings.ToLower(words[2])
	}
	if state == "not-installed" || state == "config-files" {
		if !remains(p) {
			return out, nil
		}
		state = "installed"
	}
	for _, name := range []string{"Package", "Version"} {
		if p.value(name) == "" {
			return nil, fmt.Errorf("a package is listed without the field %s", name)
		}
	}
	for i, f := range p {
		switch {
		case p[:i].count(f.name) > 0 && isSimple(f.name): // the parser refuses a field that is there twice
		case strings.EqualFold(f.name, "Status"):
			out = append(out, "Status: install ok "+cmp.Or(state, "installed")+"\n"...)
		default:
			out = append(out, f.lines...)
		}
	}
	return append(out, '\n'), nil
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

// dpkgList reads which files a package had by dpkg's own list, which also names those that have no checksum, or by
// opkg's. In a directory status.d, a package's list of checksums may be called like its record, which need not be
// called like the package.
func (s *scan) dpkgList(v layerfs.View, f *found) []string {
	at, ok := dpkgListFile(v, f.primary()[0].Path, f.Name, f.Arch)
	if !ok {
		return nil
	}
	return dpkgListed(v, at)
}

// dpkgListed reads such a list.
func dpkgListed(v layerfs.View, at string) []string {
	names := listIn(v, at)
	for i, line := range names {
		if path.Ext(at) == ".md5sums" {
			_, line, _ = strings.Cut(line, "  ")
			names[i] = path.Join("/", line)
			continue
		}
		names[i], _, _ = strings.Cut(line, "\t") // opkg adds the mode
	}
	return names
}

// dpkgListFile finds the list of a package that a database has by its name and its architecture.
func dpkgListFile(v layerfs.View, db, name, arch string) (string, bool) {
	dir, record := path.Dir(db), path.Base(db)
	if record == "status" {
		dir = path.Join(dir, "info")
	}
	lists := []string{name + ":" + arch + ".list", name + ".list"}
	if path.Base(dir) == "status.d" {
		lists = append(lists, record+".md5sums")
	}
	for _, list := range lists {
		at := path.Join(dir, list)
		if f, ok := v.Stat(at); ok && f.Type == layerfs.Regular && f.Size > 0 {
			return at, true
		}
	}
	return "", false
}

// hasFiles returns what tells whether a package that a database says is not installed has files all the same that
// the list of a layer names. Once dpkg has removed a package, its list has no more than its configuration
// (dpkg(1), "config-files"). Where a lower layer has the list, the package was recorded there.
func (r *resolver) hasFiles(db, access string) func(paragraph) bool {
	root := rootOf(db, access)
	return func(p paragraph) bool {
		at, ok := dpkgListFile(r.view, db, p.value("Package"), p.value("Architecture"))
		if !ok {
			return false
		}
		if list, ok := r.view.Stat(at); !ok || !r.view.Added(list) {
			return false
		}
		configuration := strings.Fields(p.value("Conffiles"))
		for _, name := range dpkgListed(r.view, at) {
			f, ok := r.view.Lstat(within(root, name))
			if ok && f.Type == layerfs.Regular && (f.Executable() || !isLeftBehind(name)) && !slices.Contains(configuration, name) {
				return true
			}
		}
		return false
	}
}

// listIn reads the lines of a list of files; there are none where there is no list.
func listIn(v layerfs.View, name string) []string {
	list, ok := v.Stat(name)
	if !ok || list.Type != layerfs.Regular {
		return nil
	}
	raw, err := readAll(v, list)
	if err != nil {
		return nil // the tree remembers why
	}
	return strings.FieldsFunc(string(raw), func(r rune) bool { return r == '\n' })
}
