// Package pkg_test holds what is true of the module's packages together: who imports whom, and what none of them
// touches.
package pkg_test

import (
	"slices"
	"strings"
	"testing"
)

// row is a line of a table of imports. Names without cmd/ or examples/ are below pkg/.
type row struct {
	path  string
	names string // separated by spaces
}

// packages lists every package with those of this module that it imports. Each imports only what stands above it.
func packages() []row {
	return []row{
		// What every other package may speak of.
		{"fault", ""},
		{"finding", ""},
		{"safetext", ""},
		{"imageref", ""},
		{"natural", ""},
		{"regex", ""},
		{"strictjson", ""},
		{"progress", ""},
		{"input", "fault"},
		{"textfile", "fault"},

		// The disk, the network and the registry's identity.
		{"regular", ""},
		{"pipe", ""},
		{"cache", "regular"},
		{"kept", ""},
		{"disk", "fault"},
		{"heap", ""},
		{"spool", "disk fault"},
		{"transport", "fault regular"},
		{"redact", "regex"},
		{"secret", "regex"},
		{"entra", "fault transport"},
		{"docker", "fault regular"},

		// What reaches into the insides of syft and grype, and the feeds about exploits.
		{"anchore", ""},
		{"vulndb/exploit", "fault regular strictjson"},
		{"vulndb/lifecycle", "fault strictjson"},

		// Observe: hostile bytes, without credentials, network or advisories.
		{"dockerfile", "finding regex textfile"},
		{"builder", "docker dockerfile fault imageref redact regular safetext textfile"},
		{"image", "disk docker fault finding pipe progress redact secret spool strictjson"},
		{"layerfs", "fault image kept spool strictjson"},
		{"inventory", "anchore fault finding image kept layerfs natural regex"},
		{"lockfile", "finding regex"},
		{"project", "fault regular"},
		{"account", ""},
		{"workload", ""},
		{"workload/document", "fault regex safetext secret workload"},
		{"facts", "account inventory layerfs"},
		{"workload/kubernetes", "fault safetext workload workload/document"},
		{"secret/layers", "finding kept layerfs secret"},
		{"observe", "facts fault image inventory kept layerfs regex secret secret/layers spool"},
		{"origin", "dockerfile fault finding image lockfile redact regular secret"},
		{"workload/engine", "regex workload"},
		{"workload/compose", "fault regex workload workload/document workload/engine"},
		{"workload/marathon", "fault workload workload/document workload/engine"},
		{"workload/workloadtest", "workload"},
		{"manifest", "fault pipe regex regular safetext workload workload/compose workload/document workload/kubernetes workload/marathon"},
		{"release", "fault regular strictjson workload workload/compose workload/document"},

		// Judge.
		{"vulndb", "anchore disk fault finding kept progress redact spool strictjson textfile transport"},
		{"vulndb/osv", "anchore fault regular strictjson textfile vulndb/exploit vulndb/lifecycle workload/document"},
		{"match/version", "finding"},
		{"match", "anchore fault finding inventory kept natural regex"},
		{"remedy", "finding imageref lockfile match/version regex"},
		{"spdx", "fault"},
		{"purl", ""},
		{"policy", "finding imageref purl regex spdx"},
		{"check", "finding redact secret"},
		{"check/image", "account check facts finding image observe origin"},
		{"check/secrets", "check finding image origin redact regex secret secret/layers"},
		{"check/workload", "account check fault finding imageref regex safetext secret workload workload/compose workload/document workload/kubernetes workload/marathon"},
		{"check/base", "check dockerfile finding imageref policy redact secret"},
		{"check/build", "check dockerfile finding redact regex secret"},
		{"check/deployed", "account check finding imageref workload"},
		{"evidence", "check fault finding policy redact regular strictjson textfile"},
		{"license", "check finding inventory policy spdx"},
		{"check/packages", "check finding inventory policy"},
		{"check/catalogue", "check check/base check/build check/deployed check/image check/packages check/secrets check/workload evidence license"},
		{"policy/file", "check check/catalogue fault finding input policy project regular spdx textfile"},
		{"policy/ignore", "fault policy textfile"},
		{"attest", "imageref policy strictjson"},
		{"policy/vex", "attest fault finding imageref policy purl regex regular strictjson textfile"},
		{"report", "disk fault finding policy regex remedy safetext strictjson textfile"},
		{"baseline", "finding report textfile"},

		// Promote.
		{"registry", "attest entra fault image imageref policy progress regex transport"},
		{"login", "docker entra fault registry"},

		// The order of things, and the systems that start it.
		{"gate", "attest baseline builder check check/base check/build check/catalogue check/deployed check/image check/packages check/secrets check/workload docker evidence facts fault finding image imageref inventory kept license lockfile manifest match match/version natural observe origin policy policy/vex progress redact registry remedy report secret spool vulndb vulndb/osv workload"},
		{"event", "fault transport"},
		{"audit", "event fault finding imageref natural policy redact remedy report safetext strictjson textfile workload workload/kubernetes"},
		{"retention", "audit fault imageref input redact registry report"},
		{"forge", "fault transport"},
		{"comment", "forge"},
		{"track", "audit forge safetext transport"},
		{"ci", "fault input progress redact regex safetext strictjson transport"},
		{"cmd/layergate", "attest audit baseline builder cache check/deployed check/workload ci comment disk docker entra event evidence fault finding forge gate heap image imageref input kept login manifest match/version observe origin pipe policy policy/file policy/ignore policy/vex project redact registry regular release remedy report retention safetext secret textfile track transport vulndb vulndb/osv workload"},

		// For tests, examples and measurements.
		{"forgetest", ""},
		{"imagetest", ""},
		{"registrytest", "imagetest"},
		{"attest/attesttest", "attest policy"},
		{"vulndb/vulndbtest", "fault"},
		{"progress/progresstest", "progress"},
		{"workflowtest", ""},
		{"examples/quickstart", "gate imagetest observe policy registrytest report vulndb vulndb/osv"},
		{"cmd/bench", "fault imagetest registrytest"},
		{"cmd/release", "fault registry"},
	}
}

