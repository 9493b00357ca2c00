package gate_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/policy/vex"
	"github.com/layergate/layergate/pkg/report"
)

// system is a layer of a distribution with packages that are known by another source package's advisories.
func system(id, version, databaseFile, packages string) imagetest.Layer {
	return imagetest.Layer{CreatedBy: "FROM base", Files: []imagetest.File{
		{Name: "etc/os-release", Body: fmt.Sprintf("ID=%s\nVERSION_ID=%q\nPRETTY_NAME=\"%s %s\"\n", id, version, id, version)},
		{Name: databaseFile, Body: packages},
	}}
}

// What is found in an SBOM is what was found in the image.
func TestRematchFindsTheSame(t *testing.T) {
	t.Parallel()
	debian := system("debian", "11", "var/lib/dpkg/status",
		"Package: zlib1g\nStatus: install ok installed\nArchitecture: amd64\nSource: zlib (1:1.2.11.dfsg-2)\nVersion: 1:1.2.11.dfsg-2+b1\n\n"+
			"Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nSource: glibc\nVersion: 2.31-13\n\n")
	alpine := system("alpine", "3.15.0", "lib/apk/db/installed",
		"C:Q1Ab=\nP:libcrypto1.1\nV:1.1.1l-r0\nA:x86_64\no:openssl\n\nC:Q1Cd=\nP:ssl_client\nV:1.34.1-r0\nA:x86_64\no:busybox\n\n")
	chroot := imagetest.Layer{CreatedBy: "COPY chroot /", Files: []imagetest.File{
		{Name: "srv/old/etc/os-release", Body: "ID=debian\nVERSION_ID=\"10\"\n"},
		{Name: "srv/old/var/lib/dpkg/status", Body: "Package: libssl1.1\nStatus: install ok installed\nArchitecture: amd64\nSource: openssl\nVersion: 1.1.1d-0+deb10u1\n\n"},
	}}
	project := imagetest.Layer{CreatedBy: "COPY . /app", Files: []imagetest.File{
		{Name: "app/node_modules/lodash/package.json", Body: `{"name":"lodash","version":"4.17.4","license":"MIT"}`},
		{Name: "app/node_modules/minimist/package.json", Body: `{"name":"minimist","version":"1.2.0","license":"MIT"}`},
		{Name: "usr/lib/python3/dist-packages/urllib3-1.24.dist-info/METADATA", Body: "Metadata-Version: 2.1\nName: urllib3\nVersion: 1.24\n"},
	}}
	hidden := imagetest.Layer{CreatedBy: "RUN rm -r /app/node_modules/minimist", Files: []imagetest.File{{Name: "app/node_modules/.wh.minimist"}}}
	tests := []struct {
		name   string
		images []imagetest.Image
	}{
		{"Debian", []imagetest.Image{{Layers: []imagetest.Layer{debian, project, hidden}}}},
		{"a system in a system", []imagetest.Image{{Layers: []imagetest.Layer{debian, chroot}}}},
		{"two platforms", []imagetest.Image{{Platform: "linux/amd64", Layers: []imagetest.Layer{alpine, project}}, {Platform: "linux/arm64", Layers: []imagetest.Layer{debian}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			cfg := config(t, write(t, "oci", tt.images...))
			cfg.Now = clock
			g := open(ctx, t, cfg.Env)
			rep, sbom := inspected(ctx, t, g, cfg.Request)
			again, err := g.Rematch(ctx, gate.Rematch{SBOM: sbom, Image: vex.Image{Names: []string{"registry.example/app:1"}}})
			if err != nil {
				t.Fatal(err)
			}
			want := vulnerabilities(rep)
			if len(want) < 3 {
				t.Fatalf("the image has the vulnerabilities %q, which are too few to compare", want)
			}
			if diff := cmp.Diff(want, vulnerabilities(again)); diff != "" {
				t.Errorf("vulnerabilities (-in the image +in its SBOM):\n%s", diff)
			}
			if got := again.Verdict.Outcome; got != policy.Blocked {
				t.Errorf("the outcome is %s, want it blocked", got)
			}
		})
	}
}

// vulnerabilities lists those of a report with what a policy asks of them.
func vulnerabilities(rep *report.Report) []string {
	var out []string
	for _, f := range rep.Findings {
		if f.Vulnerability != nil {
			out = append(out, fmt.Sprintf("%s %s %s in layer %d (%s), %s, %s", f.Platform, f.Title, f.Path, f.Layer.Index, f.Layer.DiffID, f.State, f.Severity))
		}
	}
	return out
}

// inspected is the report of an image, and its SBOM.
func inspected(ctx context.Context, t *testing.T, g *gate.Gate, req gate.Request) (*report.Report, []byte) {
	t.Helper()
	result, err := g.Inspect(ctx, req)
	if err != nil {
		t.Fatal(err)
	}
	defer result.Close()
	var sbom bytes.Buffer
	if err := report.CycloneDX(&sbom, result.Report); err != nil {
		t.Fatal(err)
	}
	return result.Report, sbom.Bytes()
}

// An SBOM is judged by the policy and the VEX documents of today.
func TestRematchJudges(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	cfg := config(t, write(t, "oci", lodash(vulnerable, imagetest.Gzip, "linux/amd64")))
	cfg.Now = clock
	g := open(ctx, t, cfg.Env)
	rep, sbom := inspected(ctx, t, g, cfg.Request)
	here := "registry.example/team/app:1"
	excepted := policy.Policy{}
	for _, f := range rep.Findings {
		if f.Vulnerability != nil {
			excepted.Exceptions = append(excepted.Exceptions, policy.Exception{ID: f.ID, Reason: "r", Owner: "o", Expires: "2026-12-31", Image: "registry.example/team/app"})
		}
	}
	later := excepted
	later.Exceptions = append([]policy.Exception{}, excepted.Exceptions...)
	later.Exceptions[0].Expires = "2026-11-19"
	tests := []struct {
		name   string
		policy policy.Policy
		image  string
		want   policy.Outcome
	}{
		{"the strictest policy", policy.Policy{}, here, policy.Blocked},
		{"a policy that blocks nothing", policy.Policy{FailOn: policy.Never}, here, policy.Clean},
		{"exceptions for this image", excepted, here, policy.Clean},
		{"exceptions for another image", excepted, "registry.example/team/other:1", policy.Blocked},
		{"an exception that has ended", later, here, policy.Blocked},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.policy.Gaps = map[finding.Gap]policy.Action{finding.GapNoSystemPackages: policy.ActionWarn}
			got, err := g.Rematch(ctx, gate.Rematch{SBOM: sbom, Image: vex.Image{Names: []string{tt.image}}, Policy: tt.policy})
			if err != nil {
				t.Fatal(err)
			}
			if got.Verdict.Outcome != tt.want {
				t.Errorf("Rematch() is %s, want %s: %+v", got.Verdict.Outcome, tt.want, got.Blocking())
			}
		})
	}
	for name, bad := range map[string]string{
		"another tool's SBOM": `{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library", "name": "lodash"}]}`,
		"no state":            strings.ReplaceAll(string(sbom), `"visible"`, `"gone"`),
	} {
		if got, err := g.Rematch(ctx, gate.Rematch{SBOM: []byte(bad)}); err == nil {
			t.Errorf("%s: Rematch() = %+v, want an error", name, got.Verdict)
		}
	}
}

