package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/report"
)

// checkCommand judges manifests alone.
func (c *command) checkCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "check FILE... | DIRECTORY | -", Short: "Check the manifests that deploy an image",
		Long: "Check judges manifests of Kubernetes, Compose, Docker Swarm and Marathon: files, the manifests of directories, or what comes through the standard input. " +
			"For which of them a file is, its content tells. It asks no database and no cluster, and with --key the registries of the images for signed verdicts.",
		Example: "  layergate check deploy/\n" +
			"  layergate check compose.yaml --platform-kind swarm\n" +
			"  layergate check deploy/ --key gate.pub --max-age 7d\n" +
			"  helm template ./chart | layergate check - --set pss-restricted",
		RunE: func(cmd *cobra.Command, args []string) error {
			values, err := c.flags(cmd)
			if err != nil {
				return err
			}
			return c.check(cmd.Context(), values, args)
		},
	}
	cmd.Flags().SortFlags = false
	c.addOutputFlag(cmd.Flags())
	addFlags(cmd.Flags(), checkCommand)
	return cmd
}

// check judges manifests, those that the words behind the command name included, and tells the platform what came of it.
func (c *command) check(ctx context.Context, in *input.Values, args []string) error {
	c.onlyManifests = true
	in.Set("manifests", strings.Join(append(args, in.List("manifests")...), "\n"))
	var nothing error
	if len(in.List("manifests")) == 0 {
		nothing = fault.Request(errors.New("there is nothing to check"), "name files or directories with manifests, or - for the standard input")
	}
	s, err := c.begin(in, nothing)
	if err != nil {
		return err
	}
	defer func() { c.restoreOwner(c.allOutput(), string(c.job())) }()
	return inTime(ctx, in, func(ctx context.Context) error {
		req, err := c.checkRequest(ctx, in, s)
		if err != nil {
			return err
		}
		result, err := gate.Check(ctx, req)
		if err != nil {
			return err
		}
		return c.conclude(ctx, checkCommand, gate.Request{}, result, s.outputs)
	})
}

// checkRequest is what the inputs ask to be checked.
func (c *command) checkRequest(ctx context.Context, in *input.Values, s session) (req gate.CheckRequest, err error) {
	req = gate.CheckRequest{
		Tool: report.Tool{Name: "layergate", Version: toolVersion()}, Series: s.series, OutputDir: s.dir, Baseline: s.before, Now: time.Now(),
	}
	if s.before != nil && s.before.Report == nil {
		return req, fault.Request(fmt.Errorf("the baseline %s is no report", s.before.Source), "name the layergate.json of an earlier check of the manifests")
	}
	if req.Formats, err = report.ParseFormats(in.List("formats")); err != nil {
		return req, err
	}
	connections, err := c.identity.Connections()
	if err != nil {
		return req, err
	}
	p, err := c.judgingPolicy(in, ".", c.fetchPolicy(ctx, in, access{connections: connections}))
	if err != nil {
		return req, err
	}
	if req.Policy, err = overridden(in, p); err != nil {
		return req, err
	}
	c.warnOfNew(req.Policy, s.before)
	m, err := c.manifests(in)
	if err != nil {
		return req, err
	}
	err = c.addSigned(ctx, in, m, connections)
	req.Manifests = *m
	return req, err
}
