package workload

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/kubernetes"
)

// control is a control of the Pod Security Standards, which the code of Kubernetes' own admission judges.
type control struct {
	id       string // of the rule
	check    policy.CheckID
	name     string
	severity finding.Severity
	title    string
	remedy   string
	// needs is the field that each container has to have, if the pod has not, and the value to give it; nil for controls that only forbid.
	needs []any
	value any
}

// controls lists the controls in the order of their identifiers, which stay as they are when Kubernetes adds some.
func controls() []control {
	sc := func(path ...any) []any { return append([]any{"securityContext"}, path...) }
	return []control{
		{id: "001", check: "hostNamespaces", name: "host-namespaces", severity: finding.SeverityHigh, title: "the pod shares a namespace with its host", remedy: "Remove hostNetwork, hostPID and hostIPC."},
		{id: "002", check: "privileged", name: "privileged", severity: finding.SeverityCritical, title: "the container is privileged", remedy: "Remove privileged."},
		{id: "003", check: "capabilities_baseline", name: "capabilities-baseline", severity: finding.SeverityHigh, title: "the container has a capability that baseline forbids", remedy: "Remove the capability."},
		{id: "004", check: "hostPathVolumes", name: "host-path-volumes", severity: finding.SeverityHigh, title: "the pod has a volume of its host", remedy: "Use another kind of volume."},
		{id: "005", check: "hostPorts", name: "host-ports", severity: finding.SeverityMedium, title: "the container takes a port of its host", remedy: "Remove hostPort, and use a Service."},
		{id: "006", check: "hostProbesAndHostLifecycle", name: "host-probes", severity: finding.SeverityMedium, title: "a probe or a hook asks another host", remedy: "Remove host, so that the pod itself is asked."},
		{id: "007", check: "appArmorProfile", name: "apparmor-profile", severity: finding.SeverityMedium, title: "the AppArmor profile is not one that baseline allows", remedy: "Use RuntimeDefault or a Localhost profile."},
		{id: "008", check: "seLinuxOptions", name: "selinux-options", severity: finding.SeverityMedium, title: "the SELinux options are not those that baseline allows", remedy: "Remove user and role, and use a type of containers."},
		{id: "009", check: "procMount", name: "proc-mount", severity: finding.SeverityMedium, title: "/proc is mounted without its masks", remedy: "Remove procMount."},
		{id: "010", check: "seccompProfile_baseline", name: "seccomp-profile-baseline", severity: finding.SeverityMedium, title: "seccomp is switched off", remedy: "Use RuntimeDefault or a Localhost profile."},
		{id: "011", check: "sysctls", name: "sysctls", severity: finding.SeverityMedium, title: "the pod sets a sysctl that baseline forbids", remedy: "Remove the sysctl."},
		{id: "012", check: "windowsHostProcess", name: "windows-host-process", severity: finding.SeverityHigh, title: "the pod runs as a process of its Windows host", remedy: "Remove hostProcess."},
		{id: "013", check: "restrictedVolumes", name: "restricted-volumes", severity: finding.SeverityMedium, title: "the pod has a kind of volume that restricted forbids", remedy: "Use a volume of the cluster, such as a persistentVolumeClaim."},
		{
			id: "014", check: "allowPrivilegeEscalation", name: "allow-privilege-escalation", severity: finding.SeverityMedium, title: "processes of the container may gain privileges",
			remedy: "Set allowPrivilegeEscalation to false.", needs: sc("allowPrivilegeEscalation"), value: false,
		},
		{id: "015", check: "runAsNonRoot", name: "run-as-non-root", severity: finding.SeverityMedium, title: "the container may run as root", remedy: "Set runAsNonRoot to true.", needs: sc("runAsNonRoot"), value: true},
		{id: "016", check: "runAsUser", name: "run-as-user", severity: finding.SeverityMedium, title: "the container runs as root", remedy: "Set runAsUser to another number than 0."},
		{
			id: "017", check: "seccompProfile_restricted", name: "seccomp-profile-restricted", severity: finding.SeverityMedium, title: "no seccomp profile limits the system calls of the container",
			remedy: "Set the profile's type to RuntimeDefault.", needs: sc("seccompProfile", "type"), value: "RuntimeDefault",
		},
		{
			id: "018", check: "capabilities_restricted", name: "capabilities-restricted", severity: finding.SeverityMedium, title: "the container has capabilities that restricted forbids",
			remedy: "Drop ALL, and add none but NET_BIND_SERVICE.", needs: sc("capabilities", "drop"), value: []any{"ALL"},
		},
		{id: "019", check: "procMount_restricted", name: "proc-mount-restricted", severity: finding.SeverityMedium, title: "/proc is mounted without its masks", remedy: "Remove procMount."},
	}
}

