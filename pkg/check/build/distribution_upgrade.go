package build

import (
	"slices"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// distributionUpgrade is the rule that a build leaves the release of the base image as it is.
func distributionUpgrade() rule {
	return rule{check.Rule{
		ID: "LG-DF-015", Name: "distribution-upgraded", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
		Title:  "a build upgrades the distribution",
		Why:    "It removes packages and replaces those of the base image, in a layer that has all of them twice. What comes of it changes from day to day, and is no longer the release that FROM names.",
		Remedy: "Build on an image of the release that is needed, and pull a newer one of it for security updates, with apt-get upgrade for what is urgent.",
		References: []check.Reference{
			{Name: "Dockle DKL-DI-0003", URL: "https://github.com/goodwithtech/dockle/blob/master/CHECKPOINT.md"},
			{Name: "trivy DS-0024", URL: "https://avd.aquasec.com/misconfig/ds-0024"},
		},
	}, findDistributionUpgrade}
}

func findDistributionUpgrade(_ *Subject, steps []*step) []seen {
	return ofCommands(own(steps), func(c command) string {
		switch {
		case c.is("apt-get", "apt", "aptitude") && slices.ContainsFunc(c.args, func(arg string) bool { return arg == "dist-upgrade" || arg == "full-upgrade" }),
			c.is("zypper") && slices.ContainsFunc(c.args, func(arg string) bool { return arg == "dup" || arg == "dist-upgrade" }),
			c.is("do-release-upgrade"):
			return "the distribution is upgraded"
		}
		return ""
	})
}
