package secret

import (
	"slices"
	"strings"
	"testing"
)

// Every kind is found by each of its names, at any depth and not by a part of an element, and its expressions compile.
func TestKindsByName(t *testing.T) {
	t.Parallel()
	x := indexed()
	has := func(name string, k kind) bool {
		return slices.ContainsFunc(x.of(name), func(o kind) bool { return o.typ == k.typ && o.class == k.class && slices.Equal(o.names, k.names) })
	}
	for _, k := range kinds {
		k.matches("")
		for _, pattern := range k.names {
			if strings.ContainsAny(pattern, `?[\`) || strings.Contains(pattern[:strings.LastIndex(pattern, "/")+1], "*") || pattern != strings.ToLower(pattern) {
				t.Errorf("%q is more than a name with * in its last element", pattern)
			}
			name := strings.ReplaceAll(pattern, "*", "x.y")
			for _, dir := range []string{"/", "/srv/app/"} {
				if !has(dir+name, k) {
					t.Errorf("%s is not of the kind with the name %q", dir+name, pattern)
				}
			}
			if strings.HasPrefix(pattern, "*") {
				continue
			}
			if has("/srv/x"+name, k) && !slices.ContainsFunc(k.names, func(n string) bool { return strings.HasPrefix(n, "*") }) {
				t.Errorf("/srv/x%s is of the kind with the name %q", name, pattern)
			}
		}
	}
	if got := x.of("/srv/.env.local"); len(got) != 1 || got[0].class != Settings {
		t.Errorf("/srv/.env.local is of the kinds %v, want one", got)
	}
	for _, name := range []string{"/srv/env", "/srv/.envlocal", "/srv/docker/configs.json", "/srv/.p12/x", "/"} {
		if got := x.of(name); len(got) > 0 {
			t.Errorf("%s is of the kinds %v, want none", name, got)
		}
	}
}
