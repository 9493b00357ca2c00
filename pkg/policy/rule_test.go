package policy_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// found is a failed check, or a secret, of high severity in a layer.
func found(kind finding.Kind, id string, base bool) finding.Finding {
	return finding.Finding{
		Kind: kind, ID: id, Severity: finding.SeverityHigh, State: finding.Visible, Path: "/app/.npmrc", Layer: &finding.Layer{Base: base}, Check: &finding.Check{},
	}
}

func licensed(base bool, licenses ...string) finding.Finding {
	f := found(finding.KindCheck, finding.RuleLicenseDenied, base)
	f.Check.Package = &finding.Package{Name: "readline", Version: "8.2", Type: "deb"}
	f.Check.Licenses = licenses
	return f
}

func TestChecksAndSecrets(t *testing.T) {
	t.Parallel()
	const check, secret = finding.KindCheck, finding.KindSecret
	shadowed := found(secret, "LG-SEC-001", false)
	shadowed.State = finding.Shadowed
	information := found(check, "LG-IMG-002", false)
	information.Check = &finding.Check{Saw: "none", Wants: "one", Information: true}
	rules := policy.Rules{"LG-*": policy.ActionIgnore, "LG-IMG-*": policy.ActionWarn, "LG-IMG-001": policy.ActionBlock}
	deny := func(side policy.LicenseSide) policy.Policy {
		return policy.Policy{FailOn: policy.Never, Licenses: policy.Licenses{LicenseSide: side}}
	}
	gpl := deny(policy.LicenseSide{Deny: []string{"gpl-*", "AGPL-3.0-only"}})
	named := found(check, finding.RulePackageBlocked, false)
	named.Check.Package = &finding.Package{Name: "event-stream", Version: "3.3.6", Type: "npm", PURL: "pkg:npm/event-stream@3.3.6"}
	hidden := named
	hidden.State = finding.Shadowed
	blocking := func(pattern string) policy.Policy {
		return policy.Policy{FailOn: policy.Never, Rules: policy.Rules{"LG-PKG-001": policy.ActionWarn}, AlwaysBlock: policy.AlwaysBlock{Packages: []string{pattern}}}
	}
	tests := []struct {
		name   string
		policy policy.Policy
		of     finding.Finding
		want   policy.Decision
	}{
		{"a check, by fail-on", policy.Policy{FailOn: "critical"}, found(check, "LG-IMG-001", false),
			policy.Decision{Effect: policy.Tolerated, Rule: policy.RuleFailOn, Reason: "severity high is below critical"}},
		{"a check, by its own threshold", policy.Policy{FailOn: "critical", Checks: policy.Checks{Severity: "low"}}, found(check, "LG-IMG-001", false),
			policy.Decision{Effect: policy.Blocks, Rule: policy.RuleChecks, Reason: "severity high is at or above low, the limit of checks"}},
		{"a check of the base image", policy.Policy{Checks: policy.Checks{Severity: "low", Base: policy.Never}}, found(check, "LG-IMG-001", true),
			policy.Decision{Effect: policy.Tolerated, Rule: policy.RuleChecks, Reason: "severity high; no failed check blocks, the limit of what the base image brings"}},
		{"a vulnerability beside a threshold of checks", policy.Policy{Checks: policy.Checks{Severity: policy.Never}}, vulnerability(finding.SeverityHigh, finding.Visible),
			policy.Decision{Effect: policy.Blocks, Rule: policy.RuleFailOn, Reason: "severity high; any vulnerability blocks"}},
		{"a secret, whatever its severity", policy.Policy{FailOn: policy.Never, Checks: policy.Checks{Severity: policy.Never}}, found(secret, "LG-SEC-001", true),
			policy.Decision{Effect: policy.Blocks, Rule: policy.RuleSecrets, Reason: "any secret blocks"}},
		{"a secret that a later layer hides", policy.Policy{Shadowed: policy.ActionIgnore}, shadowed,
			policy.Decision{Effect: policy.Blocks, Rule: policy.RuleSecrets, Reason: "any secret blocks"}},
		{"a secret that warns", policy.Policy{Secrets: policy.ActionWarn}, found(secret, "LG-SEC-001", false),
			policy.Decision{Effect: policy.Tolerated, Rule: policy.RuleSecrets, Reason: "any secret only warns"}},
		{"a rule by its identifier", policy.Policy{FailOn: policy.Never, Rules: rules}, found(check, "LG-IMG-001", false),
			policy.Decision{Effect: policy.Blocks, Rule: policy.RuleRules, Reason: "LG-IMG-001 blocks"}},
		{"a rule for information", policy.Policy{}, information,
			policy.Decision{Effect: policy.Reported, Rule: policy.RuleChecks, Reason: "it is for information, unless the policy names LG-IMG-002"}},
		{"a rule for information that the policy names", policy.Policy{Rules: policy.Rules{"LG-IMG-*": policy.ActionBlock}}, information,
			policy.Decision{Effect: policy.Blocks, Rule: policy.RuleRules, Reason: "LG-IMG-* blocks"}},
		{"a rule by its beginning", policy.Policy{Rules: rules}, found(check, "LG-IMG-002", false),
			policy.Decision{Effect: policy.Tolerated, Rule: policy.RuleRules, Reason: "LG-IMG-* only warns"}},
		{"a secret by a shorter beginning", policy.Policy{Rules: rules}, found(secret, "LG-SEC-001", false),
			policy.Decision{Effect: policy.Reported, Rule: policy.RuleRules, Reason: "LG-* is ignored"}},
		{"what always blocks", policy.Policy{Rules: rules, AlwaysBlock: policy.AlwaysBlock{IDs: []string{"lg-img-002"}}}, found(check, "LG-IMG-002", false),
			policy.Decision{Effect: policy.Blocks, Rule: policy.RuleAlways, Reason: "the policy always blocks it"}},
		{"a package that always blocks, whatever rules say", blocking("pkg:npm/event-*"), named,
			policy.Decision{Effect: policy.Blocks, Rule: policy.RuleAlways, Reason: "the policy always blocks the package"}},
		{"a package that another policy blocks", blocking("pkg:npm/other"), named,
			policy.Decision{Effect: policy.Tolerated, Rule: policy.RuleRules, Reason: "LG-PKG-001 only warns"}},
		{"a package that another policy blocks, and no rule names", policy.Policy{}, named,
			policy.Decision{Effect: policy.Tolerated, Rule: policy.RuleAlways, Reason: "the policy does not always block the package"}},
		{"a package that always blocks and that a later layer hides", blocking("event-stream"), hidden,
			policy.Decision{Effect: policy.Reported, Rule: policy.RuleShadowed, Reason: "a later layer removed or replaced it, so that it does not run"}},
		{"another check of a package that always blocks", policy.Policy{FailOn: policy.Never, AlwaysBlock: policy.AlwaysBlock{Packages: []string{"readline"}}}, licensed(false, "MIT"),
			policy.Decision{Effect: policy.Tolerated, Rule: policy.RuleLicenses, Reason: "the policy denies none of its licences"}},
		{"a denied licence, whatever the severity", gpl, licensed(false, "MIT", "GPL-3.0-only"),
			policy.Decision{Effect: policy.Blocks, Rule: policy.RuleLicenses, Reason: "the policy denies GPL-3.0-only, and that blocks"}},
		{"a licence that another policy denies", gpl, licensed(false, "SSPL-1.0"),
			policy.Decision{Effect: policy.Tolerated, Rule: policy.RuleLicenses, Reason: "the policy denies none of its licences"}},
		{"a licence of the base image only", policy.Policy{Licenses: policy.Licenses{Base: policy.LicenseSide{Deny: []string{"MIT"}}}}, licensed(false, "MIT"),
			policy.Decision{Effect: policy.Tolerated, Rule: policy.RuleLicenses, Reason: "the policy denies none of its licences"}},
		{"a licence in the base image", policy.Policy{Licenses: policy.Licenses{Base: policy.LicenseSide{Deny: []string{"MIT"}}}}, licensed(true, "MIT"),
			policy.Decision{Effect: policy.Blocks, Rule: policy.RuleLicenses, Reason: "the policy denies MIT, and that blocks"}},
		{"a finding without its licences", gpl, licensed(false),
			policy.Decision{Effect: policy.Blocks, Rule: policy.RuleLicenses, Reason: "a denied licence blocks"}},
		{"a denied licence, by its rule", policy.Policy{Licenses: gpl.Licenses, Rules: policy.Rules{finding.RuleLicenseDenied: policy.ActionWarn}}, licensed(false, "GPL-3.0-only"),
			policy.Decision{Effect: policy.Tolerated, Rule: policy.RuleRules, Reason: "LG-LIC-001 only warns"}},
		{"an unknown licence", policy.Policy{}, found(check, finding.RuleLicenseUnknown, false),
			policy.Decision{Effect: policy.Reported, Rule: policy.RuleLicenses, Reason: "a licence that nobody knows is ignored"}},
		{"an unknown licence that warns", deny(policy.LicenseSide{Unknown: policy.ActionWarn}), found(check, finding.RuleLicenseUnknown, false),
			policy.Decision{Effect: policy.Tolerated, Rule: policy.RuleLicenses, Reason: "a licence that nobody knows only warns"}},
		{"an unknown licence of the base image", policy.Policy{Licenses: policy.Licenses{Base: policy.LicenseSide{Unknown: policy.ActionBlock}}}, found(check, finding.RuleLicenseUnknown, true),
			policy.Decision{Effect: policy.Blocks, Rule: policy.RuleLicenses, Reason: "a licence that nobody knows blocks"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, judgedToday(tt.policy, []finding.Finding{tt.of}).Decisions[0]); diff != "" {
				t.Errorf("Judge() (-want +got):\n%s", diff)
			}
		})
	}
}

