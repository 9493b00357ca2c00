package file_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/policy/file"
	"github.com/layergate/layergate/pkg/textfile"
)

const everything = `# What may go to production.
fail-on:
  severity: medium
  fixable: any
  unfixable: critical
  wont-fix: never
  end-of-life: high
  unknown: pass
  base: critical
  own:
    severity: any
    unknown: block
always-block:
  known-exploited: true
  epss: 0.5
  ids: [CVE-2021-44228]
  packages:
    - pkg:npm/event-stream
  malicious: pass
coverage:
  default: warn
  unreadable-file: block
shadowed: block
grace: {critical: 3, high: 14}
max-exception: 90
vex:
  trust:
    - author: team
      from: [file, image]
exceptions:
  # The first.
  - id: CVE-2024-1
    package: openssl
    versions: "< 3.0.14"
    paths: [/usr/lib/**]
    image: registry.example/team/*
    layer: base
    reason: not reachable
    owner: team@example.org
    expires: 2027-03-01
    until: fixed
  - id: CVE-2024-2
    reason: |
      a longer
      text
    owner: me
    until: fixed
`

func line(n int) finding.Location {
	return finding.Location{File: ".layergate.yaml", Line: n, EndLine: n}
}

func TestParse(t *testing.T) {
	t.Parallel()
	got, err := file.Parse(".layergate.yaml", []byte(everything))
	if err != nil {
		t.Fatal(err)
	}
	first, second := line(32), line(42)
	want := policy.Policy{
		FailOn: "medium",
		Limits: policy.Limits{Fixable: policy.Any, Unfixable: "critical", WontFix: policy.Never, EndOfLife: "high", Unknown: policy.ActionPass},
		Base:   policy.Side{FailOn: "critical"},
		Own:    policy.Side{FailOn: policy.Any, Limits: policy.Limits{Unknown: policy.ActionBlock}},
		AlwaysBlock: policy.AlwaysBlock{
			KnownExploited: true, EPSS: 0.5, IDs: []string{"CVE-2021-44228"}, Packages: []string{"pkg:npm/event-stream"}, Malicious: policy.ActionPass,
		},
		Coverage: policy.ActionWarn, Gaps: map[finding.Gap]policy.Action{finding.GapUnreadableFile: policy.ActionBlock},
		Shadowed: policy.ActionBlock, Grace: policy.Grace{finding.SeverityCritical: 3, finding.SeverityHigh: 14}, MaxException: 90,
		VEX: policy.VEX{Trust: []policy.Trusted{{Author: "team", From: []policy.Origin{policy.OriginFile, policy.OriginImage}}}},
		Exceptions: []policy.Exception{
			{
				ID: "CVE-2024-1", Package: "openssl", Versions: "< 3.0.14", Paths: []string{"/usr/lib/**"}, Image: "registry.example/team/*", Layer: "base",
				Reason: "not reachable", Owner: "team@example.org", Expires: "2027-03-01", Until: policy.UntilFixed, Where: &first,
			},
			{ID: "CVE-2024-2", Reason: "a longer\ntext", Owner: "me", Until: policy.UntilFixed, Where: &second},
		},
	}
	want.File = ".layergate.yaml"
	want.Lines = got.Lines
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Parse() (-want +got):\n%s", diff)
	}
	for rule, n := range map[string]int{"fail-on": 2, "fail-on.unfixable": 5, "fail-on.base.severity": 9, "fail-on.own.unknown": 12, "always-block.epss": 15, "coverage.unreadable-file": 22, "coverage.unknown-release": 20, "grace.high": 24, "shadowed": 23} {
		if at := got.Line(rule); at == nil || *at != line(n) {
			t.Errorf("Line(%s) = %v, want %d", rule, at, n)
		}
	}
}

// publicKey is one of Ed25519.
const publicKey = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----"

