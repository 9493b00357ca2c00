package audit_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/audit"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/remedy"
	"github.com/layergate/layergate/pkg/report"
)

var update = flag.Bool("update", false, "write the golden files anew")

func now() time.Time { return time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC) }

// digest is one that is made of a letter.
func digest(letter string) string { return "sha256:" + strings.Repeat(letter, 64) }

// keeper is a registry without a network.
type keeper struct {
	tags    map[string][]string // by repository
	digests map[string]string   // by reference
	lowest  map[string]string   // by digest
	// artifacts are the types of what is no image, by digest.
	artifacts map[string]string
	// parts and configs are the digests that an image has besides its own, by digest.
	parts, configs map[string][]string
	broken         map[string]bool     // images whose parts cannot be read, by digest, and references that the registry fails to answer for
	layers         map[string][]string // diff IDs by reference of a base
}

func (k keeper) Tags(_ context.Context, repository string) ([]string, error) {
	tags, ok := k.tags[repository]
	if !ok {
		return nil, errors.New("there is no such repository")
	}
	return tags, nil
}

func (k keeper) Digest(_ context.Context, reference string) (string, error) {
	d, ok := k.digests[reference]
	switch {
	case k.broken[reference]:
		return "", errors.New("the registry answers with 500")
	case !ok:
		return "", missing("the registry has no image " + reference)
	}
	return d, nil
}

// missing is what a registry does not have.
type missing string

func (m missing) Error() string        { return string(m) }
func (m missing) Is(target error) bool { return target == fs.ErrNotExist }

func (k keeper) Parts(_ context.Context, reference string, configs bool) (out []string, err error) {
	_, d, _ := strings.Cut(reference, "@")
	if d == "" || k.broken[d] {
		return nil, errors.New("it cannot be read")
	}
	out = slices.Clone(k.parts[d])
	if configs {
		out = append(out, k.configs[d]...)
	}
	return out, nil
}

func (k keeper) ArtifactType(_ context.Context, reference string) (string, error) {
	_, d, _ := strings.Cut(reference, "@")
	return k.artifacts[d], nil
}

func (k keeper) Lowest(_ context.Context, reference string) (string, error) {
	_, d, _ := strings.Cut(reference, "@")
	l, ok := k.lowest[d]
	if !ok {
		return "", errors.New("it cannot be read")
	}
	return l, nil
}

func (k keeper) Layers(_ context.Context, reference, _ string) (diffIDs, digests []string, err error) {
	ids, ok := k.layers[reference]
	if !ok {
		return nil, nil, errors.New("there is no such base")
	}
	return ids, []string{digest("f")}, nil
}

// inspector takes images through no gate: it has a report for each digest.
type inspector struct {
	mu   sync.Mutex
	seen map[string]audit.Seen
	took []string // references that it was asked for
}

func (i *inspector) inspect(_ context.Context, reference string) (audit.Seen, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.took = append(i.took, reference)
	_, d, _ := strings.Cut(reference, "@")
	s, ok := i.seen[d]
	if !ok {
		return s, errors.New("layer 1 is damaged")
	}
	return s, nil
}

// clean is a report about an image in which nothing is wrong.
func clean(id string, layers ...string) *report.Report {
	r := &report.Report{
		Subject:   report.Subject{Image: &report.Image{Digest: digest(id), Base: &report.BaseImage{Name: "registry.example/base:1", Digest: digest("b"), Layers: len(layers)}}},
		Database:  report.Database{Built: "2026-11-25T00:00:00Z"},
		Verdict:   policy.Verdict{Outcome: policy.Clean},
		Remedies:  remedy.Plan{Remedy: remedy.OutcomeNone},
		Platforms: []report.Platform{{Platform: "linux/amd64", Packages: []report.Package{{Package: finding.Package{Name: "lodash", Version: "4.17.4", Type: "npm", PURL: "pkg:npm/lodash@4.17.4"}, State: finding.Visible}}}},
	}
	for i, l := range layers {
		r.Platforms[0].Layers = append(r.Platforms[0].Layers, report.Layer{Layer: finding.Layer{Index: i, DiffID: l, Base: true}})
	}
	return r
}

// blocked is a report about an image with two advisories, of which building again removes one.
func blocked(id string, layers ...string) *report.Report {
	r := clean(id, layers...)
	r.Verdict.Outcome = policy.Blocked
	for i, a := range []struct{ id, published string }{{"CVE-2026-1", "2026-11-20"}, {"CVE-2020-1", "2020-01-01"}} {
		r.Findings = append(r.Findings, finding.Finding{
			Kind: finding.KindVulnerability, ID: a.id, Severity: finding.SeverityHigh, Platform: "linux/amd64", State: finding.Visible, Layer: &finding.Layer{Base: i == 0},
			Vulnerability: &finding.Vulnerability{Package: finding.Package{Name: "lodash", Version: "4.17.4", Type: "npm"}, Published: a.published, Fix: finding.Fix{State: finding.FixFixed, Versions: []finding.FixVersion{{Version: "4.17.21"}}}},
		})
		r.Verdict.Decisions = append(r.Verdict.Decisions, policy.Decision{Finding: i, Effect: policy.Blocks})
	}
	r.Remedies = remedy.Plan{Remedy: remedy.OutcomeSource, Steps: []remedy.Step{{Kind: remedy.KindRebuild, Removes: remedy.Tally{Count: 1}}, {Kind: remedy.KindUpgrade, Removes: remedy.Tally{Count: 1}}}}
	return r
}

