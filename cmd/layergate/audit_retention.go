package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/pflag"

	"github.com/layergate/layergate/pkg/audit"
	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/pipe"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/retention"
)

func addRetentionFlags(flags *pflag.FlagSet, f *auditFlags) {
	flags.StringVar(&f.retention, "plan-retention", "", "instead of judging the images, say which could go and why the others stay, by a `RULE` such as keep=10,within=30d,protect=v*")
	flags.IntVar(&f.apply, "apply", 0, "delete at most `COUNT` of the images that could go, the oldest first, and stop at the first surprise")
}

// planOutput is a form of a plan that the user asks for.
type planOutput struct {
	file   string // empty for the standard output
	render func(io.Writer, *retention.Plan) error
}

// parsePlanOutputs reads the flag --output of an audit that makes a plan: the table, where nothing is named.
func parsePlanOutputs(texts []string) ([]planOutput, error) {
	if len(texts) == 0 {
		texts = []string{"table"}
	}
	var out []planOutput
	err := eachOutput(texts, func(name, file string) error {
		render := map[string]func(io.Writer, *retention.Plan) error{"table": retention.Text, "json": retention.JSON}[name]
		if render == nil {
			return fault.Request(fmt.Errorf("a plan has no format %q", name), fault.OneOf(name, []string{"table", "json"}))
		}
		out = append(out, planOutput{file, render})
		return nil
	})
	return out, err
}

// retention plans which images of repositories go, and deletes as many of them as it was told.
func (c *command) retention(ctx context.Context, in *input.Values, f *auditFlags, args []string) error {
	outputs, err := parsePlanOutputs(c.output)
	if err != nil {
		return err
	}
	var files []string
	for _, o := range outputs {
		files = append(files, o.file)
	}
	if err := removeOutputs(files, append(toRead(in), f.running()...), ""); err != nil {
		return err
	}
	if in.IsSet("events") {
		return fault.Request(errors.New("--events tells of verdicts, and --plan-retention comes to none"), "leave it out; the JSON of the plan has each deletion")
	}
	return inTime(ctx, in, func(ctx context.Context) error {
		cfg, found, err := c.retentionConfig(ctx, in, f, args)
		if err != nil {
			return err
		}
		if err := c.connectRetention(ctx, in, f, &cfg, found); err != nil {
			return err
		}
		plan, err := retention.Run(ctx, cfg)
		if plan == nil {
			return err
		}
		for _, o := range outputs {
			if failed := c.writeTo(o.file, func(w io.Writer) error { return o.render(w, plan) }); failed != nil {
				err = errors.Join(err, fmt.Errorf("writing the plan: %w", failed)) // another may still be written: the record of what was deleted
			}
		}
		return err
	})
}

// readOnce is what the flags say about what runs and cannot be read a second time; empty for nothing.
func readOnce(f *auditFlags) string {
	for _, path := range f.running() {
		if path == pipe.Standard || isOwnPipe(path) {
			return path
		}
	}
	return ""
}

// retentionConfig reads what the flags ask. What they ask of an audit that judges images is refused.
func (c *command) retentionConfig(ctx context.Context, in *input.Values, f *auditFlags, args []string) (retention.Config, audit.Config, error) {
	cfg := retention.Config{Now: time.Now, Apply: f.apply, Log: func(message string) { fmt.Fprintln(c.platform.LogWriter(), message) }}
	if f.retention == "" || f.apply < 0 {
		return cfg, audit.Config{}, fault.Request(fmt.Errorf("--apply %d says how many images of a plan are deleted, and there is no plan", f.apply), "write --plan-retention keep=10,within=30d --apply 20")
	}
	if f.where != "" || f.since != "" || f.stale != "" || f.shard != "" || f.sarif != "" || f.track != (trackFlags{}) {
		return cfg, audit.Config{}, fault.Request(errors.New("--where, --since, --stale-after, --shard, --sarif-dir and --track are for an audit that judges images, and --plan-retention judges none"), "run one after the other")
	}
	if once := readOnce(f); f.apply > 0 && once != "" {
		return cfg, audit.Config{}, fault.Request(fmt.Errorf("--apply reads again before each deletion what runs, and %s is read once", nameOfInput(once)), "name a file")
	}
	var err error
	if cfg.Rule, err = retention.ParseRule(f.retention); err != nil {
		return cfg, audit.Config{}, fmt.Errorf("--plan-retention: %w", err)
	}
	found, err := c.auditConfig(ctx, in, f, args)
	if err != nil {
		return cfg, found, err
	}
	if len(found.Repositories) == 0 && f.registry == "" {
		return cfg, found, fault.Request(errors.New("nothing says of which repositories a plan is to be made"), "name repositories, or a registry with --registry")
	}
	if !found.KnowsDeployed && f.apply > 0 {
		return cfg, found, fault.Request(errors.New("--apply deletes nothing where it is not known what runs: an image that is deployed would go as any other"), "say what runs with --from-cluster or --manifests")
	}
	if !found.KnowsDeployed {
		ci.Warn(c.platform, "it is not known what runs: an image that is deployed counts as any other. Say what runs with --from-cluster or --manifests")
		return cfg, found, nil
	}
	first := true
	cfg.Deployed = func() ([]audit.Deployment, error) {
		if first {
			first = false
			return found.Deployed, nil
		}
		return c.deployments(ctx, f)
	}
	return cfg, found, nil
}

// connectRetention connects a plan with the registries.
func (c *command) connectRetention(ctx context.Context, in *input.Values, f *auditFlags, cfg *retention.Config, found audit.Config) error {
	connections, err := c.identity.Connections()
	if err != nil {
		return err
	}
	client, err := c.client(in, access{read: auditedReferences(f, found), connections: connections})
	if err != nil {
		return err
	}
	cfg.Registry = struct {
		*registry.Client
		*registry.Survey
	}{client, client.NewSurvey(found.Parallel)}
	cfg.Repositories = found.Repositories
	if f.registry != "" {
		cfg.Repositories, err = matching(ctx, client, f, cfg.Repositories)
	}
	return err
}
