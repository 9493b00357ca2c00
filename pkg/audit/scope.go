package audit

import (
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/imageref"
)

// everything is the pattern of all repositories of a registry.
const everything = "**"

// ScopeOf is what an audit of the repositories of a registry that match a pattern looks at, as Config.Scope has it; an empty pattern means
// all.
func ScopeOf(host, pattern string) string {
	if pattern == "" {
		pattern = everything
	}
	return host + "/" + pattern
}

// Whole tells whether the audit saw every tag of a repository, so that an image it does not have is not in the registry.
func (r *Result) Whole(repository string) bool {
	host, _, _ := strings.Cut(repository, "/")
	return slices.ContainsFunc(r.Scope, func(scope string) bool {
		of, pattern, _ := strings.Cut(scope, "/")
		matches, err := Match(pattern, repository)
		return scope == repository || of == host && (pattern == everything || matches && err == nil)
	})
}

// Families lists the images by the repositories that their names are of: those of one are what one team mends. An image with names in
// several is in each. The one without a name, of which it is not known what it is, is under "".
func (r *Result) Families() map[string][]Entry {
	out := map[string][]Entry{}
	for _, e := range r.Images {
		of := []string{e.Repository}
		for _, name := range e.Names {
			of = append(of, imageref.Split(name).Repository)
		}
		slices.Sort(of)
		for _, repository := range slices.Compact(of) {
			out[repository] = append(out[repository], e)
		}
	}
	return out
}
