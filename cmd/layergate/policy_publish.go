package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/policy/file"
	"github.com/layergate/layergate/pkg/redact"
	"github.com/layergate/layergate/pkg/regular"
)

// registryFlags are the inputs that say how a registry is reached, and who logs in there other than by a user name.
func registryFlags() []string {
	return []string{"azure-identity", "azure-client-id", "azure-tenant-id", "azure-authority", "insecure-registry", "ca-file", "docker-config", "proxy", "no-proxy"}
}

// fetchPolicy reads the published policies that a policy file extends, with the logins of a run: the user name and the password
// of the inputs go to no registry that a file names.
func (c *command) fetchPolicy(ctx context.Context, in *input.Values, to access) file.Fetch {
	return func(ref string, limit int64) ([]byte, error) {
		to := to
		to.read = append(slices.Clone(to.read), ref)
		client, err := c.client(in, to)
		if err != nil {
			return nil, err
		}
		return client.Policy(ctx, ref, limit)
	}
}

// policyFetcher is fetchPolicy of a command that takes registryFlags.
func (c *command) policyFetcher(cmd *cobra.Command) (file.Fetch, error) {
	in, err := c.flags(cmd)
	if err != nil {
		return nil, err
	}
	return c.fetchPolicy(cmd.Context(), in, access{read: []string{""}}), nil // no image is scanned
}

func (c *command) policyPublishCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "publish FILE REFERENCE", Short: "Push a policy file to a registry, for others to extend",
		Long: "Publish checks a policy file and pushes it under a tag. It prints what others write into their policy files after extends: " +
			"the reference with the digest, which names this very file for good.\n" +
			"A published policy stands by itself: it may extend another published one, and no file.",
		Example: "  layergate policy publish org.yaml registry.example/policies/org:v3",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return fault.Request(errors.New("publish needs a policy file and a reference"), "see layergate policy publish --help")
			}
			return c.publishPolicy(cmd, args[0], args[1])
		},
	}
	addFlags(cmd.Flags(), gateCommand, append(registryFlags(), "registry-username", "registry-password")...)
	return cmd
}

// publishPolicy pushes the policy file at path.
func (c *command) publishPolicy(cmd *cobra.Command, path, ref string) error {
	in, err := c.flags(cmd)
	if err != nil {
		return err
	}
	to := access{push: []string{ref}}
	raw, err := regular.ReadNamed(rootOf(), path, file.MaxSize)
	if err != nil {
		return fault.Request(fmt.Errorf("reading the policy file: %w", err), "name a policy file; layergate policy init writes one to start from")
	}
	if _, err := file.ParsePublished(path, raw, c.fetchPolicy(cmd.Context(), in, to)); err != nil {
		return err
	}
	client, err := c.client(in, to)
	if err != nil {
		return err
	}
	pinned, err := client.PublishPolicy(cmd.Context(), ref, raw)
	if err != nil {
		return fmt.Errorf("publishing the policy: %w", err)
	}
	fmt.Fprintln(c.platform.LogWriter(), "published "+redact.Text(path)+": others write this after extends:")
	_, err = fmt.Fprintln(c.stdout, file.Published+pinned)
	return err
}
