package workload

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/compose"
	"github.com/layergate/layergate/pkg/workload/kubernetes"
	"github.com/layergate/layergate/pkg/workload/marathon"
)

// readers are those of the platforms.
var readers = map[workload.Platform]func(name string, data []byte, opt workload.Options) (*workload.File, error){
	workload.Kubernetes: kubernetes.Read,
	workload.Compose:    compose.Read,
	workload.Swarm:      compose.Read,
	workload.Marathon:   marathon.Read,
}

// fixtureName is what fixtures are called: pass.kubernetes.yaml, fail-annotation.kubernetes.json.
var fixtureName = regexp.MustCompile(`^(pass|fail)(-[a-z0-9-]+)?\.([a-z]+)\.(yaml|json)$`)

// platformsOf are those whose fixtures a rule needs.
func platformsOf(r rule) []workload.Platform {
	if len(r.platforms) > 0 {
		return r.platforms
	}
	if strings.HasPrefix(r.ID, "LG-K8S-") || strings.HasPrefix(r.ID, "LG-PSS-") {
		return []workload.Platform{workload.Kubernetes}
	}
	return []workload.Platform{workload.Kubernetes, workload.Compose, workload.Swarm, workload.Marathon}
}

// fixtureOptions are those under which every rule finds its fixtures.
func fixtureOptions() Options {
	return Options{Sets: Sets(), AllowedImage: func(reference string) bool { return strings.HasPrefix(reference, "registry.example/") }}
}

// Each rule finds something in every fixture whose name begins with fail, and nothing where it begins with pass; and what it
// says to add makes a fixture that fails keep the rule.
func TestFixtures(t *testing.T) {
	t.Parallel()
	for _, r := range rules() {
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join("testdata", r.ID)
			list, err := os.ReadDir(dir)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
			seen := map[string]bool{}
			for _, e := range list {
				m := fixtureName.FindStringSubmatch(e.Name())
				if m == nil {
					t.Errorf("%s is named as no fixture", e.Name())
					continue
				}
				if readers[workload.Platform(m[3])] == nil {
					continue
				}
				seen[m[1]+m[3]] = true
				testFixture(t, r, filepath.Join(dir, e.Name()), workload.Platform(m[3]), m[1] == "fail")
			}
			for _, platform := range platformsOf(r) {
				if readers[platform] == nil {
					continue
				}
				for _, verdict := range []string{"pass", "fail"} {
					if !seen[verdict+string(platform)] {
						t.Errorf("there is no fixture %s.%s.yaml", verdict, platform)
					}
				}
			}
		})
	}
}

// No directory of fixtures is without a rule.
func TestFixturesHaveRules(t *testing.T) {
	t.Parallel()
	list, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		if !slices.ContainsFunc(rules(), func(r rule) bool { return r.ID == e.Name() }) && strings.HasPrefix(e.Name(), "LG-") {
			t.Errorf("testdata/%s is of no rule", e.Name())
		}
	}
}

func testFixture(t *testing.T, r rule, name string, platform workload.Platform, fails bool) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	file := read(t, name, data, platform)
	found := Find([]workload.File{*file}, fixtureOptions())
	got := slices.ContainsFunc(found, func(f finding.Finding) bool { return f.ID == r.ID })
	if got != fails {
		t.Errorf("%s: the rule finds something: %t, want %t; all that is found:\n%s", name, got, fails, strings.Join(summaries(found), "\n"))
	}
	for _, f := range found {
		if err := f.Valid(); err != nil {
			t.Errorf("%s: %s is not valid: %v", name, f.ID, err)
		}
	}
	if fails {
		testAdd(t, r, name, data, platform)
	}
}

// testAdd adds what a rule says to add, the last lines first, and expects that the rule finds none of it again.
func testAdd(t *testing.T, r rule, name string, data []byte, platform workload.Platform) {
	t.Helper()
	key := func(v violation) string { return v.resource + " " + v.container + " " + v.field }
	var added []string
	for before := (*violation)(nil); ; {
		v := nextToAdd(violations(t, r, name, data, platform))
		if v == nil {
			break
		}
		if before != nil && key(*v) == key(*before) && v.at.Line == before.at.Line {
			t.Fatalf("%s: what is to be added at line %d does not keep the rule: %s (%+v)\n%s", name, v.at.Line, key(*v), v.at, data)
		}
		data, before = v.at.Apply(data, v.at.Add(v.add)), v
		if added = append(added, key(*v)); len(added) > 100 {
			t.Fatalf("%s: there is no end of what is to be added:\n%s", name, data)
		}
	}
	for _, v := range violations(t, r, name, data, platform) {
		if slices.Contains(added, key(v)) {
			t.Errorf("%s: %s finds %s still in\n%s", name, r.ID, key(v), data)
		}
	}
}

// nextToAdd is the violation farthest down for which there is something to add; nil where there is none.
func nextToAdd(list []violation) *violation {
	var last *violation
	for i, v := range list {
		if v.add != nil && v.at.Add(v.add) != "" && (last == nil || v.at.Line >= last.at.Line) {
			last = &list[i]
		}
	}
	return last
}

func violations(t *testing.T, r rule, name string, data []byte, platform workload.Platform) []violation {
	t.Helper()
	in := &input{files: []workload.File{*read(t, name, data, platform)}, opt: fixtureOptions()}
	return in.violations(r)
}

func read(t *testing.T, name string, data []byte, platform workload.Platform) *workload.File {
	t.Helper()
	file, err := readers[platform](name, data, workload.Options{Platform: platform})
	if err != nil {
		t.Fatalf("reading %s: %v\n%s", name, err, data)
	}
	return file
}

// summaries are findings as a test says them.
func summaries(list []finding.Finding) []string {
	var out []string
	for _, f := range list {
		out = append(out, fmt.Sprintf("%s:%d %s %s %s %s: %s", f.Path, f.Location.Line, f.ID, f.Check.Resource, f.Check.Container, f.Check.Field, f.Check.Saw))
	}
	return out
}

// The rules keep to the words of pkg/check, and each is named once.
func TestRules(t *testing.T) {
	t.Parallel()
	id, name := regexp.MustCompile(`^LG-(RUN|K8S|PSS|COMPOSE|SWARM|MARATHON)-[0-9]{3}$`), regexp.MustCompile(`^[a-z]+(-[a-z0-9]+)*$`)
	seen := map[string]bool{}
	for _, r := range Rules() {
		if !id.MatchString(r.ID) || !name.MatchString(r.Name) {
			t.Errorf("the rule %s is called %q", r.ID, r.Name)
		}
		if seen[r.ID] || seen[r.Name] {
			t.Errorf("there are two rules %s or %s", r.ID, r.Name)
		}
		seen[r.ID], seen[r.Name] = true, true
		if (r.Kind != finding.KindCheck && r.Kind != finding.KindSecret) || r.Severity == finding.SeverityUnknown || r.Title == "" || len(r.References) == 0 {
			t.Errorf("the rule %s lacks a kind, a severity, a title or a reference", r.ID)
		}
		for _, text := range []string{r.Why, r.Remedy} {
			if !strings.HasSuffix(text, ".") {
				t.Errorf("the rule %s says %q, which is no sentence", r.ID, text)
			}
		}
	}
}