// config is an audit of a registry with three images under four tags, of which one cannot be read.
func config() (audit.Config, *inspector) {
	k := keeper{
		tags: map[string][]string{"registry.example/app": {"1", "stable", "2", "3", "sha256-" + strings.Repeat("a", 64) + ".sig"}},
		digests: map[string]string{
			"registry.example/app:1": digest("a"), "registry.example/app:stable": digest("a"), "registry.example/app:2": digest("c"), "registry.example/app:3": digest("d"),
			"registry.example/web:1": digest("e"), "registry.example/app:sha256-" + strings.Repeat("a", 64) + ".sig": digest("5"),
		},
		artifacts: map[string]string{digest("5"): "application/vnd.dev.cosign.simplesigning.v1+json"},
		lowest:    map[string]string{digest("5"): "signature", digest("a"): "base-1", digest("c"): "base-2", digest("d"): "base-3"},
		layers:    map[string][]string{"registry.example/base:1": {"other"}},
	}
	i := &inspector{seen: map[string]audit.Seen{
		digest("a"): {Report: blocked("a", "old"), Created: now().AddDate(0, 0, -10)},
		digest("c"): {Report: clean("c", "other"), Created: now().AddDate(0, -6, 0)},
	}}
	return audit.Config{
		Repositories: []string{"registry.example/app"}, Registry: k, Inspect: i.inspect, Parallel: 2, Now: now(), StaleAfter: 90 * 24 * time.Hour,
	}, i
}

func run(t *testing.T, cfg audit.Config) *audit.Result {
	t.Helper()
	r, err := audit.Run(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// golden compares what is rendered of a result with a file.
func golden(t *testing.T, name string, r *audit.Result, render func(*bytes.Buffer) error) {
	t.Helper()
	var got bytes.Buffer
	if err := render(&got); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// What the verdicts say that are attached to the images is counted, and stands in each output.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	cfg, _ := config()
	cfg.Verdict = func(_ context.Context, reference string) audit.Verdict {
		if strings.HasSuffix(reference, digest("a")) {
			return audit.Verdict{State: audit.VerdictTooOld, At: "2026-10-01T00:00:00Z", Why: "it is of October"}
		}
		return audit.Verdict{State: audit.VerdictNone, Why: "no verdict is attached"}
	}
	r := run(t, cfg)
	if s := audit.Summarize(r); s.TooOld != 1 || s.Unattested != 1 {
		t.Errorf("the audit counts %d verdicts that are too old, and %d images without one, want 1 and 1", s.TooOld, s.Unattested)
	}
	var text, csv bytes.Buffer
	if err := errors.Join(audit.Text(&text, r), audit.CSV(&csv, r)); err != nil {
		t.Fatal(err)
	}
	for _, e := range r.Images {
		if e.Digest != digest("d") && (e.Outcome != audit.Blocked || !slices.ContainsFunc(e.Blocking, func(b audit.Blocker) bool { return b.ID == finding.RuleNotCleared })) {
			t.Errorf("%s is %s, want it blocked for want of a verdict", e.Digest, e.Outcome)
		}
	}
	for _, want := range []string{"1  whose verdict is too old", "1  without a verdict that clears them", "verdict: too old, of 2026-10-01T00:00:00Z: it is of October"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the text does not say %q:\n%s", want, text.String())
		}
	}
	if !strings.Contains(csv.String(), ",too old,2026-10-01T00:00:00Z,\n") || !strings.Contains(csv.String(), ",none,,\n") {
		t.Errorf("the CSV does not have both verdicts:\n%s", csv.String())
	}
}

// A verdict clears an image in its own repository, so that the worst of all repositories counts, in whatever order they come.
func TestVerdictOfEachRepository(t *testing.T) {
	t.Parallel()
	for _, signed := range []string{"registry.example/app", "registry.example/copy", ""} {
		cfg, _ := config()
		k := cfg.Registry.(keeper)
		k.tags["registry.example/copy"] = []string{"1"}
		k.digests["registry.example/copy:1"] = digest("a")
		cfg.Repositories = append(cfg.Repositories, "registry.example/copy")
		cfg.Verdict = func(_ context.Context, reference string) audit.Verdict {
			if strings.HasPrefix(reference, signed) {
				return audit.Verdict{State: audit.VerdictClears}
			}
			return audit.Verdict{State: audit.VerdictNone, Why: "nobody signed it"}
		}
		for _, e := range run(t, cfg).Images {
			if e.Digest != digest("a") {
				continue
			}
			if got, want := e.Verdict.State == audit.VerdictClears, signed == ""; got != want || !want && !strings.Contains(e.Verdict.Why, "registry.example/") {
				t.Errorf("with a verdict in %q alone the image has %+v, want it cleared: %t", signed, *e.Verdict, want)
			}
		}
	}
}

// What a registry does not tell about its images is no reason not to look at them.
func TestKeptUnknown(t *testing.T) {
	t.Parallel()
	cfg, _ := config()
	cfg.Kept = func(context.Context, string) (map[string]audit.Kept, error) {
		return nil, errors.New("the account may not ask")
	}
	var warned []string
	cfg.Warn = func(message string) { warned = append(warned, message) }
	r := run(t, cfg)
	if want := []string{"the account may not ask"}; !slices.Equal(warned, want) {
		t.Errorf("warnings: %q, want %q", warned, want)
	}
	for _, e := range r.Images {
		if e.Kept != nil {
			t.Errorf("%s has %+v", e.Digest, e.Kept)
		}
	}
}

// Each digest is looked at once. One that cannot be read is undecided, and the others are looked at all the same.
func TestRun(t *testing.T) {
	t.Parallel()
	cfg, i := config()
	cfg.Deployed = []audit.Deployment{
		{Reference: "registry.example/app:1", Where: "prod/web"}, {Reference: "registry.example/gone:1", Where: "prod/\x1b[2Jgone"},
	}
	cfg.KnowsDeployed, cfg.Policy, cfg.Scope = true, digest("0"), cfg.Repositories
	cfg.Where, _ = audit.ParseQuery("pkg:npm/lodash")
	cfg.Kept = func(context.Context, string) (map[string]audit.Kept, error) {
		return map[string]audit.Kept{
			digest("a"): audit.NewKept(now().AddDate(0, 0, -9), now(), 12_345_678, true).PulledAt(now().AddDate(0, 0, -3)),
			digest("c"): audit.NewKept(now().AddDate(0, 0, -9), now(), 1, false).PulledAt(time.Time{}),
		}, nil
	}
	r := run(t, cfg)
	slices.Sort(i.took)
	want := []string{"registry.example/app:1@" + digest("a"), "registry.example/app:2@" + digest("c"), "registry.example/app:3@" + digest("d"), "registry.example/app:sha256-" + strings.Repeat("a", 64) + ".sig@" + digest("5")}
	if diff := cmp.Diff(want, i.took); diff != "" {
		t.Errorf("images that were inspected (-want +got):\n%s", diff)
	}
	golden(t, "audit.txt", r, func(b *bytes.Buffer) error { return audit.Text(b, r) })
	golden(t, "audit.json", r, func(b *bytes.Buffer) error { return audit.JSON(b, r) })
	golden(t, "audit.csv", r, func(b *bytes.Buffer) error { return audit.CSV(b, r) })
	golden(t, "audit.ndjson", r, func(b *bytes.Buffer) error { return audit.CloudEvents(b, r) })
	golden(t, "audit.html", r, func(b *bytes.Buffer) error { return audit.HTML(b, r) })
	raw, err := os.ReadFile(filepath.Join("testdata", "audit.json"))
	if err != nil {
		t.Fatal(err)
	}
	back, err := audit.Read(raw)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r, back, cmp.AllowUnexported()); diff != "" {
		t.Errorf("Read(JSON) (-want +got):\n%s", diff)
	}
}

