package report

import (
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// changeReport is an image that is compared with the one before: only what is new with the change blocks it.
func changeReport() *Report {
	r := base(baseLayer, aptLayer, appLayer)
	r.Baseline = &Baseline{Source: "registry:registry.example/team/app:production", Name: "registry.example/team/app:production", Digest: digestOfAll("b5")}
	r.Policy.GateOn = policy.GateOnNew
	r.Series = "services.api"
	r.Database.Digest, r.Database.PinnedBy = digestOfAll("d1"), "layergate.lock of main"
	lodash := npm("lodash", "4.17.15", "/app/node_modules/lodash/package.json")
	findings := []finding.Finding{
		vulnerable("GHSA-35jh-r3h4-6jhm", finding.SeverityHigh, 7.2, appLayer, lodash, "4.17.21"),
		vulnerable("GHSA-p6mc-m468-83gw", finding.SeverityHigh, 7.4, appLayer, lodash, "4.17.19"),
		vulnerable("CVE-2023-5363", finding.SeverityHigh, 7.5, aptLayer, debian("openssl", "3.0.9-1"), "3.0.11-1~deb12u2"),
		vulnerable("CVE-2011-3374", finding.SeverityLow, 3.7, aptLayer, debian("apt", "2.6.1")),
	}
	for i, s := range []finding.BaselineState{finding.BaselineUnchanged, finding.BaselineNewlyKnown, finding.BaselineNew, finding.BaselineUnchanged} {
		findings[i].Baseline = s
	}
	return judge(r, policy.Any, findings...)
}
