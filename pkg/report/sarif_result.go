package report

import (
	"fmt"
	"strings"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/layergate/layergate/pkg/finding"
)

// sarifRelated is how many related locations a result names.
const sarifRelated = 20

func sarifResult(r *Report, a alert, rule int) *sarif.Result {
	locations := sarifLocations(r, a)
	result := sarif.NewRuleResult(ruleID(a.first)).
		WithRuleIndex(rule).
		WithKind("fail").
		WithLevel(sarifLevel(a.first)).
		WithMessage(sarif.NewTextMessage(resultText(r, a))).
		WithLocations(locations[:1]).
		WithPartialFingerPrints(map[string]any{"primaryLocationLineHash": a.fingerprint}).
		WithOccurrenceCount(len(a.findings))
	for i, l := range locations[1:min(len(locations), sarifRelated+1)] {
		result.AddRelatedLocation(l.WithId(i + 1))
	}
	result.Properties = resultProperties(r, a)
	return result
}

// nameVersion names a package in a sentence.
func nameVersion(p finding.Package) string {
	name, version := sarifText(p.Name, 100), sarifText(p.Version, 60)
	if name == "" {
		name = "a package without a name"
	}
	if version == "" {
		return name
	}
	return name + " " + version
}

// fixWords says how to repair a finding.
func fixWords(f finding.Finding) string {
	switch f.Fix.State {
	case finding.FixFixed:
		versions, _ := firstOf(fixedIn(f), 5)
		if earlierOnly(f) {
			return earlierWords
		}
		if len(versions) == 0 {
			return "fixed in a later version"
		}
		return "fixed in " + sarifText(strings.Join(versions, " or "), 150)
	case finding.FixWontFix:
		return "will not be fixed by its distributor"
	case finding.FixNone:
		return "not fixed yet"
	default:
		return "no fix is known"
	}
}

// resultText says in its first sentence, which is all that lists show, what to do about what.
func resultText(r *Report, a alert) string {
	f := a.first
	about := f.Severity.String()
	if f.CVSS > 0 {
		about += fmt.Sprintf(", CVSS %.1f", f.CVSS)
	}
	sentences := []string{fmt.Sprintf("%s has %s (%s): %s", nameVersion(f.Package), ruleID(f), about, fixWords(f))}
	if f.State == finding.Shadowed {
		sentences = append(sentences, fmt.Sprintf("It is shadowed: a later layer removed or replaced it, but layer %d still ships it", f.Layer.Index))
	}
	if f.Summary != "" {
		sentences = append(sentences, strings.TrimSuffix(sarifText(f.Summary, 400), "."))
	}
	where := fmt.Sprintf("Layer %d", f.Layer.Index)
	if f.Package.Path != "" {
		where += ", file " + sarifText(shortenPath(printable(f.Package.Path), 200), 200)
	}
	if f.Layer.CreatedBy != "" {
		where += ", created by: " + sarifText(instruction(f.Layer.CreatedBy), 200)
	}
	sentences = append(sentences, where)
	if others := otherOccurrences(r, a); others != "" {
		sentences = append(sentences, others)
	}
	if a.reason != "" {
		sentences = append(sentences, "Blocks the image: "+sarifText(a.reason, 300))
	}
	return strings.Join(sentences, ". ") + "."
}

// otherOccurrences names the platforms, and the versions beside the first.
func otherOccurrences(r *Report, a alert) string {
	var parts []string
	if len(r.Platforms) > 1 {
		parts = append(parts, "On "+sarifText(someOf(a.distinct(func(f finding.Finding) string { return f.Platform }), 6), 200))
	}
	versions := a.distinct(func(f finding.Finding) string {
		if f.Package.Version == a.first.Package.Version && f.State == a.first.State {
			return ""
		}
		return fmt.Sprintf("%s (%s, layer %d)", f.Package.Version, stateWord(f.State), f.Layer.Index)
	})
	if len(versions) > 0 {
		parts = append(parts, "The same path also holds "+sarifText(someOf(versions, 5), 400))
	}
	return strings.Join(parts, ". ")
}

