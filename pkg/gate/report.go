package gate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize/english"

	"github.com/layergate/layergate/pkg/check/packages"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/license"
	"github.com/layergate/layergate/pkg/match"
	"github.com/layergate/layergate/pkg/observe"
	"github.com/layergate/layergate/pkg/origin"
	"github.com/layergate/layergate/pkg/report"
	"github.com/layergate/layergate/pkg/secret"
	"github.com/layergate/layergate/pkg/vulndb"
)

// newReport is a report that says what was asked for, and holds nothing of the image's platforms yet.
func (r *Result) newReport(from *origin.Image, db vulndb.Info) *report.Report {
	source := r.request.Image
	if r.request.Build != nil {
		source = "context:" + r.request.Build.Context
	}
	rep := &report.Report{
		Schema: report.SchemaVersion,
		Tool:   r.gate.env.Tool,
		Series: r.request.Series,
		Subject: report.Subject{Image: &report.Image{
			Source: source, Name: r.image.Name, Base: (*report.BaseImage)(from.Base), Dockerfile: (*report.Dockerfile)(from.Source),
		}},
		Database:  reportDatabase(db),
		Policy:    r.request.Policy,
		Warnings:  append([]string{}, r.image.Warnings...),
		Platforms: []report.Platform{},
		Findings:  []finding.Finding{},
	}
	rep.Warnings = append(rep.Warnings, rep.Database.Warnings()...)
	if db.MaxAge == 0 {
		rep.Warnings = append(rep.Warnings, fmt.Sprintf("the age limit of the advisory database is turned off: it was built %s, and newer vulnerabilities are not found", utc(db.Built)))
	}
	return rep
}

// reportDatabase is how reports name a database.
func reportDatabase(db vulndb.Info) report.Database {
	out := report.Database{
		Schema: db.Schema, Built: utc(db.Built), Checksum: db.Checksum, From: db.From, Digest: db.Digest, PinnedBy: db.PinnedBy, Outdated: db.Outdated,
		Own: report.Own(db.Own), Complete: db.Complete,
	}
	if db.MaxAge > 0 {
		out.MaxAge = db.MaxAge.String()
	}
	for _, f := range db.Unanswered {
		out.Unanswered = append(out.Unanswered, report.Unanswered(f))
	}
	return out
}

// utc writes a time as reports do.
func utc(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// addPlatform adds what is known of one platform and the checks that failed, but for the digests that compressing its layers may still change.
func addPlatform(rep *report.Report, p *image.Platform, o observe.Platform, from *origin.Platform, result match.Result, checks []finding.Finding) {
	d := result.Distro
	out := report.Platform{
		Platform: p.Name,
		ID:       p.ID.String(),
		Distro:   report.Distribution{ID: d.ID, Version: d.Version, Name: d.Name, EndOfLife: d.EndOfLife},
		Packages: []report.Package{},
	}
	for i, l := range from.Layers {
		out.Layers = append(out.Layers, report.Layer{Layer: l, Unpacked: o.Layers[i].Unpacked, Location: from.Line(i)})
	}
	for _, pkg := range o.Inventory.Packages {
		out.Packages = append(out.Packages, report.Package{
			Package: pkg.Package, Path: pkg.Path, Layer: pkg.Layer, State: pkg.State, Licenses: pkg.Licenses, CPEs: pkg.CPEs,
			Distribution: otherDistribution(pkg, d),
		})
	}
	out.Coverage = coverage(&o.Inventory, result.LookedUp)
	licenses := license.Find(rep.Policy.Licenses, o.Inventory.Packages, license.Target{Platform: p.Name, Layers: from.Layers, Locate: from.Locate})
	if n := licenses.Unknown; n > 0 {
		rep.Warnings = append(rep.Warnings, fmt.Sprintf("%s: the licences of %s are not known, and the policy ignores that", p.Name, english.Plural(n, "package", "")))
	}
	blocked := packages.Find(rep.Policy.AlwaysBlock, o.Inventory.Packages, packages.Target{Platform: p.Name, Layers: from.Layers, Locate: from.Locate})
	for _, w := range warnings(p.Name, result, o) {
		rep.Warnings = append(rep.Warnings, secret.RedactPath(w))
	}
	rep.Warnings = append(rep.Warnings, from.Warnings...)
	if rep.Policy.IgnoresSecrets() {
		rep.Warnings = append(rep.Warnings, p.Name+": secrets were not looked for, since the policy ignores them")
	}
	findings := slices.Concat(result.Findings, blocked, licenses.Findings, checks)
	hidePaths(&out, findings)
	rep.Add(out, findings)
}

// otherDistribution names the distribution that an operating system's package is of, where it is not d.
func otherDistribution(p inventory.Package, d match.Distro) string {
	if p.Release == nil || p.Release.ID == d.ID && p.Release.VersionID == d.Version {
		return ""
	}
	return strings.TrimSpace(p.Release.ID + " " + p.Release.VersionID)
}

// addDigests adds the digests under which the image is stored, as far as it has them.
func addDigests(rep *report.Report, img *image.Image) {
	if img.Sealed() {
		rep.Image.Digest, rep.Image.MediaType = img.Root.Digest.String(), string(img.Root.MediaType)
	}
	for i, p := range img.Platforms {
		out := &rep.Platforms[i]
		if img.Sealed() {
			out.Digest = p.Manifest.Digest.String()
		}
		for k, l := range p.Layers {
			out.Layers[k].Digest, out.Layers[k].MediaType, out.Layers[k].Size = l.Digest.String(), string(l.MediaType), l.Size
		}
	}
}