func TestParseShort(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       policy.Policy
	}{
		{name: "nothing", text: ""},
		{name: "comments", text: "# nothing yet\n"},
		{name: "a word for all severities", text: "fail-on: high\n", want: policy.Policy{FailOn: "high"}},
		{name: "base images", text: "bases:\n  - pool.example:5000/b:1\n  - debian:12\n  - debian:12\n", want: policy.Policy{Bases: []string{"debian:12", "pool.example:5000/b:1"}}},
		{name: "evidence", text: "require: [junit, result=a/b.json]\n", want: policy.Policy{Require: []policy.Requirement{"junit", "result=a/b.json"}}},
		{name: "bases, ages and labels", text: "allowed-bases: [debian, \"r.example/b/**\"]\nallowed-images: [r.example/shop/*]\nmax-base-age: 90\nmax-image-age: 30\nlabels:\n  - owner\n  - {name: source, value: \"https://*\"}\n",
			want: policy.Policy{AllowedBases: []policy.AllowedBase{{Image: "debian"}, {Image: "r.example/b/**"}}, AllowedImages: []policy.ImagePattern{"r.example/shop/*"}, MaxBaseAge: 90, MaxImageAge: 30, Labels: []policy.Label{{Name: "owner"}, {Name: "source", Value: "https://*"}}}},
		{name: "bases that have to be proven", text: "allowed-bases:\n  - debian\n  - image: r.example/b/**\n    proven:\n      by: provenance\n      builder: https://b.example\n      key: |\n        " + strings.ReplaceAll(publicKey, "\n", "\n        ") + "\n",
			want: policy.Policy{AllowedBases: []policy.AllowedBase{{Image: "debian"}, {Image: "r.example/b/**", Proven: policy.Proof{By: policy.ByProvenance, Builder: "https://b.example", Key: publicKey}}}}},
		{name: "a word for all gaps", text: "coverage: ignore\n", want: policy.Policy{Coverage: policy.ActionIgnore}},
		{name: "no exceptions", text: "exceptions: []\n"},
		{name: "colons without a space that YAML allows", text: "{\"fail-on\":\"high\", always-block:{ids:[CVE-1]}}\n", want: policy.Policy{FailOn: "high", AlwaysBlock: policy.AlwaysBlock{IDs: []string{"CVE-1"}}}},
		{name: "the version of YAML", text: "%YAML 1.2\n---\nfail-on: high\n", want: policy.Policy{FailOn: "high"}},
		{name: "the version of YAML among comments", text: "# ours\r\n\r\n%YAML  1.2 # which is it\r\n# more\r\n--- # here\r\nfail-on: high\r\n", want: policy.Policy{FailOn: "high"}},
		{name: "signs about a document", text: "# ours\n---\n# more\nfail-on: high\n...\n# end\n", want: policy.Policy{FailOn: "high"}},
		{name: "Windows line ends", text: "fail-on: high\r\ncoverage: warn\r\n", want: policy.Policy{FailOn: "high", Coverage: policy.ActionWarn}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := file.Parse("p.yaml", []byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			got.Source = policy.Source{}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Parse(%q) (-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	const exception = "exceptions:\n  - id: CVE-1\n    reason: r\n    owner: o\n"
	tests := []struct{ name, text, want, hint string }{
		{name: "an unknown key", text: "fail-on: high\nexeptions: []\n", want: `p.yaml:2:1: the policy has no key "exeptions"`, hint: "did you mean exceptions?"},
		{name: "an unknown key below", text: "fail-on:\n  unfixble: high\n", want: `p.yaml:2:3: fail-on has no key "unfixble"`, hint: "did you mean unfixable?"},
		{name: "a duplicate", text: "fail-on: high\nfail-on: low\n", want: `p.yaml:2:1: the key "fail-on" is there twice`},
		{name: "a duplicate in other letters", text: "fail-on: high\n\"fail\\x2don\": low\n", want: `p.yaml:2:1: the key "fail-on" is there twice`},
		{name: "a colon without a space in braces", text: "exceptions:\n  - {id: CVE-1, package:pkg:npm/x, reason: r, owner: o, until: fixed}\n", want: "p.yaml:2:17: the value of package follows its colon without a space", hint: "write a space behind the colon"},
		{name: "a colon without a space before nothing", text: "rules: {LG-IMG-001:}\n", want: "p.yaml:1:20: LG-IMG-001 has no value"},
		{name: "a colon without a space", text: "fail-on:high\n", want: "p.yaml:1:1: the policy has keys of its own", hint: "write a space behind the colon"},
		{name: "a word for keys without a colon", text: "coverage:\n  - block\n", want: "p.yaml:2:5: coverage has keys", hint: "its keys are"},
		{name: "an empty document first", text: "---\n---\nfail-on: high\n", want: "p.yaml:2:1: a policy file holds one document"},
		{name: "a document of comments first", text: "---\n# ours\n---\nfail-on: high\n", want: "p.yaml:3:1: a policy file holds one document"},
		{name: "another document behind the end", text: "fail-on: high\n...\n# more\nalways-block: {ids: [CVE-1]}\n", want: "p.yaml:4:1: a policy file holds one document"},
		{name: "a tag", text: "always-block:\n  ids: [!!binary Q1ZFLTE=]\n", want: "p.yaml:2:9: anchors, aliases and tags are not read"},
		{name: "a version that is a number", text: exception + "    versions: 1.10\n", want: "p.yaml:5:15: versions is text", hint: "put it into quotes"},
		{name: "an unknown word", text: "fail-on: hihg\n", want: `p.yaml:1:10: fail-on is not "hihg"`, hint: "did you mean high?"},
		{name: "a word of another key", text: "fail-on:\n  unknown: warn\n", want: `p.yaml:2:12: unknown is not "warn"`, hint: "use one of block, pass"},
		{name: "an unknown gap", text: "coverage: {unknown-distro: warn}\n", want: `p.yaml:1:12: coverage has no key "unknown-distro"`},
		{name: "an unknown action for a gap", text: "coverage: blok\n", want: `p.yaml:1:11: coverage is not "blok"`, hint: "did you mean block?"},
		{name: "a number for text", text: exception + "    expires: 20270301\n", want: "p.yaml:5:14: expires is text", hint: "put it into quotes"},
		{name: "a package URL in a list in braces", text: "always-block: {packages: [pkg:npm/lodash@4.17.4]}\n", want: "p.yaml:1:27: packages is text", hint: "put it into quotes: by the colon"},
		{name: "an id that is a number", text: "exceptions:\n  - id: 5\n", want: "p.yaml:2:9: id is text", hint: "put it into quotes"},
		{name: "a line that ends unseen", text: "# a comment\rfail-on: never\n", want: "p.yaml:1:1: a carriage return alone ends a line here"},
		{name: "a list for a word", text: "fail-on: [high]\n", want: "p.yaml:1:10: fail-on has keys of its own", hint: "its keys are base, end-of-life,"},
		{name: "a word for a list", text: "exceptions: none\n", want: "p.yaml:1:13: exceptions is a list"},
		{name: "text for a number", text: "grace:\n  high: soon\n", want: "p.yaml:2:9: high is a whole number from 1 to 3650"},
		{name: "a number out of bounds", text: "max-exception: 0\n", want: "p.yaml:1:16: max-exception is a whole number from 1 to 3650"},
		{name: "a probability out of bounds", text: "always-block:\n  epss: 50\n", want: "p.yaml:2:9: epss is a number above 0 and up to 1"},
		{name: "a word for a switch", text: "always-block:\n  known-exploited: yes\n", want: "p.yaml:2:20: known-exploited is true or false"},
		{name: "a key without value", text: "fail-on:\n", want: "fail-on has no value"},
		{name: "an end that is missing", text: exception, want: "p.yaml:2:5: the exception is not valid: it has no end"},
		{name: "a reason that is missing", text: "exceptions:\n  - id: CVE-1\n    owner: o\n    until: fixed\n", want: "p.yaml:2:5: the exception is not valid: it has no reason"},
		{name: "an owner that is missing", text: "exceptions:\n  - id: CVE-1\n    reason: r\n    until: fixed\n", want: "p.yaml:2:5: the exception is not valid: it has no owner"},
		{name: "an id that is missing", text: "exceptions:\n  - reason: r\n    owner: o\n    until: fixed\n", want: "p.yaml:2:5: the exception is not valid: it has no id"},
		{name: "a day that does not exist", text: exception + "    expires: 2027-02-30\n", want: `p.yaml:5:14: the exception is not valid: it expires on "2027-02-30", which is no day`},
		{name: "an unknown end", text: exception + "    until: fixd\n", want: `p.yaml:5:12: until is not "fixd"`, hint: "did you mean fixed?"},
		{name: "not affected without a reason", text: exception + "    until: fixed\n    status: not_affected\n", want: "p.yaml:6:13: the exception is not valid: a status and a justification belong together"},
		{name: "an unknown status", text: exception + "    until: fixed\n    status: not_afected\n", want: `status is not "not_afected"`, hint: "did you mean not_affected?"},
		{name: "a trusted author without a name", text: "vex:\n  trust:\n    - from: [file]\n", want: "p.yaml:3:7: the trusted author is not valid: it names no author"},
		{name: "a key that is none", text: "vex:\n  trust:\n    - author: me\n      key: secret\n", want: "p.yaml:4:12: the trusted author is not valid: its key is not one public key in PEM"},
		{name: "an unknown origin", text: "vex:\n  trust:\n    - author: me\n      from: [web]\n", want: `p.yaml:4:14: from is not "web"`},
		{name: "another document behind the version of YAML", text: "%YAML 1.2\n---\nfail-on: high\n---\ncoverage: warn\n", want: "p.yaml:4:1: a policy file holds one document"},
		{name: "another version of YAML", text: "%YAML 1.1\n---\nfail-on: high\n", want: "p.yaml:2:1: a policy file holds one document"},
		{name: "a version of YAML behind the document", text: "fail-on: high\n...\n%YAML 1.2\n---\ncoverage: warn\n", want: "p.yaml:3:1: a policy file holds one document"},
		{name: "a version of YAML in a document", text: "%YAML 1.2\nfail-on: high\n", want: "p.yaml:"},
		{name: "another document", text: "fail-on: high\n---\ncoverage: warn\n", want: "a policy file holds one document"},
		{name: "an anchor", text: "fail-on: &a high\ncoverage: *a\n", want: "p.yaml:1:10: anchors, aliases and tags are not read"},
		{name: "a tag", text: "fail-on: !!str high\n", want: "anchors, aliases and tags are not read"},
		{name: "a merge", text: "fail-on:\n  <<: {severity: high}\n", want: "anchors, aliases and tags are not read"},
		{name: "no YAML", text: "fail-on: [high\n", want: "is no YAML", hint: "look at the brackets"},
		{name: "a tab", text: "fail-on:\n\tseverity: high\n", want: "p.yaml:2:1: a tab cannot indent a line", hint: "indent with spaces"},
		{name: "an owner that says nothing", text: "exceptions:\n  - id: CVE-1\n    reason: r\n    owner: \"-\"\n    until: fixed\n", want: `p.yaml:4:12: the exception is not valid: its owner "-" names nobody`},
		{name: "an owner who is still to be named", text: "exceptions:\n  - id: CVE-1\n    reason: r\n    owner: tbd\n    until: fixed\n", want: `p.yaml:4:12: the exception is not valid: its owner "tbd" names nobody`},
		{name: "a reason that is still to be written", text: "exceptions:\n  - id: CVE-1\n    reason: TODO\n    owner: o\n    until: fixed\n", want: `p.yaml:3:13: the exception is not valid: its reason "TODO" does not say why it is accepted`},
		{name: "a range that is none", text: exception + "    until: fixed\n    package: p\n    versions: \"<1 garbage\"\n", want: "p.yaml:7:15: the exception is not valid: its versions \"<1 garbage\" are no range"},
		{name: "a licence that is an expression", text: "licenses:\n  own:\n    deny: [MIT, GPL-2.0-only OR MIT]\n", want: "p.yaml:3:17: \"GPL-2.0-only OR MIT\" is no licence's identifier"},
		{name: "a base image without a repository", text: "bases: [\"pool/a:1\", auto]\n", want: "p.yaml:1:21: \"auto\" is no reference of an image", hint: "write repository and tag"},
		{name: "too many base images", text: "bases:\n" + strings.Repeat("  - pool/a:1\n", 21), want: "p.yaml:22:5: bases has more than 20 images"},
		{name: "a rule that there is not", text: "rules:\n  LG-IMG-001: warn\n  LG-IMG-01: warn\n", want: "p.yaml:3:3: rules has no key \"LG-IMG-01\"", hint: "did you mean LG-IMG-001? the rules are listed in https://"},
		{name: "the beginning of no rule", text: "rules: {LG-IMGS-*: warn}\n", want: "p.yaml:1:9: rules has no key \"LG-IMGS-*\"", hint: "did you mean LG-IMG-*?"},
		{name: "a rule far from all", text: "rules: {LG-XYZABCDEFGH-00000000009: warn}\n", want: "rules has no key", hint: "the rules are listed in https://"},
		{name: "a rule for an advisory", text: "rules:\n  CVE-2026-1: ignore\n", want: "p.yaml:2:3: rules has no key \"CVE-2026-1\"", hint: "an advisory is accepted by an exception"},
		{name: "a misspelled licence", text: "licenses:\n  deny: [MIT, GPL-3.0-onyl]\n", want: "p.yaml:2:15: SPDX lists no licence \"GPL-3.0-onyl\"", hint: "did you mean GPL-3.0-only? the identifiers"},
		{name: "a pattern of no licence", text: "licenses: {base: {deny: [GLP-*]}}\n", want: "p.yaml:1:26: SPDX lists no licence \"GLP-*\""},
		{name: "a misspelled exception", text: "licenses: {deny: [GPL-* WITH Clasp-exception-2.0]}\n", want: "p.yaml:1:19: SPDX lists no licence"},
		{name: "a licence of nobody", text: "licenses: {own: {deny: [a-licence-that-is-only-ours-and-near-nothing]}}\n", want: "SPDX lists no licence", hint: "begins with LicenseRef-"},
		{name: "a pattern of no base", text: "allowed-bases: [debian, \"a b\"]\n", want: "p.yaml:1:25: \"a b\" is no pattern for images", hint: "registry.example/base/**"},
		{name: "a pattern of no base in a mapping", text: "allowed-bases: [{image: \"a b\"}]\n", want: "p.yaml:1:25: \"a b\" is no pattern for images"},
		{name: "a proof of nothing", text: "allowed-bases:\n  - image: debian\n    proven: {}\n", want: "p.yaml:3:13: the proof of the base image is not valid: it names no key", hint: "-----BEGIN PUBLIC KEY-----"},
		{name: "a proof without a key", text: "allowed-bases:\n  - image: debian\n    proven: {by: signature}\n", want: "p.yaml:3:14: the proof of the base image is not valid: it names no key"},
		{name: "a key that is none", text: "allowed-bases:\n  - image: debian\n    proven: {key: cosign.pub}\n", want: "p.yaml:3:19: the proof of the base image is not valid: its key is not one public key in PEM"},
		{name: "a kind of proof that is none", text: "allowed-bases:\n  - image: debian\n    proven: {by: signatur}\n", want: "p.yaml:3:18: by is not \"signatur\"", hint: "did you mean signature?"},
		{name: "a pattern of no image", text: "allowed-images:\n  - https://registry.example/x\n", want: "p.yaml:2:5: \"https://registry.example/x\" is no pattern for images: a reference has no scheme", hint: "registry.example/base/**"},
		{name: "an age that is none", text: "max-base-age: 0\n", want: "p.yaml:1:15: max-base-age is a whole number from 1 to 3650"},
		{name: "evidence of a form that is not known", text: "require: [junit, vex]\n", want: "p.yaml:1:18: the required evidence is not valid: \"vex\" is not one of junit, sarif, result"},
		{name: "evidence in no file", text: "require: [junit=]\n", want: "p.yaml:1:11: the required evidence is not valid: it names no file behind the equals sign"},
		{name: "a label without a name", text: "labels:\n  - value: x\n", want: "p.yaml:2:5: a label has no name"},
		{name: "a label that says more", text: "labels: [{name: a, values: x}]\n", want: "p.yaml:1:20: labels has no key \"values\"", hint: "did you mean value?"},
		{name: "a number for a word", text: "fail-on: 3\n", want: "p.yaml:1:10: fail-on is text", hint: "use one of any, negligible"},
		{name: "an empty package, which would be any", text: exception + "    until: fixed\n    package: \"\"\n", want: "p.yaml:6:14: package is empty"},
		{name: "a package URL that is none", text: "always-block:\n  packages: [openssl, \"pkg:deb/debian/\"]\n", want: "p.yaml:2:23: always-block would never block this: the package \"pkg:deb/debian/\" is no package URL", hint: "pkg:npm/lodash"},
		{name: "an exception for a rule that is none", text: "exceptions:\n  - {id: lg-img-999, reason: r, owner: o, until: fixed}\n", want: "p.yaml:2:10: the exception is not valid: there is no rule \"lg-img-999\"", hint: "the rules are listed in"},
		{name: "a rule that is none and always blocks", text: "always-block: {ids: [LG-IMG-001, LG-IMG-999]}\n", want: "p.yaml:1:34: always-block would never block this: there is no rule \"LG-IMG-999\"", hint: "the rules are listed in"},
		{name: "a pattern for advisories", text: "always-block: {ids: [CVE-2022-1, CVE-2022-*]}\n", want: "p.yaml:1:34: always-block would never block this: the id \"CVE-2022-*\" is a pattern", hint: "name each identifier"},
		{name: "an exception for several advisories", text: "exceptions:\n  - {id: CVE-2022-*, reason: r, owner: o, until: fixed}\n", want: "p.yaml:2:10: the exception is not valid: the id \"CVE-2022-*\" is a pattern", hint: "name one finding"},
		{name: "an exception for a package of no type", text: exception + "    until: fixed\n    package: pkg:pip/jinja2\n", want: "p.yaml:6:14: the exception is not valid: the package \"pkg:pip/jinja2\" is no package URL: no package has the type pip", hint: "pkg:npm/lodash"},
		{name: "a package URL whose version had no value", text: exception + "    until: fixed\n    package: pkg:npm/a@\n", want: "p.yaml:6:14: the exception is not valid: the package \"pkg:npm/a@\" is no package URL: no version stands behind the @"},
		{name: "a package URL with a range", text: "always-block: {packages: [\"pkg:npm/a@<1.2.6\"]}\n", want: "p.yaml:1:27: always-block would never block this: the package \"pkg:npm/a@<1.2.6\" is no package URL: its version is a range"},
		{name: "a name with a range", text: "always-block: {packages: [a>=1]}\n", want: "p.yaml:1:27: always-block would never block this: the package \"a>=1\" has a range of versions"},
		{name: "an exception for a relative path", text: exception + "    until: fixed\n    paths: [srv/**]\n", want: "p.yaml:6:12: the exception is not valid: its path \"srv/**\" is relative", hint: "/usr/lib/**"},
		{name: "an empty list, which would allow all", text: "allowed-bases: []\n", want: "p.yaml:1:16: allowed-bases is an empty list, which says nothing", hint: "list something, or remove the key"},
		{name: "an exception for no paths", text: exception + "    until: fixed\n    paths: []\n", want: "p.yaml:6:12: paths is an empty list"},
		{name: "nothing for a path", text: exception + "    until: fixed\n    paths: [null]\n", want: "p.yaml:6:13: paths has no value"},
		{name: "an empty entry", text: "always-block:\n  ids:\n    - \" \"\n", want: "p.yaml:3:7: ids is empty"},
		{name: "a trusted author without his keys", text: "vex: {trust: [me]}\n", want: "p.yaml:1:15: trust has keys of its own", hint: "its keys are author, from, key"},
		{name: "a list of nothing known", text: "- high\n", want: "the policy has keys of its own"},
		{name: "a word", text: "high\n", want: "the policy has keys of its own"},
		{name: "behind a byte order mark", text: "\xef\xbb\xbffial-on: high\n", want: "p.yaml:1:1: the policy has no key \"fial-on\""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := file.Parse("p.yaml", []byte(tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) || !fault.IsRequest(err) {
				t.Fatalf("Parse(%q) = %v, want a wrong request: %s", tt.text, err, tt.want)
			}
			if hints := strings.Join(fault.Hints(err), "\n"); !strings.Contains(hints, tt.hint) {
				t.Errorf("hints = %q, want %q", hints, tt.hint)
			}
			var at *textfile.Error
			if !errors.As(err, &at) || at.Line < 1 || at.Excerpt == "" {
				t.Errorf("Parse(%q) does not say where: %#v", tt.text, at)
			}
		})
	}
}

// A file that is called nearly so is not passed over.
func TestFindRefuses(t *testing.T) {
	t.Parallel()
	for _, names := range [][]string{{".layergate.yml"}, {".layergate.yml", file.Name}} {
		root := t.TempDir()
		below := filepath.Join(root, "a")
		if err := os.Mkdir(below, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if err := os.WriteFile(filepath.Join(root, name), nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := file.Find(root, below); !fault.IsRequest(err) || !strings.Contains(err.Error(), ".layergate.yml is not read") || len(fault.Hints(err)) == 0 {
			t.Errorf("Find() beside %q = %q, %v, want a wrong request", names, got, err)
		}
	}
}

// A file may begin with a byte order mark, and one in UTF-16 is told by name.
func TestEncodings(t *testing.T) {
	t.Parallel()
	got, err := file.Parse("p.yaml", []byte("\xef\xbb\xbffail-on: high\n"))
	if err != nil || got.FailOn != "high" {
		t.Errorf("Parse(with a byte order mark) = %v, %v, want fail-on: high", got.FailOn, err)
	}
	_, err = file.Parse("p.yaml", []byte("\xff\xfef\x00a\x00"))
	if err == nil || !fault.IsRequest(err) || !strings.Contains(err.Error(), "p.yaml:1:1: the file is in UTF-16") {
		t.Errorf("Parse(UTF-16) = %v, want a wrong request that says so", err)
	}
	_, err = file.Parse("p.yaml", []byte("fail-on: high\n# gr\xfcn\n"))
	if err == nil || !fault.IsRequest(err) || !strings.Contains(err.Error(), "p.yaml:2:1: the line is not UTF-8") {
		t.Errorf("Parse(Latin-1) = %v, want a wrong request that says so", err)
	}
}

func TestDeniedLicenses(t *testing.T) {
	t.Parallel()
	for _, deny := range []string{"MIT", "mit", "GPL-*", "*", "*GPL*", "GPL-2.0+", "GPL-* WITH Classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0", "LicenseRef-ours", "LicenseRef-*"} {
		if _, err := file.Parse("p.yaml", []byte("licenses: {deny: [\""+deny+"\"]}\n")); err != nil {
			t.Errorf("Parse(deny: %s) = %v", deny, err)
		}
	}
}

func TestExcerpt(t *testing.T) {
	t.Parallel()
	_, err := file.Parse("p.yaml", []byte("# a\n# b\nfail-on:\n  fixable: any\n  unfixble: high\ncoverage: warn\n"))
	var at *textfile.Error
	if !errors.As(err, &at) {
		t.Fatal(err)
	}
	want := "     3 | fail-on:\n     4 |   fixable: any\n>    5 |   unfixble: high\n       |   ^\n     6 | coverage: warn\n     7 | \n"
	if diff := cmp.Diff(want, at.Excerpt); diff != "" {
		t.Errorf("Excerpt (-want +got):\n%s", diff)
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("repo/app/"+file.Name, "fail-on: high\n")
	write("repo/large.yaml", strings.Repeat("# nothing\n", file.MaxSize/10+1))
	write("outside.yaml", "fail-on: never\n")
	if err := os.Symlink(filepath.Join("..", "outside.yaml"), filepath.Join(root, "repo", "link.yaml")); err != nil {
		t.Skip(err)
	}
	repo := filepath.Join(root, "repo")
	tests := []struct{ name, path, want, refused string }{
		{name: "a file of the project", path: "app/" + file.Name, want: "app/" + file.Name},
		{name: "none", path: "missing.yaml", refused: "does not exist"},
		{name: "a link out of the project", path: "link.yaml", refused: "reading the policy file"},
		{name: "a huge one", path: "large.yaml", refused: "too large"},
		{name: "a directory", path: "app", refused: "not a regular file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := file.Read(repo, filepath.Join(repo, filepath.FromSlash(tt.path)), nil)
			if tt.refused != "" {
				if err == nil || !strings.Contains(err.Error(), tt.refused) || !fault.IsRequest(err) {
					t.Errorf("Read(%s) = %v, want a wrong request: %s", tt.path, err, tt.refused)
				}
				if hint := fmt.Sprint(fault.Hints(err)); tt.path == "large.yaml" && strings.Contains(hint, "link") {
					t.Errorf("Read(%s) has the hint %s, which is about something else", tt.path, hint)
				}
				return
			}
			if err != nil || got.File != tt.want || got.FailOn != "high" {
				t.Errorf("Read(%s) = %+v, %v, want the policy of %s", tt.path, got, err, tt.want)
			}
		})
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	below := filepath.Join(root, "repo", "a", "b")
	if err := os.MkdirAll(below, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{root, filepath.Join(root, "repo", "a")} {
		if err := os.WriteFile(filepath.Join(dir, file.Name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	repo, open := filepath.Join(root, "repo"), filepath.Join(root, "open")
	if err := os.MkdirAll(filepath.Join(open, "a"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(open, file.Name), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(open, 0o777|os.ModeSticky); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, root, dir, want string }{
		{name: "above", root: repo, dir: below, want: filepath.Join(repo, "a", file.Name)},
		{name: "not above the repository", root: repo, dir: repo},
		{name: "above without a repository", dir: below, want: filepath.Join(repo, "a", file.Name)},
		{name: "far above without a repository", dir: repo, want: filepath.Join(root, file.Name)},
		{name: "not where everybody may write", dir: filepath.Join(open, "a")},
		{name: "outside of the repository", root: below, dir: filepath.Join(repo, "a"), want: filepath.Join(repo, "a", file.Name)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, err := file.Find(tt.root, tt.dir); got != tt.want || err != nil {
				t.Errorf("Find(%q, %q) = %q, %v, want %q", tt.root, tt.dir, got, err, tt.want)
			}
		})
	}
}

// The parser's time would grow with the square of the depth, so that a deep file is refused before it is parsed.
func TestParseRefusesDepth(t *testing.T) {
	t.Parallel()
	for _, text := range []string{strings.Repeat("[", 33), strings.Repeat("{a: ", 33), strings.Repeat("- ", 33), strings.Repeat("? ", 33), strings.Repeat("a: ", 33), strings.Repeat("&a ", 33), strings.Repeat("!a\n", 33), "a: b\nc: " + strings.Repeat("[", 33)} {
		if _, err := file.Parse("p.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), "nested more than 32 deep") {
			t.Errorf("Parse(%q) = %v, want it refused for its depth", text, err)
		}
	}
	if _, err := file.Parse("p.yaml", []byte(strings.Repeat("-\n", 200_001))); err == nil || !strings.Contains(err.Error(), "more than 200000 words") {
		t.Errorf("Parse(many lines) = %v, want it refused for their number", err)
	}
	for _, text := range []string{"exceptions: []\n" + strings.Repeat("# [{\n", 50), "always-block:\n  ids:\n" + strings.Repeat("    - \"[[[[\"\n", 50)} {
		if _, err := file.Parse("p.yaml", []byte(text)); err != nil {
			t.Errorf("Parse(%q) = %v, want it taken", text, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(everything))
	f.Add([]byte("fail-on: high\n"))
	f.Add([]byte("- a: {b: [c, *d]}\n? x\n: y\n"))
	f.Add([]byte("a: |\n  b\n<<: *c\n---\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := file.Parse("p.yaml", raw)
		if err == nil {
			for _, e := range p.Exceptions {
				if err := e.Valid(); err != nil || e.Where == nil {
					t.Errorf("Parse(%q) takes an exception that accepts nothing: %v", raw, err)
				}
			}
			return
		}
		var at *textfile.Error
		if !fault.IsRequest(err) || !errors.As(err, &at) || at.Line < 1 || at.Column < 1 {
			t.Errorf("Parse(%q) = %#v, want an Error of a wrong request", raw, err)
		}
	})
}