// What nothing can run is not judged, unless something says that it runs.
func TestArtifacts(t *testing.T) {
	t.Parallel()
	for _, deployed := range []bool{false, true} {
		cfg, _ := config()
		k := cfg.Registry.(keeper)
		k.artifacts[digest("d")] = "application/vnd.cncf.helm.config.v1+json"
		if deployed {
			cfg.KnowsDeployed, cfg.Deployed = true, []audit.Deployment{{Reference: "registry.example/app:3", Where: "prod/web"}}
		}
		r := run(t, cfg)
		listed := slices.ContainsFunc(r.Artifacts, func(a audit.Artifact) bool { return a.Digest == digest("d") && a.Type == k.artifacts[digest("d")] })
		undecided := slices.ContainsFunc(r.Images, func(e audit.Entry) bool { return e.Digest == digest("d") && e.Outcome == audit.Undecided })
		if listed == deployed || undecided != deployed {
			t.Errorf("deployed: %t, listed as an artifact: %t, undecided: %t", deployed, listed, undecided)
		}
	}
}

// What is not known is an error: that would be no image to worry about.
func TestRunFails(t *testing.T) {
	t.Parallel()
	cfg, _ := config()
	cfg.Repositories = append(cfg.Repositories, "registry.example/none")
	if _, err := audit.Run(context.Background(), cfg); err == nil {
		t.Error("Run() of a repository that cannot be listed = nil, want an error")
	}
	cfg, _ = config()
	cfg.Registry = keeper{tags: map[string][]string{"registry.example/app": {}}}
	if _, err := audit.Run(context.Background(), cfg); !fault.IsRequest(err) {
		t.Errorf("Run() of a repository without images = %v, want a wrong request", err)
	}
	cfg, _ = config()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := audit.Run(ctx, cfg); !errors.Is(err, context.Canceled) {
		t.Errorf("Run() that was ended = %v, want %v", err, context.Canceled)
	}
}

// An audit that is ended begins no other image, and counts none that it did not look at.
func TestRunIsEnded(t *testing.T) {
	t.Parallel()
	cfg, i := config()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var done []int
	cfg.Parallel, cfg.Progress = 1, func(n, _ int) { done = append(done, n) }
	cfg.Inspect = func(ctx context.Context, reference string) (audit.Seen, error) {
		seen, err := i.inspect(ctx, reference)
		if len(i.took) == 2 {
			cancel()
			return audit.Seen{}, ctx.Err()
		}
		return seen, err
	}
	if _, err := audit.Run(ctx, cfg); !errors.Is(err, context.Canceled) {
		t.Errorf("Run() = %v, want %v", err, context.Canceled)
	}
	if len(i.took) != 2 || !slices.Equal(done, []int{1}) {
		t.Errorf("it looked at %q and told of %v, want two images and [1]", i.took, done)
	}
}

// What a cluster names by the digest of one platform is a part of the index that has it.
func TestDeployedPlatform(t *testing.T) {
	t.Parallel()
	cfg, i := config()
	index := clean("c", "other")
	index.Platforms[0].Digest = digest("9")
	i.seen[digest("c")] = audit.Seen{Report: index}
	i.seen[digest("9")] = audit.Seen{Report: clean("9", "other")}
	cfg.KnowsDeployed, cfg.Deployed = true, []audit.Deployment{{Reference: "registry.example/app@" + digest("9"), Where: "prod/web"}}
	r := run(t, cfg)
	for _, e := range r.Images {
		if e.Digest == digest("9") {
			t.Errorf("the platform is an image of its own: %+v", e)
		}
		if e.Digest == digest("c") && !slices.Equal(e.Deployed, []string{"prod/web"}) {
			t.Errorf("the index is deployed by %q, want prod/web", e.Deployed)
		}
	}
}

// The parts of an audit look at each image once, and what none of them looked at is undecided.
func TestShards(t *testing.T) {
	t.Parallel()
	var parts []*audit.Result
	looked := map[string]int{}
	for index := 1; index <= 3; index++ {
		cfg, _ := config()
		cfg.Shard = audit.Shard{Index: index, Of: 3}
		part := run(t, cfg)
		for _, e := range part.Images {
			looked[e.Digest]++
		}
		parts = append(parts, part)
	}
	if diff := cmp.Diff(map[string]int{digest("a"): 1, digest("c"): 1, digest("d"): 1}, looked); diff != "" {
		t.Errorf("how often an image was looked at (-want +got):\n%s", diff)
	}
	cfg, _ := config()
	whole := run(t, cfg)
	merged, err := audit.Merge(parts)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(whole, merged); diff != "" {
		t.Errorf("Merge() of the parts (-whole +merged):\n%s", diff)
	}
	for _, p := range parts {
		p.Images = slices.DeleteFunc(p.Images, func(e audit.Entry) bool { return e.Digest == digest("a") })
	}
	merged, err = audit.Merge(parts)
	if err != nil {
		t.Fatal(err)
	}
	if at := slices.IndexFunc(merged.Images, func(e audit.Entry) bool { return e.Digest == digest("a") }); at < 0 || merged.Images[at].Outcome != audit.Undecided {
		t.Errorf("an image that no part looked at is not undecided: %+v", merged.Images)
	}
	for name, some := range map[string][]*audit.Result{"none": {}, "not all": parts[:2], "one twice": {parts[0], parts[0], parts[1]}} {
		if _, err := audit.Merge(some); err == nil {
			t.Errorf("Merge(%s) = nil, want an error", name)
		}
	}
	for name, change := range map[string]func(r *audit.Result){
		"other repositories": func(r *audit.Result) { r.Scope = []string{"registry.example/other"} },
		"another query":      func(r *audit.Result) { r.Where = "CVE-2026-1" },
		"another policy":     func(r *audit.Result) { r.Policy = digest("f") },
		"another day":        func(r *audit.Result) { r.At = "2026-11-27T12:00:00Z" },
		"no time":            func(r *audit.Result) { r.At = "" },
	} {
		changed := *parts[0]
		change(&changed)
		if _, err := audit.Merge([]*audit.Result{&changed, parts[1], parts[2]}); !fault.IsRequest(err) {
			t.Errorf("Merge() of parts of which one is of %s = %v, want a wrong request", name, err)
		}
	}
}

