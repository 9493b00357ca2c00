package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/audit"
	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/report"
)

// auditFlags are what an audit is asked.
type auditFlags struct {
	registry, match string
	cluster         []string
	manifests       []string
	where, since    string
	stale           string
	shard           string
	parallel        int
	retention       string
	apply           int
	track           trackFlags
	terms           attest.Terms // of signed verdicts, as the inputs ask them
	sarif           string
}

// auditCommand looks at the images that a registry keeps.
func (c *command) auditCommand() *cobra.Command {
	f := &auditFlags{}
	cmd := &cobra.Command{
		Use: "audit [REPOSITORY]...", Short: "Look again at the images that a registry keeps",
		Long: "Audit judges images that are in production already: every tag of the named repositories, those of a registry, or those that manifests or a cluster name. " +
			"Each digest is looked at once. Layers that the cache knows are not read again. It pushes nothing, and changes nothing without --apply.",
		Example: "  layergate audit registry.example/team/app registry.example/team/web\n" +
			"  layergate audit --registry registry.example --match 'team/**' -o table -o json=audit.json\n" +
			"  kubectl get pods --all-namespaces -o json | layergate audit --from-cluster - --where CVE-2021-44228",
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			in, err := c.flags(cmd)
			if err != nil {
				return err
			}
			if err := refuseEmpty(cmd.Flags()); err != nil {
				return err
			}
			if f.retention != "" || f.apply != 0 {
				return c.retention(cmd.Context(), in, f, args)
			}
			return c.audit(cmd.Context(), in, f, args)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	c.addOutputs(flags, auditFormats())
	flags.StringVar(&f.registry, "registry", "", "the `HOST` of a registry of which all repositories are looked at")
	flags.StringVar(&f.match, "match", "", "of the repositories of --registry, only those that match the `PATTERN`: team/* or team/**")
	flags.StringArrayVar(&f.cluster, "from-cluster", nil, "a `FILE` with what runs, as kubectl get pods -o json, docker service inspect $(docker service ls -q) or Marathon's /v2/groups say it, or - for the standard input; may be given more than once")
	flags.StringArrayVar(&f.manifests, "manifests", nil, "a file or directory with `MANIFESTS` that name the images which run; may be given more than once")
	flags.StringVar(&f.where, "where", "", "an advisory or a package URL to look for in all images, such as `CVE-2021-44228` or pkg:npm/lodash@4.17.4")
	flags.StringVar(&f.since, "since", "", "the `DAY` since which advisories are new, as 2026-11-01; without it that on which each image was built")
	flags.StringVar(&f.stale, "stale-after", "", "how long ago an image may have been built, as an `AGE` in days such as 90d or a Go duration; empty for any time")
	flags.StringVar(&f.shard, "shard", "", "the part of the images to look at, as `INDEX/COUNT`: 2/4; auto where Azure Pipelines says which, auto/COUNT where Kubernetes does")
	flags.IntVar(&f.parallel, "parallel", 2*runtime.GOMAXPROCS(0), "how many images are looked at at a time")
	flags.StringVar(&f.sarif, "sarif-dir", "", "the `DIRECTORY` for the SARIF of each image, a file for each, as code scanning reads it; that of an earlier audit is removed from there")
	addRetentionFlags(flags, f)
	addFlags(flags, checkCommand, verdictInputs()...)
	f.track.add(flags)
	addFlags(flags, scanCommand, auditInputs()...)
	cmd.AddCommand(c.auditMergeCommand())
	return cmd
}

// refuseEmpty refuses flags that ask for something and say nothing, such as those whose variable is not set: the audit would be another than was
// asked for.
func refuseEmpty(flags *pflag.FlagSet) error {
	for _, name := range []string{"registry", "match", "where", "since", "shard", "plan-retention"} {
		if flag := flags.Lookup(name); flag.Changed && strings.TrimSpace(flag.Value.String()) == "" {
			return fault.Request(fmt.Errorf("--%s is empty", name), "give it a value, or leave it out; a variable that is not set is empty")
		}
	}
	return nil
}

// auditInputs are the inputs of a scan that an audit has, too.
func auditInputs() []string {
	out := []string{"policy", "policy-from-base", "fail-on", "only-fixed", "coverage", "vex", "events"}
	for _, in := range input.Table() {
		if slices.Contains([]string{"database", "registry", "machine", "limits"}, in.Group) && !strings.HasPrefix(in.Name, "docker-host") && in.Name != "docker-cert-path" {
			out = append(out, in.Name)
		}
	}
	return out
}

// audit looks at images and tells what came of it.
func (c *command) audit(ctx context.Context, in *input.Values, f *auditFlags, args []string) error {
	outputs, err := parseAuditOutputs(c.output)
	if err != nil {
		return err
	}
	if err := removeOutputs(auditFiles(outputs), append(toRead(in), f.running()...), ""); err != nil {
		return err
	}
	return inTime(ctx, in, func(ctx context.Context) error {
		cfg, err := c.auditConfig(ctx, in, f, args)
		if err != nil {
			return err
		}
		if err := prepareSARIF(f.sarif); err != nil {
			return err
		}
		tracker, err := c.tracker(in, &f.track)
		if err != nil {
			return err
		}
		if c.events, err = c.eventTarget(in, append(toRead(in), f.running()...)); err != nil {
			return err
		}
		result, err := c.runAudit(ctx, in, f, cfg)
		if err != nil {
			return err
		}
		if err := c.concludeAudit(outputs, result); err != nil {
			return err
		}
		err = c.track(ctx, tracker, &f.track, result)
		c.tell(ctx, audit.Events(result)...)
		return err
	})
}

// auditConfig reads what the flags ask.
func (c *command) auditConfig(ctx context.Context, in *input.Values, f *auditFlags, args []string) (audit.Config, error) {
	cfg := audit.Config{Now: time.Now(), Parallel: f.parallel, Progress: c.auditProgress(time.Now)}
	if f.parallel < 1 {
		return cfg, fault.Request(fmt.Errorf("--parallel %d looks at no image", f.parallel), "name a number from 1")
	}
	if f.match != "" && f.registry == "" {
		return cfg, fault.Request(fmt.Errorf("--match says which repositories of a registry, and --registry names none"), "name the registry with --registry, or the repositories themselves")
	}
	var err error
	if cfg.StaleAfter, err = parseAge("--stale-after", f.stale); err != nil {
		return cfg, err
	}
	if f.terms, err = verdictTerms(in, cfg.Now); err != nil {
		return cfg, err
	}
	if cfg.Where, err = audit.ParseQuery(f.where); err != nil {
		return cfg, fmt.Errorf("--where: %w", err)
	}
	if f.since != "" {
		if cfg.Since, err = time.Parse(time.DateOnly, f.since); err != nil {
			return cfg, fault.Request(fmt.Errorf("--since %q is no day", f.since), "write it as 2026-11-01")
		}
		if cfg.Since.After(cfg.Now.AddDate(0, 0, 1)) { // there is no place where it is that day
			return cfg, fault.Request(fmt.Errorf("--since %s is still to come, so that nothing is new", f.since), "name a day of the past")
		}
	}
	if cfg.Shard, err = c.shard(f.shard); err != nil {
		return cfg, fmt.Errorf("--shard: %w", err)
	}
	if cfg.Shard.Of > 1 && f.track.where != "" {
		return cfg, fault.Request(errors.New("a part of an audit does not see all images of a repository, so that it opens and closes no issue"), "leave out --track here, and give it to layergate audit merge")
	}
	for _, repository := range args {
		repository = strings.TrimPrefix(repository, "registry:")
		if scheme, rest, ok := strings.Cut(repository, "://"); ok {
			return cfg, fault.Request(fmt.Errorf("the repository %q begins with %s://", repository, scheme), "leave it out: "+rest)
		}
		if host := strings.TrimSuffix(repository, "/"); hostAlone.MatchString(host) {
			return cfg, fault.Request(fmt.Errorf("%q is a registry, and no repository of it", repository), "look at all its repositories with --registry "+host+", or name one as "+host+"/team/app")
		}
		if strings.ContainsAny(repository[strings.LastIndexByte(repository, '/')+1:], ":@") {
			return cfg, fault.Request(fmt.Errorf("%q names one image, and an audit looks at all of a repository", repository), "leave out the tag, or judge the image with layergate scan registry:"+repository)
		}
		cfg.Repositories = append(cfg.Repositories, repository)
	}
	cfg.Scope = cfg.Repositories
	if f.registry != "" {
		cfg.Scope = append(slices.Clone(cfg.Scope), audit.ScopeOf(f.registry, f.match))
	}
	if cfg.Deployed, err = c.deployments(ctx, f); err != nil {
		return cfg, err
	}
	cfg.KnowsDeployed = len(cfg.Deployed) > 0
	if len(cfg.Repositories) == 0 && f.registry == "" && !cfg.KnowsDeployed {
		return cfg, fault.Request(fmt.Errorf("nothing says which images to look at"), "name repositories, or a registry with --registry, or what runs with --from-cluster or --manifests")
	}
	return cfg, nil
}

// hostAlone matches the host of a registry, with its port or without. A name without a dot is that of a repository of Docker Hub.
var hostAlone = regexp.MustCompile(`^(localhost|[^/@:]*\.[^/@:]*|\[[^/@]*\])(:[0-9]+)?$`)

// runAudit looks at the images through one gate.
func (c *command) runAudit(ctx context.Context, in *input.Values, f *auditFlags, cfg audit.Config) (*audit.Result, error) {
	env, req, err := c.auditGate(ctx, in, f, cfg)
	if err != nil {
		return nil, err
	}
	if env.TempDir, err = makeTempDir(in); err != nil {
		return nil, err
	}
	defer os.RemoveAll(env.TempDir)
	client, err := registry.New(env.Registry)
	if err != nil {
		return nil, err
	}
	if f.registry != "" {
		if cfg.Repositories, err = matching(ctx, client, f, cfg.Repositories); err != nil {
			return nil, err
		}
	}
	g, err := gate.New(ctx, env)
	if err != nil {
		return nil, err
	}
	defer g.Close()
	cfg.Policy = req.Policy.Digest()
	cfg.Registry = auditedRegistry{client, g}
	cfg.Kept = func(ctx context.Context, repository string) (map[string]audit.Kept, error) {
		return told(ctx, client, repository)
	}
	if len(f.terms.Keys) > 0 {
		cfg.Verdict = func(ctx context.Context, reference string) audit.Verdict {
			return verdictOf(ctx, client, f.terms, reference)
		}
	}
	cfg.Warn = func(message string) { ci.Warn(c.platform, message) }
	cfg.Inspect = func(ctx context.Context, reference string) (audit.Seen, error) {
		req := req
		req.Image = "registry:" + reference
		result, err := g.Inspect(ctx, req)
		if err != nil {
			return audit.Seen{}, err
		}
		err = errors.Join(writeSARIF(f.sarif, reference, result.Report), result.Close())
		return audit.Seen{Report: result.Report, Created: result.Created()}, err
	}
	return audit.Run(ctx, cfg)
}

// auditGate is the gate's environment, and the request for each image.
func (c *command) auditGate(ctx context.Context, in *input.Values, f *auditFlags, cfg audit.Config) (env gate.Env, req gate.Request, err error) {
	env = gate.Env{Tool: report.Tool{Name: "layergate", Version: toolVersion()}}
	if env.Database, err = c.database(in); err != nil {
		return env, req, err
	}
	if env.Advisories, err = c.ownAdvisories(ctx, in); err != nil {
		return env, req, err
	}
	if env.Database.Pin, err = c.pin(in, "."); err != nil {
		return env, req, err
	}
	connections, err := c.identity.Connections()
	if err != nil {
		return env, req, err
	}
	who := access{read: auditedReferences(f, cfg), databases: databaseReferences(env.Database), connections: connections}
	if env.Registry, err = c.registry(in, who); err != nil {
		return env, req, err
	}
	req = gate.Request{Audit: true, Meters: c.platform.Meters(), Debug: c.platform.Debug}
	if err := c.policy(in, &req, c.fetchPolicy(ctx, in, who)); err != nil {
		return env, req, err
	}
	if req.VEX, err = c.readVEX(in, req.Policy.VEX); err != nil {
		return env, req, err
	}
	if err := c.bounds(in, &env); err != nil {
		return env, req, err
	}
	if in.String("memory-limit") == "" {
		env.MemoryLimit /= int64(cfg.Parallel) // of the machine: as many processes read images at once
	}
	return env, req, nil
}

// auditedReferences are references in the registries that are asked.
func auditedReferences(f *auditFlags, cfg audit.Config) []string {
	out := slices.Clone(cfg.Repositories)
	if f.registry != "" {
		out = append(out, f.registry+"/repository")
	}
	for _, d := range cfg.Deployed {
		if d.Reference != "" {
			out = append(out, d.Reference)
		}
	}
	return out
}
