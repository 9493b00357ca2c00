package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/policy/file"
	"github.com/layergate/layergate/pkg/report"
)

func (c *command) policyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "policy", Short: "Write, check and explain the policy file", Args: c.noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(c.policyInitCommand(), c.policyCheckCommand(), c.policyExplainCommand(), c.policyImportCommand(), c.policyPublishCommand())
	return cmd
}

func (c *command) policyInitCommand() *cobra.Command {
	return &cobra.Command{
		Use: "init", Short: "Write a policy file to start from", Args: c.noArguments,
		Long: "Init writes " + file.Name + " into the working directory: the strictest policy, with the other choices in comments.",
		RunE: func(*cobra.Command, []string) error {
			f, err := os.OpenFile(file.Name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
			if errors.Is(err, os.ErrExist) {
				return fault.Request(fmt.Errorf("%s exists", file.Name), "change it, or remove it first")
			}
			if err != nil {
				return fmt.Errorf("writing the policy file: %w", err)
			}
			_, err = f.Write(file.Start())
			if err := errors.Join(err, f.Close()); err != nil {
				return fmt.Errorf("writing the policy file: %w", err)
			}
			_, err = fmt.Fprintln(c.stdout, "wrote "+file.Name)
			return err
		},
	}
}

func (c *command) policyCheckCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "check [FILE]", Short: "Check a policy file", Args: c.atMostOneArgument,
		Long: "Check reads a policy file, or the one of the working directory, and what it extends, and names its exceptions that end soon.\n" +
			"It ends with exit code 1 where an exception of the project accepts nothing: it has expired, or would last too long.",
		RunE: func(cmd *cobra.Command, args []string) error {
			fetch, err := c.policyFetcher(cmd)
			if err != nil {
				return err
			}
			p, err := neededPolicy(strings.Join(args, ""), fetch)
			if err != nil {
				return err
			}
			return c.checkPolicy(p)
		},
	}
	addFlags(cmd.Flags(), gateCommand, registryFlags()...)
	return cmd
}

// checkPolicy prints what there is to say about a policy that is valid.
func (c *command) checkPolicy(p policy.Policy) error {
	for _, n := range policy.Check(p, time.Now()) {
		where, level := "", "warning: "
		if n.Where != nil {
			where = fmt.Sprintf("%s:%d: ", n.Where.File, n.Where.Line)
		}
		if n.Kind != policy.NoteEnding && (n.Where == nil || n.Where.InProject()) {
			level, c.exit = "error: ", exitBlocked
		}
		fmt.Fprintln(c.stdout, report.TerminalText(level+where+n.Message))
	}
	verdict := "is valid"
	if c.exit != exitClean {
		verdict = "holds exceptions that accept nothing"
	}
	_, err := fmt.Fprintln(c.stdout, report.TerminalText(fmt.Sprintf("%s %s, with %s; %s", p.File, verdict, exceptions(len(p.Exceptions)), p.Digest())))
	return err
}

// exceptions counts them in words.
func exceptions(n int) string {
	if n == 1 {
		return "1 exception"
	}
	return fmt.Sprintf("%d exceptions", n)
}

// neededPolicy reads the policy file at path, or the one of the working directory; there has to be one.
func neededPolicy(path string, fetch file.Fetch) (policy.Policy, error) {
	p, err := findPolicy(path, ".", fetch)
	if err == nil && p.File == "" {
		err = fault.Request(fmt.Errorf("there is no policy file: %s is neither here nor above", file.Name), "write one to start from with layergate policy init")
	}
	return p, err
}

// atMostOneArgument refuses more than one word that is no flag.
func (c *command) atMostOneArgument(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return c.noArguments(cmd, args[1:])
	}
	return nil
}
