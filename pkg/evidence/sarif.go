package evidence

import (
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/redact"
)

// sarifLog is what is read of a SARIF log (SARIF 2.1.0, section 3.13).
type sarifLog struct {
	Version string `json:"version"`
	Runs    *[]struct {
		Tool struct {
			Driver     sarifTool   `json:"driver"`
			Extensions []sarifTool `json:"extensions"`
		} `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		Conversion  struct {
			Invocation sarifInvocation `json:"invocation"`
		} `json:"conversion"`
		Elsewhere struct {
			Results     []any `json:"results"`
			Invocations []any `json:"invocations"`
		} `json:"externalPropertyFileReferences"`
		Results    *[]sarifResult `json:"results"`
		Properties struct {
			ImageID     string   `json:"imageID"`
			RepoDigests []string `json:"repoDigests"`
			ImageDigest string   `json:"imageDigest"`
		} `json:"properties"`
	} `json:"runs"`
}

// sarifInvocation says how a tool was run (section 3.20).
type sarifInvocation struct {
	Successful    *bool               `json:"executionSuccessful"`
	Signal        string              `json:"exitSignalName"`
	NotStarted    string              `json:"processStartFailureMessage"`
	Execution     []sarifNotification `json:"toolExecutionNotifications"`
	Configuration []sarifNotification `json:"toolConfigurationNotifications"`
}

// sarifNotification is about the run and not about what was scanned (section 3.58).
type sarifNotification struct {
	Level      string    `json:"level"`
	Message    sarifText `json:"message"`
	Descriptor struct {
		ID    string `json:"id"`
		Index *int   `json:"index"`
	} `json:"descriptor"`
}

type sarifTool struct {
	Name          string      `json:"name"`
	Version       string      `json:"version"`
	Rules         []sarifRule `json:"rules"`
	Notifications []sarifRule `json:"notifications"`
}

type sarifRule struct {
	ID               string    `json:"id"`
	ShortDescription sarifText `json:"shortDescription"`
	HelpURI          string    `json:"helpUri"`
	Default          struct {
		Level string `json:"level"`
	} `json:"defaultConfiguration"`
	Properties struct {
		SecuritySeverity string `json:"security-severity"`
	} `json:"properties"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID    string `json:"ruleId"`
	RuleIndex *int   `json:"ruleIndex"`
	Rule      struct {
		ID    string `json:"id"`
		Index *int   `json:"index"`
	} `json:"rule"`
	Kind          string    `json:"kind"`
	Level         string    `json:"level"`
	Message       sarifText `json:"message"`
	BaselineState string    `json:"baselineState"`
	Locations     []struct {
		Physical struct {
			Artifact struct {
				URI string `json:"uri"`
			} `json:"artifactLocation"`
			Region struct {
				StartLine int `json:"startLine"`
				EndLine   int `json:"endLine"`
			} `json:"region"`
		} `json:"physicalLocation"`
	} `json:"locations"`
	Suppressions []struct {
		Kind          string `json:"kind"`
		Justification string `json:"justification"`
	} `json:"suppressions"`
}

// sarif reads a log. What a run suppresses is a finding nevertheless; what it says passed, or is not there any more, is none.
func (d *Document) sarif(raw []byte) error {
	var log sarifLog
	if err := decode(raw, &log); err != nil {
		return err
	}
	if log.Version != "2.1.0" || log.Runs == nil {
		return fmt.Errorf("it is no log of SARIF 2.1.0 with runs: its version is %.60q", log.Version)
	}
	if len(*log.Runs) == 0 {
		d.fails(provesNothing(), "", "the log has no run of any tool")
	}
	for i, run := range *log.Runs {
		name := strings.TrimSpace(run.Tool.Driver.Name)
		if name == "" {
			return fmt.Errorf("the tool of run %d has no name", i)
		}
		if d.Tool == "" {
			d.Tool = strings.TrimSpace(name + " " + run.Tool.Driver.Version)
		}
		p := run.Properties
		d.names(append(p.RepoDigests, p.ImageID, p.ImageDigest)...)
		for _, v := range append(run.Invocations, run.Conversion.Invocation) {
			if why := v.incomplete(run.Tool.Driver.Notifications); why != "" {
				d.fails(notComplete(), name, name+" says that "+why)
				break
			}
		}
		if len(run.Elsewhere.Results)+len(run.Elsewhere.Invocations) > 0 {
			d.fails(notComplete(), name, name+" keeps a part of its results in other files, which are not read")
		}
		if run.Results == nil {
			d.fails(provesNothing(), name, name+" lists no results, not even an empty list, which means that it did not scan")
			continue
		}
		rules := run.Tool.Driver.Rules
		for _, e := range run.Tool.Extensions {
			rules = append(rules, e.Rules...)
		}
		for _, r := range *run.Results {
			if r.BaselineState == "absent" || r.Kind == "pass" || r.Kind == "notApplicable" || r.Kind == "informational" {
				continue
			}
			d.sarifFinding(word(name), r, ruleOf(r, run.Tool.Driver.Rules, rules))
		}
	}
	return nil
}

// incomplete says why the run of a tool did not look at everything, as far as it says so itself. It is empty where it does not. A code that
// is not 0 alone says nothing: many tools end so because they found something.
func (v sarifInvocation) incomplete(known []sarifRule) string {
	switch {
	case v.Successful != nil && !*v.Successful:
		return "it did not end successfully"
	case v.Signal != "":
		return "the signal " + word(v.Signal) + " ended it"
	case v.NotStarted != "":
		return "it did not start: " + redact.Text(shorten(v.NotStarted, 200))
	}
	for _, n := range slices.Concat(v.Execution, v.Configuration) {
		of := ruleOf(sarifResult{RuleID: n.Descriptor.ID, RuleIndex: n.Descriptor.Index}, known, known)
		if firstOf(n.Level, of.Default.Level) == "error" {
			return "there was an error: " + redact.Text(shorten(firstOf(n.Message.Text, of.ShortDescription.Text, n.Descriptor.ID), 200))
		}
	}
	return ""
}

// ruleOf is the rule that a result names, by its identifier or its index.
func ruleOf(r sarifResult, driver, all []sarifRule) sarifRule {
	id, index := firstOf(r.RuleID, r.Rule.ID), r.RuleIndex
	if index == nil {
		index = r.Rule.Index
	}
	for _, rule := range all {
		// A result may name a more special rule behind a slash (section 3.27.5).
		if id != "" && (rule.ID == id || strings.HasPrefix(id, rule.ID+"/") && rule.ID != "") {
			return rule
		}
	}
	if id == "" && index != nil && *index >= 0 && *index < len(driver) {
		return driver[*index]
	}
	return sarifRule{ID: id}
}

func (d *Document) sarifFinding(tool string, r sarifResult, rule sarifRule) {
	f := finding.Finding{
		Severity: sarifSeverity(r, rule), Title: firstOf(rule.ShortDescription.Text, rule.ID, r.Message.Text), URLs: []string{rule.HelpURI},
		Check: &finding.Check{Saw: redact.Text(shorten(r.Message.Text, 500)), Resource: d.Name},
	}
	if len(r.Suppressions) > 0 {
		f.Check.Saw += suppressed(r.Suppressions[0].Justification)
	}
	if len(r.Locations) > 0 {
		l := r.Locations[0]
		file, line := l.Physical.Artifact.URI, l.Physical.Region.StartLine
		f.Check.Field = file
		if name, ok := projectFile(file); ok {
			f.Path = name
			if line > 0 {
				f.Location = &finding.Location{File: name, Line: line, EndLine: max(line, l.Physical.Region.EndLine)}
			}
		}
	}
	d.add(tool, firstOf(r.RuleID, r.Rule.ID, rule.ID, "result"), f)
}

// projectFile is the path of a file of the project that a URI names; false means that it names something else.
func projectFile(uri string) (string, bool) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Path == "" || !filepath.IsLocal(filepath.FromSlash(u.Path)) {
		return "", false
	}
	return path.Clean(u.Path), true
}

// sarifSeverity is the severity by the score that code scanning reads, else by the level.
func sarifSeverity(r sarifResult, rule sarifRule) finding.Severity {
	if score, err := strconv.ParseFloat(rule.Properties.SecuritySeverity, 64); err == nil {
		return byScore(score)
	}
	switch firstOf(r.Level, rule.Default.Level, "warning") {
	case "error":
		return finding.SeverityHigh
	case "warning":
		return finding.SeverityMedium
	case "note":
		return finding.SeverityLow
	case "none":
		return finding.SeverityNegligible
	}
	return finding.SeverityUnknown
}

// byScore is the severity of a CVSS base score (CVSS v3.1, section 5).
func byScore(score float64) finding.Severity {
	switch {
	case score >= 9:
		return finding.SeverityCritical
	case score >= 7:
		return finding.SeverityHigh
	case score >= 4:
		return finding.SeverityMedium
	case score > 0:
		return finding.SeverityLow
	}
	return finding.SeverityNegligible
}

// word is the name of a tool as identifiers have it.
func word(name string) string {
	lower := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("-._", r) {
			return r
		}
		return '-'
	}, strings.ToLower(name))
	return shorten(firstOf(strings.Trim(lower, "-."), "tool"), 60)
}
