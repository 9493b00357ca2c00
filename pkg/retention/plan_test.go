package retention_test

import (
	"bytes"
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

const app = "registry.example/app"

func now() time.Time { return time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC) }

// digest is one that is made of a letter.
func digest(letter string) string { return "sha256:" + strings.Repeat(letter, 64) }

// built is an image that was built some days ago.
func built(letter string, days int, tags ...string) registry.Manifest {
	return registry.Manifest{Digest: digest(letter), Tags: tags, Created: now().AddDate(0, 0, -days)}
}

// with is a manifest that is changed.
func with(m registry.Manifest, change func(*registry.Manifest)) registry.Manifest {
	change(&m)
	return m
}

func parse(t *testing.T, text string) retention.Rule {
	t.Helper()
	rule, err := retention.ParseRule(text)
	if err != nil {
		t.Fatal(err)
	}
	return rule
}

// letters are the digests of images, each by its letter.
func letters(images []retention.Image) string {
	out := ""
	for _, img := range images {
		out += img.Digest[len("sha256:"):][:1]
	}
	return out
}

// What goes, the oldest first, with what belongs to it, and why all else stays.
func TestMake(t *testing.T) {
	t.Parallel()
	kept := func(days int, locked bool) func(*registry.Manifest) {
		return func(m *registry.Manifest) {
			at := now().AddDate(0, 0, -days)
			m.Kept = &registry.Kept{Digest: m.Digest, Tags: m.Tags, Pushed: at.Add(-time.Hour), Updated: at, Locked: locked}
		}
	}
	pulled := func(days int) func(*registry.Manifest) {
		return func(m *registry.Manifest) {
			kept(400, false)(m)
			m.Kept.TellsPulls, m.Kept.Pulled = true, now().AddDate(0, 0, -days)
		}
	}
	dated := func(pushed, updated int) func(*registry.Manifest) {
		return func(m *registry.Manifest) {
			m.Kept = &registry.Kept{Pushed: now().AddDate(0, 0, -pushed)}
			if updated > 0 {
				m.Kept.Updated = now().AddDate(0, 0, -updated)
			}
		}
	}
	index := func(letter string, days int, parts string, tags ...string) registry.Manifest {
		m := registry.Manifest{Digest: digest(letter), Tags: tags}
		for _, p := range parts {
			m.Parts = append(m.Parts, digest(string(p)))
		}
		return m
	}
	refers := func(letter, subject string) registry.Manifest {
		return registry.Manifest{Digest: digest(letter), Subject: digest(subject)}
	}
	attached := func(letter, subject, end string) registry.Manifest {
		return registry.Manifest{Digest: digest(letter), Tags: []string{"sha256-" + strings.Repeat(subject, 64) + end}, Artifact: "application/vnd.example"}
	}
	tests := []struct {
		name      string
		rule      string
		manifests []registry.Manifest
		running   []audit.Deployment
		goes      string
		with      map[string]string // what goes with an image
		why       map[string]string // in the reasons of one that stays
	}{
		{name: "the youngest stay", rule: "keep=2", manifests: []registry.Manifest{built("a", 9, "1"), built("b", 8, "2"), built("c", 7, "3"), built("d", 6, "4")}, goes: "ab", why: map[string]string{"d": "one of the youngest 2"}},
		{name: "young ones stay", rule: "within=7d", manifests: []registry.Manifest{built("a", 9, "1"), built("b", 7, "2"), built("c", 6, "3")}, goes: "ab", why: map[string]string{"c": "younger than 7 days"}},
		{name: "either is enough to stay", rule: "keep=1,within=7d", manifests: []registry.Manifest{built("a", 9, "1"), built("b", 6, "2"), built("c", 5, "3")}, goes: "a"},
		{name: "an unknown age stays", rule: "within=7d", manifests: []registry.Manifest{{Digest: digest("a"), Tags: []string{"1"}}, built("b", 9, "2"), with(built("c", 1, "3"), func(m *registry.Manifest) { m.Created = time.Unix(0, 0) })}, goes: "b", why: map[string]string{"a": "its age is not known", "c": "its age is not known"}},
		{name: "protected tags", rule: "keep=1,protect=v*,protect=stable", manifests: []registry.Manifest{built("a", 9, "1", "v1"), built("b", 8, "stable"), built("c", 7, "dev"), built("d", 6, "new")}, goes: "c", why: map[string]string{"a": "the tag v1 is protected (v*)"}},
		{name: "the registry's date counts", rule: "within=7d", manifests: []registry.Manifest{with(built("a", 900, "1"), kept(6, false)), with(built("b", 1, "2"), kept(8, false))}, goes: "b", why: map[string]string{"a": "younger than 7 days"}},
		{name: "the registry's later date counts", rule: "within=7d", manifests: []registry.Manifest{with(built("a", 9, "1"), dated(6, 0)), with(built("b", 9, "2"), dated(9, 6)), with(built("c", 9, "3"), dated(9, 8))}, goes: "c", why: map[string]string{"a": "younger than 7 days", "b": "younger than 7 days"}},
		{name: "hours", rule: "within=36h", manifests: []registry.Manifest{built("a", 2, "1"), built("b", 1, "2")}, goes: "a", why: map[string]string{"b": "younger than 36h0m0s"}},
		{name: "the oldest go first, whatever their order", rule: "keep=1", manifests: []registry.Manifest{built("c", 7, "3"), built("a", 9, "1"), built("b", 8, "2")}, goes: "ab"},
		{name: "one of unknown age pushes none out", rule: "keep=1", manifests: []registry.Manifest{{Digest: digest("a"), Tags: []string{"1"}}, built("b", 9, "2"), built("c", 8, "3")}, goes: "b", why: map[string]string{"a": "its age is not known", "c": "one of the youngest 1"}},
		{name: "an artifact under a tag of its own", rule: "keep=1,protect=chart*", manifests: []registry.Manifest{with(built("a", 9, "chart-1"), func(m *registry.Manifest) { m.Artifact = "application/vnd.cncf.helm.config.v1+json" }), built("b", 8, "2"), built("c", 7, "3")}, goes: "b", why: map[string]string{"a": "the tag chart-1 is protected"}},
		{name: "an index without one of its parts", rule: "keep=1", manifests: []registry.Manifest{with(index("a", 9, "bc", "1"), dated(9, 9)), built("b", 9), built("d", 1, "2")}, goes: "a", with: map[string]string{"a": "b"}},
		{name: "a part with a tag that goes, too", rule: "keep=1", manifests: []registry.Manifest{with(index("a", 9, "b", "1"), dated(9, 9)), built("b", 8, "1-amd64"), built("c", 1, "2")}, goes: "ab"},
		{name: "parts that are attached to one another", rule: "keep=1", manifests: []registry.Manifest{with(index("a", 9, "b", "1"), dated(9, 9)), attached("b", "c", ".sig"), attached("c", "b", ".sig"), built("d", 1, "2")}, goes: "a", with: map[string]string{"a": "bc"}},
		{name: "what refers to a part that stays", rule: "keep=1", manifests: []registry.Manifest{with(index("a", 9, "b", "1"), dated(9, 9)), built("b", 9), refers("c", "b"), with(index("d", 1, "b", "2"), dated(1, 1))}, goes: "a"},
		{name: "what refers to two images keeps both", rule: "keep=1", manifests: []registry.Manifest{built("a", 9, "1"), with(attached("b", "a", ".sig"), func(m *registry.Manifest) { m.Subject = digest("c") }), built("c", 1, "2")}, why: map[string]string{"a": "refers to it"}},
		{name: "deployed by digest, whatever the latest is", rule: "within=7d", manifests: []registry.Manifest{built("a", 9, "1"), built("b", 9, "latest")}, running: []audit.Deployment{{Reference: app + "@" + digest("a"), Where: "prod/a"}}, goes: "b", why: map[string]string{"a": "deployed by prod/a"}},
		{name: "pulled lately", rule: "within=7d", manifests: []registry.Manifest{with(built("a", 9, "1"), pulled(29)), with(built("b", 9, "2"), pulled(30)), with(built("c", 9, "3"), kept(400, false))}, goes: "bc", why: map[string]string{"a": "and what was within 30 days stays"}},
		{name: "not listed", rule: "within=7d", manifests: []registry.Manifest{with(built("a", 9, "1"), func(m *registry.Manifest) { m.Unlisted = true }), with(built("b", 9, "2"), kept(400, false))}, goes: "b", why: map[string]string{"a": "the registry does not list it"}},
		{name: "pulled as lately as the rule says", rule: "within=7d,pulled=60d", manifests: []registry.Manifest{with(built("a", 9, "1"), pulled(59)), with(built("b", 9, "2"), pulled(61))}, goes: "b", why: map[string]string{"a": "and what was within 60 days stays"}},
		{name: "pulls do not count", rule: "within=7d,pulled=0", manifests: []registry.Manifest{with(built("a", 9, "1"), pulled(1)), with(built("b", 9, "2"), pulled(1))}, goes: "ab"},
		{name: "a part that was pulled lately", rule: "within=7d", manifests: []registry.Manifest{with(index("a", 9, "b", "1"), kept(400, false)), with(built("b", 9), pulled(1))}, why: map[string]string{"a": "pulled"}},
		{name: "locked", rule: "within=7d", manifests: []registry.Manifest{with(built("a", 9, "1"), kept(9, true)), with(built("b", 9, "2"), kept(9, false))}, goes: "b", why: map[string]string{"a": "locked in the registry"}},
		{
			name: "deployed by tag, by digest and by the digest of a platform", rule: "within=7d",
			manifests: []registry.Manifest{built("a", 9, "1"), built("b", 9, "2"), index("c", 9, "d", "3"), built("d", 9), built("e", 9, "latest"), built("f", 9, "4")},
			running:   []audit.Deployment{{Reference: app + ":1", Where: "prod/a"}, {Reference: "mirror.example/app@" + digest("b"), Where: "prod/b"}, {Reference: app + "@" + digest("d"), Where: "prod/d"}, {Reference: app, Where: "prod/e"}, {Reference: "registry.example/other:4", Where: "prod/f"}},
			goes:      "f", why: map[string]string{"a": "deployed by prod/a", "b": "deployed by prod/b", "c": "stays: deployed by prod/d", "e": "deployed by prod/e"},
		},
		{
			name: "deployed by the digest of a configuration, and by one that nothing has", rule: "within=7d",
			manifests: []registry.Manifest{built("a", 9, "1"), with(built("b", 9, "2"), func(m *registry.Manifest) { m.Config = digest("9") }), index("c", 9, "d", "3"), with(built("d", 9), func(m *registry.Manifest) { m.Config = digest("8") }), built("e", 9, "4"), built("f", 9, "5")},
			running:   []audit.Deployment{{Reference: app + ":1", ID: digest("9"), Where: "prod/b"}, {Reference: app + ":1", ID: digest("8"), Where: "prod/d"}, {Reference: app + ":4", ID: digest("7"), Where: "prod/e"}},
			goes:      "f", why: map[string]string{"a": "pulled by prod/b when it starts anew, which runs " + digest("9"), "b": "deployed by prod/b", "c": "deployed by prod/d", "e": "deployed by prod/e, which runs " + digest("7") + ", and nothing here has this digest"},
		},
		{
			name: "deployed by a tag that moved since", rule: "within=7d",
			manifests: []registry.Manifest{built("a", 9, "1"), built("b", 9, "3"), index("c", 9, "d", "2"), built("d", 9), with(built("e", 9, "5"), func(m *registry.Manifest) { m.Config = digest("9") }), built("f", 9, "4"), built("1", 9, "6"), built("2", 9, "7")},
			running: []audit.Deployment{
				{Reference: app + ":3@" + digest("a"), Named: app + ":3", Where: "prod/a"},
				{Reference: "mirror.example/app@" + digest("d"), Named: app + ":2", Where: "prod/d"},
				{Reference: app + ":4", ID: digest("9"), Where: "prod/e"},
				{Reference: app + ":6@" + digest("8"), Named: app + ":6", Where: "prod/1"},
			},
			goes: "2", why: map[string]string{
				"a": "deployed by prod/a", "b": "pulled by prod/a when it starts anew, which runs " + digest("a"), "c": "its part " + digest("d") + " stays: deployed by prod/d", "e": "deployed by prod/e",
				"f": "pulled by prod/e when it starts anew", "1": "deployed by prod/1, which runs " + digest("8") + ", and nothing here has this digest",
			},
		},
		{
			name: "an index goes with its parts, but for those of another that stays", rule: "keep=1",
			manifests: []registry.Manifest{index("a", 9, "bc", "1"), built("b", 9), built("c", 8), index("d", 7, "ce", "2"), built("e", 7)},
			goes:      "a", with: map[string]string{"a": "b"}, why: map[string]string{"d": "one of the youngest 1"},
		},
		{
			name: "what two that go have in common goes with the younger", rule: "keep=1",
			manifests: []registry.Manifest{index("a", 9, "bc", "1"), built("b", 9), built("c", 8), index("d", 7, "ce", "2"), built("e", 7), built("f", 1, "3")},
			goes:      "ad", with: map[string]string{"a": "b", "d": "ce"},
		},
		{
			name: "a part with a tag of its own is an image of its own", rule: "keep=2",
			manifests: []registry.Manifest{index("a", 9, "b", "1"), built("b", 5, "1-amd64"), built("c", 4, "2")},
			goes:      "a", why: map[string]string{"b": "one of the youngest 2"},
		},
		{
			name: "what refers to an image goes and stays with it", rule: "keep=1",
			manifests: []registry.Manifest{built("a", 9, "1"), refers("b", "a"), refers("c", "b"), attached("d", "a", ".sig"), attached("e", "a", ""), built("1", 1, "2"), refers("2", "1"), attached("3", "1", ".att")},
			goes:      "a", with: map[string]string{"a": "bcde"},
		},
		{
			name: "an image under a tag like those of signatures is an image of its own", rule: "keep=1",
			manifests: []registry.Manifest{built("a", 9, "1"), with(attached("b", "a", ".sig"), func(m *registry.Manifest) { m.Artifact, m.Created = "", now().AddDate(0, 0, -9) }), built("c", 1, "2")},
			running:   []audit.Deployment{{Reference: app + ":sha256-" + strings.Repeat("a", 64) + ".sig", Where: "prod/b"}},
			goes:      "a", why: map[string]string{"b": "deployed by prod/b"},
		},
		{
			name: "what is referred to by what stays, stays", rule: "keep=1",
			manifests: []registry.Manifest{built("a", 9, "1"), with(refers("b", "a"), func(m *registry.Manifest) { m.Tags, m.Created = []string{"sbom"}, now() })},
			why:       map[string]string{"a": app + ":sbom refers to it"},
		},
		{name: "the base of what stays", rule: "keep=1", manifests: []registry.Manifest{built("a", 9, "1"), with(built("b", 1, "2"), func(m *registry.Manifest) { m.Base = digest("a") })}, why: map[string]string{"a": "base of " + app + ":2"}},
		{name: "manifests without a tag push nothing out", rule: "keep=1", manifests: []registry.Manifest{built("a", 9, "1"), built("b", 3), built("c", 2)}, goes: "bc", why: map[string]string{"a": "one of the youngest 1"}},
		{name: "an orphan of something that is gone", rule: "within=7d", manifests: []registry.Manifest{with(refers("a", "f"), func(m *registry.Manifest) { m.Created = now().AddDate(0, 0, -8) }), refers("b", "f")}, goes: "a", why: map[string]string{"b": "its age is not known"}},
		{name: "a manifest that is attached to itself", rule: "within=7d", manifests: []registry.Manifest{with(attached("a", "a", ".sig"), func(m *registry.Manifest) { m.Parts = []string{digest("a")} })}, why: map[string]string{"a": "its age is not known"}},
		{name: "the age of an index is that of its youngest platform", rule: "within=7d", manifests: []registry.Manifest{index("a", 0, "bc", "1"), built("b", 9), built("c", 6), index("d", 0, "b", "2")}, goes: "d", why: map[string]string{"a": "younger than 7 days"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := retention.Make(parse(t, tt.rule), []retention.Repository{{Name: app, Manifests: tt.manifests}}, tt.running, true, now())
			r := p.Repositories[0]
			if got := letters(r.Goes); got != tt.goes {
				t.Errorf("Make() lets %q go, want %q", got, tt.goes)
			}
			for _, img := range r.Goes {
				got := ""
				for _, d := range img.With {
					got += d[len("sha256:"):][:1]
				}
				if want := tt.with[letters([]retention.Image{img})]; sorted(got) != want {
					t.Errorf("with %s goes %q, want %q", img.Digest, got, want)
				}
			}
			for letter, want := range tt.why {
				why := "it does not stay"
				for _, img := range r.Stays {
					if img.Digest == digest(letter) {
						why = strings.Join(img.Why, "; ")
					}
				}
				if !strings.Contains(why, want) {
					t.Errorf("%s stays: %q, want %q", letter, why, want)
				}
			}
		})
	}
}