func TestParseShard(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]audit.Shard{"": {}, "1/1": {1, 1}, "2/4": {2, 4}} {
		if got, err := audit.ParseShard(text); err != nil || got != want {
			t.Errorf("ParseShard(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"0/4", "5/4", "1", "a/b", "1/1001", "-1/2", "1/2/3"} {
		if _, err := audit.ParseShard(text); !fault.IsRequest(err) {
			t.Errorf("ParseShard(%q) = %v, want a wrong request", text, err)
		}
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pattern, repository string
		want                bool
	}{
		{"team/*", "registry.example/team/app", true},
		{"team/*", "registry.example/team/app/web", false},
		{"team/**", "registry.example/team/app/web", true},
		{"team/**", "registry.example/team", false},
		{"app", "registry.example:5000/app", true},
		{"*", "registry.example/team/app", false},
	} {
		if got, err := audit.Match(tt.pattern, tt.repository); err != nil || got != tt.want {
			t.Errorf("Match(%q, %q) = %t, %v, want %t", tt.pattern, tt.repository, got, err, tt.want)
		}
	}
	for _, pattern := range []string{"[", "[/**"} {
		if _, err := audit.Match(pattern, "registry.example/app"); !fault.IsRequest(err) {
			t.Errorf("Match(%q) = %v, want a wrong request", pattern, err)
		}
	}
}

// What an audit of repositories or of a registry saw whole is told from what it did not.
func TestWhole(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		scope, repository string
		want              bool
	}{
		{"registry.example/team/app", "registry.example/team/app", true},
		{"registry.example/team/app", "registry.example/team/web", false},
		{audit.ScopeOf("registry.example", ""), "registry.example/team/app/web", true},
		{audit.ScopeOf("registry.example", ""), "other.example/team/app", false},
		{audit.ScopeOf("registry.example", "team/*"), "registry.example/team/app", true},
		{audit.ScopeOf("registry.example", "team/*"), "registry.example/shop/app", false},
		{audit.ScopeOf("registry.example", "team/*"), "other.example/team/app", false},
	} {
		r := &audit.Result{Scope: []string{tt.scope}}
		if got := r.Whole(tt.repository); got != tt.want {
			t.Errorf("Whole(%s) of %s = %t, want %t", tt.repository, tt.scope, got, tt.want)
		}
	}
}

func TestQuery(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ query, want string }{
		{"cve-2026-1", "CVE-2026-1 in lodash 4.17.4 (visible)"},
		{"CVE-2026-2", ""},
		{"pkg:npm/lodash", "pkg:npm/lodash@4.17.4 (visible)"},
		{"pkg:npm/lodash@4.17.4?arch=amd64", "pkg:npm/lodash@4.17.4 (visible)"},
		{"pkg:npm/lodash@4.17", ""},
		{"pkg:npm/lodas", ""},
		{"", ""},
	} {
		cfg, _ := config()
		cfg.Where, _ = audit.ParseQuery(tt.query)
		for _, e := range run(t, cfg).Images {
			if got := strings.Join(e.Matches, "|"); e.Digest == digest("a") && got != tt.want {
				t.Errorf("the query %q finds %q, want %q", tt.query, got, tt.want)
			}
		}
	}
	for _, wrong := range []string{"two words", "log4shell", "lodash", "base-files", "pkg:", "pkg:npm", "pkg:npm/@a"} {
		if _, err := audit.ParseQuery(wrong); !fault.IsRequest(err) {
			t.Errorf("ParseQuery(%s) = %v, want a wrong request", wrong, err)
		}
	}
	for _, right := range []string{"", "cve-2021-44228", "GHSA-jfhm-qxvr-wxpq", "DSA-5417-1", "RHSA-2021:5126", "pkg:deb/debian/base-files@12.4+deb12u12"} {
		if _, err := audit.ParseQuery(right); err != nil {
			t.Errorf("ParseQuery(%s) = %v, want none", right, err)
		}
	}
}

