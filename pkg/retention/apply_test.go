package retention_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/audit"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/retention"
)

var update = flag.Bool("update", false, "write the golden files anew")

// keeper is a registry without a network, with one repository.
type keeper struct {
	manifests []registry.Manifest
	looks     int
	deleted   string // the letters of the digests, in their order
	look      func(k *keeper)
	fail      map[string]error  // of deletions, by letter
	answer    map[string]string // in place of 202
	keeps     string            // letters of what is not deleted, whatever the answer
	silent    bool              // does not say what it has
	blind     int               // the look that fails; 0 for none
}

func (k *keeper) Look(context.Context, string) ([]registry.Manifest, bool, error) {
	if k.looks++; k.look != nil {
		k.look(k)
	}
	if k.looks == k.blind {
		return nil, false, errors.New("503")
	}
	return slices.Clone(k.manifests), true, nil
}

func (k *keeper) Delete(_ context.Context, repository, d string) (string, error) {
	letter := d[len("sha256:"):][:1]
	if err := k.fail[letter]; err != nil || repository != app {
		return "", err
	}
	k.deleted += letter
	if strings.Contains(k.keeps, letter) {
		return "202 Accepted", nil
	}
	k.manifests = slices.DeleteFunc(k.manifests, func(m registry.Manifest) bool { return m.Digest == d })
	if answer := k.answer[letter]; answer != "" {
		return answer, nil
	}
	return "202 Accepted", nil
}

func (k *keeper) Has(_ context.Context, _, d string) (bool, error) {
	if k.silent {
		return false, errors.New("503")
	}
	return slices.ContainsFunc(k.manifests, func(m registry.Manifest) bool { return m.Digest == d }), nil
}

// many are three images that go, of which one is an index with a signature, and one that stays.
func many() *keeper {
	return &keeper{manifests: []registry.Manifest{
		{Digest: digest("a"), Tags: []string{"1"}, Parts: []string{digest("b"), digest("c")}}, built("b", 9), built("c", 9),
		{Digest: digest("d"), Tags: []string{"sha256-" + strings.Repeat("a", 64) + ".sig"}, Artifact: "application/vnd.dev.cosign.simplesigning.v1+json"},
		built("e", 8, "2", "two"), built("f", 7, "3"), built("1", 1, "4"),
	}}
}

func config(t *testing.T, k *keeper) retention.Config {
	t.Helper()
	return retention.Config{Rule: parse(t, "keep=1"), Repositories: []string{app}, Registry: k, Now: now, Apply: 2}
}

// The oldest images go, whole, and each deletion is written down. A plan alone deletes nothing.
func TestRun(t *testing.T) {
	t.Parallel()
	k := many()
	k.answer = map[string]string{"c": "404 Not Found"}
	var log []string
	cfg := config(t, k)
	cfg.Log = func(message string) { log = append(log, message) }
	plan, err := retention.Run(context.Background(), cfg)
	if err != nil || k.deleted != "abcde" {
		t.Fatalf("Run() = %v and deleted %q, want a, what belongs to it, and e", err, k.deleted)
	}
	if len(log) != 5 || !strings.Contains(log[4], app+"@"+digest("e")+" (tags: 2, two; 202 Accepted)") {
		t.Errorf("the log says %q", log)
	}
	golden(t, "applied.txt", plan, retention.Text)
	golden(t, "applied.json", plan, retention.JSON)

	k = many()
	cfg = config(t, k)
	cfg.Apply = 0
	cfg.Deployed = func() ([]audit.Deployment, error) { return nil, nil }
	if plan, err = retention.Run(context.Background(), cfg); err != nil || k.deleted != "" || len(plan.Deletions) > 0 {
		t.Errorf("Run() = %v and deleted %q, want nothing", err, k.deleted)
	}
	golden(t, "planned.txt", plan, retention.Text)
}

