package workflowtest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const (
	image    = "registry.example/team/app@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	previous = "registry.example/team/app@sha256:fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
)

// TestRolloutScripts runs the scripts of examples/rollout on platforms that commands of this test stand in for: they answer as
// the case says and keep what they were called with. A case says which calls there are, in their order, and which there are not.
func TestRolloutScripts(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"bash", "jq", "timeout"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	const (
		blueLives = `case "$*" in *"get service app"*) printf blue;; esac`
		slot      = `case "$*" in *"inspect proxy_proxy"*) printf 'SLOT=%s\n' "$(cat slot)";; *"proxy.yaml proxy"*) printf %s "$SLOT" > slot;; `
		deployed  = `*PUT*) echo '{"deploymentId": "d1"}';; *DELETE*) echo '{"deploymentId": "d2"}';; *apps/team/app*) echo '{"app": {"container": {"docker": {"image": "` + image + `"}}}}';; esac`
		single    = `case "$*" in *latestRevisionName*) echo app--2;; *containers*) echo ` + previous + `;; `
		multiple  = `case "$*" in *activeRevisionsMode*) echo Multiple;; *"traffic show"*) echo app--1;; *latestRevisionName*) echo app--2;; *"revision list"*) echo app--0;; `
	)
	for name, tt := range map[string]struct {
		script    string
		args      []string // the image where there are none
		program   string   // the platform's command
		answers   string   // what it does, in the language of the shell
		unhealthy bool     // what users reach
		want      []string
		never     string
		fails     string // what is said; empty means that the roll-out succeeds
	}{
		"kubernetes rolling": {script: "kubernetes/rolling.sh", program: "kubectl",
			want: []string{"set image --local --filename base/deployment.yaml app=" + image, "rollout status deployment/app"}, never: "undo"},
		"kubernetes rolling, not ready": {script: "kubernetes/rolling.sh", program: "kubectl", answers: `case "$*" in *"rollout status"*) test -e undone;; *undo*) touch undone;; esac`,
			want: []string{"rollout undo deployment/app", "rollout status deployment/app"}, fails: "did not become ready"},
		"kubernetes rolling, a tag": {script: "kubernetes/rolling.sh", program: "kubectl", args: []string{"registry.example/team/app:1"},
			never: "kubectl", fails: "is not an image by its digest"},
		"kubernetes rolling, no image": {script: "kubernetes/rolling.sh", program: "kubectl", args: []string{""}, never: "kubectl", fails: "nothing is not an image"},

		"kubernetes blue-green": {script: "kubernetes/blue-green.sh", program: "kubectl", answers: blueLives,
			want: []string{"set image --local --filename - app=" + image, "rollout status deployment/app-green", `patch service app --patch {"spec": {"selector": {"slot": "green"}}}`}, never: `"blue"`},
		"kubernetes blue-green, the first": {script: "kubernetes/blue-green.sh", program: "kubectl",
			want: []string{"kustomize blue", "rollout status deployment/app-blue", `"slot": "blue"`}},
		"kubernetes blue-green, not ready": {script: "kubernetes/blue-green.sh", program: "kubectl", answers: `case "$*" in *"get service app"*) printf blue;; *"rollout status"*) exit 1;; esac`,
			want: []string{"kustomize green"}, never: "patch", fails: "the service stays with blue"},
		"kubernetes blue-green, not healthy": {script: "kubernetes/blue-green.sh", program: "kubectl", answers: blueLives, unhealthy: true,
			want: []string{`"slot": "green"`, `"slot": "blue"`}, fails: "it is back with blue"},
		"kubernetes blue-green, back": {script: "kubernetes/blue-green.sh", program: "kubectl", args: []string{"back"}, answers: blueLives,
			want: []string{"rollout status deployment/app-green", `"slot": "green"`}, never: "set image"},

		"swarm rolling": {script: "swarm/rolling.sh", program: "docker", answers: `case "$*" in *"service inspect"*) echo ` + image + `;; *deploy*) test "$IMAGE" = ` + image + `;; esac`,
			want: []string{"stack deploy --compose-file stack.yaml", "service inspect app_app"}},
		"swarm rolling, rolled back": {script: "swarm/rolling.sh", program: "docker", answers: `case "$*" in *"service inspect"*) echo ` + previous + `;; esac`, fails: previous + " is back"},

		"swarm blue-green": {script: "swarm/blue-green.sh", program: "docker", answers: slot + `*"service ls"*) echo 3/3;; esac`,
			want: []string{"stack rm --detach=false app-green", "stack.yaml app-green", "name=app-green_app", "proxy.yaml proxy"}, never: "app-blue"},
		"swarm blue-green, not healthy tasks": {script: "swarm/blue-green.sh", program: "docker", answers: slot + `*"service ls"*) echo 2/3;; esac`,
			want: []string{"stack.yaml app-green"}, never: "proxy.yaml", fails: "the proxy stays with blue"},
		"swarm blue-green, not healthy": {script: "swarm/blue-green.sh", program: "docker", answers: slot + `*"service ls"*) echo 3/3;; esac; echo "docker turned to $(cat slot)" >> calls`, unhealthy: true,
			want: []string{"turned to green", "proxy.yaml proxy", "turned to blue"}, fails: "it is back with blue"},
		"swarm blue-green, the proxy rolled back": {script: "swarm/blue-green.sh", program: "docker", answers: `case "$*" in *"inspect proxy_proxy"*) echo SLOT=blue;; *"service ls"*) echo 3/3;; esac`,
			fails: "it is back with blue"},
		"swarm blue-green, back to nothing": {script: "swarm/blue-green.sh", program: "docker", args: []string{"back"}, answers: slot + `*"service ls"*) echo 0/3;; esac`,
			never: "proxy.yaml", fails: "app-green does not run"},

		"marathon rolling": {script: "marathon/rolling.sh", program: "curl", answers: `case "$*" in *GET*deployments) echo '[]';; ` + deployed,
			want: []string{"PUT https://marathon.example/v2/apps/team/app --data @-", `"image": "` + image + `"`, `"maximumOverCapacity": 0.34`, "GET https://marathon.example/v2/deployments"}, never: "DELETE"},
		"marathon rolling, no end": {script: "marathon/rolling.sh", program: "curl", answers: `case "$*" in *GET*deployments) echo '[{"id": "d1"}]';; ` + deployed,
			want: []string{"DELETE https://marathon.example/v2/deployments/d1"}, fails: "those before them are back"},
		"marathon rolling, out of reach": {script: "marathon/rolling.sh", program: "curl", answers: "exit 22", never: "DELETE", fails: "nothing else"},
		"marathon rolling, another image": {script: "marathon/rolling.sh", program: "curl", answers: `case "$*" in *GET*deployments) echo '[]';; ` + strings.ReplaceAll(deployed, image, previous),
			fails: "somebody else has changed the app"},
		"marathon blue-green": {script: "marathon/blue-green.sh", program: "curl", answers: `case "$*" in *GET*deployments) echo '[]';; ` + deployed,
			want: []string{`"image": "` + image + `"`, `"maximumOverCapacity": 1`}},

		"container apps rolling": {script: "container-apps/rolling.sh", program: "az", answers: single + `*latestReadyRevisionName*) echo app--2;; esac`,
			want: []string{"containerapp update --resource-group shop --name app --image " + image}, never: previous},
		"container apps rolling, not ready": {script: "container-apps/rolling.sh", program: "az", answers: single + `*latestReadyRevisionName*) echo app--1;; esac`,
			want: []string{"--image " + image, "--image " + previous}, fails: previous + " is back"},

		"container apps blue-green": {script: "container-apps/blue-green.sh", program: "az", answers: multiple + `*"revision show"*) echo Healthy;; esac`,
			want: []string{"update --image " + image, "revision show --revision app--2", "traffic set --revision-weight app--2=100", "deactivate --revision app--0"}, never: "app--1=100"},
		"container apps blue-green, not healthy revision": {script: "container-apps/blue-green.sh", program: "az", answers: multiple + `*"revision show"*) echo Unhealthy;; esac`,
			never: "traffic set", fails: "the requests stay with app--1"},
		"container apps blue-green, not healthy": {script: "container-apps/blue-green.sh", program: "az", answers: multiple + `*"revision show"*) echo Healthy;; esac`, unhealthy: true,
			want: []string{"--revision-weight app--2=100", "--revision-weight app--1=100"}, never: "deactivate", fails: "the requests are back with app--1"},
		"container apps blue-green in the mode Single": {script: "container-apps/blue-green.sh", program: "az", answers: `echo Single`, never: "update", fails: "not in the mode Multiple"},
		"container apps blue-green, back": {script: "container-apps/blue-green.sh", program: "az", args: []string{"back", "app--1"}, answers: multiple + `*"revision show"*) echo Healthy;; esac`,
			want: []string{"--revision-weight app--1=100"}, never: "update"},
		"container apps blue-green, back to nothing": {script: "container-apps/blue-green.sh", program: "az", args: []string{"back", "app--1"}, answers: multiple + `*"revision show"*) echo None;; esac`,
			never: "traffic set", fails: "the revision app--1 is not healthy"},
		"container apps blue-green, divided requests": {script: "container-apps/blue-green.sh", program: "az", answers: `case "$*" in *activeRevisionsMode*) echo Multiple;; esac`,
			never: "update", fails: "no single revision gets all requests"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(filepath.Join(root, "examples", "rollout"))); err != nil {
				t.Fatal(err)
			}
			platform := filepath.Join(dir, filepath.Dir(tt.script))
			write(t, filepath.Join(platform, "slot"), "blue", 0o644)
			standIn(t, dir, "curl", fmt.Sprintf("exit %d", map[bool]int{true: 22}[tt.unhealthy]))
			standIn(t, dir, tt.program, tt.answers)
			args := tt.args
			if args == nil {
				args = []string{image}
			}
			cmd := exec.Command("bash", append([]string{filepath.Join(dir, tt.script)}, args...)...)
			cmd.Env = append(os.Environ(), "PATH="+filepath.Join(dir, "bin")+string(filepath.ListSeparator)+os.Getenv("PATH"), "DELAY=0",
				"HEALTH_URL=https://app.example/healthz", "MARATHON_URL=https://marathon.example", "DCOS_TOKEN=token")
			out, err := cmd.CombinedOutput()
			var ended *exec.ExitError
			if err != nil && !errors.As(err, &ended) {
				t.Fatal(err)
			}
			if failed := err != nil; failed != (tt.fails != "") || tt.fails != "nothing else" && !strings.Contains(string(out), tt.fails) {
				t.Errorf("%s %q ended with %v and said %q, want it to fail with %q", tt.script, args, err, out, tt.fails)
			}
			checkCalls(t, platform, tt.want, tt.never)
		})
	}
}

// standIn writes a command that keeps its arguments, and its input where that is a file or a pipe, in the file calls of its
// working directory, and goes on with the answers.
func standIn(t *testing.T, dir, program, answers string) {
	t.Helper()
	write(t, filepath.Join(dir, "bin", program), fmt.Sprintf("#!/bin/bash\nprintf '%%s\\n' \"%s $*\" >> calls\nif [[ $* == *' -' || $* == *'@-' ]]; then cat >> calls; fi\n%s\n", program, answers), 0o755)
}

// checkCalls wants texts among the calls, one behind the other, and one nowhere.
func checkCalls(t *testing.T, dir string, want []string, never string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "calls"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	calls := string(raw)
	if never != "" && strings.Contains(calls, never) {
		t.Errorf("there is %q in\n%s", never, calls)
	}
	rest := calls
	for _, text := range want {
		_, after, found := strings.Cut(rest, text)
		if !found {
			t.Fatalf("there is no %q, or not behind what comes before it, in\n%s", text, calls)
		}
		rest = after
	}
}
