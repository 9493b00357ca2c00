package builder

import (
	"fmt"
	"slices"
	"strings"

	"github.com/containerd/platforms"

	"github.com/layergate/layergate/pkg/fault"
)

// addArgs passes the build arguments on. One without a value takes it from the environment, and is not passed where
// there is none, so that the default of the Dockerfile's ARG holds.
func (r *request) addArgs(cfg Config) error {
	for _, arg := range cfg.Args {
		name, value, given := strings.Cut(arg, "=")
		if name == "" {
			// The value is not repeated: people put secrets there.
			return fault.Request(fmt.Errorf("a build argument has no name"), fault.Hintf("give %s as NAME=VALUE, or as NAME to take the value from the environment", fault.Input("build-arg")))
		}
		if !given {
			if value = cfg.Getenv(name); value == "" {
				continue
			}
		}
		r.attrs["build-arg:"+name] = value
		r.progress.hidden.Add(value)
	}
	return nil
}

func (r *request) addLabels(cfg Config) error {
	for _, label := range cfg.Labels {
		name, value, _ := strings.Cut(label, "=")
		if name == "" {
			return fault.Request(fmt.Errorf("the label %q has no name", label), fault.Hintf("give %s as NAME=VALUE", fault.Input("label")))
		}
		r.attrs["label:"+name] = value
	}
	return nil
}

func (r *request) addPlatforms(cfg Config) error {
	for _, entry := range cfg.Platforms {
		for word := range strings.SplitSeq(entry, ",") {
			p, err := platforms.Parse(strings.TrimSpace(word))
			if err != nil || !strings.Contains(word, "/") {
				return fault.Request(fmt.Errorf("unknown platform %q", word), "write os/arch or os/arch/variant, such as linux/amd64 or linux/arm64/v8")
			}
			if name := platforms.Format(platforms.Normalize(p)); !slices.Contains(r.platforms, name) {
				r.platforms = append(r.platforms, name)
			}
		}
	}
	if len(r.platforms) > 0 {
		r.attrs["platform"] = strings.Join(r.platforms, ",")
	}
	return nil
}