// Exceptions are for checks and secrets what they are for vulnerabilities.
func TestExceptionsForChecksAndSecrets(t *testing.T) {
	t.Parallel()
	secret := found(finding.KindSecret, "LG-SEC-001", false)
	tests := []struct {
		name   string
		of     finding.Finding
		change func(*policy.Exception)
		waived bool
	}{
		{"by the rule", secret, func(*policy.Exception) {}, true},
		{"by the rule in lower case", secret, func(e *policy.Exception) { e.ID = "lg-sec-001" }, true},
		{"of another rule", secret, func(e *policy.Exception) { e.ID = "LG-SEC-002" }, false},
		{"by the path", secret, func(e *policy.Exception) { e.Paths = []string{"/app/*"} }, true},
		{"of another path", secret, func(e *policy.Exception) { e.Paths = []string{"/srv/**"} }, false},
		{"by the image", secret, func(e *policy.Exception) { e.Image = "registry.example/app" }, true},
		{"of another image", secret, func(e *policy.Exception) { e.Image = "registry.example/other" }, false},
		{"by the layer", secret, func(e *policy.Exception) { e.Layer = "own" }, true},
		{"of the other layers", secret, func(e *policy.Exception) { e.Layer = "base" }, false},
		{"of a package, for a finding of none", secret, func(e *policy.Exception) { e.Package = "readline" }, false},
		{"for a check", found(finding.KindCheck, "LG-SEC-001", false), func(*policy.Exception) {}, true},
		{"by the package", licensed(false, "GPL-3.0-only"), func(e *policy.Exception) { e.ID, e.Package = finding.RuleLicenseDenied, "read*" }, true},
		{"of another package", licensed(false, "GPL-3.0-only"), func(e *policy.Exception) { e.ID, e.Package = finding.RuleLicenseDenied, "bash" }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := exception("LG-SEC-001")
			tt.change(&e)
			p := policy.Policy{Exceptions: []policy.Exception{e}, Licenses: policy.Licenses{LicenseSide: policy.LicenseSide{Deny: []string{"GPL-*"}}}}
			v, _ := policy.Judge(p, policy.Input{
				Findings: []finding.Finding{tt.of}, Now: today, Subject: policy.Subject{Images: []string{"registry.example/app:1"}},
			})
			if got := v.Decisions[0].Effect == policy.Waived; got != tt.waived {
				t.Errorf("Judge() = %+v, want it waived: %v", v.Decisions[0], tt.waived)
			}
		})
	}
}