// What runs is found by the digest that its node knows it by, whatever its tag leads to today.
func TestRunning(t *testing.T) {
	t.Parallel()
	const app = "registry.example/app"
	for _, tt := range []struct {
		name, reference, id string
		digest              string // of the image that runs; empty where it is not known
		names               string
	}{
		{"the tag's own image", app + ":1", digest("a"), digest("a"), app + ":1"},
		{"a configuration of the tag's image", app + ":1", digest("1"), digest("a"), app + ":1"},
		{"another image of the repository", app + ":1", digest("c"), digest("c"), app + ":2"},
		{"a configuration of another image", app + ":1", digest("2"), digest("c"), app + ":2"},
		{"a platform of another image", app + ":1", digest("9"), digest("c"), app + ":2"},
		{"an image without a tag", app + ":1", digest("8"), digest("8"), ""},
		{"none of the repository", app + ":1", digest("7"), "", ""},
		{"a tag and its digest", app + ":1@" + digest("a"), "", digest("a"), app + ":1"},
		{"a tag that leads elsewhere by now", app + ":1@" + digest("c"), "", digest("c"), app + ":2"},
		{"a platform, whose tag leads to the index", app + ":2@" + digest("9"), "", digest("c"), app + ":2"},
		{"a platform without a tag", app + "@" + digest("9"), "", digest("c"), app + ":2"},
		{"a digest that nothing here has", app + ":1@" + digest("7"), "", digest("7"), ""},
		{"no tag and no digest", "registry.example/web", "", digest("e"), "registry.example/web:latest"},
		{"no tag, and a digest that the latest has as well", app + "@" + digest("f"), "", digest("f"), app + ":latest " + app + ":old"},
		{"a configuration of two images", app + ":1", digest("3"), digest("c"), app + ":2"},
		{"a configuration of two images, of which the first comes last", app + ":3", digest("4"), digest("b"), app + ":last"},
		{"an image that an index has as well", app + ":3", digest("b"), digest("b"), app + ":last"},
		{"an image that indexes before and behind it have", app + ":3", digest("f"), digest("f"), app + ":latest " + app + ":old"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg, _ := config()
			k := cfg.Registry.(keeper)
			k.parts = map[string][]string{digest("a"): {digest("f")}, digest("b"): {digest("f")}, digest("c"): {digest("9"), digest("b")}}
			k.configs = map[string][]string{digest("a"): {digest("1")}, digest("b"): {digest("4")}, digest("c"): {digest("2"), digest("3"), digest("4")}, digest("d"): {digest("3")}}
			k.digests[app+"@"+digest("8")], k.digests["registry.example/web:latest"] = digest("8"), digest("e")
			k.tags[app] = append(k.tags[app], "latest", "old", "last", "leads-nowhere")
			k.digests[app+":latest"], k.digests[app+":old"], k.digests[app+":last"] = digest("f"), digest("f"), digest("b")
			cfg.Registry, cfg.Repositories, cfg.Parallel = k, nil, 1 // in the order of the tags
			cfg.KnowsDeployed, cfg.Deployed = true, []audit.Deployment{{Reference: tt.reference, ID: tt.id, Where: "prod/web"}}
			r := run(t, cfg)
			if len(r.Images) != 1 {
				t.Fatalf("Run() looks at %d images, want one", len(r.Images))
			}
			e := r.Images[0]
			if e.Digest != tt.digest || strings.Join(e.Names, " ") != tt.names || !slices.Equal(e.Deployed, []string{"prod/web"}) {
				t.Errorf("what runs is %s, %q, %q, want %s, %q", e.Digest, e.Names, e.Deployed, tt.digest, tt.names)
			}
			if unknown := strings.Contains(e.Problem, "prod/web runs "+tt.id+", and nothing that "+app+" keeps has this digest"); unknown != (tt.digest == "") {
				t.Errorf("the outcome is %s: %s, which says that nothing has the digest: %t", e.Outcome, e.Problem, unknown)
			}
		})
	}
}

// Where not all of a repository can be looked through, what runs is not known: it is neither the tag's image, nor gone.
func TestRunningIsNotFound(t *testing.T) {
	t.Parallel()
	const app = "registry.example/app"
	many := func(n int) func(*keeper) {
		return func(k *keeper) {
			for i := range n - len(k.tags[app]) {
				k.tags[app] = append(k.tags[app], fmt.Sprint(1000+i))
			}
		}
	}
	for _, tt := range []struct {
		name    string
		change  func(*keeper)
		problem string
	}{
		{"with as many tags as are looked through", many(300), ""},
		{"with more tags", many(301), "has 301 tags, more than 300"},
		{"whose tags cannot be listed", func(k *keeper) { delete(k.tags, app) }, "there is no such repository"},
		{"of which an image cannot be read", func(k *keeper) { k.configs, k.broken = nil, map[string]bool{digest("d"): true} }, "it cannot be read"},
		{"that does not say what a tag leads to", func(k *keeper) { k.configs, k.broken = nil, map[string]bool{app + ":2": true} }, "the registry answers with 500"},
		{"that does not say what the tag of it leads to", func(k *keeper) {
			k.tags[app] = slices.DeleteFunc(slices.Clone(k.tags[app]), func(tag string) bool { return tag == "1" })
			k.configs, k.broken = nil, map[string]bool{app + ":1": true}
		}, "the registry answers with 500"},
		{"that does not say whether it has the digest", func(k *keeper) { k.configs, k.broken = nil, map[string]bool{app + "@" + digest("2"): true} }, "the registry answers with 500"},
		{"that does not say what another tag leads to", func(k *keeper) { k.broken = map[string]bool{app + ":2": true} }, "the registry answers with 500"},
		{"of which another image cannot be read", func(k *keeper) { k.broken = map[string]bool{digest("d"): true} }, ""},
	} {
		cfg, _ := config()
		k := cfg.Registry.(keeper)
		k.configs = map[string][]string{digest("c"): {digest("2")}}
		tt.change(&k)
		cfg.Registry, cfg.Repositories, cfg.KnowsDeployed, cfg.Deployed = k, nil, true, []audit.Deployment{{Reference: app + ":1", ID: digest("2"), Where: "prod/web"}}
		e := run(t, cfg).Images[0]
		if found := e.Digest == digest("c"); found != (tt.problem == "") || !strings.Contains(e.Problem, tt.problem) || !found && e.Outcome != audit.Undecided {
			t.Errorf("in a repository %s %s is %s: %s, want %q", tt.name, e.Digest, e.Outcome, e.Problem, tt.problem)
		}
	}
}

// Of what runs and is not known by any digest nobody asks where its tag leads: it is undecided, each for itself.
func TestRunningUnknown(t *testing.T) {
	t.Parallel()
	cfg, inspected := config()
	cfg.Repositories, cfg.KnowsDeployed = nil, true
	cfg.Deployed = []audit.Deployment{
		{Reference: "registry.example/app:1", Where: "service web", Unknown: "its digest is not said", Hint: "say it"},
		{Where: "project", Unknown: "a.yaml was not read", Hint: "give it"}, {Where: "service/db", Unknown: "b.yaml was not read", Hint: "give it"},
	}
	r := run(t, cfg)
	var got []string
	for _, e := range r.Images {
		got = append(got, fmt.Sprint(e.Label(), " ", e.Outcome, " ", e.Problem))
	}
	slices.Sort(got)
	want := []string{"project undecided a.yaml was not read: give it", "registry.example/app:1 undecided its digest is not said: say it", "service/db undecided b.yaml was not read: give it"}
	if !slices.Equal(got, want) || len(inspected.took) > 0 {
		t.Errorf("the images are %q, want %q; inspected: %v", got, want, inspected.took)
	}
}