// pssRules are the rules of the controls.
func pssRules() []rule {
	var out []rule
	for _, c := range controls() {
		out = append(out, c.rule())
	}
	return out
}

func (c control) rule() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-PSS-" + c.id, Name: "pss-" + c.name, Kind: finding.KindCheck, Severity: c.severity, Title: c.title,
			Why:        "A namespace that enforces this level of the Pod Security Standards refuses the pod.",
			Remedy:     c.remedy,
			References: []check.Reference{{Name: "PSS " + string(c.check), URL: pssPage}},
		},
		optional:  true,
		platforms: []workload.Platform{workload.Kubernetes},
		workload: func(in *input, w *workload.Workload) []violation {
			return c.find(in.opt.Sets, w)
		},
	}
}

// find returns what does not keep a control by the levels that somebody asks for, each place once.
func (c control) find(sets []string, w *workload.Workload) []violation {
	p, ok := w.Object.(*kubernetes.Pod)
	if !ok {
		return nil
	}
	var out []violation
	for _, name := range sets {
		level, err := parseLevel(name)
		if err != nil {
			continue
		}
		j := podJudge{pod: p, control: c, check: checkOf(c.check, level)}
		if j.check == nil {
			continue
		}
		for _, v := range j.violations() {
			v.saw = fmt.Sprintf("%s of %s forbids it: %s", level.Level, level.Version, safetext.Escape(v.saw))
			if !slices.ContainsFunc(out, func(o violation) bool {
				return o.container == v.container && o.field == v.field && o.at.Line == v.at.Line
			}) {
				out = append(out, v)
			}
		}
	}
	return out
}

// parseLevel reads the name of a set of the Pod Security Standards: pss-baseline, pss-restricted@v1.34.
func parseLevel(name string) (api.LevelVersion, error) {
	name, version, versioned := strings.Cut(name, "@")
	level := api.LevelVersion{Version: api.LatestVersion()}
	switch name {
	case SetBaseline:
		level.Level = api.LevelBaseline
	case SetRestricted:
		level.Level = api.LevelRestricted
	default:
		return level, fmt.Errorf("%q is no level of the Pod Security Standards", name)
	}
	if !versioned {
		return level, nil
	}
	v, err := api.ParseVersion(version)
	if latest := latestVersion(); err != nil || latest.Older(v) && !v.Latest() {
		return level, fmt.Errorf("%q is no version of the Pod Security Standards, which are latest, v1.0, and so on until %s", version, latest.String())
	}
	level.Version = v
	return level, nil
}

// latestVersion is the newest version that changed a control.
func latestVersion() api.Version {
	var latest api.Version
	for _, c := range policy.DefaultChecks() {
		if v := c.Versions[len(c.Versions)-1].MinimumVersion; latest.Older(v) {
			latest = v
		}
	}
	return latest
}

// checkOf is what judges a control at a level, as it was in the version; nil where the level did not have it, or had a
// stricter one in its place.
func checkOf(id policy.CheckID, level api.LevelVersion) policy.CheckPodFn {
	var own policy.CheckPodFn
	for _, c := range policy.DefaultChecks() {
		if c.Level == api.LevelRestricted && level.Level == api.LevelBaseline {
			continue
		}
		in := asOf(c.Versions, level.Version)
		switch {
		case in == nil:
		case c.ID == id:
			own = in.CheckPod
		case slices.Contains(in.OverrideCheckIDs, id):
			return nil
		}
	}
	return own
}

// asOf is the last form of a check that a version has; nil where it has none.
func asOf(versions []policy.VersionedCheck, v api.Version) *policy.VersionedCheck {
	var last *policy.VersionedCheck
	for i := range versions {
		if since := versions[i].MinimumVersion; !v.Older(since) {
			last = &versions[i]
		}
	}
	return last
}
