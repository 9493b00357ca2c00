package gate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/match"
	"github.com/layergate/layergate/pkg/report"
	"github.com/layergate/layergate/pkg/vulndb"
)

func newReport(cfg Config, img *image.Image, db vulndb.Info) *report.Report {
	rep := &report.Report{
		Schema:    report.SchemaVersion,
		Tool:      cfg.Tool,
		Subject:   report.Subject{Image: &report.Image{Source: cfg.Image, Name: img.Name}},
		Database:  report.Database{Schema: db.Schema, Built: utc(db.Built), Checksum: db.Checksum, From: db.From},
		Policy:    cfg.Policy,
		Warnings:  []string{},
		Platforms: []report.Platform{},
		Findings:  []finding.Finding{},
	}
	if db.MaxAge > 0 {
		rep.Database.MaxAge = db.MaxAge.String()
	} else {
		rep.Warnings = append(rep.Warnings, fmt.Sprintf("the age limit of the advisory database is turned off: it was built %s, and newer vulnerabilities are not found", utc(db.Built)))
	}
	return rep
}

// addPlatform adds what is known of one platform, but for the digests that sealing may still change.
func addPlatform(rep *report.Report, p *image.Platform, tree *layerfs.FS, inv *inventory.Inventory, result match.Result) {
	out := report.Platform{
		Platform: p.Name,
		ID:       p.ID.String(),
		Distro:   report.Distribution{ID: result.Distro.ID, Version: result.Distro.Version, Name: result.Distro.Name, EndOfLife: result.Distro.EndOfLife},
		Packages: []report.Package{},
	}
	for i, l := range p.Layers {
		out.Layers = append(out.Layers, report.Layer{Layer: l.Layer, Unpacked: tree.Unpacked(i)})
	}
	for _, pkg := range inv.Packages {
		out.Layers[pkg.Layer].Packages++
		out.Packages = append(out.Packages, report.Package{
			Package: pkg.Package, Path: pkg.Path, Layer: pkg.Layer, State: pkg.State, Licenses: pkg.Licenses, CPEs: pkg.CPEs,
		})
	}
	for _, f := range result.Findings {
		l := &out.Layers[f.Layer.Index]
		if f.State == finding.Shadowed {
			l.Shadowed.Add(f.Severity)
		} else {
			l.Counts.Add(f.Severity)
		}
	}
	rep.Warnings = append(rep.Warnings, warnings(out, result.Distro)...)
	rep.Warnings = append(rep.Warnings, unreadable(p.Name, inv.Unreadable)...)
	rep.Warnings = append(rep.Warnings, removedDatabases(p.Name, tree, inv)...)
	rep.Platforms = append(rep.Platforms, out)
}

func warnings(p report.Platform, d match.Distro) []string {
	var out []string
	name := d.Name
	if name == "" {
		name = d.ID + " " + d.Version
	}
	if d.EndOfLife {
		out = append(out, fmt.Sprintf("%s: %s has reached its end of life: new vulnerabilities in it are not repaired, and may not be listed", p.Platform, name))
	}
	if d.Uncovered {
		out = append(out, fmt.Sprintf("%s: the advisory database has nothing about %s: vulnerabilities of its packages are not found", p.Platform, name))
	}
	return out
}

// maxUnreadable is how many files a warning names.
const maxUnreadable = 5

// unreadable warns of files that may bring packages which nobody could look at.
func unreadable(platform string, paths []string) []string {
	if len(paths) == 0 {
		return nil
	}
	text := strings.Join(paths[:min(len(paths), maxUnreadable)], ", ")
	if more := len(paths) - maxUnreadable; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return []string{fmt.Sprintf("%s: what these files bring could not be read and is not judged: %s", platform, text)}
}

// removedDatabases warns of package databases that a later layer removed: their packages count as shadowed, though their
// files may well be there.
func removedDatabases(platform string, tree *layerfs.FS, inv *inventory.Inventory) []string {
	removed := map[string]int{}
	for _, p := range inv.Packages {
		if p.State == finding.Shadowed && slices.Contains([]string{"alpm", "apk", "deb", "rpm"}, p.Type) {
			if _, still := tree.Top().Stat(p.Path); !still {
				removed[p.Path]++
			}
		}
	}
	var out []string
	for _, path := range slices.Sorted(maps.Keys(removed)) {
		out = append(out, fmt.Sprintf("%s: a later layer removes the package database %s: its %s count as removed, too", platform, path, count(removed[path], "package")))
	}
	return out
}

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

func layersOf(p *image.Platform) []finding.Layer {
	var out []finding.Layer
	for _, l := range p.Layers {
		out = append(out, l.Layer)
	}
	return out
}

func diffIDs(p *image.Platform) []string {
	var out []string
	for _, l := range p.Layers {
		out = append(out, l.DiffID)
	}
	return out
}
