// Package check is the vocabulary of rules about images and about the manifests that deploy them: what a rule is called,
// how bad it is when something does not keep it, why, and what to change. The rules themselves are in pkg/check/image and
// pkg/check/workload, one file for each.
//
// It must not import anything that reads images or manifests.
package check

import "github.com/layergate/layergate/pkg/finding"

// Rule says what is known of a rule before it looks at anything.
type Rule struct {
	ID       string           // stable, such as LG-IMG-001
	Name     string           // in words, such as runs-as-root
	Kind     finding.Kind     // finding.KindCheck or finding.KindSecret
	Severity finding.Severity // of what does not keep it
	// Information is set where what does not keep the rule is worth knowing and does not block, unless a policy names the rule.
	Information bool
	Title       string      // what is wrong, in a few words, such as: the image runs as root
	Why         string      // one or two sentences: what can happen
	Remedy      string      // one or two sentences: what to change
	References  []Reference // the same rule elsewhere
}

// Reference is a rule of a benchmark, a standard or another tool that asks for the same.
type Reference struct {
	Name string // such as CIS Docker 4.1, PSS restricted, KSV-0012 or CWE-250
	URL  string // of a page about it; empty where there is none
}

// Page is where the documentation of a rule is published.
const Page = "https://github.com/layergate/layergate/blob/main/docs/rules/"

// Finding is a finding of the rule, with what every one of them says; what was seen and where is the caller's to add. The
// check's Wants is the rule's remedy until the caller knows a better one.
func (r Rule) Finding() finding.Finding {
	urls := []string{Page + r.ID + ".md"}
	for _, ref := range r.References {
		if ref.URL != "" {
			urls = append(urls, ref.URL)
		}
	}
	return finding.Finding{
		Kind: r.Kind, ID: r.ID, Severity: r.Severity, Title: r.Title, Summary: r.Why, URLs: urls,
		Check: &finding.Check{Wants: r.Remedy, Information: r.Information},
	}
}
