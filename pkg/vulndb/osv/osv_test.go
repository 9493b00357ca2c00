package osv

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/anchore/grype/grype/distro"
	syftpkg "github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

// record is an OSV record with one affected package, whose fields after "package" are given as JSON.
func record(id, ecosystem, name, fields string) string {
	return fmt.Sprintf(`{"id":%q,"modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":%q,"name":%q}%s}]}`, id, ecosystem, name, fields)
}

func events(list string) string {
	return `,"ranges":[{"type":"ECOSYSTEM","events":[` + list + `]}]`
}

func TestRangesOf(t *testing.T) {
	t.Parallel()
	const (
		npm  = "npm"
		some = `{"introduced":"1.0.0"},{"fixed":"1.2.0"}`
	)
	tests := []struct {
		name      string
		ecosystem string
		fields    string
		want      []string // "constraint|format|fix state|fix version"
	}{
		{"pair", npm, events(some), []string{">= 1.0.0, < 1.2.0|semver|fixed|1.2.0"}},
		{"from the first", npm, events(`{"introduced":"0"},{"fixed":"1.2.0"}`), []string{"< 1.2.0|semver|fixed|1.2.0"}},
		{"several pairs, unordered", npm, events(`{"fixed":"2.3.0"},{"introduced":"2.0.0"},` + some), []string{
			">= 1.0.0, < 1.2.0|semver|fixed|1.2.0", ">= 2.0.0, < 2.3.0|semver|fixed|2.3.0",
		}},
		{"numbers, not letters", npm, events(`{"introduced":"1.10.0"},{"fixed":"1.12.0"},{"introduced":"1.2.0"},{"fixed":"1.9.0"}`), []string{
			">= 1.2.0, < 1.9.0|semver|fixed|1.9.0", ">= 1.10.0, < 1.12.0|semver|fixed|1.12.0",
		}},
		{"last affected", npm, events(`{"introduced":"1.0.0"},{"last_affected":"1.2.0"}`), []string{">= 1.0.0, <= 1.2.0|semver||"}},
		{"one version", npm, events(`{"last_affected":"1.0.0"},{"introduced":"1.0.0"}`), []string{">= 1.0.0, <= 1.0.0|semver||"}},
		{"without an end", npm, events(`{"introduced":"1.0.0"}`), []string{">= 1.0.0|semver|not-fixed|"}},
		{"all versions", npm, events(`{"introduced":"0"}`), []string{"|semver|not-fixed|"}},
		{"limit", npm, events(`{"introduced":"1.0.0"},{"limit":"1.5.0"},{"limit":"1.10.0"}`), []string{">= 1.0.0, < 1.10.0|semver||"}},
		{"no limit", npm, events(some + `,{"limit":"1.1.0"},{"limit":"*"}`), []string{">= 1.0.0, < 1.2.0|semver|fixed|1.2.0"}},
		{"never affected", npm, events(`{"introduced":"0"},{"fixed":"0"}`), nil},
		{"versions", npm, `,"versions":["1.0.0","1.1.0","1.0.0"]`, []string{"= 1.0.0 || = 1.1.0|semver||"}},
		{"versions in the range", npm, events(some) + `,"versions":["1.0.0","1.1.9"]`, []string{">= 1.0.0, < 1.2.0|semver|fixed|1.2.0"}},
		{"versions beside the range", npm, events(some) + `,"versions":["0.9.0","1.1.9"]`, []string{
			">= 1.0.0, < 1.2.0|semver|fixed|1.2.0", "= 0.9.0|semver||",
		}},
		{"GIT beside others", npm, `,"ranges":[{"type":"GIT","events":[{"introduced":"0"},{"fixed":"deadbeef"}]},{"type":"SEMVER","events":[` + some + `]}]`,
			[]string{">= 1.0.0, < 1.2.0|semver|fixed|1.2.0"}},
		{"rpm with all characters", "Rocky Linux:9", events(`{"introduced":"0"},{"fixed":"1:2.0_a+b~rc1^git1-3.el9_4"}`), []string{
			"< 1:2.0_a+b~rc1^git1-3.el9_4|rpm|fixed|1:2.0_a+b~rc1^git1-3.el9_4",
		}},
		{"GIT beside versions", npm, `,"versions":["1.0.0"],"ranges":[{"type":"GIT","events":[{"introduced":"0"}]}]`, []string{"= 1.0.0|semver||"}},
		{"same range twice", npm, `,"ranges":[{"type":"SEMVER","events":[` + some + `]},{"type":"SEMVER","events":[` + some + `]}]`,
			[]string{">= 1.0.0, < 1.2.0|semver|fixed|1.2.0"}},
		{"PyPI epoch and pre-release", "PyPI", events(`{"introduced":"1!1.0rc1"},{"fixed":"1!1.0.post1"}`), []string{">= 1!1.0rc1, < 1!1.0.post1|python|fixed|1!1.0.post1"}},
		{"PyPI, not a version of its own", "PyPI", events(`{"introduced":"0"},{"fixed":"2004d"}`), []string{"< 2004d|Unknown|fixed|2004d"}},
		{"Maven, by a name", "Maven", events(`{"introduced":"0"},{"fixed":"Finchley.RELEASE"}`), []string{"< Finchley.RELEASE|maven|fixed|Finchley.RELEASE"}},
		{"Packagist, a branch", "Packagist", `,"versions":["dev-main","1.x-dev"]`, []string{"= dev-main || = 1.x-dev|Unknown||"}},
		{"npm, a pre-release", npm, `,"versions":["1.0.0-x"]`, []string{"= 1.0.0-x|semver||"}},
		{"Debian tilde", "Debian:12", events(`{"introduced":"0"},{"fixed":"1:2.0~rc1+dfsg-1~deb12u1"}`), []string{
			"< 1:2.0~rc1+dfsg-1~deb12u1|dpkg|fixed|1:2.0~rc1+dfsg-1~deb12u1",
		}},
		{"Alpine", "Alpine:v3.20", events(`{"introduced":"0"},{"fixed":"1.2.3_git20240101-r0"}`), []string{"< 1.2.3_git20240101-r0|apk|fixed|1.2.3_git20240101-r0"}},
		{"Go pseudo-version", "Go", events(`{"introduced":"0"},{"fixed":"0.0.0-20220314234659-1baeb1ce4c0b"}`), []string{
			"< 0.0.0-20220314234659-1baeb1ce4c0b|go|fixed|0.0.0-20220314234659-1baeb1ce4c0b",
		}},
		{"NuGet, four numbers", "NuGet", events(`{"introduced":"4.0.0.1"},{"fixed":"4.0.10.2"}`), []string{">= 4.0.0.1, < 4.0.10.2|semver|fixed|4.0.10.2"}},
		{"gem, five numbers", "RubyGems", events(`{"introduced":"6.0.4.1"},{"fixed":"6.0.4.10"}`), []string{">= 6.0.4.1, < 6.0.4.10|gem|fixed|6.0.4.10"}},
		{"Maven", "Maven", events(`{"introduced":"2.0-beta9"},{"fixed":"2.12.2"}`), []string{">= 2.0-beta9, < 2.12.2|maven|fixed|2.12.2"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			advisories, err := parseAdvisories("a.json", []byte(record("T-1", tt.ecosystem, "some", tt.fields)))
			if err != nil {
				t.Fatal(err)
			}
			rows, _, err := advisories[0].packages()
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, row := range rows {
				for _, r := range row.BlobValue.Ranges {
					fix := v6.Fix{}
					if r.Fix != nil {
						fix = *r.Fix
					}
					got = append(got, strings.Join([]string{r.Version.Constraint, r.Version.Type, string(fix.State), fix.Version}, "|"))
				}
			}
			vulndbtest.Diff(t, "ranges", got, tt.want)
		})
	}
}

