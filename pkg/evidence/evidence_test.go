package evidence_test

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/evidence"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

const (
	thisDigest  = "sha256:1111111111111111111111111111111111111111111111111111111111111111"
	otherDigest = "sha256:2222222222222222222222222222222222222222222222222222222222222222"
)

// lines are the findings of a result in a form that a table can hold: severity, identifier, and what it is about.
func lines(d *evidence.Document) []string {
	var out []string
	for _, f := range d.Findings {
		line := f.Severity.String() + " " + f.ID
		if v := f.Vulnerability; v != nil {
			line += " " + v.Package.Name + " " + v.Package.Version + ", " + strings.Join(v.ReportedBy, "") + ", " + string(v.Fix.State)
		} else {
			line += " " + f.Check.Saw
		}
		out = append(out, line)
	}
	return out
}

func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		form policy.Form
		text string
		want []string
	}{
		{"tests that passed", policy.FormJUnit, `<testsuites><testsuite tests="1"><testcase name="a"/></testsuite></testsuites>`, nil},
		{"a failure deep inside", policy.FormJUnit, `<testsuites><testsuite><testsuite name="s"><testcase classname="c" name="a"><error type="E">line one
two</error></testcase></testsuite></testsuite></testsuites>`, []string{"high LG-REQ-001 it failed: E"}},
		{"a suite that did not start", policy.FormJUnit, `<testsuite name="s"><error message="no module"/></testsuite>`, []string{"high LG-REQ-001 it failed: no module"}},
		{"a failure that a second attempt made good", policy.FormJUnit, `<testsuite failures="0"><testcase name="a"><flakyFailure message="m"/></testcase></testsuite>`, nil},
		{"a failure of every attempt", policy.FormJUnit, `<testsuite><testcase name="a"><failure message="m"/><rerunFailure message="n"/></testcase></testsuite>`, []string{"high LG-REQ-001 it failed: m"}},
		{"no tests", policy.FormJUnit, `<testsuites tests="0"/>`, []string{"high LG-REQ-002 no test ran, and 0 were skipped"}},
		{"all skipped", policy.FormJUnit, `<testsuite><testcase name="a"><skipped/></testcase></testsuite>`, []string{"high LG-REQ-002 no test ran, and 1 were skipped"}},
		{"all disabled, by GoogleTest", policy.FormJUnit, `<testsuites tests="1" disabled="1"><testsuite name="s" tests="1" disabled="1"><testcase name="a" status="notrun" result="suppressed"/></testsuite></testsuites>`,
			[]string{"high LG-REQ-002 no test ran, and 1 were skipped"}},
		{"all skipped in attributes", policy.FormJUnit, `<testsuite><testcase name="a" status="Skipped"/><testcase name="b" result="Ignored"/><testcase name="c" executed="False"/><testcase name="d"><ignored/></testcase></testsuite>`,
			[]string{"high LG-REQ-002 no test ran, and 4 were skipped"}},
		{"one that ran among disabled ones", policy.FormJUnit, `<testsuite tests="2" disabled="1"><testcase name="a" status="notrun"/><testcase name="b" status="run" result="completed" executed="True"/></testsuite>`, nil},
		{"a failure of what says that it did not run", policy.FormJUnit, `<testsuite><testcase name="a" status="notrun"><failure message="m"/></testcase></testsuite>`, []string{"high LG-REQ-001 it failed: m"}},
		{"tests that are not listed", policy.FormJUnit, `<testsuites tests="5"><testsuite name="s" tests="5"><testcase name="a"/></testsuite></testsuites>`, []string{"high LG-REQ-004 the suite s says that 5 tests ran, and lists 1"}},
		{"skipped tests that are not listed", policy.FormJUnit, `<testsuite tests="4" skipped="2" disabled="1"><testcase name="a"/></testsuite>`, nil},
		{"another encoding", policy.FormJUnit, "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><testsuite><testcase name=\"a\"><failure message=\"gr\xfcn\"/></testcase></testsuite>", []string{"high LG-REQ-001 it failed: grün"}},
		{"UTF-16", policy.FormJUnit, inUTF16(`<?xml version="1.0" encoding="UTF-16"?><testsuite><testcase name="a"><failure message="grün"/></testcase></testsuite>`), []string{"high LG-REQ-001 it failed: grün"}},
		{"a byte order mark", policy.FormJUnit, "\ufeff<testsuite><testcase name=\"a\"/></testsuite>", nil},
		{"failures that are not listed", policy.FormJUnit, `<testsuites><testsuite name="s" failures="2"><testcase name="a"/></testsuite></testsuites>`, []string{"high LG-REQ-004 the suite s says that 2 tests failed, and lists none of them"}},
		{"a token in a failure", policy.FormJUnit, `<testsuite><testcase name="a"><failure message="GET https://user:hush@example.org"/></testcase></testsuite>`, []string{"high LG-REQ-001 it failed: GET https://***@example.org"}},

		{"SARIF by level, score and suppression", policy.FormSARIF, `{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "My Tool", "rules": [
			{"id": "A", "defaultConfiguration": {"level": "error"}}, {"id": "B", "properties": {"security-severity": "9.1"}}]}},
			"results": [
				{"ruleId": "A", "message": {"text": "one"}},
				{"ruleId": "B", "level": "note", "message": {"text": "two"}},
				{"ruleIndex": 0, "message": {"text": "three"}, "suppressions": [{"kind": "external", "justification": "because"}]},
				{"ruleId": "A", "kind": "pass", "message": {"text": "four"}},
				{"ruleId": "A", "baselineState": "absent", "message": {"text": "five"}},
				{"ruleId": "C", "message": {"text": "six"}}]}]}`,
			[]string{"high my-tool:A one", "critical my-tool:B two", "high my-tool:A three (its tool suppresses it: because)", "medium my-tool:C six"}},
		{"SARIF with a byte order mark", policy.FormSARIF, "\ufeff" + `{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "t"}}, "results": []}]}`, nil},
		{"SARIF that did not end well", policy.FormSARIF, `{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "t"}}, "invocations": [{"executionSuccessful": false}], "results": []}]}`,
			[]string{"high LG-REQ-004 t says that it did not end successfully"}},
		{"SARIF of a tool that a signal ended", policy.FormSARIF, invoked(`"executionSuccessful": true, "exitSignalName": "SIGKILL"`), []string{"high LG-REQ-004 t says that the signal sigkill ended it"}},
		{"SARIF of a tool that did not start", policy.FormSARIF, invoked(`"executionSuccessful": true, "processStartFailureMessage": "no such file"`), []string{"high LG-REQ-004 t says that it did not start: no such file"}},
		{"SARIF with an error of the run", policy.FormSARIF, invoked(`"executionSuccessful": true, "toolExecutionNotifications": [{"level": "warning", "message": {"text": "slow"}}, {"level": "error", "message": {"text": "300 files not analysed"}}]`),
			[]string{"high LG-REQ-004 t says that there was an error: 300 files not analysed"}},
		{"SARIF with an error of the configuration", policy.FormSARIF, invoked(`"toolConfigurationNotifications": [{"message": {}, "descriptor": {"id": "broken"}}]`),
			[]string{"high LG-REQ-004 t says that there was an error: broken"}},
		{"SARIF with other notifications, and a code of findings", policy.FormSARIF, invoked(`"executionSuccessful": true, "exitCode": 1, "toolExecutionNotifications": [{"message": {"text": "a"}}, {"level": "note", "message": {"text": "b"}, "descriptor": {"id": "broken"}}]`), nil},
		{"SARIF of a conversion that failed", policy.FormSARIF, `{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "t"}}, "conversion": {"invocation": {"executionSuccessful": false}}, "results": []}]}`,
			[]string{"high LG-REQ-004 t says that it did not end successfully"}},
		{"SARIF with results elsewhere", policy.FormSARIF, `{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "t"}}, "externalPropertyFileReferences": {"results": [{"guid": "g"}]}, "results": []}]}`,
			[]string{"high LG-REQ-004 t keeps a part of its results in other files, which are not read"}},
		{"SARIF without results", policy.FormSARIF, `{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "t"}}}]}`,
			[]string{"high LG-REQ-002 t lists no results, not even an empty list, which means that it did not scan"}},
		{"SARIF without runs", policy.FormSARIF, `{"version": "2.1.0", "runs": []}`, []string{"high LG-REQ-002 the log has no run of any tool"}},

		{"Trivy", policy.FormResult, `{"SchemaVersion": 2, "ArtifactName": "a", "ArtifactType": "container_image", "Results": [{"Target": "t",
			"Vulnerabilities": [{"VulnerabilityID": "CVE-1", "PkgName": "p", "InstalledVersion": "1", "FixedVersion": "2, 3", "Severity": "CRITICAL"}, {"VulnerabilityID": "CVE-2", "PkgName": "p", "Status": "will_not_fix", "Severity": "odd"}],
			"ExperimentalModifiedFindings": [{"Type": "vulnerability", "Status": "not_affected", "Finding": {"VulnerabilityID": "CVE-3", "PkgName": "q", "Severity": "LOW"}}],
			"Misconfigurations": [{"ID": "DS002", "Title": "root", "Message": "USER is root", "Severity": "HIGH", "Status": "FAIL"}, {"ID": "DS001", "Status": "PASS"}, {"ID": "DS003", "Message": "m", "Severity": "LOW", "Status": "EXCEPTION"}],
			"Secrets": [{"RuleID": "aws", "Severity": "CRITICAL", "Title": "AWS key", "StartLine": 3}],
			"Licenses": [{"Name": "GPL-3.0", "Severity": "HIGH", "PkgName": "p", "Category": "restricted"}]}]}`,
			[]string{
				"critical CVE-1 p 1, Trivy, fixed", "unknown CVE-2 p , Trivy, wont-fix", "low CVE-3 q , Trivy (its tool suppresses it: not_affected), unknown",
				"high trivy:DS002 USER is root", "low trivy:DS003 m (its tool suppresses it: its status is EXCEPTION)", "critical trivy:aws AWS key in line 3", "high trivy:license-GPL-3.0 p has the license GPL-3.0",
			}},
		{"Trivy of nothing", policy.FormResult, `{"SchemaVersion": 2, "ArtifactName": "a", "ArtifactType": "container_image"}`, []string{"high LG-REQ-002 Trivy found nothing in a that it could scan"}},
		{"Trivy of a directory", policy.FormResult, `{"SchemaVersion": 2, "ArtifactName": "a", "ArtifactType": "filesystem", "Results": [{"Target": "t"}]}`,
			[]string{"high LG-REQ-002 Trivy scanned a, which is no image but a filesystem"}},
		{"grype", policy.FormResult, `{"descriptor": {"name": "grype", "version": "0.115.0"}, "source": {"type": "image", "target": {"imageID": "` + thisDigest + `"}},
			"matches": [{"vulnerability": {"id": "GHSA-1", "severity": "High", "fix": {"state": "fixed", "versions": ["2"]}}, "relatedVulnerabilities": [{"id": "CVE-1"}], "artifact": {"name": "p", "version": "1"}}],
			"ignoredMatches": [{"vulnerability": {"id": "CVE-2", "severity": "Low", "fix": {"state": "not-fixed"}}, "artifact": {"name": "q", "version": "1"}, "appliedIgnoreRules": [{"vex-status": "fixed"}]}]}`,
			[]string{"high GHSA-1 p 1, grype, fixed", "low CVE-2 q 1, grype (its tool suppresses it: fixed), not-fixed"}},
		{"grype of a directory", policy.FormResult, `{"descriptor": {"name": "grype"}, "source": {"type": "directory", "target": "."}, "matches": []}`,
			[]string{"high LG-REQ-002 grype scanned something that is no image, such as a directory or an SBOM, which does not say what an image holds"}},
		{"twistcli", policy.FormResult, `{"results": [{"id": "` + thisDigest + `", "vulnerabilityScanPassed": false, "complianceScanPassed": true,
			"vulnerabilities": [{"id": "CVE-1", "status": "fixed in 1.1, 2.0", "severity": "important", "packageName": "p", "packageVersion": "1"}],
			"compliances": [{"id": 41, "title": "a user", "severity": "high", "cause": "no user"}]}]}`,
			[]string{"high CVE-1 p 1, twistcli, fixed", "high twistcli:41 no user", "high LG-REQ-005 twistcli says that the image does not keep its thresholds for vulnerabilities"}},
		{"twistcli of nothing", policy.FormResult, `{"results": []}`, []string{"high LG-REQ-002 twistcli lists no image that it scanned"}},
		{"Aqua", policy.FormResult, `{"image": "a:1", "partial_results": true, "resources": [{"resource": {"name": "p", "version": "1"}, "vulnerabilities": [{"name": "CVE-1", "aqua_severity": "medium", "fix_version": "2"}]}, {"resource": {"name": "q"}, "scan_error": "unsupported"}],
			"vulnerability_summary": {"malware": 1}, "image_assurance_results": {"disallowed": true, "checks_performed": [{"control": "root", "policy_name": "Default", "failed": true}]}}`,
			[]string{
				"high LG-REQ-004 Aqua says that its results are partial", "medium CVE-1 p 1, Aqua, fixed", "high LG-REQ-004 Aqua did not scan q: unsupported",
				"critical aqua:malware 1 files with malware", "high LG-REQ-005 Aqua disallows a:1: it fails root of the policy Default",
			}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d, err := evidence.Parse(test.form, "file", []byte(test.text))
			if err != nil {
				t.Fatalf("Parse() = %v, want no error", err)
			}
			if diff := cmp.Diff(test.want, lines(d)); diff != "" {
				t.Errorf("Parse() (-want +got):\n%s", diff)
			}
			valid(t, d)
		})
	}
}