// A package that the policy always blocks does so without an advisory about it: in the image, and in its SBOM.
func TestPackageThatAlwaysBlocks(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	cfg := config(t, write(t, "oci", lodash(repaired, imagetest.Gzip, "linux/amd64")))
	cfg.Now = clock
	cfg.Policy = policy.Policy{FailOn: policy.Never, Coverage: policy.ActionWarn, AlwaysBlock: policy.AlwaysBlock{Packages: []string{"pkg:npm/lodash"}}}
	g := open(ctx, t, cfg.Env)
	rep, sbom := inspected(ctx, t, g, cfg.Request)
	again, err := g.Rematch(ctx, gate.Rematch{SBOM: sbom, Policy: cfg.Policy})
	if err != nil {
		t.Fatal(err)
	}
	for name, rep := range map[string]*report.Report{"Inspect": rep, "Rematch": again} {
		got := rep.Blocking()
		if len(got) != 1 || got[0].ID != finding.RulePackageBlocked {
			t.Fatalf("%s() blocks for %+v, want %s", name, got, finding.RulePackageBlocked)
		}
		if f := got[0]; f.Path != "/app/node_modules/lodash/package.json" || f.Layer.Index != 1 || f.Platform != "linux/amd64" {
			t.Errorf("%s() finds %s in layer %d of %s, want the place of the package", name, f.Path, f.Layer.Index, f.Platform)
		}
	}
}