func TestBuildRefuses(t *testing.T) {
	t.Parallel()
	ok := record("OK-1", "npm", "some", events(`{"introduced":"0"}`))
	tests := []struct {
		name    string
		content string
		want    []string
	}{
		{"unsupported ecosystem", record("T-1", "GHC", "some", events(`{"introduced":"0"}`)), []string{`a.json:1:83: advisory T-1: affected[0].package.ecosystem: unsupported ecosystem "GHC"`}},
		{"ecosystem with a suffix", record("T-1", "npm:7", "some", events(`{"introduced":"0"}`)), []string{`"npm:7"`}},
		{"no such Debian", record("T-1", "Debian:bookworm", "some", events(`{"introduced":"0"}`)), []string{`"Debian:bookworm"`}},
		{"no such Alpine", record("T-1", "Alpine:3", "some", events(`{"introduced":"0"}`)), []string{`"Alpine:3"`}},
		{"malformed JSON", `{"id":`, []string{"a.json:1:7: malformed JSON: the data is truncated"}},
		{"malformed second", ok + "\n{]", []string{"a.json:2:2: malformed JSON: invalid character"}},
		{"malformed in a list", "[" + ok + ",\n {]]", []string{"a.json:2:3: malformed JSON: invalid character"}},
		{"wrong type", `{"id":"T-1",` + "\n" + ` "affected":7}`, []string{"a.json:2:13: advisory T-1: affected: number does not belong here"}},
		{"wrong type below", `{"id":"T-1","affected":[{"versions":[],"ranges":[{"events":[{"fixed":{}}]}]}]}`, []string{"affected[0].ranges[0].events[0].fixed: object does not belong here"}},
		{"key twice", `{"id":"T-1","affected":[{"package":{"name":"a","NAME":"b"}}]}`, []string{`affected[0].package.name: duplicate field "NAME"`}},
		{"not an object", "[\n" + ok + ",\n" + `"x"]`, []string{"a.json:3:1: an advisory is an object"}},
		{"empty", ` `, []string{"a.json holds no advisory"}},
		{"UTF-16", "\xff\xfe{\x00", []string{"a.json:1:1: the file is in UTF-16"}},
		{"no id", `{"modified":"2026-01-01T00:00:00Z"}`, []string{"a.json:1:1: it has no id"}},
		{"odd id", `{"id":"a b"}`, []string{`a.json:1:7: id: "a b" is not an identifier`}},
		{"no package", `{"id":"T-1"}`, []string{"T-1: affected: it names no affected package"}},
		{"no package name", record("T-1", "npm", "", events(`{"introduced":"0"}`)), []string{`affected[0].package.name: "" is not a package name`}},
		{"no ranges", record("T-1", "npm", "some", ""), []string{"affected[0]: it has neither ranges nor versions"}},
		{"only GIT", record("T-1", "npm", "some", `,"ranges":[{"type":"GIT","events":[{"introduced":"0"}]}]`), []string{"nothing can match the advisory T-1 (some): only commits say what is affected"}},
		{"two reasons", record("T-1", "npm", "some", `,"ranges":[{"type":"GIT","events":[{"introduced":"0"}]}]`) + record("T-2", "npm", "some", `,"ranges":[{"type":"GIT","events":[{"introduced":"0"}]}]`) +
			record("T-3", "Rocky Linux:8", "some", events(`{"introduced":"0"},{"fixed":"2-1.module+el8"}`)), []string{
			"nothing can match any of the 3 advisories T-1 (some): only commits say what is affected (as of 1 more); T-3 (some of Rocky Linux:8): the versions are those of a module, and nothing names its stream",
		}},
		{"range type", record("T-1", "npm", "some", `,"ranges":[{"type":"SEM","events":[]}]`), []string{`affected[0].ranges[0].type: "SEM" is none of SEMVER, ECOSYSTEM and GIT`}},
		{"no introduced", record("T-1", "npm", "some", events(`{"fixed":"1.0.0"}`)), []string{"affected[0].ranges[0]: it has no introduced event"}},
		{"empty event", record("T-1", "npm", "some", events(`{"introduced":"0"},{}`)), []string{"affected[0].ranges[0].events[1]: it names 0 of introduced"}},
		{"two in one", record("T-1", "npm", "some", events(`{"introduced":"0","fixed":"1.0"}`)), []string{"events[0]: it names 2 of introduced"}},
		{"no version", record("T-1", "npm", "some", events(`{"introduced":"1.0 || 2.0"}`)), []string{`events[0].introduced: "1.0 || 2.0" is not a version`}},
		{"no version listed", record("T-1", "npm", "some", `,"versions":["1","<1"]`), []string{`affected[0].versions[1]: "<1" is not a version`}},
		{"a word for a version", record("T-1", "Debian:12", "some", events(`{"introduced":"0"},{"fixed":"TBD"}`)), []string{`affected[0].ranges[0].events[1].fixed: "TBD" is not a version`}},
		{"a word of npm", record("T-1", "npm", "some", events(`{"introduced":"0"},{"fixed":"latest"}`)), []string{`events[1].fixed: "latest" is not a version`}},
		{"a word of PyPI", record("T-1", "PyPI", "some", events(`{"introduced":"0"},{"fixed":"none"}`)), []string{`events[1].fixed: "none" is not a version`}},
		{"a word of Maven", record("T-1", "Maven", "a:b", events(`{"introduced":"0"},{"fixed":"TBD"}`)), []string{`events[1].fixed: "TBD" is not a version`}},
		{"a word of Packagist", record("T-1", "Packagist", "a/b", events(`{"introduced":"0"},{"fixed":"latest"}`)), []string{`events[1].fixed: "latest" is not a version`}},
		{"a word as the limit", record("T-1", "Alpine:v3.20", "some", events(`{"introduced":"0"},{"limit":"none"}`)), []string{`events[1].limit: "none" is not a version`}},
		{"a branch", record("T-1", "PyPI", "some", events(`{"introduced":"0"},{"last_affected":"1.x"}`)), []string{`events[1].last_affected: "1.x" is not a version`}},
		{"a branch listed", record("T-1", "npm", "some", `,"versions":["1.0.0","1.2.X.X"]`), []string{`affected[0].versions[1]: "1.2.X.X" is not a version`}},
		{"all listed", record("T-1", "npm", "some", events(`{"introduced":"0"}`)+`,"versions":["all"]`), []string{`affected[0].versions[0]: "all" is not a version`}},
		{"rpm version, an exclamation mark", record("T-1", "Red Hat:enterprise_linux:9", "some", events(`{"introduced":"0"},{"fixed":"2.0!1"}`)), []string{`events[1].fixed: "2.0!1" is not a version`}},
		{"rpm version, two hyphens", record("T-1", "Rocky Linux:9", "some", `,"versions":["2.0-1-1"]`), []string{`versions[0]: "2.0-1-1" is not a version`}},
		{"rpm version, an epoch of letters", record("T-1", "openSUSE:Leap 15.6", "some", events(`{"introduced":"a:2.0-1"}`)), []string{`introduced: "a:2.0-1" is not a version`}},
		{"deb version, an underline", record("T-1", "Debian:12", "some", events(`{"introduced":"0"},{"fixed":"2.0_1"}`)), []string{`events[1].fixed: "2.0_1" is not a version`}},
		{"deb version, a caret", record("T-1", "Ubuntu:24.04", "some", events(`{"introduced":"0"},{"fixed":"2.0^1"}`)), []string{`events[1].fixed: "2.0^1" is not a version`}},
		{"rpm with its architecture", record("T-1", "Red Hat:enterprise_linux:9", "curl.x86_64", events(`{"introduced":"0"}`)), []string{`affected[0].package.name: "curl.x86_64" is the name of a package with its architecture`}},
		{"deb with its architecture", record("T-1", "Debian:12", "curl:amd64", events(`{"introduced":"0"}`)), []string{`affected[0].package.name: "curl:amd64" is the name of a package with its architecture`}},
		{"no name of a deb", record("T-1", "Debian:12", "some_1", events(`{"introduced":"0"}`)), []string{`affected[0].package.name: "some_1" is not the name of a Debian package`}},
		{"date", `{"id":"T-1","published":"yesterday","affected":[]}`, []string{`published: "yesterday" is not a date`}},
		{"date of withdrawal", `{"id":"T-1","withdrawn":"no"}`, []string{`a.json:1:25: advisory T-1: withdrawn: "no" is not a date`}},
		{"CVSS of another version", `{"id":"T-1","severity":[{"type":"CVSS_V3","score":"CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:N/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N"}],"affected":[]}`, []string{"severity[0].score: ", "is not a vector of type CVSS_V3", "CVSS:3.0/"}},
		{"CVSS, half a vector", `{"id":"T-1","severity":[{"type":"CVSS_V4","score":"CVSS:4.0/AV:L/AC:L"}],"affected":[]}`, []string{"severity[0].score: ", "is not a vector of type CVSS_V4"}},
		{"CVSS", `{"id":"T-1","severity":[{"type":"CVSS_V3","score":"9.8"}],"affected":[]}`, []string{`severity[0].score: "9.8" is not a vector of type CVSS_V3`}},
		{"twice", ok + ok, []string{"advisory OK-1 is in", "and again in"}},
		{"all withdrawn", `{"id":"T-1","withdrawn":"2026-01-01T00:00:00Z"}`, []string{"no advisory to build a database from"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file := vulndbtest.WriteFile(t, t.TempDir(), "a.json", []byte(tt.content))
			_, err := Build(t.Context(), Config{Dir: dir, Files: []string{file}, Now: vulndbtest.Clock(0)})
			vulndbtest.WantError(t, err, true, tt.want...)
			vulndbtest.IsEmpty(t, dir)
			if strings.Contains(err.Error(), "unsupported ecosystem") && !strings.Contains(strings.Join(fault.Hints(err), ""), "Packagist") {
				t.Errorf("hints = %q, want the supported ecosystems", fault.Hints(err))
			}
		})
	}
	_, err := Build(t.Context(), Config{Dir: t.TempDir(), Files: []string{"no/such.json"}})
	vulndbtest.WantError(t, err, true, "no/such.json does not exist")
	_, err = Build(t.Context(), Config{Dir: t.TempDir()})
	vulndbtest.WantError(t, err, true, "no advisory")
	_, err = Build(t.Context(), Config{Files: []string{fixtures}})
	vulndbtest.WantError(t, err, true, "no directory")
}

