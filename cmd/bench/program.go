package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
)

// program is a Layergate that is measured.
type program struct {
	name string // of its directory
	says string // how the tables call it
	path string
	dir  string // for its reports and caches
}

func (b *bench) program(name, says, path string) (*program, error) {
	p := &program{name: name, says: says, path: path, dir: filepath.Join(b.work, "runs", name)}
	return p, errors.Join(os.RemoveAll(p.dir), os.MkdirAll(p.dir, 0o755))
}

// results is the directory of the program's reports.
func (p *program) results() string { return filepath.Join(p.dir, "results") }

// scan scans an image. What differs from the defaults only spares the measurement what has nothing to do with it.
func (p *program) scan(db, image string, more ...string) (sample, error) {
	args := append([]string{"scan", "--image", image, "--db", db, "--db-max-age", "0", "--output-dir", p.results()}, more...)
	return run(nil, p.path, args...)
}

// audit looks at all images of a repository.
func (p *program) audit(db, repository, cache string) (sample, error) {
	return run(nil, p.path, "audit", repository, "--db", db, "--db-max-age", "0", "--cache-dir", cache, "-o", "json="+filepath.Join(p.dir, "audit.json"))
}

// emptyCache is a directory for a cache with nothing in it.
func (p *program) emptyCache(name string) (string, error) {
	dir := filepath.Join(p.dir, name)
	return dir, errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o755))
}

// filled is a cache that knows an image, filled by the program itself.
func (p *program) filled(db, image string) (string, error) {
	dir := filepath.Join(p.dir, "filled")
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	_, err := p.scan(db, image, "--cache-dir", dir)
	return dir, err
}

// build builds Layergate from a checkout. What it is does not depend on where that lies.
func build(checkout, out string) error {
	return command(checkout, "go", "build", "-tags", "disable_grpc_modules", "-trimpath", "-buildvcs=false", "-o", out, "./cmd/layergate")
}

// current is the program of this checkout.
func (b *bench) current() (*program, error) {
	p, err := b.program("layergate", "Layergate", filepath.Join(b.work, "bin", "layergate"))
	if err != nil {
		return nil, err
	}
	return p, build("", p.path)
}

// resolve returns the program that a word names: a file, or a revision of this repository, which is built. says is how tables
// call it.
func (b *bench) resolve(word, out string) (path, says string, err error) {
	if info, err := os.Stat(word); err == nil && info.Mode().IsRegular() {
		path, err := filepath.Abs(word)
		return path, filepath.Base(word), err
	}
	raw, err := exec.Command("git", "rev-parse", "--verify", "--quiet", "--end-of-options", word+"^{commit}").Output()
	if err != nil {
		return "", "", fault.Request(fmt.Errorf("%q is neither a program nor a revision of the repository here", word),
			"name a file such as ./layergate, or a branch, tag or commit, in a checkout that has it")
	}
	commit := strings.TrimSpace(string(raw))
	tree := filepath.Join(b.work, "tree-"+commit)
	if err := command("", "git", "worktree", "add", "--force", "--detach", tree, commit); err != nil {
		return "", "", err
	}
	logf("building %s", commit)
	err = build(tree, out)
	return out, fmt.Sprintf("%s (%.12s)", word, commit), errors.Join(err, command("", "git", "worktree", "remove", "--force", tree))
}

// installGrype builds grype, unless that was done.
func (b *bench) installGrype() (string, error) {
	dir := filepath.Join(b.work, "bin")
	path := filepath.Join(dir, "grype-"+grypeVersion)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return path, err
	}
	logf("building grype %s", grypeVersion)
	cmd := exec.Command("go", "install", "github.com/anchore/grype/cmd/grype@"+grypeVersion)
	cmd.Env = append(os.Environ(), "GOBIN="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building grype: %w\n%s", err, out)
	}
	return path, os.Rename(filepath.Join(dir, "grype"), path)
}

// scanGrype runs grype on an archive. The database is where Layergate imported it, in grype's form.
func (b *bench) scanGrype(db, image string) (sample, error) {
	return run([]string{
		"GRYPE_DB_CACHE_DIR=" + db, "GRYPE_DB_AUTO_UPDATE=false", "GRYPE_DB_VALIDATE_AGE=false", "GRYPE_CHECK_FOR_APP_UPDATE=false",
	}, b.grype, "docker-archive:"+image, "-o", "json", "--file", filepath.Join(b.work, "grype.json"))
}

// scanTrivy has Trivy list the packages of an archive: it is not asked to match, because its database cannot be had offline.
func (b *bench) scanTrivy(cache, image string) (sample, error) {
	return run(nil, b.trivy, "image", "--input", image, "--format", "cyclonedx", "--output", filepath.Join(b.work, "trivy.json"),
		"--cache-dir", cache, "--offline-scan", "--skip-db-update", "--skip-java-db-update", "--skip-version-check", "--quiet")
}

// command runs a program; what it prints is shown only when it fails.
func command(dir, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		os.Stderr.Write(out)
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
