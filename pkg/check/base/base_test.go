package base_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"github.com/layergate/layergate/pkg/check/base"
	"github.com/layergate/layergate/pkg/dockerfile"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// now is when the tests judge ages.
var now = time.Date(2026, time.November, 26, 12, 0, 0, 0, time.UTC)

// facts are what a fixture says beside its Dockerfile: what the policy asks for, and what is known of the image.
type facts struct {
	AllowedBases   []string       `yaml:"allowed-bases"`
	ProvenBases    []string       `yaml:"proven-bases"` // those that have to be proven
	MaxBaseAge     int            `yaml:"max-base-age"`
	MaxImageAge    int            `yaml:"max-image-age"`
	AskedLabels    []policy.Label `yaml:"asked-labels"`
	Labels         map[string]string
	Created        time.Time
	BaseCreated    time.Time `yaml:"base-created"`
	BaseInRegistry bool      `yaml:"base-in-registry"`
	BaseSigned     bool      `yaml:"base-signed"`
	EndOfLife      string    `yaml:"end-of-life"`
}

// subject reads a fixture: a directory with a Dockerfile, which makes one layer, and facts.yaml, which may be missing.
func subject(t *testing.T, dir string) base.Subject {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(dir, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	var known facts
	if raw, err := os.ReadFile(filepath.Join(dir, "facts.yaml")); err == nil {
		if err := yaml.Unmarshal(raw, &known); err != nil {
			t.Fatal(err)
		}
	}
	file, err := dockerfile.Parse("Dockerfile", source)
	if err != nil {
		t.Fatal(err)
	}
	history := []dockerfile.Entry{{CreatedBy: "base"}, {CreatedBy: "COPY app /app # buildkit"}}
	if strings.Contains(string(source), "FROM scratch") {
		history = history[1:]
	}
	if strings.Contains(string(source), "--from=") {
		history[len(history)-1].CreatedBy = "COPY /app /app # buildkit"
	}
	a, err := file.Attribute(history, dockerfile.Build{})
	if err != nil {
		t.Fatal(err)
	}
	s := base.Subject{
		Platform: "linux/amd64", Now: now, Sources: a.Sources(), Base: &base.Base{Name: a.Base.Name, Location: &a.Base.Location},
		Policy: policy.Policy{MaxBaseAge: known.MaxBaseAge, MaxImageAge: known.MaxImageAge, Labels: known.AskedLabels},
		Labels: known.Labels, Created: known.Created, BaseCreated: known.BaseCreated, EndOfLife: known.EndOfLife, Unconfirmed: "the registry has another image",
	}
	for _, pattern := range known.AllowedBases {
		s.Policy.AllowedBases = append(s.Policy.AllowedBases, policy.AllowedBase{Image: policy.BasePattern(pattern)})
	}
	for _, pattern := range known.ProvenBases {
		s.Policy.AllowedBases = append(s.Policy.AllowedBases, policy.AllowedBase{Image: policy.BasePattern(pattern), Proven: policy.Proof{Key: "k"}})
	}
	for i, l := range a.Layers {
		s.Layers = append(s.Layers, finding.Layer{Index: i, Base: l.Base})
	}
	if known.BaseInRegistry {
		s.Confirmed = &base.Confirmed{Proven: known.BaseSigned, Unproven: "no signature is attached to it in the registry"}
	}
	return s
}

// The rules keep to the words of pkg/check, and each is named once.
func TestRules(t *testing.T) {
	t.Parallel()
	id, name := regexp.MustCompile(`^LG-BASE-[0-9]{3}$`), regexp.MustCompile(`^[a-z]+(-[a-z0-9]+)*$`)
	seen := map[string]bool{}
	for _, r := range base.Rules() {
		if !id.MatchString(r.ID) || !name.MatchString(r.Name) || seen[r.ID] || seen[r.Name] {
			t.Errorf("the rule %s is called %q", r.ID, r.Name)
		}
		seen[r.ID], seen[r.Name] = true, true
		if r.Kind != finding.KindCheck || r.Severity == finding.SeverityUnknown || r.Title == "" || !strings.HasSuffix(r.Why, ".") || !strings.HasSuffix(r.Remedy, ".") {
			t.Errorf("the rule %s lacks a kind, a severity, a title or a sentence", r.ID)
		}
	}
}

// Each rule finds something in every fixture whose name begins with fail, and nothing where it begins with pass.
func TestFixtures(t *testing.T) {
	t.Parallel()
	for _, r := range base.Rules() {
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			for _, prefix := range []string{"pass", "fail"} {
				dirs, err := filepath.Glob(filepath.Join("testdata", r.ID, prefix+"*"))
				if err != nil || len(dirs) == 0 {
					t.Errorf("there is no fixture %s: %v", prefix, err)
				}
				for _, dir := range dirs {
					found := base.Find(subject(t, dir))
					if got := slices.ContainsFunc(found, func(f finding.Finding) bool { return f.ID == r.ID }); got != (prefix == "fail") {
						t.Errorf("%s: the rule finds something: %t; all that is found: %q", dir, got, words(found))
					}
					for _, f := range found {
						if err := f.Valid(); err != nil {
							t.Errorf("%s: %s is not valid: %v", dir, f.ID, err)
						}
					}
				}
			}
		})
	}
}