// valid holds findings to what reports need of them.
func valid(t *testing.T, d *evidence.Document) {
	t.Helper()
	for _, f := range d.Findings {
		if err := f.Valid(); err != nil {
			t.Errorf("Parse() found %+v: %v", f, err)
		}
	}
}

// invoked is a log of SARIF without results, with what its one invocation says.
func invoked(says string) string {
	return `{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "t", "notifications": [{"id": "broken", "defaultConfiguration": {"level": "error"}}]}}, "invocations": [{` + says + `}], "results": []}]}`
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		form policy.Form
		text string
		want string
	}{
		{"an empty file", policy.FormJUnit, "", "no testsuites"},
		{"a report that is cut off", policy.FormJUnit, `<testsuites><testsuite>`, "unexpected EOF"},
		{"other XML", policy.FormJUnit, `<html/>`, `"html" is not testsuites`},
		{"two reports in one", policy.FormJUnit, `<testsuites/><testsuites/>`, "is not testsuites"},
		{"elements without end", policy.FormJUnit, strings.Repeat("<testsuite>", 100), "within each other"},
		{"a count that is none", policy.FormJUnit, `<testsuite failures="some"/>`, "failures is not a number"},
		{"a digest that is none", policy.FormJUnit, `<testsuite><properties><property name="image.digest" value="latest"/></properties></testsuite>`, "no digest"},
		{"an older SARIF", policy.FormSARIF, `{"version": "2.0.0", "runs": []}`, "no log of SARIF 2.1.0"},
		{"a tool without a name", policy.FormSARIF, `{"version": "2.1.0", "runs": [{"results": []}]}`, "has no name"},
		{"an empty object", policy.FormResult, `{}`, "no result that is known"},
		{"a result that is cut off", policy.FormResult, `{"SchemaVersion": 2, "Results": [`, "truncated"},
		{"a key twice", policy.FormResult, `{"SchemaVersion": 2, "ArtifactName": "a", "Results": [], "Results": []}`, "duplicate field"},
		{"an older Trivy", policy.FormResult, `{"SchemaVersion": 1, "ArtifactName": "a"}`, "only 2 is known"},
		{"a vulnerability of nothing", policy.FormResult, `{"SchemaVersion": 2, "ArtifactName": "a", "Results": [{"Vulnerabilities": [{"VulnerabilityID": "CVE-1"}]}]}`, "names no package"},
		{"results of something else", policy.FormResult, `{"results": [{"id": "x"}]}`, "not those of twistcli"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if _, err := evidence.Parse(test.form, "file", []byte(test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Parse() = %v, want an error with %q", err, test.want)
			}
		})
	}
}