func TestSeverities(t *testing.T) {
	t.Parallel()
	const v2, v30, v3, v4 = "AV:N/AC:L/Au:N/C:P/I:P/A:P", "CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:N/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N"
	tests := []struct{ name, fields, want string }{
		{"CVSS 2", `"severity":[{"type":"CVSS_V2","score":"` + v2 + `"}]`, "high"},
		{"CVSS 3.0", `"severity":[{"type":"CVSS_V3","score":"` + v30 + `"}]`, "low"},
		{"CVSS 3.1", `"severity":[{"type":"CVSS_V3","score":"` + v3 + `"}]`, "critical"},
		{"CVSS 4", `"severity":[{"type":"CVSS_V4","score":"` + v4 + `"}]`, "medium"},
		{"highest of several", `"severity":[{"type":"CVSS_V4","score":"` + v4 + `"},{"type":"CVSS_V3","score":"` + v3 + `"}]`, "critical"},
		{"a version of CVSS that is worse than another", `"severity":[{"type":"CVSS_V3","score":"` + v30 + `"},{"type":"CVSS_V2","score":"` + v2 + `"}]`, "high"},
		{"CVSS before words", `"severity":[{"type":"CVSS_V3","score":"` + v3 + `"}],"database_specific":{"severity":"LOW"}`, "critical"},
		{"word", `"database_specific":{"severity":"MODERATE"}`, "medium"},
		{"negligible", `"database_specific":{"severity":"NEGLIGIBLE"}`, "negligible"},
		{"unknown word", `"database_specific":{"severity":"dire"}`, "unknown"},
		{"word of another shape", `"database_specific":{"severity":{"a":1}}`, "unknown"},
		{"Ubuntu", `"severity":[{"type":"Ubuntu","score":"low"}]`, "low"},
		{"none", `"summary":""`, "unknown"},
	}
	records := []string{`{"id":"T-alias","aliases":["CVE-2026-1","MAL-3"],"affected":[{"package":{"ecosystem":"npm","name":"malware"},"versions":["1.0.0"]}]}`, record("mal-4", "npm", "malware", `,"versions":["1.0.0"]`), record("MAL-1", "npm", "malware", `,"versions":["1.0.0"]`), `{"id":"MAL-2","affected":[{"package":{"ecosystem":"npm","name":"malware"},"versions":["1.0.0"]}],"database_specific":{"severity":"low"}}`, record("T-deb", "Debian:12", "some", events(`{"introduced":"0"}`)+`,"ecosystem_specific":{"urgency":"unimportant"}`)}
	for i, tt := range tests {
		records = append(records, fmt.Sprintf(`{"id":"T-%d","affected":[{"package":{"ecosystem":"npm","name":"some-%d"},"versions":["1.0.0"]}],%s}`, i, i, tt.fields))
	}
	dir, _, err := buildFrom(t, records...)
	if err != nil {
		t.Fatal(err)
	}
	db := open(t, dir)
	for i, tt := range tests {
		got := vulndbtest.Matches(t, db.Provider(), vulndbtest.Installed(syftpkg.NpmPkg, syftpkg.JavaScript, fmt.Sprintf("some-%d", i), "1.0.0"))
		vulndbtest.Diff(t, tt.name, got, []string{fmt.Sprintf("T-%d %s []", i, tt.want)})
	}
	got := vulndbtest.Matches(t, db.Provider(), inDistro(syftpkg.DebPkg, distro.New(distro.Debian, "12", "bookworm"), "some", "1.0-1", ""))
	malware := vulndbtest.Matches(t, db.Provider(), vulndbtest.Installed(syftpkg.NpmPkg, syftpkg.JavaScript, "malware", "1.0.0"))
	vulndbtest.Diff(t, "malware", malware, []string{"MAL-1 critical []", "MAL-2 low []", "T-alias critical []", "mal-4 critical []"})
	vulndbtest.Diff(t, "Debian's urgency", got, []string{"T-deb negligible []"})
}