func golden(t *testing.T, name string, p *retention.Plan, render func(io.Writer, *retention.Plan) error) {
	t.Helper()
	var got bytes.Buffer
	if err := render(&got, p); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// Whatever differs from the plan stops the deletion, before or in the middle of it. What was deleted by then is written down.
func TestRunStops(t *testing.T) {
	t.Parallel()
	at := func(look int, do func(k *keeper)) func(*keeper) {
		return func(k *keeper) {
			if k.looks == look {
				do(k)
			}
		}
	}
	change := func(letter string, do func(*registry.Manifest)) func(*keeper) {
		return func(k *keeper) {
			for i := range k.manifests {
				if k.manifests[i].Digest == digest(letter) {
					do(&k.manifests[i])
				}
			}
		}
	}
	tests := []struct {
		name    string
		look    func(*keeper)
		fail    map[string]error
		running func(call int) ([]audit.Deployment, error)
		keeps   string
		silent  bool
		blind   int
		deleted string
		want    string
	}{
		{name: "a tag moves to it", look: at(2, change("a", func(m *registry.Manifest) { m.Tags = []string{"1", "prod"} })), want: "its tags were 1 when the plan was made, and are 1, prod"},
		{name: "its tag moves away", look: at(3, change("e", func(m *registry.Manifest) { m.Tags = []string{"2"} })), deleted: "abcd", want: "its tags were 2, two when the plan was made, and are 2"},
		{name: "it is locked", look: at(2, change("a", func(m *registry.Manifest) { m.Kept = &registry.Kept{Locked: true} })), want: "it stays since the plan was made: locked in the registry"},
		{name: "an index takes it in", look: at(3, change("1", func(m *registry.Manifest) { m.Parts = []string{digest("e")} })), deleted: "abcd", want: "part of " + app + ":4"},
		{name: "it is gone", look: at(2, func(k *keeper) { k.manifests = k.manifests[1:] }), want: "it is no longer there"},
		{name: "it is deployed", running: func(call int) ([]audit.Deployment, error) {
			if call < 3 {
				return nil, nil
			}
			return []audit.Deployment{{Reference: app + ":two", Where: "prod/web"}}, nil
		}, deleted: "abcd", want: "deployed by prod/web"},
		{name: "what runs cannot be read", running: func(call int) ([]audit.Deployment, error) {
			if call < 2 {
				return nil, nil
			}
			return nil, fault.Request(errors.New("the file is gone"), "")
		}, want: "reading again what runs: the file is gone"},
		{name: "the registry keeps what it says to delete", keeps: "a", deleted: "a", want: "took the deletion of " + app + "@" + digest("a") + " and still has it"},
		{name: "the registry does not say what it has", silent: true, deleted: "a", want: "asking whether " + app + "@" + digest("a") + " is gone: 503"},
		{name: "the repository cannot be looked at again", blind: 2, want: "503"},
		{name: "the registry refuses a part", fail: map[string]error{"c": errors.New("500")}, deleted: "ab", want: "deleting " + app + "@" + digest("c") + ": 500"},
		{name: "the registry refuses the first", fail: map[string]error{"a": errors.New("405")}, want: "deleting " + app + "@" + digest("a") + ": 405"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			k := many()
			k.look, k.fail, k.keeps, k.silent, k.blind = tt.look, tt.fail, tt.keeps, tt.silent, tt.blind
			cfg := config(t, k)
			calls := 0
			if tt.running != nil {
				cfg.Deployed = func() ([]audit.Deployment, error) { calls++; return tt.running(calls) }
			}
			plan, err := retention.Run(context.Background(), cfg)
			if err == nil || plan == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(plan.Stopped, tt.want) || fault.IsRequest(err) {
				t.Fatalf("Run() = %+v, %v, want %q", plan, err, tt.want)
			}
			if k.deleted != tt.deleted || len(plan.Deletions) != len(tt.deleted) {
				t.Errorf("deleted %q, and %d are written down, want %q", k.deleted, len(plan.Deletions), tt.deleted)
			}
		})
	}
}

// several are registries by the names of their repositories.
type several map[string]*keeper

func (s several) Look(ctx context.Context, repository string) ([]registry.Manifest, bool, error) {
	return s[repository].Look(ctx, repository)
}

func (s several) Delete(ctx context.Context, repository, d string) (string, error) {
	return s[repository].Delete(ctx, app, d)
}

