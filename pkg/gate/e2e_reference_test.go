//go:build e2e

package gate_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/vulndb"
)

const (
	grypeModule = "github.com/anchore/grype/cmd/grype@v0.115.0"
	syftModule  = "github.com/anchore/syft/cmd/syft@v1.46.0"
)

// The reference: grype finds the same vulnerabilities in the same packages of the final file system, on a real Debian
// with Node, Python, Ruby, Java, PHP and Go content in layers that replace and remove each other's files.
func TestSameAsGrype(t *testing.T) {
	database := realDatabase(t)
	image := writeReference(t)
	want := runGrype(t, image, database)
	result := inspectReference(t, image, database)
	var got []string
	types := map[string]int{}
	for _, f := range result.Report.Findings {
		if f.Vulnerability != nil && f.State == finding.Visible {
			got = append(got, f.ID+" "+f.Vulnerability.Package.Name+" "+f.Vulnerability.Package.Version)
			types[f.Vulnerability.Package.Type]++
		}
	}
	slices.Sort(got)
	got = slices.Compact(got)
	t.Logf("%d matches, by type of package: %v", len(got), types)
	for _, typ := range []string{"deb", "npm", "python", "gem", "go-module", "php-composer"} {
		if types[typ] == 0 {
			t.Errorf("no finding in a package of type %s: the reference image proves nothing about it", typ)
		}
	}
	// There are no differences to explain; one that appears is a defect of one of the two. Where the image has a program in a package that
	// Debian did not make, there would be more here than from grype.
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("matches (-grype +layergate):\n%s", diff)
	}

	shadowed := 0
	for _, f := range result.Report.Findings {
		if f.Vulnerability != nil && f.State == finding.Shadowed {
			shadowed++
			if slices.Contains([]string{"minimist 0.0.8"}, f.Vulnerability.Package.Name+" "+f.Vulnerability.Package.Version) && f.Layer.Index != 1 {
				t.Errorf("%s in %s is attributed to layer %d, want 1", f.ID, f.Vulnerability.Package.Name, f.Layer.Index)
			}
		}
	}
	if shadowed == 0 {
		t.Error("no shadowed finding: the removed packages were not found")
	}
}

// The reference for what is in the layers: syft finds the same packages when it looks into every one of them, and each
// of ours in a layer where syft finds it, too. Only a program that was copied over a package's own is that package for syft,
// and so would be one in a vendor's package, of which the image has none.
func TestSameAsSyft(t *testing.T) {
	database := realDatabase(t)
	image := writeReference(t)
	layersOf := runSyft(t, image)
	result := inspectReference(t, image, database)
	got := map[string]bool{}
	const copiedOver = "binary busybox 1.30.1"
	for _, p := range result.Report.Platforms[0].Packages {
		key := p.Type + " " + p.Name + " " + p.Version
		if got[key] = true; key == copiedOver {
			continue
		}
		if id := result.Report.Platforms[0].Layers[p.Layer].DiffID; !slices.Contains(layersOf[key], id) {
			t.Errorf("%s at %s is attributed to layer %d, and syft finds it in %v", key, p.Path, p.Layer, layersOf[key])
		}
	}
	t.Logf("%d packages", len(got))
	if !got[copiedOver] {
		t.Errorf("%s is missing", copiedOver)
	}
	delete(got, copiedOver)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(layersOf)), slices.Sorted(maps.Keys(got))); diff != "" {
		t.Errorf("packages (-syft +layergate):\n%s", diff)
	}
}