// counting notes what a registry is asked.
type counting struct {
	keeper
	mu    *sync.Mutex
	asked map[string]int
}

func (c counting) note(question string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked[question]++
}

func (c counting) Tags(ctx context.Context, repository string) ([]string, error) {
	c.note("tags of " + repository)
	return c.keeper.Tags(ctx, repository)
}

func (c counting) Digest(ctx context.Context, reference string) (string, error) {
	c.note("digest of " + reference)
	return c.keeper.Digest(ctx, reference)
}

func (c counting) Parts(ctx context.Context, reference string, configs bool) ([]string, error) {
	c.note(fmt.Sprint("parts of ", reference, configs))
	return c.keeper.Parts(ctx, reference, configs)
}

// However many deployments there are of a repository, each question is asked once.
func TestRegistryIsAskedOnce(t *testing.T) {
	t.Parallel()
	cfg, _ := config()
	k := counting{keeper: cfg.Registry.(keeper), mu: &sync.Mutex{}, asked: map[string]int{}}
	cfg.Registry, cfg.Repositories, cfg.KnowsDeployed = k, nil, true
	for _, id := range []string{"2", "3", "7"} {
		cfg.Deployed = append(cfg.Deployed, audit.Deployment{Reference: "registry.example/app:1", ID: digest(id), Where: "prod/" + id}, audit.Deployment{Reference: "registry.example/app@" + digest(id), Where: "prod/" + id})
	}
	run(t, cfg)
	for question, n := range k.asked {
		if n != 1 || strings.HasSuffix(question, ":") {
			t.Errorf("the registry was asked %d times for the %s", n, question)
		}
	}
	if len(k.asked) < 10 {
		t.Errorf("the registry was asked for %v alone", k.asked)
	}
}

