package report

import (
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/remedy"
)

// fixtures are the reports of the golden files, by file name.
func fixtures() map[string]*Report {
	return map[string]*Report{
		"clean":    cleanReport(),
		"blocked":  blockedReport(),
		"shadowed": shadowedReport(),
		"hostile":  hostileReport(),
		"eol":      eolReport(),
		"unknown":  unknownReport(),

		"manifests":     manifestsReport(),
		"deployed":      deployedReport(),
		"gaps":          gapsReport(),
		"mixed":         mixedReport(),
		"hostile-kinds": hostileKindsReport(),
		"policy":        policyReport(),
		"change":        changeReport(),
		"vex":           vexReport(),
		"shop":          shopReport(),
	}
}

func forEachFixture(t *testing.T, check func(t *testing.T, r *Report)) {
	t.Helper()
	for name, r := range fixtures() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, r)
		})
	}
}

func digestOfAll(c string) string { return "sha256:" + strings.Repeat(c, 64/len(c)) }

// base is a report of one platform without findings; judge completes it.
func base(layers ...finding.Layer) *Report {
	r := &Report{
		Schema:   SchemaVersion,
		Tool:     Tool{Name: "layergate", Version: "v0.1.0"},
		Subject:  Subject{Image: &Image{Source: "docker-archive:app.tar", Name: "registry.example:5000/team/app:1.2", Digest: digestOfAll("a1"), MediaType: "application/vnd.oci.image.manifest.v1+json"}},
		Database: Database{Schema: "6.1.7", Built: "2026-11-20T04:10:11Z", Checksum: "xxh64:0123456789abcdef", MaxAge: "120h0m0s"},
	}
	r.Platforms = []Platform{platform("linux/amd64", "b", layers)}
	return r
}

func platform(name, digit string, layers []finding.Layer) Platform {
	p := Platform{Platform: name, Digest: digestOfAll(digit), ID: digestOfAll(digit + "0"), Distro: Distribution{ID: "debian", Version: "12", Name: "Debian GNU/Linux 12 (bookworm)"}}
	p.Coverage = Coverage{
		LookedUp: []LookedUp{{Type: "deb", Distribution: "debian 12", Packages: 88, Files: 1, Advisories: 31_778, Newest: "2026-11-19"}, {Type: "npm", Packages: 2, Files: 2, Advisories: 4_211}, {Type: "R-package", Packages: 1, Files: 1, Gap: finding.GapUnpublished}},
		Files:    3120, PackageFiles: 4,
		Executables: Executables{Files: 412, Unowned: 1, Largest: []Executable{{Path: "/usr/local/bin/tool", Size: 41_200_000}}},
	}
	for _, l := range layers {
		p.Layers = append(p.Layers, Layer{Layer: l, Digest: digestOfAll("d" + digit), MediaType: "application/vnd.oci.image.layer.v1.tar+gzip", Size: 29_126_343 / int64(l.Index*l.Index*400+1), Unpacked: 74_000_000})
	}
	return p
}

// judge adds the findings' packages to the inventory, counts and judges them, as the gate does.
func judge(r *Report, failOn policy.Threshold, findings ...finding.Finding) *Report {
	finding.Sort(findings)
	r.Findings = findings
	r.Policy.FailOn = failOn
	r.Verdict, _ = policy.Judge(r.Policy, input(findings))
	r.Remedies = remedy.New(r.RemedyInput())
	for i := range r.Platforms {
		p := &r.Platforms[i]
		seen := map[heldPackage]bool{}
		for _, f := range findings {
			if f.Platform != p.Platform || f.Vulnerability == nil {
				continue
			}
			l := &p.Layers[f.Layer.Index]
			if f.State == finding.Shadowed {
				l.Shadowed.Add(f.Severity)
			} else {
				l.Counts.Add(f.Severity)
			}
			k := heldPackage{f.Vulnerability.Package, f.Path}
			if !seen[k] {
				seen[k] = true
				l.Packages++
				p.Packages = append(p.Packages, Package{Package: k.Package, Path: k.path, Layer: f.Layer.Index, State: f.State})
			}
		}
	}
	return r
}

var (
	baseLayer = finding.Layer{Index: 0, DiffID: "sha256:" + strings.Repeat("0", 64), CreatedBy: "/bin/sh -c #(nop) ADD file:4b5ad5bd7ba1f8ae5d4e1c5c1a7e2d9b2d1f3c6a7b8c9d0e1f2a3b4c5d6e7f80 in / "}
	aptLayer  = finding.Layer{Index: 1, DiffID: "sha256:" + strings.Repeat("1", 64), CreatedBy: "|2 TOKEN=hush VERSION=1 /bin/sh -c apt-get update && apt-get install -y curl | tee /log # buildkit"}
	appLayer  = finding.Layer{Index: 2, DiffID: "sha256:" + strings.Repeat("2", 64), CreatedBy: "COPY package-lock.json /app/ # buildkit"}
)

