// Command bench measures Layergate, and asserts nothing: what a machine does depends on what else it does.
//
//	go run ./cmd/bench -size small
//	go run ./cmd/bench -db vulnerability-db_v6.….tar.zst [-scale-db …] [-trivy PATH]
//	go run ./cmd/bench compare -size small OLD NEW
//	go run ./cmd/bench audit -db vulnerability-db_v6.….tar.zst [PROGRAM]
//
// Without a command it measures the rows of the project's goals, against grype, Trivy and the time that hashing and
// unpacking take, and prints what was reached. compare measures two programs, or revisions of this repository, in turn on the
// same images, and prints where a difference is seen. audit measures audits of a registry, whole and in slices.
//
// The small images need nothing but Go, and some minutes. The large ones are made of Debian's packages, npm's and Go
// programs: they need root, debootstrap, tar, npm, a network and 15 GB, and are kept for the next run.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
)

const grypeVersion = "v0.115.0"

// options are what the command line says.
type options struct {
	work, size, db, scale string
	grype, trivy          string
	json                  string
	rounds                int
	only                  []string
	compare               []string // OLD and NEW; empty where the goals are measured
}

func main() {
	switch err := execute(os.Args[1:], os.Stdout, os.Stderr); {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(0)
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		for _, hint := range fault.Hints(err) {
			fmt.Fprintln(os.Stderr, "hint:", hint)
		}
		if fault.IsRequest(err) {
			os.Exit(2)
		}
		os.Exit(1)
	}
}

// execute does what the command line says.
func execute(args []string, stdout, stderr io.Writer) error {
	if len(args) > 0 && args[0] == "audit" {
		o, err := parseAudit(args[1:], stderr)
		if err != nil {
			return err
		}
		return measureAudit(o, stdout)
	}
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	return measure(o, stdout)
}

// workDir is where everything is kept unless the command line says otherwise.
func workDir() string { return filepath.Join(os.TempDir(), "layergate-bench") }

// parse reads the command line, but for that of an audit.
func parse(args []string, stderr io.Writer) (options, error) {
	comparing := len(args) > 0 && args[0] == "compare"
	name := "bench"
	if comparing {
		name, args = "bench compare", args[1:]
	}
	var o options
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.work, "work", workDir(), "the `directory` for images, databases and programs")
	flags.StringVar(&o.size, "size", "large", "the images: large, or small for those that are made in seconds")
	flags.StringVar(&o.db, "db", "", "the advisory database: an `archive` in grype's format, or a directory with one; the small images have one of their own")
	flags.StringVar(&o.scale, "scale-db", "", "a database of realistic size, for the row scale")
	flags.StringVar(&o.json, "json", "", "the `file` for every sample, as JSON")
	flags.IntVar(&o.rounds, "rounds", 5, "how often everything is measured")
	only := flags.String("only", "", "the `rows` to measure, separated by commas: "+strings.Join(rowNames(), ", "))
	if !comparing {
		flags.StringVar(&o.grype, "grype", "", "the `program` grype to compare with, or off; without it "+grypeVersion+" is built for the large images")
		flags.StringVar(&o.trivy, "trivy", "", "the `program` Trivy to compare with")
	}
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return o, err
		}
		return o, fault.Request(err, "see "+name+" -help")
	}
	if *only != "" {
		o.only = strings.Split(*only, ",")
	}
	for _, word := range o.only {
		if !slices.Contains(rowNames(), word) {
			return o, fault.Request(fmt.Errorf("%q is no row", word), "the rows are "+strings.Join(rowNames(), ", "))
		}
	}
	o.compare = flags.Args()
	switch {
	case comparing && len(o.compare) != 2:
		return o, fault.Request(fmt.Errorf("compare needs two programs or revisions, and has %d", len(o.compare)), "write bench compare [FLAG...] OLD NEW, the flags first")
	case !comparing && len(o.compare) > 0:
		return o, fault.Request(fmt.Errorf("%q is no command", o.compare[0]), "the commands are compare and audit, and come first")
	case o.size != "small" && o.size != "large":
		return o, fault.Request(fmt.Errorf("there are no images of the size %q", o.size), "write small or large")
	case o.size == "large" && o.db == "":
		return o, fault.Request(errors.New("the large images need a real advisory database"), "name one with -db, or measure with -size small")
	case o.rounds < 1:
		return o, fault.Request(fmt.Errorf("%d rounds measure nothing", o.rounds), "give -rounds a number from 1")
	}
	return o, nil
}

func logf(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
