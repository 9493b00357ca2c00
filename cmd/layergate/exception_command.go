package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/policy/file"
	"github.com/layergate/layergate/pkg/regular"
)

func (c *command) exceptionCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "exception", Short: "Accept a finding in writing", Args: c.noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(c.exceptionAddCommand())
	return cmd
}

func (c *command) exceptionAddCommand() *cobra.Command {
	var e policy.Exception
	var path, status string
	cmd := &cobra.Command{
		Use: "add ID --reason TEXT --owner WHO --expires YYYY-MM-DD", Short: "Add an exception to the policy file", Args: c.atMostOneArgument,
		Long: "Add writes an exception into the policy file, which is made if there is none, and leaves all else in it as it is. " +
			"An exception needs a reason, an owner, and an end: a last day, or until there is a fix.",
		Example: "  layergate exception add CVE-2026-1234 --package openssl --reason 'no such file is opened' --owner team@example.org --until fixed",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				e.ID = args[0]
			}
			e.Status = policy.Status(status)
			if err := e.Valid(); err != nil {
				return fault.Request(fmt.Errorf("the exception is not valid: %w", err), "see layergate exception add --help")
			}
			fetch, err := c.policyFetcher(cmd)
			if err != nil {
				return err
			}
			return c.addException(path, e, fetch)
		},
	}
	flags := cmd.Flags()
	addFlags(flags, gateCommand, registryFlags()...)
	flags.StringVar(&e.Reason, "reason", "", "why it is accepted")
	flags.StringVar(&e.Owner, "owner", "", "who accepts it, and answers for it")
	flags.StringVar(&e.Expires, "expires", "", "the last day on which it counts, as YYYY-MM-DD in UTC")
	flags.StringVar(&e.Until, "until", "", "fixed: it ends as soon as a released version repairs the finding")
	flags.StringVar(&e.Package, "package", "", "only for this package: a name or a package URL, either of them a pattern")
	flags.StringVar(&e.Versions, "versions", "", "only for these versions of the package, such as '< 1.2.3'")
	flags.StringArrayVar(&e.Paths, "path", nil, "only for files of this pattern; one per flag")
	flags.StringVar(&e.Image, "image", "", "only for images of this pattern")
	flags.StringVar(&e.Layer, "layer", "", "only for layers of the base image (base), or for all else (own)")
	flags.StringVar(&status, "status", "", "not_affected: it does no harm here, which layergate vex export tells others")
	flags.StringVar(&e.Justification, "justification", "", "why it does none, in a word of VEX: "+strings.Join(policy.Justifications(), ", "))
	flags.StringVar(&path, "policy", "", "the policy file; empty means the one of the working directory or above it")
	return cmd
}

// addException adds an exception to the policy file at path, or to the one that a run here would use. One that would accept
// nothing there is a wrong request.
func (c *command) addException(path string, e policy.Exception, fetch file.Fetch) error {
	path, err := edit(path, func(name string, raw []byte) ([]byte, error) {
		changed, err := file.Add(name, raw, e)
		if err != nil {
			return nil, err
		}
		p, err := file.ReadAs(rootOf(), name, changed, fetch)
		if err != nil {
			return nil, err
		}
		return changed, acceptsLast(p, time.Now())
	})
	if err != nil {
		return err
	}
	note := ""
	if e.Until == policy.UntilFixed { // which nobody here has looked up
		note = "; what has a fix already it does not accept"
	}
	_, err = fmt.Fprintf(c.stdout, "added an exception for %s to %s, %s%s\n", e.ID, path, e.End(), note)
	return err
}

// acceptsLast refuses a policy whose last exception accepts nothing.
func acceptsLast(p policy.Policy, now time.Time) error {
	for _, n := range policy.Check(p, now) {
		if *n.Exception == len(p.Exceptions)-1 && n.Kind != policy.NoteEnding {
			return fault.Request(errors.New(n.Message), "choose another end; how long an exception may last is max-exception in the policy file")
		}
	}
	return nil
}

// edit changes the policy file at path, or the one that a run here would use, and returns its path. One that does not exist
// is made.
func edit(path string, change func(name string, raw []byte) ([]byte, error)) (string, error) {
	var err error
	if path == "" {
		if path, _, err = policyPath("", "."); err != nil {
			return "", err
		}
	}
	path = cmp.Or(path, file.Name)
	raw, err := regular.ReadNamed(rootOf(), path, file.MaxSize)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return path, fault.Request(fmt.Errorf("reading the policy file %s: %w", path, err), "name a file of the project")
	}
	if info, err := os.Stat(filepath.Dir(path)); raw == nil && (err != nil || !info.IsDir()) {
		return path, fault.Request(fmt.Errorf("there is no directory %s for the policy file", filepath.Dir(path)), "correct the path, or make the directory")
	}
	changed, err := change(filepath.ToSlash(path), raw)
	if err != nil {
		return path, err
	}
	if err := replace(path, changed); err != nil {
		return path, fmt.Errorf("writing the policy file: %w", err)
	}
	return path, nil
}

// replace writes a file whole or not at all, and leaves its mode as it is. Of a link it replaces what it leads to.
func replace(path string, content []byte) error {
	mode := os.FileMode(0o644)
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(content)
	if err := errors.Join(err, f.Chmod(mode), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
