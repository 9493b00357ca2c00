package report

import (
	"time"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// policyReport is an image that passes by a policy file: some of what was found is accepted in writing, some is in
// grace, and some exceptions are of no use any more.
func policyReport() *Report {
	r := base(baseLayer, aptLayer, appLayer)
	at := func(line int) *finding.Location {
		return &finding.Location{File: ".layergate.yaml", Line: line, EndLine: line}
	}
	exception := func(id string, line int, change func(*policy.Exception)) policy.Exception {
		e := policy.Exception{ID: id, Reason: "the program does not use it", Owner: "team@example.org", Expires: "2027-01-31", Where: at(line)}
		change(&e)
		return e
	}
	r.Policy = policy.Policy{
		Limits: policy.Limits{Unfixable: "high"}, Base: policy.Side{FailOn: "critical"},
		Grace: policy.Grace{finding.SeverityHigh: 14},
		Exceptions: []policy.Exception{
			exception("CVE-2021-23337", 12, func(e *policy.Exception) { e.Paths, e.Reason = []string{"/app/**"}, "templates are ours <b>alone</b>" }),
			exception("CVE-2023-5363", 20, func(e *policy.Exception) { e.Expires, e.Until = "", policy.UntilFixed }),
			exception("CVE-2020-1", 27, func(e *policy.Exception) { e.Expires = "2026-11-30" }),
			exception("CVE-2020-2", 33, func(e *policy.Exception) { e.Expires = "2026-06-30" }),
			exception("CVE-2011-3374", 39, func(e *policy.Exception) { e.Until = policy.UntilFixed }),
		},
		Source: policy.Source{
			File: ".layergate.yaml", Overrides: []string{"coverage: warn"}, Branch: "main",
			Changes: []policy.Difference{{Rule: policy.RuleExceptions, Loosens: true, Message: "adds an exception for CVE-2020-3 <b>", Where: at(45)}},
			Lines:   map[string]finding.Location{"grace.high": *at(5), "fail-on.unfixable": *at(3)},
		},
	}
	r.Policy.Coverage = policy.ActionWarn
	lodash := npm("lodash", "4.17.15", "/app/node_modules/lodash/package.json")
	openssl := debian("openssl", "3.0.9-1")
	findings := []finding.Finding{
		vulnerable("GHSA-35jh-r3h4-6jhm", finding.SeverityHigh, 7.2, appLayer, lodash, "4.17.21"),
		vulnerable("GHSA-p6mc-m468-83gw", finding.SeverityHigh, 7.4, appLayer, lodash, "4.17.19"),
		vulnerable("CVE-2023-5363", finding.SeverityHigh, 7.5, aptLayer, openssl, "3.0.11-1~deb12u2"),
		vulnerable("CVE-2011-3374", finding.SeverityHigh, 3.7, aptLayer, debian("apt", "2.6.1")),
		vulnerable("CVE-2019-1010022", finding.SeverityMedium, 9.8, aptLayer, debian("libc6", "2.36-9")),
	}
	findings[0].Vulnerability.Aliases = []string{"CVE-2021-23337"}
	findings[1].Vulnerability.Fix.Versions[0].Date = "2026-11-13"
	findings[1].Location = &finding.Location{File: "Dockerfile", Line: 7, EndLine: 7}
	return judge(r, policy.Any, findings...)
}

// judged is when fixtures are judged.
var judged = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