// heldPackage is a package in the file that names it.
type heldPackage struct {
	finding.Package
	path string
}

func vulnerable(id string, s finding.Severity, cvss float64, l finding.Layer, p heldPackage, fixed ...string) finding.Finding {
	v := &finding.Vulnerability{
		Package: p.Package, Aliases: []string{}, CVSS: cvss, Source: "debian:distro:debian:12",
		Fix: finding.Fix{State: finding.FixNone, Versions: []finding.FixVersion{}},
	}
	for _, version := range fixed {
		v.Fix.State = finding.FixFixed
		v.Fix.Versions = append(v.Fix.Versions, finding.FixVersion{Version: version})
	}
	return finding.Finding{
		Kind: finding.KindVulnerability, ID: id, Severity: s, Title: id + " in " + p.Name + " " + p.Version, URLs: []string{"https://advisories.example/" + id},
		Platform: "linux/amd64", Layer: &l, Path: p.path, State: finding.Visible, Vulnerability: v,
	}
}

func debian(name, version string) heldPackage {
	return heldPackage{finding.Package{Name: name, Version: version, Type: "deb", PURL: "pkg:deb/debian/" + name + "@" + version}, "/var/lib/dpkg/status"}
}

func npm(name, version, path string) heldPackage {
	return heldPackage{finding.Package{Name: name, Version: version, Type: "npm", PURL: "pkg:npm/" + strings.ReplaceAll(name, "@", "%40") + "@" + version}, path}
}

func cleanReport() *Report {
	r := base(baseLayer, aptLayer)
	r.Platforms[0].Layers[0].Packages = 1
	r.Platforms[0].Packages = []Package{{
		Package: debian("bash", "5.2.15-2+b2").Package, Path: "/var/lib/dpkg/status", State: finding.Visible, Licenses: []string{"GPL-3.0-or-later", "GNU things", "mit"},
		CPEs: []string{"cpe:2.3:a:gnu:bash:5.2.15:*:*:*:*:*:*:*"},
	}}
	return judge(r, policy.Any)
}

func blockedReport() *Report {
	layers := []finding.Layer{baseLayer, aptLayer, appLayer}
	r := base(layers...)
	r.Image.MediaType = "application/vnd.oci.image.index.v1+json"
	r.Platforms = append(r.Platforms, platform("linux/arm64/v8", "c", layers))
	lodash := npm("lodash", "4.17.15", "/app/node_modules/lodash/package.json")
	traverse := npm("@babel/traverse", "7.20.0", "/app/node_modules/@babel/traverse/package.json")
	openssl := debian("openssl", "3.0.9-1")
	findings := []finding.Finding{
		vulnerable("GHSA-35jh-r3h4-6jhm", finding.SeverityHigh, 7.2, appLayer, lodash, "4.17.21"),
		vulnerable("GHSA-p6mc-m468-83gw", finding.SeverityHigh, 7.4, appLayer, lodash, "3.10.2", "4.17.19"),
		vulnerable("GHSA-29mw-wpgm-hmr9", finding.SeverityMedium, 5.3, appLayer, lodash, "4.17.21"),
		vulnerable("GHSA-67hx-6x53-jw92", finding.SeverityCritical, 9.0, appLayer, traverse, "7.23.2", "8.0.0-alpha.4"),
		vulnerable("CVE-2023-5363", finding.SeverityHigh, 0, baseLayer, openssl, "3.0.11-1~deb12u2"),
		vulnerable("CVE-2023-6129", finding.SeverityMedium, 6.5, baseLayer, openssl, "3.0.13-1~deb12u1"),
		vulnerable("CVE-2011-3374", finding.SeverityNegligible, 3.7, baseLayer, debian("apt", "2.6.1")),
		vulnerable("CVE-2019-1010022", finding.SeverityNegligible, 9.8, baseLayer, debian("libc6", "2.36-9")),
	}
	for i := range findings {
		f := &findings[i]
		if f.Layer.Index == 2 {
			v := f.Vulnerability
			v.Source = "github:language:javascript"
			f.Summary = "Command injection in " + v.Package.Name
			v.Aliases = []string{"CVE-2021-23337"}
			v.CVSSVector = "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H"
			f.Location = &finding.Location{File: "Dockerfile", Line: 7, EndLine: 9}
		}
	}
	findings[7].Vulnerability.Fix.State = finding.FixWontFix
	for _, f := range findings[:6] {
		f.Platform = "linux/arm64/v8"
		findings = append(findings, f)
	}
	return judge(r, policy.Any, findings...)
}

