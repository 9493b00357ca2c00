package kubernetes

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/layergate/layergate/pkg/workload"
)

// weakened are the settings that take something from the isolation of a container: its own, or the pod's.
func (p *Pod) weakened(c Container) []workload.Weakened {
	var out []workload.Weakened
	add := func(setting, what string, field ...any) {
		if what != "" {
			at, _ := p.inherited(c, field...)
			out = append(out, workload.Weakened{Setting: setting, What: what, Place: at})
		}
	}
	if o := p.seLinux(c); o != nil {
		add("the SELinux type "+o.Type, seLinuxOff(o.Type), "seLinuxOptions", "type")
	}
	apart := p.Spec.HostUsers != nil && !*p.Spec.HostUsers
	if sc := c.SecurityContext; sc != nil && sc.ProcMount != nil && !apart {
		add("procMount "+string(*sc.ProcMount), procUnmasked(string(*sc.ProcMount)), "procMount")
	}
	if p.hostProcess(c) {
		add("hostProcess", onHost, "windowsOptions", "hostProcess")
	}
	return out
}

// seLinux are the SELinux options of a container; nil where nobody sets some.
func (p *Pod) seLinux(c Container) *corev1.SELinuxOptions {
	if sc := c.SecurityContext; sc != nil && sc.SELinuxOptions != nil {
		return sc.SELinuxOptions
	}
	if sc := p.Spec.SecurityContext; sc != nil {
		return sc.SELinuxOptions
	}
	return nil
}

// hostProcess tells whether a container is a process of its Windows host.
func (p *Pod) hostProcess(c Container) bool {
	on := false
	if sc := p.Spec.SecurityContext; sc != nil && sc.WindowsOptions != nil && sc.WindowsOptions.HostProcess != nil {
		on = *sc.WindowsOptions.HostProcess
	}
	if sc := c.SecurityContext; sc != nil && sc.WindowsOptions != nil && sc.WindowsOptions.HostProcess != nil {
		on = *sc.WindowsOptions.HostProcess
	}
	return on
}

// What settings weaken, in a few words; empty for what does not.

func seLinuxOff(kind string) string {
	if workload.IsUnconfinedType(kind) {
		return "SELinux does not confine it"
	}
	return ""
}

func procUnmasked(mount string) string {
	if mount == string(corev1.UnmaskedProcMount) {
		return "paths of /proc are not masked"
	}
	return ""
}

const onHost = "it runs as a process of its host"
