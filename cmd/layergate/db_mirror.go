package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/vulndb"
)

func (c *command) dbMirrorCommand() *cobra.Command {
	return &cobra.Command{
		Use: "mirror TO", Short: "Copy the newest database into a registry, or into a directory for a web server",
		Long: "Mirror fetches the newest database of the first source that has one, checks it, and copies its archive to TO.\n" +
			"oci://REGISTRY/REPOSITORY:TAG is a registry. Anything else is a directory in the layout of grype's update server: " +
			"what serves its files is a mirror for Layergate and for grype. A database never takes the place of a newer one.",
		Example: "  layergate db mirror oci://registry.example/security/advisories:latest\n  layergate db mirror /srv/advisories",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fault.Request(errors.New("db mirror needs one place to copy to"), "see layergate db mirror --help")
			}
			if scheme, _, isAddress := strings.Cut(args[0], "://"); isAddress && scheme != "oci" {
				return fault.Request(fmt.Errorf("nothing is copied to %s://", scheme), "name a registry as oci://REGISTRY/REPOSITORY:TAG, or a directory that a web server serves")
			}
			if to, err := vulndb.ParseSource(args[0]); err != nil {
				return err
			} else if strings.Contains(to.String(), "@") && to != vulndb.Path(args[0]) {
				return fault.Request(fmt.Errorf("%s names a digest, which follows from what is copied", to), "name a tag, such as oci://registry.example/security/advisories:latest")
			}
			return c.mirror(cmd, args[0])
		},
	}
}

// mirror copies the newest database to a place.
func (c *command) mirror(cmd *cobra.Command, to string) error {
	in, cfg, err := c.databaseOf(cmd)
	if err != nil {
		return err
	}
	if cfg.MaxAge, err = in.Duration("db-max-age"); err != nil {
		return err
	}
	var push []string
	ref, published := strings.CutPrefix(to, "oci://")
	if published {
		push = []string{ref}
	}
	logins, err := c.registry(in, access{push: push, databases: databaseReferences(cfg)})
	if err != nil {
		return err
	}
	if cfg.Pull, err = c.pullDatabase(in, logins); err != nil {
		return err
	}
	dir, err := makeTempDir(in)
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	cfg.TempDir = dir
	archive, err := vulndb.Fetch(cmd.Context(), cfg, dir)
	if err != nil {
		return err
	}
	if published {
		to, err = c.publishDatabase(cmd, logins, ref, archive)
	} else {
		err = vulndb.Mirror(archive, to)
	}
	if err != nil {
		return fmt.Errorf("copying the advisory database: %w", err)
	}
	if err := c.describe(archive.Info); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.stdout, "copied to %s\n", to)
	return err
}

// publishDatabase pushes an archive, and returns where it is for good.
func (c *command) publishDatabase(cmd *cobra.Command, logins registry.Config, ref string, archive vulndb.LocalArchive) (string, error) {
	client, err := registry.New(logins)
	if err != nil {
		return "", err
	}
	file, err := os.Open(archive.Path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	stat, err := file.Stat()
	if err != nil {
		return "", err
	}
	pinned, err := client.PublishDatabase(cmd.Context(), ref, archive.Digest, archive.Form, archive.Info.Built, stat.Size(), file)
	return "oci://" + pinned, err
}

// loginForDatabase has the sources in registries asked with the logins that the flags name.
func (c *command) loginForDatabase(in *input.Values, cfg *vulndb.Config) error {
	logins, err := c.registry(in, access{databases: databaseReferences(*cfg)})
	if err != nil {
		return err
	}
	cfg.Pull, err = c.pullDatabase(in, logins)
	return err
}
