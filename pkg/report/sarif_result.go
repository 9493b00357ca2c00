package report

import (
	"cmp"
	"fmt"
	"maps"
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
		WithLevel(string(a.level())).
		WithMessage(sarif.NewTextMessage(resultText(r, a))).
		WithLocations(locations[:1]).
		WithPartialFingerPrints(map[string]any{"primaryLocationLineHash": a.fingerprint}).
		WithOccurrenceCount(len(a.findings))
	for i, l := range locations[1:min(len(locations), sarifRelated+1)] {
		result.AddRelatedLocation(l.WithId(i + 1))
	}
	if a.waived != nil {
		result.AddSuppression(suppression(a))
	}
	if state := sarifState(a.state); state != "" {
		result.BaselineState = &state
	}
	result.Properties = resultProperties(r, a)
	return result
}

// resultText says in its first sentence, which is all that lists show, what to do about what.
func resultText(r *Report, a alert) string {
	f, w := a.first, a.words
	sentences := []string{w.headline}
	if f.State == finding.Shadowed && f.Layer != nil {
		sentences = append(sentences, fmt.Sprintf("It is shadowed: a later layer removed or replaced it, but layer %d still ships it", f.Layer.Index))
	}
	for _, s := range []string{strings.TrimSuffix(sarifText(f.Summary, 400), "."), w.more, whereText(f), otherOccurrences(r, a)} {
		if s != "" {
			sentences = append(sentences, s)
		}
	}
	if a.waived != nil {
		sentences = append(sentences, "Does not block: "+sarifText(a.waived.Reason, 300))
	}
	if a.reason != "" {
		sentences = append(sentences, "Blocks "+r.Name()+": "+sarifText(a.reason, 300))
	}
	text := strings.Join(sentences, ". ") + "."
	if add := addText(f); add != "" {
		text += "\n" + strings.ReplaceAll(add, "](", "] (")
	}
	return text
}

// whereText says where the finding is: its layer, its file and what made the layer.
func whereText(f finding.Finding) string {
	var parts []string
	if f.Layer != nil {
		parts = append(parts, fmt.Sprintf("Layer %d", f.Layer.Index))
	}
	if f.Path != "" {
		file := "file "
		if f.Layer == nil {
			file = "File "
		}
		parts = append(parts, file+sarifText(shortenPath(printable(f.Path), 200), 200))
	}
	if f.Layer != nil && f.Layer.CreatedBy != "" {
		parts = append(parts, "created by: "+sarifText(instruction(f.Layer.CreatedBy), 200))
	}
	return strings.Join(parts, ", ")
}

// otherOccurrences names the platforms, and the details, such as versions, beside the first.
func otherOccurrences(r *Report, a alert) string {
	var parts []string
	if platforms := a.distinct(func(f finding.Finding, _ words) string { return f.Platform }); len(r.Platforms) > 1 && len(platforms) > 0 {
		parts = append(parts, "On "+sarifText(someOf(platforms, 6), 200))
	}
	details := a.distinct(func(f finding.Finding, w words) string {
		detail := w.detail.text
		if detail == a.words.detail.text && f.State == a.first.State {
			return ""
		}
		if f.Layer == nil {
			return detail
		}
		return fmt.Sprintf("%s (%s, layer %d)", detail, stateWord(f.State), f.Layer.Index)
	})
	if len(details) > 0 {
		parts = append(parts, a.words.also+" "+sarifText(someOf(details, 5), 400))
	}
	return strings.Join(parts, ". ")
}