// sarifLocations gives the line of the project first, where one is known, then the file in the image, then the other
// lines.
func sarifLocations(r *Report, a alert) []*sarif.Location {
	var locations []*sarif.Location
	seen := map[string]bool{}
	add := func(f finding.Finding, uri string, line, end int, text string) {
		k := fmt.Sprint(uri, " ", line, " ", end)
		if seen[k] {
			return
		}
		seen[k] = true
		location := sarif.NewLocationWithPhysicalLocation(sarif.NewPhysicalLocation().
			WithArtifactLocation(sarif.NewSimpleArtifactLocation(uri)).
			WithRegion(sarif.NewSimpleRegion(line, end))).
			WithLogicalLocations(logicalLocations(f))
		locations = append(locations, location.WithMessage(sarif.NewTextMessage(text)))
	}
	for _, f := range append([]finding.Finding{a.first}, a.findings...) {
		text := nameVersion(f.Package)
		if f.Location != nil {
			line := max(f.Location.Line, 1)
			add(f, relativeURI(f.Location.File), line, max(f.Location.EndLine, line), fmt.Sprintf("Brings %s (layer %d)", text, f.Layer.Index))
		}
		for _, l := range f.Related {
			add(f, relativeURI(l.File), max(l.Line, 1), max(l.EndLine, l.Line, 1), fmt.Sprintf("%s: %s", text, sarifText(l.Why, 100)))
		}
		add(f, relativeURI(strings.ReplaceAll(r.reference().repository, ":", "-"), f.Package.Path), 1, 1,
			fmt.Sprintf("%s in the image (layer %d)", text, f.Layer.Index))
	}
	return locations
}

func logicalLocations(f finding.Finding) []*sarif.LogicalLocation {
	layer := fmt.Sprintf("layer %d", f.Layer.Index)
	name := orDash(printable(f.Package.Name))
	qualified := layer + "/" + name
	if v := printable(f.Package.Version); v != "" {
		qualified += "@" + v
	}
	l := sarif.NewLogicalLocation().WithName(layer).WithKind("layer")
	if d := printable(f.Layer.DiffID); d != "" {
		l.WithFullyQualifiedName(d)
	}
	return []*sarif.LogicalLocation{
		sarif.NewLogicalLocation().WithName(name).WithFullyQualifiedName(qualified).WithKind("package"),
		l,
	}
}

func resultProperties(r *Report, a alert) sarif.Properties {
	f := a.first
	p := withoutEmpty(sarif.Properties{
		"severity":       f.Severity.String(),
		"cvssVector":     printable(f.CVSSVector),
		"source":         printable(f.Source),
		"state":          stateWord(f.State),
		"origin":         originOf(r, f),
		"platforms":      a.distinct(func(f finding.Finding) string { return printable(f.Platform) }),
		"package":        packageProperties(f.Package),
		"layer":          layerProperties(f.Layer),
		"fix":            withoutEmpty(sarif.Properties{"state": string(f.Fix.State), "versions": printableList(f.Fix.Versions)}),
		"blocking":       a.blocks,
		"blockingReason": printable(a.reason),
	})
	if f.CVSS > 0 {
		p["cvss"] = f.CVSS
	}
	if len(a.findings) > 1 {
		var occurrences []sarif.Properties
		for _, o := range a.findings {
			occurrences = append(occurrences, withoutEmpty(sarif.Properties{
				"platform": printable(o.Platform), "version": printable(o.Package.Version), "state": stateWord(o.State),
				"layer": o.Layer.Index, "diffID": printable(o.Layer.DiffID),
			}))
		}
		p["occurrences"] = occurrences
	}
	return p
}

func printableList(values []string) []string {
	var out []string
	for _, v := range values {
		if v = printable(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}

func packageProperties(p finding.Package) sarif.Properties {
	return withoutEmpty(sarif.Properties{
		"name": printable(p.Name), "version": printable(p.Version), "type": printable(p.Type), "purl": printable(p.PURL), "path": printable(p.Path),
	})
}

func layerProperties(l finding.Layer) sarif.Properties {
	p := withoutEmpty(sarif.Properties{"diffID": printable(l.DiffID)})
	if l.CreatedBy != "" {
		p["createdBy"] = shorten(instruction(l.CreatedBy), 1000)
	}
	p["index"] = l.Index
	return p
}

// originOf tells the base image's findings from the others, where that is known.
func originOf(r *Report, f finding.Finding) string {
	switch {
	case r.Image.Base == nil || r.Image.Base.Layers == 0 && r.Image.Base.Name != "scratch":
		return ""
	case f.Layer.Base:
		return "base"
	}
	return "own"
}
