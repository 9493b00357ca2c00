package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/policy/file"
	"github.com/layergate/layergate/pkg/policy/ignore"
	"github.com/layergate/layergate/pkg/regular"
	"github.com/layergate/layergate/pkg/safetext"
)

func (c *command) policyImportCommand() *cobra.Command {
	var into string
	cmd := &cobra.Command{
		Use: "import FILE", Short: "Turn what another scanner ignores into exceptions", Args: c.atMostOneArgument,
		Long: "Import reads .trivyignore, .trivyignore.yaml, .grype.yaml, osv-scanner.toml or .snyk and writes the exceptions that say the same. " +
			"Those files know no owner, and seldom an end or a reason: each that is missing becomes a TODO, with which the policy file is refused.",
		Example: "  layergate policy import .trivyignore --into .layergate.yaml",
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fault.Request(errors.New("import needs a file"), "see layergate policy import --help")
			}
			raw, err := regular.ReadNamed(rootOf(), args[0], ignore.MaxSize)
			if err != nil {
				return fault.Request(fmt.Errorf("reading %s: %w", args[0], err), "name the file that the other scanner reads")
			}
			list, err := ignore.Read(args[0], raw)
			if err != nil {
				return err
			}
			list = withoutExpired(list, time.Now())
			for _, left := range list.LeftOut {
				ci.Warn(c.platform, "left out: "+left)
			}
			return c.draft(into, list)
		},
	}
	cmd.Flags().StringVar(&into, "into", "", "the policy file to add the exceptions to; empty writes them to the standard output")
	return cmd
}

// withoutExpired leaves out what the other scanner does not pass over any more.
func withoutExpired(list ignore.List, now time.Time) ignore.List {
	today := now.UTC().Format(time.DateOnly)
	list.Exceptions = slices.DeleteFunc(list.Exceptions, func(e policy.Exception) bool {
		expired := e.Expires != "" && e.Expires < today
		if expired {
			list.LeftOut = append(list.LeftOut, fmt.Sprintf("%s ended on %s", e.ID, e.Expires))
		}
		return expired
	})
	return list
}

// draft writes exceptions that somebody has to complete, into a policy file or to the standard output.
func (c *command) draft(into string, list ignore.List) error {
	if into == "" {
		text, err := file.Draft(file.Name, nil, list.Exceptions)
		if err == nil {
			_, err = c.stdout.Write(text)
		}
		return err
	}
	path, err := edit(into, func(name string, raw []byte) ([]byte, error) { return file.Draft(name, raw, list.Exceptions) })
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.stdout, safetext.Escape(fmt.Sprintf("added %s to %s: write what each TODO in it asks for", exceptions(len(list.Exceptions)), path)))
	return err
}
