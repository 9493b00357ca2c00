package workload

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/kubernetes"
)

// admissionFixtures is where the fixtures are that the module of the admission ships: level/version/{pass,fail}/control0.yaml.
func admissionFixtures(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "k8s.io/pod-security-admission").Output()
	if err != nil {
		t.Fatalf("looking for the module of the fixtures: %v", err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "test", "testdata")
}

// Every fixture of the admission gets the verdict that it is named for, and that the admission's own evaluator gives: from as
// many controls, each at its place, or none.
func TestAdmissionFixtures(t *testing.T) {
	t.Parallel()
	root := admissionFixtures(t)
	names, err := filepath.Glob(filepath.Join(root, "*", "v*", "*", "*.yaml"))
	if err != nil || len(names) < 1000 {
		t.Fatalf("there are %d fixtures below %s: %v", len(names), root, err)
	}
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		rel, err := filepath.Rel(root, name)
		if err != nil {
			t.Fatal(err)
		}
		part := strings.Split(filepath.ToSlash(rel), "/")
		set, fails := "pss-"+part[0]+"@"+part[1], part[2] == "fail"
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := kubernetes.Read(rel, data, workload.Options{})
		if err != nil {
			t.Errorf("%s: %v", rel, err)
			continue
		}
		got := controlsFound(t, file, set)
		level, err := parseLevel(set)
		if err != nil {
			t.Fatal(err)
		}
		pod := file.Objects[0].(*kubernetes.Object).Pods[0]
		want := 0
		for _, result := range evaluator.EvaluatePod(level, pod.Meta, pod.Spec) {
			if !result.Allowed {
				want++
			}
		}
		if len(got) != want || fails != (want > 0) || fails && !slices.ContainsFunc(got, named(part[3])) {
			t.Errorf("%s: the controls %v find something, want %d of them", rel, got, want)
		}
	}
}

// named tells whether a control, or the stricter one that takes its place, is the one that a fixture is named for.
func named(file string) func(control string) bool {
	of := strings.TrimRight(strings.TrimSuffix(file, ".yaml"), "0123456789")
	stricter := map[string]string{
		"hostpathvolumes": "restrictedVolumes", "capabilities_baseline": "capabilities_restricted",
		"seccompprofile_baseline": "seccompProfile_restricted", "procmount": "procMount_restricted",
	}
	return func(control string) bool { return strings.EqualFold(control, of) || control == stricter[of] }
}

// controlsFound are the controls that find something in a file.
func controlsFound(t *testing.T, file *workload.File, set string) []string {
	t.Helper()
	var out []string
	in := &input{files: []workload.File{*file}, opt: Options{Sets: []string{set}}}
	for _, c := range controls() {
		for _, v := range in.violations(c.rule()) {
			if out = append(out, string(c.check)); v.field == string(c.check) {
				t.Errorf("nothing tells which field it is: %s: %s", file.Name, v.saw)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// There is a rule for every control of the admission, so that a new one is not passed over.
func TestEveryControlHasARule(t *testing.T) {
	t.Parallel()
	var want, got []string
	for _, c := range policy.DefaultChecks() {
		want = append(want, string(c.ID))
	}
	for _, c := range controls() {
		got = append(got, string(c.check))
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		t.Errorf("controls = %v, want %v", got, want)
	}
}

// The controls that count at a level are those that the admission's own evaluator asks.
func TestChecksOfLevels(t *testing.T) {
	t.Parallel()
	for minor := range latestMinor() + 1 {
		for _, level := range []api.Level{api.LevelBaseline, api.LevelRestricted} {
			lv := api.LevelVersion{Level: level, Version: api.MajorMinorVersion(1, minor)}
			evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
			if err != nil {
				t.Fatal(err)
			}
			want := len(evaluator.EvaluatePod(lv, &metav1.ObjectMeta{}, &corev1.PodSpec{}))
			got := 0
			for _, c := range controls() {
				if checkOf(c.check, lv) != nil {
					got++
				}
			}
			if got != want {
				t.Errorf("%s has %d controls, want %d", lv, got, want)
			}
		}
	}
}

func latestMinor() int {
	latest := latestVersion()
	return latest.Minor()
}

func TestCheckSet(t *testing.T) {
	t.Parallel()
	for _, name := range append(Sets(), "pss-restricted@v1.34", "pss-baseline@latest", "pss-baseline@v1.0") {
		if err := CheckSet(name); err != nil {
			t.Errorf("CheckSet(%q) = %v, want nil", name, err)
		}
	}
	for _, name := range []string{"", "pss", "pss-restricted@", "pss-restricted@1.34", "pss-restricted@v1.99", "nsa@v1.0", "NSA"} {
		if err := CheckSet(name); !fault.IsRequest(err) {
			t.Errorf("CheckSet(%q) = %v, want a wrong request", name, err)
		}
	}
}