func (s several) Has(ctx context.Context, repository, d string) (bool, error) {
	return s[repository].Has(ctx, repository, d)
}

// The oldest images of all repositories go first, and what lies in two of them goes from each by itself.
func TestRunSeveral(t *testing.T) {
	t.Parallel()
	const other = "a.example/app"
	both := several{
		other: {manifests: []registry.Manifest{built("b", 7, "x"), built("c", 1, "y")}},
		app:   {manifests: []registry.Manifest{built("a", 9, "1"), built("b", 7, "2"), built("d", 5, "3"), built("e", 1, "4")}},
	}
	plan, err := retention.Run(context.Background(), retention.Config{Rule: parse(t, "keep=1"), Repositories: []string{app, other}, Registry: both, Now: now, Apply: 3})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range plan.Deletions {
		got = append(got, d.Repository+":"+strings.Join(d.Tags, ","))
	}
	if diff := cmp.Diff([]string{app + ":1", other + ":x", app + ":2"}, got); diff != "" {
		t.Errorf("deleted (-want +got):\n%s", diff)
	}
}

// A repository that cannot be looked at, or what runs and is not known, ends a plan before it is made.
func TestRunFails(t *testing.T) {
	t.Parallel()
	cfg := config(t, many())
	cfg.Deployed = func() ([]audit.Deployment, error) { return nil, errors.New("no file") }
	if plan, err := retention.Run(context.Background(), cfg); plan != nil || err == nil {
		t.Errorf("Run() = %v, %v, want an error alone", plan, err)
	}
	cfg = config(t, many())
	cfg.Registry = blind{}
	if plan, err := retention.Run(context.Background(), cfg); plan != nil || err == nil {
		t.Errorf("Run() = %v, %v, want an error alone", plan, err)
	}
}

type blind struct{ *keeper }

func (blind) Look(context.Context, string) ([]registry.Manifest, bool, error) {
	return nil, false, errors.New("it cannot be read")
}

// Words of registries end no line and control no terminal.
func TestTextIsSafe(t *testing.T) {
	t.Parallel()
	p := retention.Make(parse(t, "within=1d"), []retention.Repository{{Name: app, Manifests: []registry.Manifest{built("a", 9, "\x1b[2J\n::error::x")}}}, nil, true, time.Time.AddDate(now(), 0, 0, 1))
	var out bytes.Buffer
	if err := retention.Text(&out, p); err != nil || strings.ContainsAny(out.String(), "\x1b") || strings.Contains(out.String(), "\n::error") {
		t.Errorf("Text() = %q, %v", out.String(), err)
	}
}

// What is not seen, what was not done and one of something are said as they are.
func TestTextSays(t *testing.T) {
	t.Parallel()
	p := &retention.Plan{
		Rule: "keep=1", KnowsDeployed: true, Found: 1, Running: 1, Stopped: "it is locked",
		Repositories: []retention.RepoPlan{{Name: app, Goes: []retention.Image{{Digest: digest("a"), Date: "2026-01-01", DateFrom: "registry"}}, Stays: []retention.Image{{Digest: digest("b"), Tags: []string{"1"}}, {Digest: digest("c"), Tags: []string{"2"}}}}},
	}
	for _, nothing := range []bool{false, true} {
		if nothing {
			p.Stopped, p.Repositories[0].Untagged = "", true
		}
		var out bytes.Buffer
		if err := retention.Text(&out, p); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"1 image could go, 2 stay;", "GOES without a tag, pushed or changed 2026-01-01\n", "STAYS 1, of unknown age"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("Text() = %s\nwant %q", out.String(), want)
			}
		}
		for _, want := range []string{"does not list manifests without a tag", "Deleted 0 manifests\n  STOPPED: it is locked\n"} {
			if strings.Contains(out.String(), want) == nothing {
				t.Errorf("Text() = %s\n%q is in it: %t", out.String(), want, !nothing)
			}
		}
		if strings.Contains(out.String(), "STOPPED: \n") || nothing && strings.Contains(out.String(), "Deleted") {
			t.Errorf("Text() = %s\nand nothing was deleted", out.String())
		}
	}
}
