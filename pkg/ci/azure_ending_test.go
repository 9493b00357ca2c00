package ci

import (
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestComplete(t *testing.T) {
	t.Parallel()
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	build := map[string]string{"TF_BUILD": "True", "SYSTEM_HOSTTYPE": "build", "BUILD_BUILDID": "7", "BUILD_CONTAINERID": "8", "SYSTEM_STAGENAME": "__default", "SYSTEM_PHASENAME": "Job", "SYSTEM_JOBNAME": "__default", "SYSTEM_JOBATTEMPT": "1"}
	upload := func(name, directory string) string {
		return "##vso[artifact.upload containerfolder=" + name + ";artifactname=" + name + ";]" + directory
	}
	const tag, done = "##vso[build.addbuildtag]layergate-clean", "##vso[task.complete result=Succeeded;]Layergate: clean"
	results := filepath.Join(here, "layergate-results")
	tests := []struct {
		name    string
		env     map[string]string
		reports string // layergate-results where it is empty
		ending  *Ending
		want    []string
	}{
		{name: "build", want: []string{upload("layergate-results", results), tag, done}},
		{name: "directory of its own", reports: "out/./api", want: []string{upload("out-api", filepath.Join(here, "out", "api")), tag, done}},
		{name: "directory elsewhere", reports: "/tmp/a;b", want: []string{upload("a-b", "/tmp/a%3Bb"), tag, done}},
		{name: "directory above", reports: "../out", want: []string{upload("out", filepath.Join(filepath.Dir(here), "out")), tag, done}},
		{
			name: "stage, job and leg of a matrix", env: map[string]string{"SYSTEM_STAGENAME": "Gate", "SYSTEM_PHASENAME": "images", "SYSTEM_JOBNAME": "api", "SYSTEM_TOTALJOBSINPHASE": "3", "SYSTEM_JOBPOSITIONINPHASE": "2"},
			want: []string{upload("layergate-results-Gate-images-api", results), tag, done},
		},
		{
			name: "slice", env: map[string]string{"SYSTEM_PHASENAME": "images", "SYSTEM_TOTALJOBSINPHASE": "3", "SYSTEM_JOBPOSITIONINPHASE": "2"},
			want: []string{upload("layergate-results-images-2", results), tag, done},
		},
		{
			name: "another attempt", env: map[string]string{"SYSTEM_STAGEATTEMPT": "2", "SYSTEM_PHASEATTEMPT": "1"},
			want: []string{upload("layergate-results-attempt-2.1.1", results), tag, done},
		},
		{name: "a name that was chosen", env: map[string]string{"INPUT_ARTIFACT": "CodeAnalysisLogs", "SYSTEM_JOBATTEMPT": "2"}, want: []string{upload("CodeAnalysisLogs", results), tag, done}},
		{name: "a name that cannot be", env: map[string]string{"INPUT_ARTIFACT": "../a:b"}, want: []string{upload("a-b", results), tag, done}},
		{name: "a name without a letter", env: map[string]string{"INPUT_ARTIFACT": "???"}, want: []string{upload("layergate-results", results), tag, done}},
		{name: "turned off", env: map[string]string{"INPUT_ARTIFACT": "Off"}, want: []string{tag, done}},
		{name: "no container", env: map[string]string{"BUILD_CONTAINERID": ""}, want: []string{tag, done}},
		{name: "release of a build", env: map[string]string{"SYSTEM_HOSTTYPE": "release"}, want: []string{done}},
		{name: "no verdict and no reports", ending: &Ending{Result: Failed}, want: []string{"##vso[task.complete result=Failed;]Layergate:"}},
		{
			name: "to be looked at", ending: &Ending{Result: SucceededWithIssues, Verdict: "blocked"},
			want: []string{"##vso[build.addbuildtag]layergate-blocked", "##vso[task.complete result=SucceededWithIssues;]Layergate: blocked"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			env := maps.Clone(build)
			maps.Copy(env, tt.env)
			ending := Ending{Result: Succeeded, Verdict: "clean", Reports: "layergate-results"}
			if tt.reports != "" {
				ending.Reports = tt.reports
			}
			if tt.ending != nil {
				ending = *tt.ending
			}
			var out strings.Builder
			newAzure(Env{Getenv: getenv(env), Stdout: &out}).Complete(ending)
			if diff := cmp.Diff(tt.want, strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")); diff != "" {
				t.Errorf("Complete() (-want +got):\n%s", diff)
			}
		})
	}
}

func TestProgressNeverEnds(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	z := newAzure(Env{Getenv: getenv(nil), Stdout: &out})
	for range 100 {
		z.Progress("a step")
	}
	if strings.Contains(out.String(), "value=100;") || !strings.Contains(out.String(), "value=97;") {
		t.Errorf("Progress() came to an end before the run did:\n%s", out.String())
	}
}

func FuzzAzureEnding(f *testing.F) {
	for _, s := range hostile() {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		env := map[string]string{"SYSTEM_HOSTTYPE": "build", "BUILD_BUILDID": "1", "BUILD_CONTAINERID": "1", "INPUT_ARTIFACT": name, "SYSTEM_JOBNAME": text}
		var out strings.Builder
		z := newAzure(Env{Getenv: getenv(env), Stdout: &out})
		z.Progress(text)
		z.Complete(Ending{Result: Failed, Verdict: "blocked", Reports: text})
		want := map[string]bool{"task.setprogress": true, "artifact.upload": true, "build.addbuildtag": true, "task.complete": true}
		for line := range strings.Lines(out.String()) {
			c, ok := azureAgentCommand(strings.TrimSuffix(line, "\n"))
			if !ok || !want[c.name] {
				t.Errorf("Progress and Complete of %q wrote %q", text, line)
			}
			delete(want, c.name)
			if c.name == "artifact.upload" && (c.fields["artifactname"] == "" || strings.ContainsAny(c.fields["artifactname"], `\/":<>|*?`)) {
				t.Errorf("the artifact of %q is called %q", name, c.fields["artifactname"])
			}
		}
	})
}
