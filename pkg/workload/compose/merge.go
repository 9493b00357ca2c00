package compose

import (
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/format"

	"github.com/layergate/layergate/pkg/workload/document"
)

// overridden is a file with another merged into it, as docker compose does it (Compose specification, "Merge Compose files").
func overridden(root, over document.Value) (document.Value, error) {
	for _, v := range []document.Value{root, over} {
		if _, err := v.Plain(func(document.Value) bool { return false }); err != nil {
			return root, err
		}
	}
	return document.Merge(root, over, form), nil
}

// form is how two values of a field become one, by the keys that lead to it.
func form(path []string) document.Form {
	if len(path) < 3 || path[0] != "services" && path[0] != "jobs" {
		return document.Form{}
	}
	switch field := strings.Join(path[2:], "."); field {
	case "command", "entrypoint", "healthcheck.test":
		return document.Form{Whole: true}
	case "environment", "labels", "annotations", "sysctls", "networks", "depends_on", "build.args", "build.labels", "build.additional_contexts", "deploy.labels":
		return document.Form{Pairs: true}
	case "dns", "dns_opt", "dns_search", "env_file", "label_file", "tmpfs":
		return document.Form{Items: true}
	case "build":
		return document.Form{Field: "context"}
	case "volumes", "devices":
		return document.Form{Key: target}
	}
	return document.Form{}
}

// target is where in the container a volume or a device is, which there is one of.
func target(item document.Value) string {
	if item.Kind() == document.Object {
		return item.Get("target").Text()
	}
	if v, err := format.ParseVolume(item.Text()); err == nil && v.Target != "" {
		return v.Target
	}
	return item.Text()
}

// The files that docker compose reads in a directory, of each list the first that there is (compose-go, cli.DefaultFileNames and
// DefaultOverrideFileNames).
var (
	baseNames     = []string{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"}
	overrideNames = []string{"compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"}
)

// IsBase and IsOverride tell whether docker compose reads a file of a name without being told, and merges one into it.
func IsBase(name string) bool     { return slices.Contains(baseNames, name) }
func IsOverride(name string) bool { return slices.Contains(overrideNames, name) }

// Pair returns the names of the file of a directory that docker compose reads without being told, and of the one that it merges into that; empty
// where there is none. It asks has for a name in the directory.
func Pair(has func(name string) bool) (base, override string) {
	first := func(names []string) string {
		if i := slices.IndexFunc(names, has); i >= 0 {
			return names[i]
		}
		return ""
	}
	return first(baseNames), first(overrideNames)
}