// runSyft lists the packages of all layers as TYPE NAME VERSION, with the diff IDs of the layers that have them.
func runSyft(t *testing.T, image string) map[string][]string {
	t.Helper()
	syft := tool(t, "syft", syftModule)
	// Packages without a version are nothing to a matcher: grype drops them, and so does Layergate.
	env := append(os.Environ(), "SYFT_CHECK_FOR_APP_UPDATE=false", "SYFT_COMPLIANCE_MISSING_VERSION=drop")
	raw := run(t, "", env, syft, "scan", "oci-archive:"+image, "--scope", "all-layers", "-o", "syft-json")
	var doc struct {
		Artifacts []struct {
			Type, Name, Version string
			Locations           []struct{ LayerID string }
		}
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for _, a := range doc.Artifacts {
		key := a.Type + " " + a.Name + " " + a.Version
		for _, l := range a.Locations {
			out[key] = append(out[key], l.LayerID)
		}
	}
	return out
}

// tool finds a program, or builds it.
func tool(t *testing.T, name, module string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	bin := t.TempDir()
	run(t, "", append(os.Environ(), "GOBIN="+bin), "go", "install", module)
	return filepath.Join(bin, name)
}

func writeReference(t *testing.T) string {
	t.Helper()
	image := filepath.Join(t.TempDir(), "image.tar")
	files, err := imagetest.OCI(imagetest.Entry{Name: "reference:1", Images: []imagetest.Image{referenceImage(t)}})
	if err != nil {
		t.Fatal(err)
	}
	if err := files.WriteArchive(image, imagetest.None); err != nil {
		t.Fatal(err)
	}
	return image
}

func inspectReference(t *testing.T, image, database string) *gate.Result {
	t.Helper()
	cfg := config(t, image)
	cfg.Database = vulndb.Config{Sources: []vulndb.Source{vulndb.Path(database)}}
	cfg.MaxUnpacked = 4 << 30
	result, err := inspect(context.Background(), t, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { result.Close() })
	return result
}

// realDatabase is the path of a grype database of realistic content.
func realDatabase(t *testing.T) string {
	t.Helper()
	path := os.Getenv("LAYERGATE_TEST_VULNDB")
	if path == "" {
		t.Skip("no advisory database: name the archive of one, or a directory with one, in LAYERGATE_TEST_VULNDB")
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		found, _ := filepath.Glob(filepath.Join(path, "*.tar.zst"))
		if len(found) == 0 {
			t.Fatalf("LAYERGATE_TEST_VULNDB is %s, which holds no .tar.zst archive", path)
		}
		path = found[0]
	}
	return path
}

func runGrype(t *testing.T, image, database string) []string {
	t.Helper()
	grype := tool(t, "grype", grypeModule)
	env := append(os.Environ(), "GRYPE_DB_CACHE_DIR="+t.TempDir(), "GRYPE_DB_AUTO_UPDATE=false",
		"GRYPE_DB_VALIDATE_AGE=false", "GRYPE_CHECK_FOR_APP_UPDATE=false")
	run(t, "", env, grype, "db", "import", database)
	raw := run(t, "", env, grype, "oci-archive:"+image, "-o", "json")
	var doc struct {
		Matches []struct {
			Vulnerability struct{ ID string }
			Artifact      struct{ Name, Version string }
		}
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range doc.Matches {
		out = append(out, m.Vulnerability.ID+" "+m.Artifact.Name+" "+m.Artifact.Version)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// run runs a program and returns its standard output.
func run(t *testing.T, dir string, env []string, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(name, args...)
	var stderr bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stderr = dir, env, &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, stderr.Bytes())
	}
	return out
}

// referenceImage is a Debian system with an application in several languages on top.
func referenceImage(t *testing.T) imagetest.Image {
	t.Helper()
	root := filepath.Join(t.TempDir(), "root")
	if made := os.Getenv("LAYERGATE_TEST_ROOTFS"); made != "" {
		root = made
	} else if os.Geteuid() != 0 {
		t.Skip("debootstrap needs root: name a directory with a Debian system in LAYERGATE_TEST_ROOTFS")
	} else {
		run(t, "", nil, "/usr/sbin/debootstrap", "--variant=minbase",
			"--include=python3-minimal,python3-jinja2,python3-urllib3,ruby,ruby-rack,nodejs,libjackson2-core-java,busybox", "bookworm", root)
	}
	base := run(t, "", nil, "tar", "-C", root, "--numeric-owner", "-c", ".")
	status, err := os.ReadFile(filepath.Join(root, "var/lib/dpkg/status"))
	if err != nil {
		t.Fatal(err)
	}
	return imagetest.Image{Layers: []imagetest.Layer{
		{CreatedBy: "ADD rootfs.tar /", Raw: base},
		{CreatedBy: "COPY node_modules /app", Files: npmInstall(t, "lodash@4.17.4", "minimist@0.0.8", "express@4.15.2", "handlebars@4.0.11")},
		{CreatedBy: "COPY dist /", Compression: imagetest.Gzip, Files: append(languageFiles(t), goProgram(t))},
		{CreatedBy: "RUN apt-get purge ruby-rack", Compression: imagetest.Gzip, Files: append(removed(t, root, "ruby-rack"),
			imagetest.File{Name: "var/lib/dpkg/status", Body: without(string(status), "Package: ruby-rack\n")},
			imagetest.File{Name: "app/node_modules/.wh.minimist"},
		)},
		{CreatedBy: "COPY busybox /usr/bin", Files: []imagetest.File{{Name: "usr/bin/busybox", Mode: 0o755, Body: "\x7fELF" + strings.Repeat("\x00", 60) + "BusyBox v1.30.1 (2019)\x00"}}},
	}}
}

// removed are the whiteouts of what dpkg removes with a package: its files, and its lists of them.
func removed(t *testing.T, root, name string) []imagetest.File {
	t.Helper()
	info := filepath.Join(root, "var/lib/dpkg/info", name)
	list, err := os.ReadFile(info + ".list")
	if err != nil {
		t.Fatal(err)
	}
	out := []imagetest.File{{Name: "var/lib/dpkg/info/.wh." + name + ".list"}, {Name: "var/lib/dpkg/info/.wh." + name + ".md5sums"}}
	for _, path := range strings.Fields(string(list)) {
		if info, err := os.Lstat(filepath.Join(root, path)); err == nil && !info.IsDir() {
			dir, base := filepath.Split(strings.TrimPrefix(path, "/"))
			out = append(out, imagetest.File{Name: dir + ".wh." + base})
		}
	}
	return out
}

// without drops the paragraph of a dpkg database that begins with start.
func without(status, start string) string {
	paragraphs := strings.SplitAfter(status, "\n\n")
	return strings.Join(slices.DeleteFunc(paragraphs, func(p string) bool { return strings.HasPrefix(p, start) }), "")
}

func npmInstall(t *testing.T, packages ...string) []imagetest.File {
	t.Helper()
	dir := t.TempDir()
	run(t, dir, nil, "npm", append([]string{"install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", dir}, packages...)...)
	return filesBelow(t, dir, "app")
}

func filesBelow(t *testing.T, dir, as string) []imagetest.File {
	t.Helper()
	var out []imagetest.File
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		f := imagetest.File{Name: filepath.ToSlash(filepath.Join(as, rel))}
		switch {
		case d.IsDir():
			f.Type = tar.TypeDir
		case d.Type()&fs.ModeSymlink != 0:
			f.Type = tar.TypeSymlink
			f.Link, err = os.Readlink(path)
		default:
			var body []byte
			body, err = os.ReadFile(path)
			f.Body = string(body)
		}
		out = append(out, f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// languageFiles is what installers of other languages leave behind.
func languageFiles(t *testing.T) []imagetest.File {
	t.Helper()
	var jar bytes.Buffer
	zw := zip.NewWriter(&jar)
	for name, body := range map[string]string{
		"META-INF/MANIFEST.MF": "Manifest-Version: 1.0\n",
		"META-INF/maven/org.apache.logging.log4j/log4j-core/pom.properties": "version=2.14.1\ngroupId=org.apache.logging.log4j\nartifactId=log4j-core\n",
	} {
		w, err := zw.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(w, body)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	site := "opt/venv/lib/python3.11/site-packages/"
	return []imagetest.File{
		{Name: site + "Jinja2-2.10.dist-info/METADATA", Body: "Metadata-Version: 2.1\nName: Jinja2\nVersion: 2.10\n"},
		{Name: site + "requests-2.19.0.dist-info/METADATA", Body: "Metadata-Version: 2.1\nName: requests\nVersion: 2.19.0\n"},
		{Name: "opt/gems/specifications/rack-2.0.5.gemspec", Body: "Gem::Specification.new do |s|\n  s.name = \"rack\".freeze\n  s.version = \"2.0.5\"\n  s.licenses = [\"MIT\".freeze]\nend\n"},
		{Name: "opt/java/log4j-core-2.14.1.jar", Body: jar.String()},
		{Name: "srv/vendor/composer/installed.json", Body: `{"packages":[{"name":"symfony/http-foundation","version":"v3.4.1","type":"library"},{"name":"twig/twig","version":"v1.20.0","type":"library"}]}`},
	}
}

// goProgram is a Go binary that depends on an old golang.org/x/text.
func goProgram(t *testing.T) imagetest.File {
	t.Helper()
	dir := t.TempDir()
	for name, body := range map[string]string{
		"go.mod":  "module example.com/app\n\ngo 1.21\n\nrequire golang.org/x/text v0.3.5\n",
		"main.go": "package main\n\nimport \"golang.org/x/text/language\"\n\nfunc main() { println(language.English.String()) }\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	env := append(os.Environ(), "GOFLAGS=-mod=mod", "CGO_ENABLED=0")
	run(t, dir, env, "go", "mod", "tidy")
	run(t, dir, env, "go", "build", "-o", "app", ".")
	body, err := os.ReadFile(filepath.Join(dir, "app"))
	if err != nil {
		t.Fatal(err)
	}
	return imagetest.File{Name: "usr/local/bin/app", Mode: 0o755, Body: string(body)}
}
