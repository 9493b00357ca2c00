package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/report"
)

// registryCommand is about registries themselves.
func (c *command) registryCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "registry", Short: "See what an account may do in a registry", Args: c.noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(c.registryCheckCommand())
	return cmd
}

// What an account may need a repository for.
const (
	needsPull = "pull"
	needsPush = "push"
)

func (c *command) registryCheckCommand() *cobra.Command {
	var needs string
	cmd := &cobra.Command{
		Use: "check REPOSITORY", Short: "Say what the account of a pipeline may do with a repository, and what is too much",
		Long: "Check asks the registry, by the same login as a gate, whether the account may pull, push, delete and list all repositories, and whether anybody may pull. " +
			"It stores nothing and deletes nothing: an upload is begun and given up, and what is asked to be deleted does not exist.",
		Example: "  layergate registry check registry.example/team/app\n" +
			"  layergate registry check example.azurecr.io/team/app --needs pull",
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fault.Request(fmt.Errorf("check takes one repository, and got %d", len(args)), "write HOST/REPOSITORY, such as registry.example/team/app")
			}
			if !slices.Contains([]string{needsPull, needsPush}, needs) {
				return fault.Request(fmt.Errorf("--needs %s is not known", needs), fault.OneOf(needs, []string{needsPull, needsPush}))
			}
			rights, err := c.rights(cmd, args[0], needs)
			if err != nil {
				return err
			}
			return c.showRights(c.stdout, rights, needs)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&needs, "needs", needsPush, "what the pipeline needs the repository for: `push` or pull")
	addFlags(cmd.Flags(), gateCommand, append(registryFlags(), "registry-username", "registry-password")...)
	return cmd
}

func (c *command) rights(cmd *cobra.Command, repository, needs string) (registry.Rights, error) {
	in, err := c.flags(cmd)
	if err != nil {
		return registry.Rights{}, err
	}
	connections, err := c.identity.Connections()
	if err != nil {
		return registry.Rights{}, err
	}
	to := access{read: []string{repository}, connections: connections}
	if needs == needsPush {
		to = access{push: []string{repository}, connections: connections}
	}
	client, err := c.client(in, to)
	if err != nil {
		return registry.Rights{}, err
	}
	ctx := cmd.Context()
	r, err := client.Rights(ctx, repository)
	return r, ended(ctx, err)
}

// showRights writes what an account may do, and what is wrong with that. The run is blocked where something is, and undecided where the
// registry does not say whether the account may do what it needs.
func (c *command) showRights(w io.Writer, r registry.Rights, needs string) error {
	account := r.Account
	if account == "" {
		account = "nobody: no credentials were found"
	}
	text := fmt.Sprintf("%s\n  account   %s\n  pull      %s\n  push      %s\n  delete    %s\n  list all  %s\n  pull without credentials  %s\n",
		r.Repository, report.TerminalText(account), r.Pull, r.Push, r.Delete, r.Catalog, r.Anonymous)
	wrong := wrongRights(r, needs)
	for _, line := range wrong {
		text += "! " + line + "\n"
	}
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("writing the rights: %w", err)
	}
	needed := r.Pull
	if needs == needsPush {
		needed = r.Push
	}
	switch {
	case needed == registry.Unclear:
		c.exit = exitUndecided
	case len(wrong) > 0:
		c.exit = exitBlocked
	}
	return nil
}

// wrongRights says what an account lacks, and what it may do without need.
func wrongRights(r registry.Rights, needs string) []string {
	var out []string
	if r.Pull == registry.Denied {
		out = append(out, "the account may not pull: "+r.Role(false))
	}
	if r.Push == registry.Denied && needs == needsPush {
		out = append(out, "the account may not push: "+r.Role(true))
	}
	if r.Push == registry.Allowed && needs == needsPull {
		out = append(out, "the account may push, and the pipeline needs to read alone: "+r.Role(false))
	}
	if r.Delete == registry.Allowed {
		out = append(out, "the account may delete images, which no gate needs: whoever has it can take back what production runs")
	}
	if r.Anonymous == registry.Allowed {
		out = append(out, withAzure("anybody may pull without credentials", r, "az acr update --name %s --anonymous-pull-enabled false"))
	}
	if r.Admin {
		out = append(out, withAzure("this is the admin account of the registry, which may do everything in all repositories and which nobody can tell apart from others: use a service principal or a managed identity", r, "az acr update --name %s --admin-enabled false"))
	}
	return out
}

// withAzure adds the command that repairs it, where the registry is one of Azure.
func withAzure(text string, r registry.Rights, command string) string {
	if r.Azure == "" {
		return text
	}
	return text + "; " + fmt.Sprintf(command, r.Azure)
}