func sorted(s string) string { return string(slices.Sorted(slices.Values([]byte(s)))) }

// How much of what runs is here is said, loudly where nothing is: another name of the registry leads to no image.
func TestTextSaysWhatRunsHere(t *testing.T) {
	t.Parallel()
	manifests := []registry.Manifest{built("a", 9, "1"), built("b", 9, "2"), {Digest: digest("c"), Tags: []string{"3"}, Config: digest("9")}}
	for _, tt := range []struct {
		running []audit.Deployment
		want    string
	}{
		{running: []audit.Deployment{{Reference: app + ":1", Where: "a"}, {Reference: app + ":1", Where: "b"}, {Reference: "localhost:5000/app:2", Where: "c"}, {Where: "d", Unknown: "it is not said"}}, want: "1 of 2 references that run are of these repositories"},
		{running: []audit.Deployment{{Reference: "localhost:5000/app:3", ID: digest("9"), Where: "c"}}, want: "1 of 1 reference that run are of these repositories"},
		{running: []audit.Deployment{{Reference: "localhost:5000/app:2", Where: "c"}}, want: "! NOTHING THAT RUNS IS HERE: none of the 1 reference"},
	} {
		p := retention.Make(parse(t, "within=7d"), []retention.Repository{{Name: app, Manifests: manifests}}, tt.running, true, now())
		var out bytes.Buffer
		if err := retention.Text(&out, p); err != nil || !strings.Contains(out.String(), tt.want) {
			t.Errorf("Text() = %q, %v, want %q", out.String(), err, tt.want)
		}
	}
}