func TestIsAbout(t *testing.T) {
	t.Parallel()
	named := func(text string) *evidence.Document {
		d, err := evidence.Parse(policy.FormJUnit, "f", []byte(`<testsuite><properties><property name="image.digest" value="`+text+`"/></properties><testcase name="a"/></testsuite>`))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for text, want := range map[string]bool{"": true, thisDigest: true, "registry.example/app@" + thisDigest: true, otherDigest: false} {
		if got := named(text).IsAbout([]string{thisDigest}); got != want {
			t.Errorf("IsAbout() of %q = %t, want %t", text, got, want)
		}
	}
}

func TestJoin(t *testing.T) {
	t.Parallel()
	ours := finding.Finding{
		Kind: finding.KindVulnerability, ID: "GHSA-1", Severity: finding.SeverityLow, Title: "t", State: finding.Visible, Platform: "linux/amd64",
		Vulnerability: &finding.Vulnerability{Package: finding.Package{Name: "core", Version: "v1.2", Type: "java-archive"}, Aliases: []string{"CVE-1"}},
	}
	shadowed := ours
	shadowed.State = finding.Shadowed
	d, err := evidence.Parse(policy.FormResult, "f", []byte(`{"SchemaVersion": 2, "ArtifactName": "a", "ArtifactType": "container_image", "Metadata": {"ImageID": "`+thisDigest+`"}, "Results": [{"Vulnerabilities": [
		{"VulnerabilityID": "CVE-1", "PkgName": "org.example:core", "InstalledVersion": "1.2", "Severity": "HIGH"},
		{"VulnerabilityID": "CVE-2", "PkgName": "org.example:core", "InstalledVersion": "1.2", "Severity": "LOW"}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	layer := &finding.Layer{Index: 3}
	platforms := []evidence.Platform{
		{Name: "linux/amd64", Digests: []string{thisDigest}, Packages: []evidence.Place{{Package: ours.Vulnerability.Package, Path: "/app/core.jar", Layer: layer}}},
		{Name: "linux/arm64", Digests: []string{otherDigest}},
	}
	got := d.Join([]finding.Finding{shadowed, ours}, platforms)
	if len(got) != 3 || got[0].Vulnerability.ReportedBy != nil || got[0].Severity != finding.SeverityLow {
		t.Fatalf("Join() = %+v, want the shadowed finding as it was, ours, and one more", got)
	}
	if f := got[1]; f.ID != "GHSA-1" || f.Severity != finding.SeverityHigh || len(f.Vulnerability.ReportedBy) != 1 || ours.Vulnerability.ReportedBy != nil {
		t.Errorf("Join() = %+v, want ours with the tool and the higher severity", f)
	}
	if f := got[2]; f.ID != "CVE-2" || f.Platform != "linux/amd64" || f.Path != "/app/core.jar" || f.Layer != layer || f.Vulnerability.Package.Type != "java-archive" {
		t.Errorf("Join() = %+v, want theirs in the place of its package", f)
	}
	d.Subjects = nil
	if got := d.Join(nil, platforms); len(got) != 4 {
		t.Errorf("Join() of a result without digests has %d findings, want 2 for each platform", len(got))
	}
}

func TestMissing(t *testing.T) {
	t.Parallel()
	given := []*evidence.Document{{Form: policy.FormJUnit}}
	got := evidence.Missing([]policy.Requirement{"junit", "sarif", "sarif", "result=a.json", "attestation=spdx"}, given)
	if len(got) != 1 || got[0].ID != "LG-REQ-006" || got[0].Check.Field != "sarif" {
		t.Errorf("Missing() = %+v, want one finding about sarif", got)
	}
}

// FuzzParse holds the readers to finding only what reports can show, and to not breaking down.
func FuzzParse(f *testing.F) {
	f.Add("junit", []byte(`<testsuites><testsuite failures="1"><testcase name="a"><failure message="m">x</failure></testcase></testsuite></testsuites>`))
	f.Add("sarif", []byte(`{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "t"}}, "results": [{"ruleIndex": -1, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "a/../b"}, "region": {"startLine": 2, "endLine": 1}}}]}]}]}`))
	f.Add("result", []byte(`{"SchemaVersion": 2, "ArtifactName": "a", "Results": [{"Vulnerabilities": [{"VulnerabilityID": "CVE-1", "PkgName": "p", "PublishedDate": "2020"}]}]}`))
	f.Add("result", []byte(`{"matches": [], "descriptor": {}, "source": {"type": "image", "target": 1}}`))
	f.Add("result", []byte(`{"image": "a", "resources": [{"vulnerabilities": [{"name": "x", "aqua_score": 11}]}]}`))
	f.Add("result", []byte(`{"results": [{"id": "x", "complianceScanPassed": true, "compliances": [{"id": {}}]}]}`))
	f.Fuzz(func(t *testing.T, form string, raw []byte) {
		d, err := evidence.Parse(policy.Form(form), "file", raw)
		if err != nil {
			return
		}
		valid(t, d)
	})
}

// inUTF16 is a text in UTF-16, with a byte order mark, as .NET writes it.
func inUTF16(text string) string {
	raw := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(text)) {
		raw = binary.LittleEndian.AppendUint16(raw, u)
	}
	return string(raw)
}