func shadowedReport() *Report {
	r := base(baseLayer, aptLayer, appLayer)
	old := vulnerable("CVE-2023-5363", finding.SeverityHigh, 7.5, baseLayer, debian("openssl", "3.0.9-1"), "3.0.11-1~deb12u2")
	old.State = finding.Shadowed
	gone := vulnerable("CVE-2021-44228", finding.SeverityCritical, 10, aptLayer,
		heldPackage{finding.Package{Name: "log4j-core", Version: "2.14.1", Type: "java-archive"}, "/opt/app/lib/log4j-core-2.14.1.jar"}, "2.15.0")
	gone.State = finding.Shadowed
	upgraded := vulnerable("CVE-2023-5363", finding.SeverityHigh, 7.5, aptLayer, debian("openssl", "3.0.10-1"), "3.0.11-1~deb12u2")
	return judge(r, policy.Any, old, gone, upgraded)
}

// hostileStrings try to leave every sink.
func hostileStrings() []string {
	return []string{
		"<script>alert(1)</script>", "a | b || c", "`code` ``x``", "[x](javascript:alert(1))", "![i](http://evil.example/i.png)",
		"line\n\n# heading\r\n- item", "@octocat and a@b.example", "https://evil.example www.evil.example", "\u202egnp.exe \u2066x\u2069\u200b",
		"\x1b[31mred\x1b]0;title\x07\x00\x9b", "\xff\xfe", "::error::x", "##vso[task.complete result=Succeeded]", "###[group]x", "&lt;b&gt; &#60;",
		`trailing \`, "|---|", "$x^2$ ~~s~~ **b** _i_ #12", "<!-- ", "]]>", "a\tb", strings.Repeat("x|", 400), "<https://evil.example>", "]( [",
	}
}

func hostileReport() *Report {
	layers := []finding.Layer{baseLayer, aptLayer}
	layers[1].CreatedBy = "RUN echo '<img src=x onerror=alert(1)>' | tee `id` \n## [x](http://evil.example) @octocat \u202e"
	r := base(layers...)
	r.Image.Name = "evil.example/a<b>|c:x\x1b[31m"
	r.Warnings = []string{"read <b>this</b>\n# now | [x](http://evil.example) @octocat"}
	var findings []finding.Finding
	for _, s := range hostileStrings() {
		f := vulnerable("CVE-1 "+s, finding.SeverityHigh, 8, layers[1],
			heldPackage{finding.Package{Name: s, Version: s, Type: "npm"}, "/" + s}, s, s+"1")
		f.Summary, f.Vulnerability.Guess = s, s
		f.URLs = []string{"javascript:alert(1)", "https://ok.example/" + strings.ToValidUTF8(strings.Map(dropControl, s), "")}
		findings = append(findings, f)
		c := &r.Platforms[0].Coverage
		c.LookedUp = append(c.LookedUp, LookedUp{Type: s, Distribution: s, Packages: 1, Files: 1, Gap: finding.GapRelease}, LookedUp{Type: s, Packages: 1, Files: 1, Advisories: 7, Newest: s})
		c.Unread = append(c.Unread, Unread{Path: "/" + s, Layer: 1, Reason: s})
		c.Executables.Largest = append(c.Executables.Largest, Executable{Path: "/" + s, Size: 1, Layer: 1})
	}
	return judge(r, policy.Any, findings...)
}

func dropControl(r rune) rune {
	if r < ' ' {
		return -1
	}
	return r
}

func eolReport() *Report {
	r := base(baseLayer, aptLayer)
	r.Platforms[0].Distro = Distribution{ID: "debian", Version: "9", Name: "Debian GNU/Linux 9 (stretch)", EndOfLife: true}
	r.Database.MaxAge = ""
	r.Warnings = []string{"Debian GNU/Linux 9 (stretch) gets no more security updates: vulnerabilities found since then are not listed"}
	return judge(r, "critical", vulnerable("CVE-2020-1971", finding.SeverityMedium, 5.9, baseLayer, debian("openssl", "1.1.0l-1~deb9u1"), "1.1.0l-1~deb9u2"))
}

func unknownReport() *Report {
	r := base(baseLayer)
	r.Image = &Image{Source: "docker-archive:/tmp/build/app.tar"}
	r.Platforms[0].Distro = Distribution{}
	r.Platforms[0].Digest = ""
	weird := heldPackage{finding.Package{Name: "tool", Version: "r2021-custom!", Type: "binary"}, "/usr/local/bin/tool"}
	f := vulnerable("CVE-2026-0001", finding.SeverityUnknown, 0, baseLayer, weird, "r2022!", "2023-x!")
	f.Vulnerability.Source = "nvd:cpe"
	f.URLs = nil
	return judge(r, policy.Any, f)
}
