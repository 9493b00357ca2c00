package ignore

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/layergate/layergate/pkg/policy"
)

// trivyYAML reads Trivy's findings by kind. A finding in several packages is one exception for each.
func trivyYAML(raw []byte, l *List) error {
	type ignored struct {
		ID        string
		Paths     []string
		PURLs     []string
		ExpiredAt string `yaml:"expired_at"`
		Statement string
	}
	var file map[string][]ignored
	if err := yaml.Unmarshal(raw, &file); err != nil {
		return err
	}
	for _, kind := range slices.Sorted(maps.Keys(file)) {
		for _, i := range file[kind] {
			if kind != "vulnerabilities" {
				l.leaveOut("%s of the %s, which Layergate does not look for by that name", i.ID, kind)
				continue
			}
			e := policy.Exception{ID: i.ID, Reason: i.Statement}
			for _, p := range i.Paths {
				e.Paths = append(e.Paths, inImage(p))
			}
			if i.ExpiredAt != "" {
				var err error
				if e.Expires, err = lastDay(i.ExpiredAt); err != nil {
					return fmt.Errorf("%s: %w", i.ID, err)
				}
			}
			packages := i.PURLs
			if len(packages) == 0 {
				packages = []string{""}
			}
			for _, purl := range packages {
				e.Package = purl
				l.add(e)
			}
		}
	}
	return nil
}

// grype reads Grype's ignore rules. All that a rule says has to fit there, so that one which says more than an exception can
// is left out.
func grype(raw []byte, l *List) error {
	var file struct {
		Ignore []map[string]any
	}
	if err := yaml.Unmarshal(raw, &file); err != nil {
		return err
	}
	for n, rule := range file.Ignore {
		e := policy.Exception{ID: text(rule, "vulnerability"), Reason: text(rule, "reason")}
		name := fmt.Sprintf("ignore rule %d", n+1)
		if e.ID == "" {
			l.leaveOut("%s, which names no vulnerability: what it is about belongs into fail-on", name)
			continue
		}
		pkg, _ := rule["package"].(map[string]any)
		if path := text(pkg, "location"); path != "" {
			e.Paths = []string{inImage(path)}
		}
		e.Package = text(pkg, "name")
		if v := text(pkg, "version"); v != "" && e.Package != "" {
			e.Versions = "= " + v
		}
		if other := append(others(rule, "vulnerability", "reason", "package", "include-aliases"), others(pkg, "name", "version", "location")...); len(other) > 0 {
			l.leaveOut("%s for %s, since an exception cannot say %s", name, e.ID, strings.Join(other, ", "))
			continue
		}
		if text(pkg, "version") != "" && e.Package == "" {
			l.leaveOut("%s for %s, which names a version of no package", name, e.ID)
			continue
		}
		l.add(e)
	}
	return nil
}

// text is a value of a mapping as text; empty where there is none.
func text(m map[string]any, key string) string {
	if m[key] == nil {
		return ""
	}
	return fmt.Sprint(m[key])
}

// others lists the keys of a mapping that have a value, but for those that are known.
func others(m map[string]any, known ...string) []string {
	var out []string
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if !slices.Contains(known, key) && text(m, key) != "" {
			out = append(out, key)
		}
	}
	return out
}

// snyk reads the ignore section of Snyk's policy: for each identifier paths through the dependencies, of which Layergate knows
// none, so that only * is one for an image. An identifier that is Snyk's alone is no finding's, and becomes part of the reason.
func snyk(raw []byte, l *List) error {
	var file struct {
		Ignore map[string][]map[string]struct {
			Reason  string
			Expires string
		}
	}
	if err := yaml.Unmarshal(raw, &file); err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(file.Ignore)) {
		for _, where := range file.Ignore[id] {
			for _, path := range slices.Sorted(maps.Keys(where)) {
				i := where[path]
				if path != "*" {
					l.leaveOut("%s on the dependency path %s: name the package by hand", id, path)
					continue
				}
				e := policy.Exception{ID: id, Reason: i.Reason}
				if strings.HasPrefix(id, "SNYK-") || strings.HasPrefix(id, "npm:") {
					e.ID, e.Reason = "", strings.Join(nonEmpty(i.Reason, "("+id+")"), " ")
				}
				if i.Expires != "" {
					var err error
					if e.Expires, err = lastDay(i.Expires); err != nil {
						return fmt.Errorf("%s: %w", id, err)
					}
				}
				l.add(e)
			}
		}
	}
	return nil
}
