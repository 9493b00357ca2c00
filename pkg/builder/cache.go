package builder

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/client"

	"github.com/layergate/layergate/pkg/fault"
)

// A kind of build cache, with the attributes that it cannot do without.
type cacheKind struct {
	from, to []string
	onlyTo   bool
}

// The inputs that name build caches.
const (
	cacheFrom = fault.Input("cache-from")
	cacheTo   = fault.Input("cache-to")
)

func cacheKinds() map[string]cacheKind {
	return map[string]cacheKind{
		"registry": {from: []string{"ref"}, to: []string{"ref"}},
		"local":    {from: []string{"src"}, to: []string{"dest"}},
		"inline":   {onlyTo: true},
		"gha":      {},
		"s3":       {from: []string{"bucket", "region"}, to: []string{"bucket", "region"}},
		"azblob":   {},
	}
}

func (r *request) addCaches(cfg Config) error {
	for _, option := range cfg.CacheFrom {
		entry, err := parseCache(cacheFrom, option, cfg.Getenv)
		if err != nil {
			return err
		}
		r.cacheFrom = append(r.cacheFrom, entry)
	}
	for _, option := range cfg.CacheTo {
		entry, err := parseCache(cacheTo, option, cfg.Getenv)
		if err != nil {
			return err
		}
		r.cacheTo = append(r.cacheTo, entry)
	}
	return nil
}

func parseCache(input fault.Input, option string, getenv func(string) string) (client.CacheOptionsEntry, error) {
	none := client.CacheOptionsEntry{}
	remedy := fault.Hintf("give %s as type=registry,ref=REFERENCE, or with another type: %s", input, strings.Join(cacheNames(input), ", "))
	if option != "" && !strings.ContainsAny(option, "=,") {
		return client.CacheOptionsEntry{Type: "registry", Attrs: map[string]string{"ref": option}}, nil
	}
	parts, err := fields(option)
	if err != nil {
		return none, fault.Request(fmt.Errorf("reading a build cache: %w", err), remedy)
	}
	entry := client.CacheOptionsEntry{Attrs: map[string]string{}}
	for _, f := range parts {
		if f.name == "type" {
			entry.Type = f.value
			continue
		}
		entry.Attrs[f.name] = f.value
	}
	if !slices.Contains(cacheNames(input), entry.Type) {
		return none, fault.Request(fmt.Errorf("a build cache has the type %q", entry.Type), remedy)
	}
	kind := cacheKinds()[entry.Type]
	needed := kind.from
	if input == cacheTo {
		needed = kind.to
	}
	for _, name := range needed {
		if entry.Attrs[name] == "" {
			return none, fault.Request(fmt.Errorf("a build cache of type %s lacks %s=", entry.Type, name), remedy)
		}
	}
	if entry.Type == "gha" {
		addGitHub(entry.Attrs, getenv)
	}
	return entry, nil
}

func cacheNames(input fault.Input) []string {
	names := slices.Sorted(maps.Keys(cacheKinds()))
	return slices.DeleteFunc(names, func(n string) bool { return input == cacheFrom && cacheKinds()[n].onlyTo })
}

// addGitHub completes the attributes of the cache of GitHub Actions with what the runner tells its actions.
func addGitHub(attrs map[string]string, getenv func(string) string) {
	second := attrs["version"] == "2"
	if attrs["version"] == "" {
		second, _ = strconv.ParseBool(getenv("ACTIONS_CACHE_SERVICE_V2"))
	}
	for _, d := range []struct {
		attr, variable string
		known          bool
	}{
		{"token", "ACTIONS_RUNTIME_TOKEN", true},
		{"url_v2", "ACTIONS_RESULTS_URL", second},
		{"url", "ACTIONS_CACHE_URL", true},
		{"url", "ACTIONS_RESULTS_URL", true},
	} {
		if v := getenv(d.variable); d.known && attrs[d.attr] == "" && v != "" {
			attrs[d.attr] = v
		}
	}
}
