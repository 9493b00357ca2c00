package gate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/dustin/go-humanize/english"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/natural"
	"github.com/layergate/layergate/pkg/origin"
	"github.com/layergate/layergate/pkg/redact"
	"github.com/layergate/layergate/pkg/vulndb"
)

// debug tells whoever looks for an error a line.
func (r *Result) debug(format string, args ...any) {
	if r.request.Debug != nil {
		r.request.Debug(fmt.Sprintf(format, args...))
	}
}

// debugBase says which base image was recognised, and how.
func (r *Result) debugBase(from *origin.Image) {
	if from.Base == nil {
		r.debug("no base image is known: neither a Dockerfile that fits, nor the request, nor the image names one")
		return
	}
	how := "the image names it"
	switch {
	case from.Base.Location != nil:
		how = fmt.Sprintf("%s:%d names it", from.Base.Location.File, from.Base.Location.Line)
	case r.request.BaseImage != "":
		how = "the request names it, and the image begins with its layers"
	}
	r.debug("the base image is %s: %s", imageName(from.Base.Name), how)
	for i, p := range from.Platforms {
		base := 0
		for _, l := range p.Layers {
			if l.Base {
				base++
			}
		}
		r.debug("%s: %d of %s are the base image's", r.image.Platforms[i].Name, base, english.Plural(len(p.Layers), "layer", ""))
	}
}

// debugDatabase says which advisories are matched.
func (r *Result) debugDatabase(info vulndb.Info) {
	r.debug("the advisory database is of schema %s, was built at %s, has %s and comes from %s",
		info.Schema, info.Built.UTC().Format(time.RFC3339), cmp.Or(info.Checksum, "no checksum"), redact.Text(cmp.Or(info.From, "an unknown place")))
}

// debugPackages says in which files of which layers packages were found.
func (r *Result) debugPackages(p *image.Platform, inv *inventory.Inventory) {
	type source struct {
		layer int
		kind  string // of packages
	}
	files := map[source][]string{}
	for _, pkg := range inv.Packages {
		at := source{pkg.Layer, pkg.Type}
		files[at] = append(files[at], pkg.Path)
	}
	order := func(a, b source) int { return cmp.Or(cmp.Compare(a.layer, b.layer), cmp.Compare(a.kind, b.kind)) }
	for _, at := range slices.SortedFunc(maps.Keys(files), order) {
		packages := len(files[at])
		slices.Sort(files[at])
		paths := slices.Compact(files[at])
		r.debug("%s: layer %d has %s of type %s in %s: %s", p.Name, at.layer, english.Plural(packages, "package", ""), at.kind, english.Plural(len(paths), "file", ""), natural.Enumerate(paths))
	}
	for _, g := range slices.Concat(inv.Unreadable, inv.Unread, inv.Unidentified) {
		r.debug("%s: layer %d: %s was not read by %s: %s", p.Name, g.Layer, g.Path, cmp.Or(g.Cataloger, "any cataloger"), g.Reason)
	}
}

// debugGaps says why something is a coverage gap.
func (r *Result) debugGaps(findings []finding.Finding) {
	for _, f := range findings {
		if f.Coverage != nil {
			r.debug("%s: %s is a gap of the kind %s: %s; %s", f.Platform, cmp.Or(f.Coverage.Subject(f.Path), "the image"), f.Coverage.Gap, f.Title, f.Coverage.Remedy())
		}
	}
}
