package report

import (
	"slices"
	"strconv"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// htmlItem is what the page counts as one finding, as the verdict does. One number is one finding.Item, also where it is in the rows
// of several tables: visible in one layer, and shadowed in another.
type htmlItem struct {
	number int
	facets []string
}

// htmlItems are those of a group, by the identifier of their findings. Items that no row had before get the next numbers.
func (r *Report) htmlItems(g *group, numbers map[finding.Item]int) map[string][]*htmlItem {
	out := map[string][]*htmlItem{}
	here := map[finding.Item]*htmlItem{}
	for _, i := range g.members {
		f := r.Findings[i]
		key := f.Item()
		item := here[key]
		if item == nil {
			if _, ok := numbers[key]; !ok {
				numbers[key] = len(numbers)
			}
			item = &htmlItem{number: numbers[key]}
			here[key], out[f.ID] = item, append(out[f.ID], item)
		}
		for _, word := range facetsOf(f, r.effect(i)) {
			if !slices.Contains(item.facets, word) {
				item.facets = append(item.facets, word)
			}
		}
	}
	return out
}

// Facets is the attribute that the page's script filters by: of each item the number and the words, with a stroke between items.
func (f htmlFinding) Facets() string {
	var out []string
	for _, item := range f.Items {
		out = append(out, strings.Join(append([]string{strconv.Itoa(item.number)}, item.facets...), " "))
	}
	return strings.Join(out, "|")
}

// strictest is the effect of a finding that is there several times.
func strictest(items []*htmlItem) policy.Effect {
	for _, e := range policy.Effects() {
		if slices.ContainsFunc(items, func(item *htmlItem) bool { return slices.Contains(item.facets, facetEffect+string(e)) }) {
			return e
		}
	}
	return policy.Blocks
}

// countFacets counts the items of some tables, and those that have each word.
func countFacets(tables []htmlTable) (all int, having map[string]int) {
	type counted struct {
		number int
		word   string
	}
	items, seen := map[int]bool{}, map[counted]bool{}
	having = map[string]int{}
	for _, t := range tables {
		for _, row := range t.Rows {
			for _, f := range row.Findings {
				for _, item := range f.Items {
					items[item.number] = true
					for _, word := range item.facets {
						if k := (counted{item.number, word}); !seen[k] {
							seen[k] = true
							having[word]++
						}
					}
				}
			}
		}
	}
	return len(items), having
}
