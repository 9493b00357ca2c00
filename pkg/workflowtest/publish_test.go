package workflowtest

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	scanned = "0123456789abcdef0123456789abcdef01234567"
	ours    = `{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "layergate"}}, "automationDetails": {"id": "theirs/"}, "results": []}]}`
)

// TestPublishFindings runs the commands of publish-findings.yml on artifacts that a fork could have made.
func TestPublishFindings(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"bash", "jq"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	for name, tt := range map[string]struct {
		number string
		sarif  string // empty means none
		head   string // of the pull request; empty means the commit that was scanned
		link   bool   // the SARIF file is one to somewhere else
		want   string // of what is printed; empty means that the file is published
		fails  bool
	}{
		"our findings":         {number: "7\n", sarif: ours},
		"a report of ours":     {number: "7\n", sarif: string(readRoot(t, "pkg/report/testdata/blocked.sarif"))},
		"no verdict":           {number: "7\n", want: "came to no verdict"},
		"another pull request": {number: "7\n", sarif: ours, head: "f" + scanned[1:], want: "no longer has the commit that was scanned"},
		"no number":            {number: "7/../8", sarif: ours, want: "names no pull request", fails: true},
		"a command":            {number: "7\n::add-path::/x", sarif: ours, want: "names no pull request", fails: true},
		"nothing":              {sarif: ours, want: "names no pull request", fails: true},
		"two runs":             {number: "7\n", sarif: strings.Replace(ours, `"results": []}`, `"results": []}, {"tool": {"driver": {"name": "CodeQL"}}}`, 1), want: "not one run of Layergate", fails: true},
		"another tool":         {number: "7\n", sarif: strings.Replace(ours, "layergate", "CodeQL", 1), want: "not one run of Layergate", fails: true},
		"an extension":         {number: "7\n", sarif: strings.Replace(ours, `"name": "layergate"}`, `"name": "layergate"}, "extensions": [{"name": "CodeQL"}]`, 1), want: "not one run of Layergate", fails: true},
		"two documents":        {number: "7\n", sarif: ours + ours, want: "not one run of Layergate", fails: true},
		"no JSON":              {number: "7\n", sarif: "<html>", want: "not one run of Layergate", fails: true},
		"a large file":         {number: "7\n", sarif: ours + strings.Repeat(" ", 20_000_000), want: "too large", fails: true},
		"a link":               {number: "7\n", sarif: ours, link: true, want: "has links", fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			results := filepath.Join(dir, "layergate-results")
			write(t, filepath.Join(results, "pull-request"), tt.number, 0o644)
			switch file := filepath.Join(results, "image", "layergate.sarif"); {
			case tt.link:
				write(t, filepath.Join(dir, "elsewhere"), tt.sarif, 0o644)
				write(t, filepath.Join(filepath.Dir(file), "summary.md"), "", 0o644)
				if err := os.Symlink(filepath.Join(dir, "elsewhere"), file); err != nil {
					t.Skip(err)
				}
			case tt.sarif != "":
				write(t, file, tt.sarif, 0o644)
			}
			head := tt.head
			if head == "" {
				head = scanned
			}
			// GitHub's command, which is asked for the commit of the pull request of this repository.
			write(t, filepath.Join(dir, "bin", "gh"), "#!/bin/sh\ntest \"$*\" = 'api repos/team/app/pulls/7 --jq .head.sha' && echo "+head+"\n", 0o755)
			exit, out := publish(t, dir)
			outputs, err := os.ReadFile(filepath.Join(dir, "output"))
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			if (exit != 0) != tt.fails || !strings.Contains(out, tt.want) || (tt.want == "") != (len(outputs) > 0) {
				t.Fatalf("publishing ended with %d and %q and the outputs %q, want %q and a failure: %t", exit, out, outputs, tt.want, tt.fails)
			}
			if tt.want == "" {
				checkPublished(t, dir, string(outputs))
			}
		})
	}
}

// checkPublished checks that the file which is uploaded has the category that the workflow sets, and is for the pull request.
func checkPublished(t *testing.T, dir, outputs string) {
	t.Helper()
	file := filepath.Join(dir, "findings.sarif")
	if diff := cmp.Diff("sarif="+file+"\nref=refs/pull/7/head\n", outputs); diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var log struct {
		Runs []struct{ AutomationDetails struct{ ID string } }
	}
	if err := json.Unmarshal(raw, &log); err != nil || len(log.Runs) != 1 || log.Runs[0].AutomationDetails.ID != "layergate/image/" {
		t.Errorf("the published file is %s, %v, want it under the category of main", raw, err)
	}
}

// publish runs the step as GitHub does.
func publish(t *testing.T, dir string) (exit int, out string) {
	t.Helper()
	var commands string
	env := append(os.Environ(), "PATH="+filepath.Join(dir, "bin")+string(filepath.ListSeparator)+os.Getenv("PATH"),
		"RUNNER_TEMP="+dir, "GITHUB_OUTPUT="+filepath.Join(dir, "output"))
	contexts := strings.NewReplacer("${{ runner.temp }}", dir, "${{ github.repository }}", "team/app", "${{ github.event.workflow_run.head_sha }}", scanned, "${{ github.token }}", "token")
	for _, s := range workflowsOf(t, []string{filepath.Join(root, "examples", "github", "publish-findings.yml")})["publish-findings.yml"].Jobs["publish"].Steps {
		if s.ID != "findings" {
			continue
		}
		commands = s.Run.Value
		for name, value := range s.Env {
			env = append(env, name+"="+contexts.Replace(value))
		}
	}
	if commands == "" {
		t.Fatal("publish-findings.yml has no step findings")
	}
	cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", commands)
	cmd.Env = env
	printed, err := cmd.CombinedOutput()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(printed)
}

func write(t *testing.T, name, content string, mode os.FileMode) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(content), mode)); err != nil {
		t.Fatal(err)
	}
}
