package gate

import (
	"context"
	"time"

	"github.com/layergate/layergate/pkg/baseline"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/match/version"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/remedy"
	"github.com/layergate/layergate/pkg/report"
)

// CheckRequest asks for manifests to be judged by themselves, without an image.
type CheckRequest struct {
	Tool      report.Tool
	Manifests Manifests
	Policy    policy.Policy
	Baseline  *Baseline       // the report that they are compared with; nil for nothing
	Series    string          // their name in reports
	OutputDir string          // where the reports go; empty for nowhere
	Formats   []report.Format // of reports to write beside those of every run
	Now       time.Time       // when they are judged
}

// Check judges manifests and writes the reports. It asks no database and no registry.
func Check(ctx context.Context, req CheckRequest) (*Result, error) {
	rep := &report.Report{
		Schema: report.SchemaVersion, Tool: req.Tool, Series: req.Series, Subject: report.Subject{Manifests: req.Manifests.subject()},
		Policy: req.Policy, Warnings: req.Manifests.Warnings, Findings: req.Manifests.findings(req.Policy, nil),
	}
	if b := req.Baseline; b != nil {
		baseline.Compare(rep, b.Report)
		rep.Baseline = &report.Baseline{Source: b.Source, Name: b.Report.Name()}
		rep.Warnings = append(rep.Warnings, baseline.Warnings(rep, b.Report)...)
	}
	describeRules(rep)
	rep.Normalize()
	finding.Sort(rep.Findings)
	rep.Verdict, _ = policy.Judge(req.Policy, policy.Input{Findings: rep.Findings, Now: req.Now, InRange: version.InRange})
	rep.Remedies = remedy.New(rep.RemedyInput())
	out := &Result{Report: rep}
	if req.OutputDir != "" {
		var err error
		if out.Files, err = report.WriteFiles(req.OutputDir, rep, req.Formats...); err != nil {
			return nil, err
		}
	}
	return out, ctx.Err()
}
