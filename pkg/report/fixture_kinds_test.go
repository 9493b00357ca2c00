package report

import (
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// failed is a failed check of a manifest.
func failed(id string, s finding.Severity, title string, line int, c finding.Check) finding.Finding {
	return finding.Finding{
		Kind: finding.KindCheck, ID: id, Severity: s, Title: title, Summary: "Whoever breaks out of the container is root on its node.",
		URLs: []string{"https://rules.example/" + id}, Path: "deploy/web.yaml",
		Location: &finding.Location{File: "deploy/web.yaml", Line: line, EndLine: line, Column: 9}, Check: &c,
	}
}

// unread is a coverage gap on a platform.
func unread(platform string, c finding.Coverage, path string) finding.Finding {
	f := finding.NewCoverage(c, path)
	f.Platform = platform
	return f
}

// manifestsReport has failed checks only, of manifests.
func manifestsReport() *Report {
	r := &Report{
		Schema: SchemaVersion, Tool: Tool{Name: "layergate", Version: "v0.1.0"},
		Subject: Subject{Manifests: &Manifests{Source: "deploy/", Files: []Manifest{
			{Path: "deploy/api.yaml", Platform: "kubernetes", Digest: digestOfAll("a2")}, {Path: "deploy/web.yaml", Platform: "kubernetes", Digest: digestOfAll("a1")},
		}, Skipped: 3, Sets: []string{"pss-restricted"}}},
		Rules: []Rule{{
			ID: "run-as-root", Name: "may-run-as-root", Title: "the user may be root", Why: "Whoever breaks out of the container is root on its node.", Remedy: "set runAsNonRoot to true",
			References: []Reference{{Name: "PSS restricted", URL: "https://rules.example/pss"}, {Name: "KSV-0012"}},
			Example:    "spec:\n  securityContext:\n    runAsNonRoot: true # ``` kept\n", Language: "yaml",
		}},
	}
	root := finding.Check{Saw: "no user is set", Wants: "set runAsNonRoot to true", Resource: "Deployment/web", Container: "web", Field: "securityContext.runAsNonRoot"}
	root.Add = "          securityContext:\n            runAsNonRoot: true\n"
	root.Image = "registry.example/web:1"
	sidecar := root
	sidecar.Container = "sidecar"
	api := failed("run-as-root", finding.SeverityHigh, "the user may be root", 31, root)
	api.Path, api.Location = "deploy/api.yaml", nil
	return judge(r, "medium",
		failed("run-as-root", finding.SeverityHigh, "the user may be root", 21, root),
		failed("run-as-root", finding.SeverityHigh, "the user may be root", 34, sidecar),
		api,
		failed("no-limits", finding.SeverityLow, "memory has no limit", 21, finding.Check{Saw: "resources is empty", Wants: "set resources.limits.memory", Resource: "Deployment/web", Container: "web", Field: "resources"}),
	)
}

// deployedReport is about an image and the manifest that deploys it.
func deployedReport() *Report {
	r := base(baseLayer, aptLayer)
	r.Manifests = manifestsReport().Manifests
	root := finding.Finding{
		Kind: finding.KindCheck, ID: "LG-IMG-001", Severity: finding.SeverityHigh, Title: "the image runs as root", URLs: []string{},
		Platform: "linux/amd64", Location: &finding.Location{File: "Dockerfile", Line: 9, EndLine: 9},
		Check: &finding.Check{Saw: "USER is not set", Wants: "set USER to another one than root", Field: "config.User"},
	}
	return judge(r, policy.Any, root,
		failed("LG-RUN-102", finding.SeverityHigh, "the image does not start", 21, finding.Check{
			Saw: "USER is root and runAsNonRoot is true", Wants: "set a numeric USER", Resource: "Deployment/web", Container: "web", Field: "securityContext.runAsNonRoot", Image: "registry.example/web:1",
		}))
}

// gapsReport has coverage gaps only, of every kind.
func gapsReport() *Report {
	r := base(baseLayer, aptLayer)
	p := debian("thing", "master-2026").Package
	var findings []finding.Finding
	for _, gap := range finding.Gaps() {
		c, path := finding.Coverage{Gap: gap, Count: 3}, ""
		switch gap {
		case finding.GapNoPackages:
			c.Count = 0
		case finding.GapNoSystemPackages, finding.GapDistribution, finding.GapRelease:
			c.Distribution = "debian 12"
		case finding.GapMixed:
			c.Distribution, c.Reason = "debian 12 on debian 11", "newer than the system's release are libc6 2.36-9+deb12u4"
		case finding.GapEcosystem:
			c.Ecosystem = "swift"
		case finding.GapFew:
			c.Ecosystem, c.Advisories = "npm", 20
		case finding.GapUnpublished:
			c.Ecosystem = "R-package"
		case finding.GapVersion:
			c.Package, c.Count, path = &p, 1, "/var/lib/dpkg/status"
		default:
			c.Count, path, c.Reason = 1, "/app/lib/"+string(gap)+".jar", "zip: not a valid zip file"
		}
		f := unread("linux/amd64", c, path)
		if path != "" {
			layer := aptLayer
			f.Layer, f.State = &layer, finding.Visible
		}
		findings = append(findings, f)
	}
	return judge(r, policy.Any, findings...)
}

// mixedReport has findings of every kind on two platforms; the gaps only warn.
func mixedReport() *Report {
	layers := []finding.Layer{baseLayer, aptLayer, appLayer}
	r := base(layers...)
	r.Platforms = append(r.Platforms, platform("linux/arm64/v8", "c", layers))
	r.Image.Base = &BaseImage{Name: "debian:12", Layers: 2}
	secret := finding.Finding{
		Kind: finding.KindSecret, ID: "LG-SEC-001", Severity: finding.SeverityCritical, Title: "a secret is in the image", URLs: []string{},
		Platform: "linux/amd64", Layer: &appLayer, Path: "/app/.npmrc", State: finding.Shadowed,
		Location: &finding.Location{File: "Dockerfile", Line: 9, EndLine: 9},
		Check:    &finding.Check{Saw: "an npm token", Wants: "revoke the token and mount it as a build secret", Field: "sha256:1a2b3c"},
	}
	root := finding.Finding{
		Kind: finding.KindCheck, ID: "LG-IMG-001", Severity: finding.SeverityMedium, Title: "the image runs as root", URLs: []string{},
		Platform: "linux/amd64", Check: &finding.Check{Saw: "USER is not set", Wants: "set USER to another one than root", Field: "config.User"},
	}
	everywhere := root
	everywhere.Platform = "linux/arm64/v8"
	r.Policy.Coverage = policy.ActionWarn
	return judge(r, "high", secret, root, everywhere,
		vulnerable("GHSA-35jh-r3h4-6jhm", finding.SeverityHigh, 7.2, appLayer, npm("lodash", "4.17.15", "/app/node_modules/lodash/package.json"), "4.17.21"),
		vulnerable("CVE-2023-6129", finding.SeverityMedium, 6.5, baseLayer, debian("openssl", "3.0.9-1")),
		unread("linux/arm64/v8", finding.Coverage{Gap: finding.GapEcosystem, Ecosystem: "swift", Count: 1}, ""),
		unread("linux/amd64", finding.Coverage{Gap: finding.GapUnpublished, Ecosystem: "R-package", Count: 12}, ""),
	)
}

// hostileKindsReport puts hostile text wherever a failed check and a gap have text.
func hostileKindsReport() *Report {
	r := base(baseLayer, aptLayer)
	var findings []finding.Finding
	for _, s := range hostileStrings() {
		findings = append(findings, hostileCheck(s), hostileGap(s))
		r.Rules = append(r.Rules, Rule{ID: "R " + s, Name: s, Title: s, Why: s, Remedy: s, Example: s, Language: s, References: []Reference{{Name: s, URL: s}}})
	}
	return judge(r, policy.Any, findings...)
}

func hostileCheck(s string) finding.Finding {
	layer := aptLayer
	layer.CreatedBy = s
	return finding.Finding{
		Kind: finding.KindCheck, ID: "R " + s, Severity: finding.SeverityHigh, Title: "x" + s, Summary: s, URLs: []string{s}, Platform: "linux/amd64", Layer: &layer, Path: "x" + s,
		Location: &finding.Location{File: s, Line: 1, EndLine: 1}, Related: []finding.Related{{Location: finding.Location{File: s, Line: 2, EndLine: 2}, Why: s}},
		Check: &finding.Check{Saw: "x" + s, Wants: "x" + s, Resource: "x" + s, Container: s, Field: s, Image: s, Add: "  x: " + s},
	}
}

func hostileGap(s string) finding.Finding {
	f := unread("linux/amd64", finding.Coverage{Gap: finding.GapVersion, Package: &finding.Package{Name: "x" + s, Version: s, Type: s, PURL: s}, Count: 1, Reason: "x" + s}, "x"+s)
	layer := aptLayer
	f.Layer, f.Title = &layer, strings.TrimSpace(f.Title)
	return f
}
