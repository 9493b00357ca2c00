package build

import (
	"slices"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// updateAlone is the rule that the lists of packages are fetched where packages are installed.
func updateAlone() rule {
	return rule{check.Rule{
		ID: "LG-DF-007", Name: "package-lists-updated-alone", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
		Title:  "the lists of packages are updated in an instruction of their own",
		Why:    "The builder keeps the layer with the lists: later builds install old packages from them, without the repairs of today.",
		Remedy: "Update and install in one RUN, such as apt-get update && apt-get install -y … && rm -rf /var/lib/apt/lists/*.",
		References: []check.Reference{
			{Name: "CIS Docker 4.7"},
			{Name: "trivy DS-0017", URL: "https://avd.aquasec.com/misconfig/ds-0017"},
		},
	}, findUpdateAlone}
}

func findUpdateAlone(_ *Subject, steps []*step) []seen {
	var out []seen
	for _, s := range own(steps) {
		for i, c := range s.script.commands {
			installs := func(later command) bool {
				return later.name != "" && samePackages(later.name, c.name) && slices.ContainsFunc(later.args, installing)
			}
			if c.updatesLists() && !slices.ContainsFunc(s.script.commands[i+1:], installs) {
				out = append(out, seen{step: s, excerpt: c.excerpt, saw: "package lists are fetched, and nothing is installed from them in this instruction"})
			}
		}
	}
	return out
}

// updatesLists tells whether the command fetches the lists of packages, and installs none.
func (c command) updatesLists() bool {
	switch c.name {
	case "apt-get", "apt", "aptitude":
		return slices.Contains(c.args, "update")
	case "apk":
		return slices.Contains(c.args, "update") && !slices.ContainsFunc(c.args, installing)
	case "zypper":
		return slices.Contains(c.args, "refresh") || slices.Contains(c.args, "ref")
	}
	return false
}

// samePackages tells whether two programs install the same packages.
func samePackages(a, b string) bool {
	apt := []string{"apt-get", "apt", "aptitude", "apt-fast", "eatmydata"}
	return a == b || slices.Contains(apt, a) && slices.Contains(apt, b)
}

func installing(arg string) bool {
	return slices.Contains([]string{"install", "upgrade", "dist-upgrade", "full-upgrade", "build-dep", "add", "in", "up", "update-to", "download", "source", "patch", "dup"}, arg)
}