func TestUnsettled(t *testing.T) {
	t.Parallel()
	gap := finding.NewCoverage(finding.Coverage{Gap: finding.GapDistribution, Distribution: "mint 22"}, "")
	tests := []struct {
		name    string
		verdict attest.Verdict
		change  func(*report.Report)
		want    string // part of the one reason; empty for none
	}{
		{name: "nothing changed"},
		{name: "a newer database", verdict: attest.Verdict{Database: attest.Database{Built: "2026-11-19T00:00:00Z"}}, change: func(r *report.Report) { r.Database.Built = "2026-11-20T00:00:00Z" }},
		{name: "the same database", verdict: attest.Verdict{Database: attest.Database{Built: "2026-11-19T00:00:00Z"}}, change: func(r *report.Report) { r.Database.Built = "2026-11-19T00:00:00Z" }},
		{name: "an older database", verdict: attest.Verdict{Database: attest.Database{Built: "2026-11-19T00:00:00Z"}}, change: func(r *report.Report) { r.Database.Built = "2026-11-18T00:00:00Z" }, want: "the verdict knew one of 2026-11-19"},
		{name: "a database of no time", verdict: attest.Verdict{Database: attest.Database{Built: "2026-11-19T00:00:00Z"}}, want: "the verdict knew one of 2026-11-19"},
		{name: "nothing to match", change: func(r *report.Report) { r.Platforms = nil }, want: "lists no package"},
		{name: "a gap that the image had not", change: func(r *report.Report) { r.Findings = []finding.Finding{gap} }, want: gap.Title},
		{name: "a gap that the image had, too", verdict: attest.Verdict{Coverage: attest.Coverage{Gaps: []string{string(finding.GapDistribution)}}}, change: func(r *report.Report) { r.Findings = []finding.Finding{gap} }},
		{name: "an exception to its last day", verdict: attest.Verdict{Exceptions: []attest.Exception{{ID: "LG-SEC-001", Expires: "2026-11-20"}}}},
		{name: "an exception that has ended", verdict: attest.Verdict{Exceptions: []attest.Exception{{ID: "LG-SEC-001", Expires: "2026-11-19"}}}, want: "LG-SEC-001"},
		{name: "a limit of age", change: func(r *report.Report) { r.Policy.MaxImageAge = 30 }, want: "limits the age"},
		{name: "a limit of the base's age", change: func(r *report.Report) { r.Policy.MaxBaseAge = 30 }, want: "limits the age"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			again := &report.Report{Platforms: []report.Platform{{Packages: []report.Package{{}}}}}
			if tt.change != nil {
				tt.change(again)
			}
			got := gate.Unsettled(tt.verdict, again, clock().Add(23*time.Hour))
			if tt.want == "" && len(got) > 0 || tt.want != "" && (len(got) != 1 || !strings.Contains(got[0], tt.want)) {
				t.Errorf("Unsettled() = %q, want %q", got, tt.want)
			}
		})
	}
}