// In a manifest an exception is for the image of the container, whatever image is judged.
func TestExceptionsForManifests(t *testing.T) {
	t.Parallel()
	const digest = "@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	tests := []struct {
		name   string
		image  string // of the container; empty for a finding about the whole workload
		change func(*policy.Exception)
		waived bool
		notes  int
	}{
		{"by the image", "registry.example/shop/web:1", func(e *policy.Exception) { e.Image = "registry.example/shop/web" }, true, 0},
		{"by the image and its tag", "registry.example/shop/web:1" + digest, func(e *policy.Exception) { e.Image = "registry.example/shop/web:1" }, true, 0},
		{"by a pattern", "registry.example/shop/web", func(e *policy.Exception) { e.Image = "registry.example/**" }, true, 0},
		{"by a short name", "docker.io/library/nginx:1.27", func(e *policy.Exception) { e.Image = "nginx" }, true, 0},
		{"by the full name", "nginx:1.27", func(e *policy.Exception) { e.Image = "docker.io/library/nginx:1.*" }, true, 0},
		{"another tag", "registry.example/shop/web:2", func(e *policy.Exception) { e.Image = "registry.example/shop/web:1" }, false, 0},
		{"the image that is judged, of another container", "registry.example/shop/web:1", func(e *policy.Exception) { e.Image = "registry.example/app" }, false, 1},
		{"by its digest", "registry.example/shop/web:1" + digest, func(e *policy.Exception) { e.Image = "registry.example/shop/web:1" + digest }, true, 0},
		{"any, of no container", "", func(e *policy.Exception) { e.Image = "**" }, false, 1},
		{"of no container", "", func(e *policy.Exception) { e.Image = "registry.example/shop/web" }, false, 0},
		{"a registry that a variable decides on", "${REGISTRY}/web", func(e *policy.Exception) { e.Image = "docker.io/**" }, false, 0},
		{"by the path", "registry.example/shop/web:1", func(e *policy.Exception) { e.Paths = []string{"deploy/*.yaml"} }, true, 0},
		{"another path", "registry.example/shop/web:1", func(e *policy.Exception) { e.Paths = []string{"/deploy/*.yaml"} }, false, 1},
		{"by the image, and another path", "registry.example/shop/web:1", func(e *policy.Exception) { e.Image, e.Paths = "registry.example/shop/*", []string{"test/*"} }, false, 1},
		{"manifests are the project's own", "registry.example/shop/web:1", func(e *policy.Exception) { e.Layer = "own" }, true, 0},
		{"and not the base image's", "registry.example/shop/web:1", func(e *policy.Exception) { e.Layer = "base" }, false, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := finding.Finding{
				Kind: finding.KindCheck, ID: "LG-RUN-006", Severity: finding.SeverityHigh, Path: "deploy/web.yaml",
				Check: &finding.Check{Resource: "Deployment/web", Container: "web", Image: tt.image},
			}
			e := exception("LG-RUN-006")
			tt.change(&e)
			v, _ := policy.Judge(policy.Policy{Exceptions: []policy.Exception{e}}, policy.Input{
				Findings: []finding.Finding{f}, Now: today, Subject: policy.Subject{Images: []string{"registry.example/app:1"}},
			})
			if got := v.Decisions[0].Effect == policy.Waived; got != tt.waived {
				t.Errorf("Judge() = %+v, want it waived: %v", v.Decisions[0], tt.waived)
			}
			if len(v.Notes) != tt.notes {
				t.Errorf("notes = %+v, want %d", v.Notes, tt.notes)
			}
		})
	}
}