// restricted lists what only the named packages import: modules, and parts of the standard library.
func restricted() []row {
	return []row{
		{"github.com/anchore", "anchore inventory match match/version vulndb vulndb/osv vulndb/vulndbtest"},
		{"github.com/google/go-containerregistry", "check/image image layerfs observe registry imagetest registrytest"},
		{"github.com/google/go-containerregistry/pkg/authn", "registry"},
		{"github.com/google/go-containerregistry/pkg/v1/remote", "registry"},
		{"github.com/moby/sys/user", "account"},
		{"github.com/moby/moby/client", "builder docker image"},
		{"github.com/moby/buildkit/client", "builder"},
		{"github.com/moby/buildkit/session", "builder"},
		{"github.com/docker/cli", "builder docker workload/compose"},
		{"github.com/Azure", "entra"},
		{"github.com/owenrumney/go-sarif", "report"},
		{"github.com/CycloneDX/cyclonedx-go", "report"},
		{"github.com/spdx/tools-golang", "report"},
		{"github.com/github/go-spdx", "report spdx"},
		{"github.com/clipperhouse/displaywidth", "audit report"},
		{"github.com/sethvargo/go-githubactions", "ci"},
		{"github.com/go-git/go-git", "project"},
		{"github.com/spf13/cobra", "cmd/layergate"},
		{"github.com/vbauerster/mpb", "ci"},
		{"github.com/agext/levenshtein", "fault"},
		{"github.com/compose-spec/compose-go", "release workload/compose workload/engine"},
		{"k8s.io", "check/workload workload/kubernetes"},
		{"sigs.k8s.io", "workload/kubernetes"},
		{"go.yaml.in/yaml", "workload/document"},
		{"github.com/goccy/go-yaml", "policy/file policy/ignore"},
		{"github.com/pelletier/go-toml/v2", "lockfile policy/ignore secret"},
		{"github.com/aquasecurity/go-pep440-version", "lockfile"},
		{"github.com/zricethezav/gitleaks", "secret"},
		{"github.com/openvex/go-vex", "policy/vex"},
		{"github.com/gocsaf/csaf", "policy/vex"},
		{"github.com/sigstore", "attest attest/attesttest"},
		{"github.com/notaryproject", "attest"},
		{"github.com/secure-systems-lab", "attest"},
		{"github.com/landlock-lsm", "observe"},
		{"github.com/elastic/go-seccomp-bpf", "observe"},
		{"github.com/KimMachineGun/automemlimit", "cmd/layergate"},
		{"net/http", "ci comment docker entra event forge forgetest registry registrytest track transport vulndb cmd/layergate cmd/release examples/quickstart"},
		{"os", "builder cache ci disk docker event gate image imagetest inventory manifest observe origin pipe policy/file policy/vex project registrytest regular report spool transport vulndb vulndb/osv vulndb/vulndbtest cmd/bench cmd/layergate cmd/release examples/quickstart"},
		{"os/exec", "docker observe registrytest cmd/bench examples/quickstart"},
		{"unsafe", "anchore"},
	}
}

