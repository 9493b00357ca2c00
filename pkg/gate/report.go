package gate

import (
	"cmp"
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
		Image:     report.Image{Source: cfg.Image, Name: img.Name},
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
			Package: pkg.Package, Layer: pkg.Layer, State: pkg.State, Licenses: pkg.Licenses, CPEs: pkg.CPEs,
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
	for _, d := range append([]match.Distro{result.Distro}, result.Others...) {
		rep.Warnings = append(rep.Warnings, warnings(p.Name, d)...)
	}
	rep.Warnings = append(rep.Warnings, gaps(p.Name, "what these files bring could not be read and is not judged", inv.Unreadable)...)
	rep.Warnings = append(rep.Warnings, gaps(p.Name, "what these bring is in a form that is not read, and is not judged", inv.Unread)...)
	rep.Warnings = append(rep.Warnings, hiddenRecords(p.Name, inv)...)
	rep.Platforms = append(rep.Platforms, out)
}

func warnings(platform string, d match.Distro) []string {
	var out []string
	name := d.Name
	if name == "" {
		name = d.ID + " " + d.Version
	}
	if d.EndOfLife {
		out = append(out, fmt.Sprintf("%s: %s has reached its end of life: new vulnerabilities in it are not repaired, and may not be listed", platform, name))
	}
	if d.Uncovered {
		out = append(out, fmt.Sprintf("%s: the advisory database has nothing about %s: vulnerabilities of its packages are not found", platform, name))
	}
	return out
}

// maxNamed is how many files or packages a warning names.
const maxNamed = 5

// enumerate names the first of some things, and counts the others.
func enumerate(names []string) string {
	text := strings.Join(names[:min(len(names), maxNamed)], ", ")
	if more := len(names) - maxNamed; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// gaps warns of files that may bring packages which nobody could look at.
func gaps(platform, why string, list []inventory.Gap) []string {
	if len(list) == 0 {
		return nil
	}
	var paths []string
	for _, g := range list {
		paths = append(paths, g.Path)
	}
	return []string{fmt.Sprintf("%s: %s: %s", platform, why, enumerate(slices.Compact(paths)))}
}

// hiddenRecords warns of layers that remove or change what records packages, and leave the packages themselves there.
func hiddenRecords(platform string, inv *inventory.Inventory) []string {
	type place struct {
		layer int
		path  string
	}
	hidden := map[place][]string{}
	for _, p := range inv.Packages {
		if p.HiddenBy > 0 {
			at := place{p.HiddenBy, p.Path}
			hidden[at] = append(hidden[at], p.Name)
		}
	}
	var out []string
	places := slices.SortedFunc(maps.Keys(hidden), func(a, b place) int {
		return cmp.Or(cmp.Compare(a.layer, b.layer), cmp.Compare(a.path, b.path))
	})
	for _, at := range places {
		out = append(out, fmt.Sprintf("%s: layer %d takes packages out of %s whose files are still there, and they are judged as before: %s",
			platform, at.layer, at.path, enumerate(slices.Compact(hidden[at]))))
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
