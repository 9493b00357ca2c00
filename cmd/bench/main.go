// Command bench makes large images out of Debian's packages, npm's and Go programs, and measures Layergate on them, in
// turn with grype. It prints a table and asserts nothing: what a machine does depends on what else it does.
//
// It needs root, debootstrap, tar, npm and Go, and a directory of some 15 GB for what it makes, which the next run
// finds again:
//
//	go run ./cmd/bench -work DIR -db vulnerability-db_v6.….tar.zst
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const grypeVersion = "v0.115.0"

// bench is a run of the benchmark.
type bench struct {
	work   string // absolute
	rounds int
	only   map[string]bool
	table  table

	layergate, grype string // programs
	db, scale        string // databases as grype imported them, the second may be missing
}

func main() {
	work := flag.String("work", filepath.Join(os.TempDir(), "layergate-bench"), "the `directory` for images, databases and programs")
	db := flag.String("db", "", "the `archive` of an advisory database in grype's format (required)")
	scale := flag.String("scale-db", "", "the `archive` of a database of realistic size; without it that row is left out")
	rounds := flag.Int("rounds", 5, "how often each measurement is taken")
	only := flag.String("only", "", "the `rows` to measure, separated by commas: cold, changed, family, scale, small, growth")
	flag.Parse()
	if *db == "" || flag.NArg() > 0 || *rounds < 1 {
		flag.Usage()
		os.Exit(2)
	}
	b := &bench{rounds: *rounds, only: map[string]bool{}}
	for _, row := range strings.FieldsFunc(*only, func(c rune) bool { return c == ',' }) {
		b.only[row] = true
	}
	if err := b.main(*work, *db, *scale); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (b *bench) main(work, db, scale string) error {
	var err error
	if b.work, err = filepath.Abs(work); err != nil {
		return err
	}
	if err := os.MkdirAll(b.work, 0o755); err != nil {
		return err
	}
	if err := b.programs(); err != nil {
		return err
	}
	layers, err := material(b.work)
	if err != nil {
		return err
	}
	if b.db, err = b.database("db", db); err != nil {
		return err
	}
	if scale != "" {
		if b.scale, err = b.database("scale-db", scale); err != nil {
			return err
		}
	}
	for _, row := range []struct {
		name    string
		measure func([]layer) error
	}{
		{"cold", b.cold}, {"changed", b.changed}, {"family", b.family}, {"scale", b.atScale}, {"small", b.small}, {"growth", b.growth},
	} {
		if len(b.only) > 0 && !b.only[row.name] {
			continue
		}
		logf("measuring: %s", row.name)
		if err := row.measure(layers); err != nil {
			return fmt.Errorf("%s: %w", row.name, err)
		}
	}
	return b.table.write(os.Stdout)
}

// programs builds Layergate from this tree, and grype.
func (b *bench) programs() error {
	b.layergate, b.grype = filepath.Join(b.work, "bin", "layergate"), filepath.Join(b.work, "bin", "grype")
	if err := command("", "go", "build", "-trimpath", "-o", b.layergate, "./cmd/layergate"); err != nil {
		return err
	}
	if _, err := os.Stat(b.grype); err == nil {
		return nil
	}
	cmd := exec.Command("go", "install", "github.com/anchore/grype/cmd/grype@"+grypeVersion)
	cmd.Env = append(os.Environ(), "GOBIN="+filepath.Dir(b.grype))
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("installing grype: %w\n%s", err, out)
	}
	return nil
}

// database imports an archive as grype keeps it, unless that was done.
func (b *bench) database(name, archive string) (string, error) {
	dir := filepath.Join(b.work, name)
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	logf("importing %s", filepath.Base(archive))
	_, err := run(grypeEnv(dir), b.grype, "db", "import", archive)
	return dir, err
}

func grypeEnv(db string) []string {
	return []string{
		"GRYPE_DB_CACHE_DIR=" + db, "GRYPE_DB_AUTO_UPDATE=false", "GRYPE_DB_VALIDATE_AGE=false", "GRYPE_CHECK_FOR_APP_UPDATE=false",
	}
}

// scan runs Layergate on an image.
func (b *bench) scan(db, image string, more ...string) (sample, error) {
	args := append([]string{
		"scan", "--image", image, "--db", filepath.Join(db, "6"), "--db-max-age", "0", "--output-dir", filepath.Join(b.work, "results"),
	}, more...)
	return run(nil, b.layergate, args...)
}

// scanGrype runs grype on an archive.
func (b *bench) scanGrype(db, image string) (sample, error) {
	return run(grypeEnv(db), b.grype, "docker-archive:"+image, "-o", "json", "--file", filepath.Join(b.work, "grype.json"))
}