// sarifLocations gives the line of the project first, where one is known, then the file, then the other lines.
func sarifLocations(r *Report, a alert) []*sarif.Location {
	var locations []*sarif.Location
	seen := map[string]bool{}
	add := func(f finding.Finding, uri string, l finding.Location, text string) {
		region := sarif.NewSimpleRegion(max(l.Line, 1), max(l.EndLine, l.Line, 1))
		if l.Column > 0 {
			region.WithStartColumn(l.Column)
		}
		k := fmt.Sprint(uri, " ", *region.StartLine, " ", *region.EndLine, " ", l.Column)
		if seen[k] {
			return
		}
		seen[k] = true
		location := sarif.NewLocationWithPhysicalLocation(sarif.NewPhysicalLocation().
			WithArtifactLocation(sarif.NewSimpleArtifactLocation(uri)).
			WithRegion(region)).
			WithLogicalLocations(logicalLocations(f))
		locations = append(locations, location.WithMessage(sarif.NewTextMessage(text)))
	}
	locate := func(f finding.Finding, w words) {
		if f.Location != nil {
			add(f, relativeURI(f.Location.File), *f.Location, w.brings+inLayer(f))
		}
		for _, l := range f.Related {
			add(f, relativeURI(l.File), l.Location, fmt.Sprintf("%s: %s", w.subject, sarifText(l.Why, 100)))
		}
		switch {
		case r.inImage(f):
			add(f, relativeURI(strings.ReplaceAll(r.reference().repository, ":", "-"), f.Path), finding.Location{}, w.subject+" in the image"+inLayer(f))
		case f.Location == nil: // else that is the line of the manifest
			add(f, relativeURI(f.Path), finding.Location{}, w.subject)
		}
	}
	locate(a.first, a.words)
	for i, f := range a.findings {
		locate(f, a.each[i])
	}
	return locations
}

// inLayer names a finding's layer behind a sentence.
func inLayer(f finding.Finding) string {
	if f.Layer == nil {
		return ""
	}
	return fmt.Sprintf(" (layer %d)", f.Layer.Index)
}

// logicalLocations names what has the problem, and its layer.
func logicalLocations(f finding.Finding) []*sarif.LogicalLocation {
	kind, name, qualified := wordingOf(f).logical()
	name = orDash(printable(name))
	qualified = cmp.Or(printable(qualified), name)
	if f.Layer == nil {
		return []*sarif.LogicalLocation{sarif.NewLogicalLocation().WithName(name).WithFullyQualifiedName(qualified).WithKind(kind)}
	}
	layer := fmt.Sprintf("layer %d", f.Layer.Index)
	l := sarif.NewLogicalLocation().WithName(layer).WithKind("layer")
	if d := printable(f.Layer.DiffID); d != "" {
		l.WithFullyQualifiedName(d)
	}
	return []*sarif.LogicalLocation{
		sarif.NewLogicalLocation().WithName(name).WithFullyQualifiedName(layer + "/" + qualified).WithKind(kind),
		l,
	}
}

func resultProperties(r *Report, a alert) sarif.Properties {
	f := a.first
	p := sarif.Properties{
		"severity":       f.Severity.String(),
		"state":          stateWord(f.State),
		"origin":         originOf(r, f),
		"platforms":      a.distinct(func(f finding.Finding, _ words) string { return printable(f.Platform) }),
		"blocking":       a.blocks,
		"blockingReason": printable(a.reason),
		"baseline":       string(a.state),
	}
	if f.Layer != nil {
		p["layer"] = layerProperties(*f.Layer)
	}
	maps.Copy(p, wordingOf(f).properties())
	if len(a.findings) > 1 {
		var occurrences []sarif.Properties
		for _, o := range a.findings {
			occurrences = append(occurrences, occurrenceProperties(o))
		}
		p["occurrences"] = occurrences
	}
	return withoutEmpty(p)
}

// occurrenceProperties tells one of several findings of an alert from the others.
func occurrenceProperties(f finding.Finding) sarif.Properties {
	p := sarif.Properties{"platform": printable(f.Platform), "state": stateWord(f.State)}
	name, detail := wordingOf(f).occurrence()
	p[name] = printable(detail)
	if f.Layer != nil {
		p["layer"], p["diffID"] = f.Layer.Index, printable(f.Layer.DiffID)
	}
	return withoutEmpty(p)
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
	base := r.image().Base
	switch {
	case f.Layer == nil || base == nil || base.Layers == 0 && base.Name != "scratch":
		return ""
	case f.Layer.Base:
		return "base"
	}
	return "own"
}