// An expression is denied where nobody can choose licences of which none is.
func TestLicensesDenied(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		deny     []string
		declared string
		denied   bool
	}{
		{"nothing denied", nil, "GPL-3.0-only", false},
		{"by its name", []string{"GPL-3.0-only"}, "GPL-3.0-only", true},
		{"in another case", []string{"gpl-3.0-ONLY"}, "GPL-3.0-only", true},
		{"another one", []string{"GPL-3.0-only"}, "GPL-3.0-or-later", false},
		{"by a pattern", []string{"GPL-*"}, "GPL-3.0-or-later", true},
		{"by its deprecated name", []string{"GPL-3.0"}, "GPL-3.0-only", true},
		{"by its deprecated name, with later versions", []string{"GPL-3.0"}, "GPL-3.0-or-later", true},
		{"declared by its deprecated name", []string{"GPL-3.0-only"}, "GPL-3.0", true},
		{"declared with a plus", []string{"GPL-3.0-or-later"}, "GPL-3.0+", true},
		{"another version by its deprecated name", []string{"GPL-2.0"}, "GPL-3.0-only", false},
		{"a pattern is for the whole name", []string{"GPL-*"}, "LGPL-3.0-only", false},
		{"one alternative", []string{"GPL-*"}, "(MIT OR GPL-3.0-only)", false},
		{"every alternative", []string{"GPL-*", "MIT"}, "MIT or GPL-3.0-only", true},
		{"one of all that apply", []string{"GPL-*"}, "MIT AND GPL-3.0-only", true},
		{"AND binds more closely", []string{"GPL-*"}, "MIT OR ISC AND GPL-3.0-only", false},
		{"AND binds more closely, with the rest denied", []string{"GPL-*", "MIT"}, "MIT OR ISC AND GPL-3.0-only", true},
		{"alternatives within", []string{"GPL-*"}, "Zlib AND (GPL-2.0-only OR (GPL-3.0-only AND ISC) OR MIT)", false},
		{"alternatives within, all denied", []string{"GPL-*"}, "Zlib AND (GPL-2.0-only OR (GPL-3.0-only AND ISC))", true},
		{"alternatives of a reference", []string{"GPL-*"}, "LicenseRef-own OR GPL-2.0-only", false},
		{"with an exception", []string{"GPL-2.0-only"}, "GPL-2.0-only WITH Classpath-exception-2.0", true},
		{"that exception alone", []string{"GPL-2.0-only WITH Classpath-exception-2.0"}, "gpl-2.0-only with classpath-exception-2.0", true},
		{"without that exception", []string{"GPL-2.0-only WITH Classpath-exception-2.0"}, "GPL-2.0-only", false},
		{"no expression, as a whole", []string{"*commercial*"}, "Some Commercial Licence", true},
		{"no expression, not by a part", []string{"MIT"}, "MIT, as far as we know", false},
		{"brackets that do not close", []string{"MIT"}, "(MIT", false},
		{"an operator that joins nothing", []string{"MIT"}, "MIT OR", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := policy.Licenses{LicenseSide: policy.LicenseSide{Deny: tt.deny}}
			if got := len(l.Denied(false, []string{tt.declared})) > 0; got != tt.denied {
				t.Errorf("Denied(%q) by %q = %v, want %v", tt.declared, tt.deny, got, tt.denied)
			}
		})
	}
}

// An expression comes from the image: whatever it is, reading it ends soon.
func FuzzParseExpression(f *testing.F) {
	for _, s := range []string{"MIT", "(MIT OR GPL-3.0-only) AND ISC", "((((", "A WITH B OR", ") MIT (", "WITH AND OR"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, ok := policy.ParseExpression(text)
		if ok && len(e.Licenses()) == 0 {
			t.Errorf("ParseExpression(%q) is an expression without a licence", text)
		}
		all := policy.Licenses{LicenseSide: policy.LicenseSide{Deny: []string{"**"}}}
		if len(all.Denied(false, []string{text})) == 0 {
			t.Errorf("Denied(%q) by ** = false, want what denies every licence to deny any text", text)
		}
	})
}