func TestReadCluster(t *testing.T) {
	t.Parallel()
	d := digest("a")
	tests := []struct{ name, text, want string }{
		{"pods", `{"kind":"List","items":[{"kind":"Pod","metadata":{"name":"web","namespace":"prod"},"spec":{"containers":[{"name":"app","image":"registry.example/app:1"},{"name":"new","image":"registry.example/new:1"}]},
			"status":{"containerStatuses":[{"name":"app","image":"registry.example/app:1","imageID":"docker-pullable://registry.example/app@` + d + `"}]}}]}`, "registry.example/app:1@" + d + " prod/web (registry.example/app:1)|registry.example/new:1 prod/web"},
		{"a node that names no digest of the registry", `{"kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[{"name":"app","image":"registry.example/app:1"}]},"status":{"containerStatuses":[{"name":"app","image":"registry.example/app:1","imageID":"docker://` + d + `"}]}}`, "registry.example/app:1 " + d + " web"},
		{"a digest alone, as CRI-O has it, of a container whose status names none", `{"kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[{"name":"app","image":"registry.example/app:1"}]},"status":{"containerStatuses":[{"name":"app","image":"` + d + `","imageID":"` + d[len("sha256:"):] + `"}]}}`, "registry.example/app:1 " + d + " web"},
		{"a digest alone, of a container that names one", `{"kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[{"name":"app","image":"registry.example/app@` + d + `"}]},"status":{"containerStatuses":[{"name":"app","imageID":"` + digest("b") + `"}]}}`, "registry.example/app@" + d + " web"},
		{"a mirror", `{"kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[{"name":"app","image":"registry.example/app:1"}]},"status":{"containerStatuses":[{"name":"app","imageID":"mirror.example/app@` + d + `"}]}}`, "mirror.example/app@" + d + " web (registry.example/app:1)"},
		{"containers of other kinds", `{"kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[{"name":"c","image":"registry.example/c:1"}],"initContainers":[{"name":"i","image":"registry.example/i:1"}],"ephemeralContainers":[{"name":"e","image":"registry.example/e:1"}]},
			"status":{"initContainerStatuses":[{"name":"i","imageID":"registry.example/i@` + d + `"}],"ephemeralContainerStatuses":[{"name":"e","imageID":"registry.example/e@` + d + `"}]}}`,
			"registry.example/i:1@" + d + " web (registry.example/i:1)|registry.example/e:1@" + d + " web (registry.example/e:1)|registry.example/c:1 web"},
		{"a container that has not started", `{"kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[{"name":"app","image":"registry.example/app:1"}]},"status":{"containerStatuses":[{"name":"app","image":"registry.example/app:1","imageID":""}]}}`, "registry.example/app:1 web"},
		{"volumes", `{"kind":"Pod","metadata":{"name":"web"},"spec":{"volumes":[{"name":"a","emptyDir":{}},{"name":"b","image":{"reference":"registry.example/files:1"}}],"containers":[{"name":"app","image":"registry.example/app:1"}]}}`, "registry.example/app:1 web|registry.example/files:1 web"},
		{"the last page", `{"kind":"PodList","metadata":{"resourceVersion":"1","continue":""},"items":[{"kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[{"name":"app","image":"registry.example/app:1"}]}}]}`, "registry.example/app:1 web"},
		{"what makes pods", `{"kind":"List","items":[{"kind":"Deployment","metadata":{"name":"web","namespace":"prod"},"spec":{"template":{"spec":{"containers":[{"name":"app","image":"registry.example/app:1"}]}}}},
			{"kind":"CronJob","metadata":{"name":"nightly"},"spec":{"jobTemplate":{"spec":{"template":{"spec":{"initContainers":[{"name":"i","image":"registry.example/job:1"}]}}}}}},{"kind":"Service","spec":{"ports":[{"port":80}]}}]}`, "registry.example/app:1 prod/web|registry.example/job:1 nightly"},
		{"services", "{\"ID\":\"1\",\"Image\":\"registry.example/app:1\",\"Mode\":\"replicated\",\"Name\":\"web\"}\n{\"ID\":\"2\",\"Image\":\"registry.example/db@" + d + "\",\"Mode\":\"global\",\"Name\":\"db\"}\n", "registry.example/app:1 service web, unknown|registry.example/db@" + d + " service db"},
		{"services in full", `[{"ID":"1","Spec":{"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"registry.example/app:1@` + d + `"}},"Mode":{"Replicated":{"Replicas":1}}},"PreviousSpec":{"TaskTemplate":{"ContainerSpec":{"Image":"registry.example/app:0"}}},"UpdateStatus":{"State":"completed"}},
			{"ID":"2","Spec":{"Name":"db","TaskTemplate":{"ContainerSpec":{"Image":"registry.example/db:2@` + d + `"}}},"PreviousSpec":{"TaskTemplate":{"ContainerSpec":{"Image":"registry.example/db:1@` + d + `"}}},"UpdateStatus":{"State":"updating"}},
			{"ID":"3","Spec":{"Name":"disk","TaskTemplate":{"PluginSpec":{"Remote":"registry.example/disk:1"}}}}]`, "registry.example/app:1@" + d + " service web|registry.example/db:2@" + d + " service db|registry.example/db:1@" + d + " service db|registry.example/disk:1 service disk"},
		{"apps", `{"apps":[{"id":"/web","container":{"type":"DOCKER","docker":{"image":"registry.example/app:1"}}},{"id":"/cmd","cmd":"sleep"}]}`, "registry.example/app:1 app /web (by its tag)"},
		{"groups in groups, with pods", `{"id":"/","apps":[{"id":"/b","container":{"docker":{"image":"registry.example/b:1"}}}],"pods":[{"id":"/p","containers":[
			{"name":"a","image":{"kind":"DOCKER","id":"registry.example/p:1"}},{"name":"b","exec":{"command":{"shell":"sleep"}}}]}],
			"groups":[{"id":"/shop","apps":[],"pods":[],"groups":[{"id":"/shop/in","apps":[{"id":"/shop/in/a","container":{"docker":{"image":"registry.example/a:1"}}}],"pods":[],"groups":[]}]}]}`,
			"registry.example/b:1 app /b (by its tag)|registry.example/p:1 pod /p (by its tag)|registry.example/a:1 app /shop/in/a (by its tag)"},
		{"a list of Marathon's pods", `[{"id":"/p","containers":[{"name":"a","image":{"kind":"DOCKER","id":"registry.example/p:1"}}]}]`, "registry.example/p:1 pod /p (by its tag)"},
		{"an app by its digest", `{"apps":[{"id":"/web","container":{"docker":{"image":"registry.example/app@` + d + `"}}}]}`, "registry.example/app@" + d + " app /web"},
		{"one app", `{"app":{"id":"/web","container":{"type":"MESOS","docker":{"image":"registry.example/app:1"}}}}`, "registry.example/app:1 app /web (by its tag)"},
		{"apps that run on the agent", `{"apps":[{"id":"/web","container":{"docker":{"image":"registry.example/app:1"}}},{"id":"/a","cmd":"sleep","container":{"type":"MESOS","volumes":[]}},{"id":"/b","args":["sleep"],"container":null}]}`, "registry.example/app:1 app /web (by its tag)"},
		{"a list of one kind, which its items do not say", `{"kind":"PodList","apiVersion":"v1","items":[{"metadata":{"name":"web"},"spec":{"containers":[{"name":"app","image":"registry.example/app:1"}]}}]}`, "registry.example/app:1 web"},
		{"a template of pods", `{"kind":"PodTemplate","metadata":{"name":"web"},"template":{"spec":{"containers":[{"name":"app","image":"registry.example/app:1"}]}}}`, "registry.example/app:1 web"},
		{"a status alone", `{"kind":"Pod","metadata":{"name":"web"},"status":{"containerStatuses":[{"name":"app","image":"registry.example/app:1","imageID":""}]}}`, "registry.example/app:1 web"},
		{"custom resources", `{"kind":"List","apiVersion":"v1","items":[{"apiVersion":"argoproj.io/v1alpha1","kind":"Workflow","metadata":{"name":"w","namespace":"prod"},"spec":{"templates":[{"container":{"image":"registry.example/step:1"}}]}},
			{"apiVersion":"monitoring.coreos.com/v1","kind":"Prometheus","metadata":{"name":"p"},"spec":{"image":"registry.example/own:1","template":{"spec":{"containers":[{"name":"a","image":"registry.example/app:1"}]}}}},
			{"apiVersion":"sparkoperator.k8s.io/v1beta2","kind":"SparkApplication","metadata":{"name":"s"},"spec":{"image":"registry.example/spark:1"}},
			{"apiVersion":"cert-manager.io/v1","kind":"Certificate","metadata":{"name":"c"},"spec":{"dnsNames":["a"]}}]}`, "registry.example/step:1 prod/w|registry.example/app:1 p|registry.example/own:1 p|registry.example/spark:1 s"},
		{"what runs nothing", `{"kind":"List","items":[{"apiVersion":"v1","kind":"Service","metadata":{"name":"web"}},{"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler"},{"apiVersion":"networking.k8s.io/v1","kind":"Ingress"},
			{"apiVersion":"argoproj.io/v1alpha1","kind":"Rollout","metadata":{"name":"web"},"spec":{"template":{"spec":{"containers":[{"image":"registry.example/app:1"}]}}}}]}`, "registry.example/app:1 web"},
	}
	for _, tt := range tests {
		list, err := audit.ReadCluster([]byte(tt.text))
		var got []string
		for _, d := range list {
			if d.Named != "" {
				d.Where += " (" + d.Named + ")"
			}
			if d.Unknown != "" {
				d.Where += ", unknown"
			}
			got = append(got, strings.Join(slices.DeleteFunc([]string{d.Reference, d.ID, d.Where}, func(s string) bool { return s == "" }), " "))
		}
		if strings.Join(got, "|") != tt.want || err != nil {
			t.Errorf("%s: ReadCluster() = %q, %v, want %q", tt.name, got, err, tt.want)
		}
	}
	const pods = `"items":[{"kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[{"name":"app","image":"registry.example/app:1"}]}}]`
	pod := func(spec, status string) string {
		return `{` + pods + `} {"kind":"Pod","metadata":{"name":"other"},"spec":` + spec + `,"status":` + status + `}`
	}
	const service = `{"Image":"registry.example/app:1","Mode":"replicated","Name":"web"}` + "\n"
	const app = `{"id":"/web","container":{"docker":{"image":"registry.example/app:1"}}}`
	for _, text := range []string{
		"", "{}", "[]", "<html>", `{"items":[]}`, `{"kind":"PodList","metadata":{"continue":"abc"},` + pods + `}`, `{"kind":"PodList","metadata":{"remainingItemCount":3},` + pods + `}`,
		`{` + pods + `} {"kind":"Status","status":"Failure","message":"pods is forbidden"}`, `{"kind":"List","items":[{"kind":"Table"},{` + pods + `}]}`, `{"kind":"PartialObjectMetadataList",` + pods + `}`,
		"Warning: v1 is deprecated\n{" + pods + "}", "{" + pods,
		// A part that is not understood, beside what is.
		pod(`{}`, `{}`), pod(`{"containers":[{"name":"app"}]}`, `{}`), pod(`{"containers":[{"name":"app","image":"a:1"}],"volumes":[{"image":{}}]}`, `{}`), pod(`{"containers":[{"name":"app","image":"a:1"}]}`, `{"containerStatuses":"none"}`),
		pod(`{"containers":[{"name":"app","image":"a:1"}]}`, `{"containerStatuses":[{"name":"app","imageID":"garbage"}]}`), pod(`{"containers":[{"name":"app","image":"a:1"}]}`, `{"containerStatuses":[{"name":"app","imageID":"sha256:abc"}]}`),
		pod(`{"containers":[{"name":"app","image":"a:1"}]}`, `{"containerStatuses":[{"name":"more"}]}`), pod(`{}`, `{"containerStatuses":[{"name":"app","image":"`+d+`","imageID":"`+d+`"}]}`),
		`{` + pods + `} {"kind":"Deployment","metadata":{"name":"web"},"spec":{"template":{"spec":{"containers":[{"name":"app"}]}}}}`, `{` + pods + `} {"kind":"Deployment","metadata":{"name":"web"}}`,
		`{` + pods + `} {"kind":"CronJob","spec":{"jobTemplate":{"spec":{"template":{"spec":{"containers":[{"name":"app"}]}}}}}}`,
		`{` + pods + `} {"apiVersion":"argoproj.io/v1alpha1","kind":"WorkflowList"}`, `{` + pods + `} {"kind":"PodList"}`, `{"items":[null,{` + pods + `}]}`,
		service + `{"Name":"db","Mode":"replicated"}`, service + `{"ID":"2"}`, service + `{"ID":"2","Image":"registry.example/app:1","Names":"web","State":"running"}`, `{"ID":"2","Image":"0123456789ab","Names":"web"}`,
		service + `{"ID":"2","Image":"registry.example/app:1","Name":"web","Service":"web"}`, `[{"Id":"2","Image":"sha256:` + d + `","Name":"/web"}]`, `[{"ID":"1","Spec":{"Name":"web","TaskTemplate":{}}}]`,
		`{"apps":[` + app + `,{"id":"/other"}]}`, `{"apps":[` + app + `,{"id":"/other","cmd":"sleep","container":{"docker":{}}}]}`, `{"apps":[` + app + `,{"id":"/other","cmd":"sleep","container":{"type":"DOCKER"}}]}`,
		`{"apps":[` + app + `,{"id":"/other","cmd":"sleep","container":{"type":"MESOS","appc":{"image":"a"}}}]}`, `{"apps":[` + app + `],"pods":[{"id":"/p","containers":[]}]}`,
		`{"apps":[` + app + `],"pods":[{"id":"/p","containers":[{"name":"a"}]}]}`, `{"apps":[` + app + `],"pods":[{"id":"/p","containers":[{"name":"a","image":{"kind":"APPC","id":"a"}}]}]}`,
		`{"apps":[` + app + `],"pods":[{"id":"/p","containers":[{"name":"a","exec":{},"image":{"kind":"DOCKER"}}]}]}`,
		`{"id":"/","apps":[` + app + `],"pods":[],"groups":[{"id":"/shop","apps":[],"pods":[]}]}`, `{"id":"/","apps":[` + app + `],"pods":[],"groups":[{"id":"/shop","groups":[],"pods":[]}]}`,
		`{"id":"/","apps":[` + app + `],"pods":[]}`, `{"id":"/","apps":[` + app + `],"groups":[]}`, `{"id":"/","apps":[` + app + `],"pods":null,"groups":[]}`, `{"id":"/","apps":[` + app + `],"pods":[],"groups":[{"id":"/shop"}]}`,
		`{"items":[]} ` + `{"apps":[` + app + `]} 5`,
		`[{"id":"/p","spec":{"containers":[{"name":"a","image":{"kind":"DOCKER","id":"a:1"}}]},"status":"STABLE"}]`,
	} {
		if list, err := audit.ReadCluster([]byte(text)); !fault.IsRequest(err) || len(fault.Hints(err)) == 0 {
			t.Errorf("ReadCluster(%q) = %v, %v, want a wrong request with a hint", text, list, err)
		} else if strings.Contains(err.Error(), "Go ") {
			t.Errorf("ReadCluster(%q) = %v, which has words of Go", text, err)
		}
	}
}

// A result that contradicts itself is none.
func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"no JSON": "x", "another document": `{"schema":"2.4","images":[]}`, "an unknown field": `{"schema":"1.0","other":1}`,
		"clean and blocked": `{"schema":"1.0","images":[{"outcome":"clean","blocking":[{"id":"CVE-1","severity":"high"}]}]}`, "no outcome": `{"schema":"1.0","images":[{}]}`,
	} {
		if _, err := audit.Read([]byte(text)); err == nil {
			t.Errorf("%s: Read() = nil, want an error", name)
		}
	}
}
