package report

import (
	"time"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// vexReport is an image that VEX documents say something of: in every status, by an author who is trusted and one who is not, and
// beside an exception that says that a finding does no harm.
func vexReport() *Report {
	r := base(baseLayer, aptLayer, appLayer)
	r.Policy = policy.Policy{
		VEX: policy.VEX{Trust: []policy.Trusted{{Author: "Example <b>Vendor</b>", From: []policy.Origin{policy.OriginFile, policy.OriginImage}}}},
		Exceptions: []policy.Exception{{
			ID: "CVE-2026-7005", Reason: "the shell is not started", Owner: "team@example.org", Expires: "2027-01-31",
			Status: policy.StatusNotAffected, Justification: "vulnerable_code_not_in_execute_path",
			Where: &finding.Location{File: ".layergate.yaml", Line: 9, EndLine: 9},
		}},
		Source: policy.Source{File: ".layergate.yaml"},
	}
	lodash := npm("lodash", "4.17.15", "/app/node_modules/lodash/package.json")
	openssl := debian("openssl", "3.0.9-1")
	return judge(r, policy.Any,
		vulnerable("CVE-2026-7001", finding.SeverityHigh, 7.2, appLayer, lodash, "4.17.21"),
		vulnerable("CVE-2026-7002", finding.SeverityHigh, 7.5, aptLayer, openssl, "3.0.11-1~deb12u2"),
		vulnerable("CVE-2026-7003", finding.SeverityHigh, 7.5, aptLayer, openssl),
		vulnerable("CVE-2026-7004", finding.SeverityMedium, 5.1, aptLayer, debian("apt", "2.6.1")),
		vulnerable("CVE-2026-7005", finding.SeverityMedium, 5.1, aptLayer, debian("bash", "5.2.15")),
		vulnerable("CVE-2026-7006", finding.SeverityLow, 3.7, aptLayer, debian("tar", "1.34")),
	)
}

// input is what the findings of a fixture are judged by.
func input(findings []finding.Finding) policy.Input {
	in := policy.Input{Findings: findings, Statements: map[int][]policy.Statement{}, Now: judged}
	for i, f := range findings {
		if s, ok := statements()[f.ID]; ok {
			in.Statements[i] = []policy.Statement{s}
		}
	}
	return in
}

// statements are those of fixtures, by the finding that each is about.
func statements() map[string]policy.Statement {
	said := func(s policy.Status, line int, justification, detail string) policy.Statement {
		return policy.Statement{
			Status: s, Justification: justification, Detail: detail, Author: "Example <b>Vendor</b>",
			Origin: policy.OriginFile, Document: "vex/vendor.json", Line: line, Time: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC),
		}
	}
	attached := said(policy.StatusFixed, 1, "", "")
	attached.Origin, attached.Document = policy.OriginImage, digestOfAll("e")
	attached.SignedBy = []string{digestOfAll("f")}
	distrusted := said(policy.StatusNotAffected, 4, "component_not_present", "")
	distrusted.Origin, distrusted.Document, distrusted.Author = policy.OriginProject, ".vex/ours.json", "somebody | else"
	return map[string]policy.Statement{
		"CVE-2026-7001": said(policy.StatusNotAffected, 12, "vulnerable_code_cannot_be_controlled_by_adversary", "Templates are ours <i>alone</i>."),
		"CVE-2026-7002": attached,
		"CVE-2026-7003": said(policy.StatusAffected, 30, "", "Upgrade as soon as there is a fix."),
		"CVE-2026-7004": said(policy.StatusUnderInvestigation, 40, "", ""),
		"CVE-2026-7006": distrusted,
	}
}
