package workload

import (
	"fmt"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func health() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-RUN-023", Name: "no-probe", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
			Title:  "nobody looks whether the container works",
			Why:    "A process that hangs goes on running, and gets requests that it does not answer.",
			Remedy: "Let the platform ask the program, at short intervals, for something that only a working one answers.",
			References: []check.Reference{
				{Name: "CIS Docker 5.27"},
				{Name: "kube-linter no-liveness-probe", URL: kubeLinterPage},
				{Name: "Kubescape C-0056", URL: kubescapePage + "c-0056"},
				{Name: "Kubescape C-0018", URL: kubescapePage + "c-0018"},
			},
		},
		container: findHealth,
	}
}

func findHealth(in *input, w *workload.Workload, c *workload.Container) []violation {
	var out []violation
	off := c.Liveness.Set && w.Platform != workload.Marathon                 // for which another rule is there
	heeded := w.Platform == workload.Compose || w.Platform == workload.Swarm // what the image says; others take no notice
	if known(c.Liveness) && !c.Liveness.Value && !off && !(heeded && in.opt.ImageChecked != nil && in.opt.ImageChecked(c)) {
		out = append(out, violation{at: c.Liveness.Place, saw: "there is no check of whether it works", add: healthCheck(w, c), field: "liveness"})
	}
	if known(c.Readiness) && !c.Readiness.Value {
		out = append(out, violation{at: c.Readiness.Place, saw: "there is no check of whether it is ready for requests", add: healthCheck(w, c), field: "readiness"})
	}
	return out
}

// healthCheck is a check to begin with: by HTTP, on the first port of the container.
func healthCheck(w *workload.Workload, c *workload.Container) any {
	port := 8080
	if len(c.Ports) > 0 && c.Ports[0].Container > 0 {
		port = c.Ports[0].Container
	}
	switch w.Platform {
	case workload.Kubernetes:
		return []workload.Entry{{Key: "httpGet", Value: []workload.Entry{{Key: "path", Value: "/healthz"}, {Key: "port", Value: port}}}}
	case workload.Marathon:
		if w.Kind == "pod" {
			return workload.Entry{Key: "exec", Value: workload.Entry{Key: "command", Value: workload.Entry{Key: "shell", Value: fmt.Sprintf("wget -q -O /dev/null http://127.0.0.1:%d/healthz", port)}}}
		}
		return []any{[]workload.Entry{{Key: "protocol", Value: "MESOS_HTTP"}, {Key: "path", Value: "/healthz"}, {Key: "port", Value: port}}}
	}
	return []workload.Entry{{Key: "test", Value: []string{"CMD", "wget", "-q", "-O", "/dev/null", fmt.Sprintf("http://127.0.0.1:%d/healthz", port)}}, {Key: "interval", Value: "30s"}}
}
