package workload

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

func ssh() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-RUN-021", Name: "ssh-exposed", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
			Title:  "the container offers SSH",
			Why:    "A container needs no remote shell: its platform has one, with its own rights and its own record. An SSH daemon adds keys, users and flaws of its own.",
			Remedy: "Remove the port and the daemon; use the platform's exec.",
			References: []check.Reference{
				{Name: "CIS Docker 5.7"},
				{Name: "kube-linter ssh-port", URL: kubeLinterPage},
				{Name: "Kubescape C-0042", URL: kubescapePage + "c-0042"},
			},
		},
		container: findSSH,
	}
}

func findSSH(_ *input, _ *workload.Workload, c *workload.Container) []violation {
	var out []violation
	for _, p := range c.Ports {
		if (p.Container == 22 || p.Host == 22) && p.Protocol != "udp" {
			out = append(out, violation{at: p.Place, saw: "port 22 is exposed", field: "port 22"})
		}
	}
	if check.StartsSSHD(c.Command.Value) {
		out = append(out, violation{at: c.Command.Place, saw: "the container starts an SSH daemon", field: "sshd"})
	}
	return out
}