func TestBuildDistributionsAsAWhole(t *testing.T) {
	t.Parallel()
	dir, result, err := buildFrom(t,
		record("T-1", "Debian", "some", events(`{"introduced":"0"},{"fixed":"2.0-1"}`)),
		record("T-2", "Alpine", "some", events(`{"introduced":"0"},{"fixed":"2.0-r1"}`)),
		`{"id":"T-3","withdrawn":"2026-01-01T00:00:00Z"}`)
	if err != nil {
		t.Fatal(err)
	}
	vulndbtest.Diff(t, "result", result, Result{Advisories: 2, Packages: 8 + 26, Withdrawn: 1})
	db := open(t, dir)
	for _, d := range []*distro.Distro{
		distro.New(distro.Debian, "11", "bullseye"), distro.New(distro.Debian, "13", "trixie"), distro.New(distro.Debian, "", "forky"),
	} {
		vulndbtest.Diff(t, d.String(), vulndbtest.Matches(t, db.Provider(), inDistro(syftpkg.DebPkg, d, "some", "1.0-1", "")), []string{"T-1 unknown [2.0-1]"})
	}
	for _, d := range []*distro.Distro{
		distro.New(distro.Alpine, "3.5.0", ""), distro.New(distro.Alpine, "3.22.1", ""), distro.New(distro.Alpine, "3.20.0_alpha20240101", ""),
	} {
		vulndbtest.Diff(t, d.String(), vulndbtest.Matches(t, db.Provider(), inDistro(syftpkg.ApkPkg, d, "some", "1.0-r1", "")), []string{"T-2 unknown [2.0-r1]"})
	}
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	dir, _, err := buildFrom(t, `[{"id":"DEBIAN-CVE-2026-1","summary":"","details":"First line.\nSecond.","published":"2026-01-02T03:04:05+01:00",
		"upstream":["CVE-2026-1"],"aliases":["T-9"],
		"references":[{"type":"WEB","url":"https://example.com/b"},{"type":"ADVISORY","url":"https://example.com/a"},{"type":"WEB","url":"javascript:x"}],
		"affected":[{"package":{"ecosystem":"Packagist:https://packages.drupal.org/8","name":"drupal/core"},"versions":["8.0.0"]}]}]`)
	if err != nil {
		t.Fatal(err)
	}
	db := open(t, dir)
	reader, err := v6.NewReader(v6.Config{DBDirPath: filepath.Join(dir, "6")})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	vulns, err := reader.GetVulnerabilities(&v6.VulnerabilitySpecifier{Name: "DEBIAN-CVE-2026-1"}, &v6.GetVulnerabilityOptions{Preload: true})
	if err != nil || len(vulns) != 1 {
		t.Fatalf("GetVulnerabilities() = %d, %v", len(vulns), err)
	}
	vulndbtest.Diff(t, "blob", *vulns[0].BlobValue, v6.VulnerabilityBlob{
		ID: "DEBIAN-CVE-2026-1", Description: "First line.", Aliases: []string{"CVE-2026-1", "T-9"},
		References: []v6.Reference{{URL: "https://example.com/a", Tags: []string{"advisory"}}, {URL: "https://example.com/b", Tags: []string{"web"}}},
	})
	if got := vulns[0].PublishedDate.Format("2006-01-02T15:04"); got != "2026-01-02T02:04" {
		t.Errorf("published = %s", got)
	}
	got := vulndbtest.Matches(t, db.Provider(), vulndbtest.Installed(syftpkg.PhpComposerPkg, syftpkg.PHP, "drupal/core", "8.0.0"))
	vulndbtest.Diff(t, "matches", got, []string{"DEBIAN-CVE-2026-1 unknown []"})
}

// FuzzAdvisories holds that any input, as JSON and as YAML, is either refused as a wrong request that names the file, or gives ranges
// that grype can read.
func FuzzAdvisories(f *testing.F) {
	entries, err := os.ReadDir(fixtures)
	if err != nil {
		f.Fatal(err)
	}
	for _, e := range entries {
		f.Add(vulndbtest.ReadFile(f, filepath.Join(fixtures, e.Name())))
	}
	f.Add([]byte(record("T-1", "PyPI", "some", events(`{"introduced":"0"},{"limit":"2"},{"last_affected":"1"}`)+`,"versions":["1"]`)))
	f.Add([]byte(`[{"id":"T-1"},{"id":"T-2"}]`))
	f.Add([]byte("id: &a T-1\naffected: &b [{versions: [*a, 1.10], <<: {package: *b}}]\n---\nid: T-2"))
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, name := range []string{"a.json", "a.yaml"} {
			_, err := Parse(t.Context(), Contents([]File{{Name: name, Content: content}}), vulndbtest.BuiltAt())
			if err != nil && (!fault.IsRequest(err) || !strings.Contains(err.Error(), name)) {
				t.Errorf("error = %v, want a wrong request that names the file", err)
			}
		}
	})
}