// standardOnly lists the packages that import nothing of third parties.
func standardOnly() []string {
	return []string{"cache", "finding", "heap", "imageref", "input", "policy", "progress", "redact", "safetext", "spool", "strictjson"}
}

// imported lists what a package imports, by the syntax trees of its files, each path once.
func imported(p source) []string {
	var out []string
	for _, f := range p.files {
		for _, spec := range f.Imports {
			out = append(out, importPath(spec))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestImports(t *testing.T) {
	t.Parallel()
	sources := parse(t)
	above := map[string]bool{}
	for _, r := range packages() {
		p, ok := sources[r.path]
		if !ok {
			t.Errorf("%s stands in the table of packages and does not exist: take its line out", r.path)
		}
		var ours []string
		for _, path := range imported(p) {
			if name, ok := strings.CutPrefix(path, module); ok {
				ours = append(ours, shortName(name))
			}
		}
		for _, name := range strings.Fields(r.names) {
			if !above[name] {
				t.Errorf("%s may import %s, which does not stand above it in the table of packages", r.path, name)
			}
		}
		compare(t, r, ours, "%s imports %s")
		above[r.path] = true
	}
	for name := range sources {
		if !above[name] {
			t.Errorf("%s is missing from the table of packages: give it a line below those that it imports", name)
		}
	}
}

func TestRestrictedImports(t *testing.T) {
	t.Parallel()
	sources := parse(t)
	for _, r := range restricted() {
		var importers []string
		for name, p := range sources {
			if slices.ContainsFunc(imported(p), func(path string) bool { return path == r.path || strings.HasPrefix(path, r.path+"/") }) {
				importers = append(importers, name)
			}
		}
		slices.Sort(importers)
		compare(t, r, importers, "%s is imported by %s")
	}
	for _, name := range standardOnly() {
		for _, path := range imported(sources[name]) {
			if host, _, _ := strings.Cut(path, "/"); strings.Contains(host, ".") && !strings.HasPrefix(path, module) {
				t.Errorf("%s imports %s, and may import nothing of third parties", name, path)
			}
		}
	}
}

// compare reports where the names of a row are not those that were found; says words one that is.
func compare(t *testing.T, r row, found []string, says string) {
	t.Helper()
	listed := strings.Fields(r.names)
	for _, name := range found {
		if !slices.Contains(listed, name) {
			t.Errorf(says+", which its line does not list: avoid that, or add it to the line if that is right", r.path, name)
		}
	}
	for _, name := range listed {
		if !slices.Contains(found, name) {
			t.Errorf("it is not so that "+says+": take it out of the line", r.path, name)
		}
	}
}