// words are findings as the tests write them.
func words(list []finding.Finding) []string {
	var out []string
	for _, f := range list {
		line := "-"
		if f.Location != nil {
			line = strings.TrimPrefix(f.Location.File, "Dockerfile") + string(rune('0'+f.Location.Line))
		}
		side := ""
		if f.Layer != nil && f.Layer.Base {
			side = " (base)"
		}
		out = append(out, strings.TrimPrefix(f.ID, "LG-BASE-")+" "+line+" "+f.Check.Saw+side)
	}
	return out
}

func TestFind(t *testing.T) {
	t.Parallel()
	source := func(name string, line int, copied bool) dockerfile.Source {
		return dockerfile.Source{Name: name, Stage: "s", Copied: copied, Location: finding.Location{File: "Dockerfile", Line: line, EndLine: line}}
	}
	on := func(name string) *base.Base {
		return &base.Base{Name: name, Location: &finding.Location{File: "Dockerfile", Line: 1, EndLine: 1}}
	}
	digest := "@sha256:" + strings.Repeat("a", 64)
	debian := policy.Policy{AllowedBases: []policy.AllowedBase{{Image: "debian:12*"}}}
	proven := policy.Policy{AllowedBases: []policy.AllowedBase{{Image: "debian:12*", Proven: policy.Proof{Key: "k"}}}}
	old := now.AddDate(0, 0, -31)
	tests := []struct {
		name string
		s    base.Subject
		want []string
	}{
		{"nothing known and nothing asked", base.Subject{}, nil},
		{"the same image twice", base.Subject{Sources: []dockerfile.Source{source("a", 1, false), source("a", 2, true), source("scratch", 3, false)}},
			[]string{"001 1 a names no digest", "001 2 a names no digest, in the stage s, from which files are copied", "002 1 a names no tag, which means latest", "002 2 a names no tag, which means latest, in the stage s, from which files are copied"}},
		{"a port is no tag", base.Subject{Sources: []dockerfile.Source{source("registry.example:5000/a", 1, false)}},
			[]string{"001 1 registry.example:5000/a names no digest", "002 1 registry.example:5000/a names no tag, which means latest"}},
		{"a digest says it all", base.Subject{Sources: []dockerfile.Source{source("a:latest"+digest, 1, false)}}, nil},
		{"a base that nobody names", base.Subject{Policy: debian}, []string{"005 - neither the Dockerfile nor the image says what the base image is"}},
		{"a base that is not confirmed", base.Subject{Policy: debian, Base: on("debian:12"), Unconfirmed: "layer 0 differs"}, []string{"005 1 layer 0 differs"}},
		{"a base that is confirmed and not allowed", base.Subject{Policy: debian, Base: on("evil"), Confirmed: &base.Confirmed{}}, []string{"003 1 the base image is evil"}},
		{"another name than the Dockerfile's", base.Subject{Policy: debian, Base: on("debian:12"), Confirmed: &base.Confirmed{}, Sources: []dockerfile.Source{source("evil:1"+digest, 2, false)}},
			[]string{"003 2 the base image is evil:1" + digest}},
		{"one name, one finding", base.Subject{Policy: debian, Base: on("evil:1" + digest), Confirmed: &base.Confirmed{}, Sources: []dockerfile.Source{source("evil:1"+digest, 2, false)}},
			[]string{"003 2 the base image is evil:1" + digest}},
		{"a base that is proven", base.Subject{Policy: proven, Base: on("debian:12"), Confirmed: &base.Confirmed{Proven: true}}, nil},
		{"a base that is not proven", base.Subject{Policy: proven, Base: on("debian:12"), Confirmed: &base.Confirmed{Unproven: "nobody signed it"}}, []string{"011 1 debian:12: nobody signed it"}},
		{"a base that is not proven, nor allowed", base.Subject{Policy: proven, Base: on("evil"), Confirmed: &base.Confirmed{}}, []string{"003 1 the base image is evil"}},
		{"a base that is to be proven, and not confirmed", base.Subject{Policy: proven, Base: on("debian:12"), Unconfirmed: "layer 0 differs"},
			[]string{"005 1 layer 0 differs", "011 1 nothing shows that the image is built on debian:12, so no proof of it counts"}},
		{"another name than the Dockerfile's, which is to be proven", base.Subject{Policy: proven, Base: on("debian:12"), Confirmed: &base.Confirmed{Proven: true}, Sources: []dockerfile.Source{source("debian:12.1"+digest, 2, false)}},
			[]string{"011 2 nothing shows that the image is built on debian:12.1" + digest + ", so no proof of it counts"}},
		{"an image that files are copied from need not be proven", base.Subject{Policy: proven, Base: on("debian:12"), Confirmed: &base.Confirmed{Proven: true}, Sources: []dockerfile.Source{source("debian:12.1"+digest, 2, true)}}, nil},
		{"scratch", base.Subject{Policy: policy.Policy{AllowedBases: debian.AllowedBases, MaxBaseAge: 1}, Base: on("scratch")}, nil},
		{"ages", base.Subject{Policy: policy.Policy{MaxBaseAge: 30, MaxImageAge: 30}, Base: on("a"), BaseCreated: old, Created: old, Layers: []finding.Layer{{Base: true}, {Index: 1}}},
			[]string{"006 1 the base image was built on 2026-10-26, 31 days ago, and at most 30 are allowed (base)", "007 - the image was built on 2026-10-26, 31 days ago, and at most 30 are allowed"}},
		{"the registry's word on the age", base.Subject{Policy: policy.Policy{MaxBaseAge: 30}, BaseCreated: now, Base: on("a"), Confirmed: &base.Confirmed{Created: old}},
			[]string{"006 1 the base image was built on 2026-10-26, 31 days ago, and at most 30 are allowed"}},
		{"on the last day", base.Subject{Policy: policy.Policy{MaxImageAge: 31}, Created: old}, nil},
		{"times that say nothing", base.Subject{Policy: policy.Policy{MaxBaseAge: 30, MaxImageAge: 30}, BaseCreated: time.Unix(0, 0), Created: now.AddDate(0, 0, 2), Base: on("a")},
			[]string{"008 1 nothing says when the base image was built", "008 - nothing says when the image was built"}},
		{"the time of ZIP archives", base.Subject{Policy: policy.Policy{MaxImageAge: 30}, Created: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}, []string{"008 - nothing says when the image was built"}},
		{"an end of life", base.Subject{EndOfLife: "Debian 9", Layers: []finding.Layer{{Base: true}}}, []string{"009 - Debian 9 has reached its end of life (base)"}},
		{"labels", base.Subject{Policy: policy.Policy{Labels: []policy.Label{{Name: "a"}, {Name: "b"}, {Name: "c", Value: "x*"}, {Name: "d", Value: "x*"}}},
			Labels: map[string]string{"b": "", "c": "https://user:hush@host.example/", "d": "xy"}, LastLine: &finding.Location{File: "Dockerfile", Line: 9, EndLine: 9}},
			[]string{"010 9 there is no label a", "010 9 the label b is empty", `010 9 the label c is "https://***@host.example/", and "x*" is asked for`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.s.Now = now
			found := base.Find(tt.s)
			if diff := cmp.Diff(tt.want, words(found)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			prints := map[string]bool{}
			for _, f := range found {
				if print := f.Fingerprint(); prints[print] {
					t.Errorf("two findings have the fingerprint of %q", f.Check.Saw)
				} else {
					prints[print] = true
				}
			}
		})
	}
}
