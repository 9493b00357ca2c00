package remedy

import (
	"cmp"
	"slices"

	"github.com/layergate/layergate/pkg/finding"
)

// remains writes down what no step removes, and adds its items to those that are counted.
func (d *draft) remains(counted map[finding.Item]bool) Remaining {
	r := Remaining{Tally: tally(d.in, d.remaining, counted)}
	base := map[finding.Item]bool{}
	byID := map[string][]finding.Finding{}
	var ids []string
	for _, i := range r.Findings {
		f := d.in.Findings[i]
		base[f.Item()] = base[f.Item()] || inBase(f)
		if byID[f.ID] == nil {
			ids = append(ids, f.ID)
		}
		byID[f.ID] = append(byID[f.ID], f)
	}
	for _, b := range base {
		if b {
			r.Base++
		}
	}
	slices.SortStableFunc(ids, func(a, b string) int { return cmp.Compare(worst(byID[b]), worst(byID[a])) })
	for _, id := range ids {
		if command := acceptCommand(byID[id]); command != "" {
			r.Commands = append(r.Commands, command)
		}
	}
	return r
}

func worst(findings []finding.Finding) finding.Severity {
	var out finding.Severity
	for _, f := range findings {
		out = max(out, f.Severity)
	}
	return out
}

// acceptCommand accepts findings of one identifier, and no others. It ends as soon as somebody repairs them, or, where somebody
// has already and that is of no use here, on a day that the reader chooses.
// Nobody is told to accept malware.
func acceptCommand(findings []finding.Finding) string {
	if findings[0].Malicious() {
		return ""
	}
	command := shell("layergate exception add", findings[0].ID)
	names := map[string]bool{}
	base, fixed := true, false
	for _, f := range findings {
		p, _ := f.Package()
		names[p.Name] = true
		base = base && inBase(f)
		fixed = fixed || f.Repairable()
	}
	if p, ok := findings[0].Package(); ok && len(names) == 1 {
		command = with(command, "--package", p.Name)
	}
	if base {
		command = with(command, "--layer", "base")
	}
	if fixed {
		command = with(command, "--expires", "YYYY-MM-DD")
	} else {
		command = with(command, "--until", "fixed")
	}
	if command == "" {
		return ""
	}
	return command + " --reason '…' --owner '…'"
}
