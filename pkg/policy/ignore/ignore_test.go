package ignore_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/policy/ignore"
)

func TestRead(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, file, text string
		want             []policy.Exception
		leftOut          []string // words of each
	}{
		{name: "trivy's lines", file: "sub/.trivyignore", text: "# ours\n\n# it is never called\n# by us\nCVE-2026-1 exp:2027-01-01\nCVE-2026-2 # no user input\n",
			want: []policy.Exception{{ID: "CVE-2026-1", Reason: "it is never called by us", Expires: "2026-12-31"}, {ID: "CVE-2026-2", Reason: "no user input"}}},
		{name: "a reason that nobody has written yet", file: ".trivyignore", text: "# TODO\nCVE-2026-1\nCVE-2026-2 # ---\n", want: []policy.Exception{{ID: "CVE-2026-1"}, {ID: "CVE-2026-2"}}},
		{name: "trivy's YAML", file: ".trivyignore.yaml", text: `vulnerabilities:
  - id: CVE-2026-1
    paths: [usr/lib/x, "**/y"]
    purls: ["pkg:deb/debian/a", pkg:deb/debian/b@1, "pkg:deb/debian/c?arch=amd64"]
    expired_at: 2027-01-01
    statement: nobody calls it
  - id: CVE-2026-2
  - id: CVE-2026-3
    purls: ["pkg:pip/a"]
  - id: CVE-2026-*
misconfigurations:
  - id: AVD-DS-0002
secrets:
  - id: aws-access-key-id
`, want: []policy.Exception{
			{ID: "CVE-2026-1", Package: "pkg:deb/debian/a", Paths: []string{"/usr/lib/x", "**/y"}, Reason: "nobody calls it", Expires: "2026-12-31"},
			{ID: "CVE-2026-1", Package: "pkg:deb/debian/b@1", Paths: []string{"/usr/lib/x", "**/y"}, Reason: "nobody calls it", Expires: "2026-12-31"},
			{ID: "CVE-2026-1", Package: "pkg:deb/debian/c?arch=amd64", Paths: []string{"/usr/lib/x", "**/y"}, Reason: "nobody calls it", Expires: "2026-12-31"},
			{ID: "CVE-2026-2"},
		}, leftOut: []string{"AVD-DS-0002 of the misconfigurations", "aws-access-key-id of the secrets", "CVE-2026-3: the package \"pkg:pip/a\" is no package URL", "CVE-2026-*: the id \"CVE-2026-*\" is a pattern"}},
		{name: "what no finding is, in trivy's lines", file: ".trivyignore", text: "AVD-DS-0002\nDS-0002\nKSV012\naws-access-key-id\nCVE-2026-*\nCVE-2026-1\nGHSA-jf85-cpcp-j695\nRHSA-2022:1\nTEMP-0000000-ABCDEF\nMAL-2026-1\n",
			want:    []policy.Exception{{ID: "CVE-2026-1"}, {ID: "GHSA-jf85-cpcp-j695"}, {ID: "RHSA-2022:1"}, {ID: "TEMP-0000000-ABCDEF"}, {ID: "MAL-2026-1"}},
			leftOut: []string{"AVD-DS-0002, which is no advisory", "DS-0002, which is no", "KSV012, which is no", "aws-access-key-id, which is no", "CVE-2026-*: the id \"CVE-2026-*\" is a pattern"}},
		{name: "grype", file: ".grype.yaml", text: `check-for-app-update: false
ignore:
  - vulnerability: CVE-2026-1
    include-aliases: true
    reason: not reachable
    package: {name: openssl, version: 3.0.1, location: "/usr/**"}
  - vulnerability: CVE-2026-2
    fix-state: unknown
  - fix-state: wont-fix
  - vulnerability: CVE-2026-3
    package: {type: npm}
  - vulnerability: CVE-2026-4
    package: {version: "1"}
`, want: []policy.Exception{{ID: "CVE-2026-1", Package: "openssl", Versions: "= 3.0.1", Paths: []string{"/usr/**"}, Reason: "not reachable"}},
			leftOut: []string{"rule 2 for CVE-2026-2, since an exception cannot say fix-state", "rule 3, which names no vulnerability", "cannot say type", "a version of no package"}},
		{name: "osv-scanner", file: "osv-scanner.toml", text: `[[IgnoredVulns]]
id = "GO-2026-1"
ignoreUntil = 2027-01-01
reason = "no server"
[[IgnoredVulns]]
id = "GO-2026-2"
ignoreUntil = 2027-01-01T12:00:00Z
[[PackageOverrides]]
name = "lib"
vulnerability.ignore = true
[[PackageOverrides]]
ecosystem = "npm"
ignore = true
[[PackageOverrides]]
name = "other"
license.override = ["MIT"]
`, want: []policy.Exception{{ID: "GO-2026-1", Reason: "no server", Expires: "2026-12-31"}, {ID: "GO-2026-2", Expires: "2026-12-31"}},
			leftOut: []string{"all vulnerabilities of lib", "whatever the override's other fields choose"}},
		{name: "snyk", file: ".snyk", text: `version: v1.25.0
ignore:
  SNYK-JS-LODASH-1:
    - '*':
        reason: only in tests
        expires: 2027-01-01T00:00:00.000Z
        created: 2026-01-01T00:00:00.000Z
  CVE-2026-1:
    - a > b:
        reason: r
    - '*':
        reason: s
patch: {}
`, want: []policy.Exception{{ID: "CVE-2026-1", Reason: "s"}, {Reason: "only in tests (SNYK-JS-LODASH-1)", Expires: "2026-12-31"}}, leftOut: []string{"CVE-2026-1 on the dependency path a > b"}},
		{name: "nothing", file: ".grype.yaml", text: "quiet: true\n", want: []policy.Exception{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := ignore.Read(tt.file, []byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got.Exceptions); diff != "" {
				t.Errorf("Read() exceptions (-want +got):\n%s", diff)
			}
			if len(got.LeftOut) != len(tt.leftOut) {
				t.Fatalf("Read() leaves out %q, want %q", got.LeftOut, tt.leftOut)
			}
			for i, want := range tt.leftOut {
				if !strings.Contains(got.LeftOut[i], want) {
					t.Errorf("Read() leaves out %q, want %q", got.LeftOut[i], want)
				}
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, file, text string }{
		{name: "another file", file: "ignored.txt", text: "CVE-1"},
		{name: "two identifiers in a line", file: ".trivyignore", text: "CVE-1 CVE-2"},
		{name: "no date", file: ".trivyignore", text: "CVE-1 exp:soon"},
		{name: "no YAML", file: ".trivyignore.yaml", text: "a: ["},
		{name: "no date in YAML", file: ".trivyignore.yaml", text: "vulnerabilities: [{id: A, expired_at: soon}]"},
		{name: "a list for a mapping", file: ".grype.yaml", text: "[1]"},
		{name: "no TOML", file: "osv-scanner.toml", text: "[[IgnoredVulns"},
		{name: "no date of snyk", file: ".snyk", text: "ignore: {A: [{'*': {expires: soon}}]}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, err := ignore.Read(tt.file, []byte(tt.text)); !fault.IsRequest(err) || len(fault.Hints(err)) == 0 {
				t.Errorf("Read() = %+v, %v, want a wrong request with a hint", got, err)
			}
		})
	}
}

// A file may begin with a byte order mark, and one in UTF-16 is told by name.
func TestReadEncodings(t *testing.T) {
	t.Parallel()
	got, err := ignore.Read(".trivyignore", []byte("\xef\xbb\xbfCVE-2026-1\n"))
	if err != nil || len(got.Exceptions) != 1 || got.Exceptions[0].ID != "CVE-2026-1" {
		t.Errorf("Read(with a byte order mark) = %v, %v, want CVE-2026-1", got.Exceptions, err)
	}
	if _, err := ignore.Read(".trivyignore", []byte("\xff\xfeC\x00V\x00")); err == nil || !strings.Contains(err.Error(), "UTF-16") {
		t.Errorf("Read(UTF-16) = %v, want that it is in UTF-16", err)
	}
}