// An image that is the base of one in another repository stays.
func TestMakeSeveralRepositories(t *testing.T) {
	t.Parallel()
	child := built("c", 1, "1")
	child.Base = digest("a")
	p := retention.Make(parse(t, "keep=1"), []retention.Repository{{Name: app, Manifests: []registry.Manifest{child}}, {Name: "other.example/base", Manifests: []registry.Manifest{built("a", 9, "1"), built("b", 8, "2"), built("d", 7, "3")}}}, nil, false, now())
	if got := letters(p.Repositories[0].Goes); got != "b" || p.Repositories[0].Name != "other.example/base" {
		t.Errorf("of %s goes %q, want b of other.example/base", p.Repositories[0].Name, got)
	}
	if base, app := letters(p.Repositories[0].Stays), letters(p.Repositories[1].Stays); base != "da" || app != "c" {
		t.Errorf("of them stay %q and %q, want da and c", base, app)
	}
}

// Each reason is given once, and no more than is so.
func TestWhyItIsDeployed(t *testing.T) {
	t.Parallel()
	manifests := []registry.Manifest{
		built("a", 9, "1"), {Digest: digest("b"), Tags: []string{"2"}, Parts: []string{digest("c")}}, built("c", 9), built("d", 9, "3"),
	}
	tests := []struct {
		name    string
		running []audit.Deployment
		want    map[string][]string
	}{
		{name: "twice by one", running: []audit.Deployment{{Reference: app + ":1", Where: "a"}, {Reference: app + ":1", Where: "a"}}, want: map[string][]string{"a": {"deployed by a"}}},
		{name: "by the digest that the tag leads to", running: []audit.Deployment{{Reference: app + ":1@" + digest("a"), Named: app + ":1", Where: "a"}}, want: map[string][]string{"a": {"deployed by a"}}},
		{name: "by the digest of a part of what the tag leads to", running: []audit.Deployment{{Reference: app + ":2@" + digest("c"), Named: app + ":2", Where: "a"}}, want: map[string][]string{"b": {"its part " + digest("c") + " stays: deployed by a"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := retention.Make(parse(t, "within=7d"), []retention.Repository{{Name: app, Manifests: manifests}}, tt.running, true, now())
			got := map[string][]string{}
			for _, img := range p.Repositories[0].Stays {
				got[letters([]retention.Image{img})] = img.Why
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("what stays (-want +got):\n%s", diff)
			}
		})
	}
}

// What is of unknown age stands before the youngest, and has no date. A pattern that is none keeps all.
func TestStays(t *testing.T) {
	t.Parallel()
	manifests := []registry.Manifest{built("a", 9, "1"), {Digest: digest("b"), Tags: []string{"2"}}, built("c", 8, "3")}
	p := retention.Make(retention.Rule{Protect: []string{"["}}, []retention.Repository{{Name: app, Manifests: manifests}}, nil, true, now())
	stays := p.Repositories[0].Stays
	if got := letters(stays); got != "bca" || stays[0].Date != "" {
		t.Errorf("%q stays, the first one of the date %q, want bca and none", got, stays[0].Date)
	}
}

func TestParseRule(t *testing.T) {
	t.Parallel()
	rule := parse(t, "keep=10, within=30d,protect=v*,protect=stable")
	if rule.Keep != 10 || rule.Within != 30*24*time.Hour {
		t.Errorf("ParseRule() = %+v", rule)
	}
	if diff := cmp.Diff([]string{"v*", "stable"}, rule.Protect); diff != "" {
		t.Errorf("Protect (-want +got):\n%s", diff)
	}
	if got := parse(t, "within=36h").Within; got != 36*time.Hour {
		t.Errorf("within = %s, want 36h", got)
	}
	for text, want := range map[string]string{
		"": "", "keep": "", "keep=0": "it keeps nothing", "keep=-1": "it keeps nothing", "keep=ten": "invalid syntax", "keep=1,within=0d": "it keeps nothing", "within=soon": "it is not a duration", "within=-1h": "",
		"within=99999999d": "", "within=9999999999999d": "", "protect=v*": "neither how many", "keep=1,protect=": "there is no pattern", "keep=1,protect=[": "syntax error", "keep=1,older=3d": "none of keep", "keep=1,,": "none of keep",
		"keep=10,keep=1": "keep", "keep=1,within=1d,within=2d": "within", "keep=1,pulled=1d, pulled=0": "pulled",
	} {
		if _, err := retention.ParseRule(text); !fault.IsRequest(err) || len(fault.Hints(err)) == 0 || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseRule(%q) = %v, want a wrong request with a hint that says %q", text, err, want)
		}
	}
}
