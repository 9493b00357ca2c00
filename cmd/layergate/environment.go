package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/input"
)

// sealEnvironment makes sure that the process, with all libraries in it, has had no other environment than ci.Seal gives.
// Where it was started with another it begins anew.
func sealEnvironment() error {
	given := slices.Sorted(slices.Values(os.Environ()))
	if err := ci.OneSystem(given); err != nil {
		return err
	}
	sealed := ci.Seal(given, len(os.Args) == 1)
	if slices.Equal(given, sealed) {
		return nil
	}
	return restart(sealed)
}

// replacement is a variable that has a meaning on a terminal and none on a CI system, with the input that does the same; the
// input is empty where there is none.
type replacement struct{ variable, input string }

func (c *command) replacements() []replacement {
	var out []replacement
	for _, in := range input.Table() {
		// A directory for temporary files decides nothing, and some systems name one to everybody.
		if in.Env != "" && in.Name != "temp-dir" {
			out = append(out, replacement{in.Env, in.Name})
		}
	}
	out = append(out, []replacement{
		{"GRYPE_DB_CACHE_DIR", "cache-dir"},
		{"SSL_CERT_FILE", "ca-file"},
		{"SSL_CERT_DIR", "ca-file"},
		{"NODE_EXTRA_CA_CERTS", "ca-file"},
		{"REGISTRY_AUTH_FILE", "docker-config"},
		{"DOCKER_AUTH_CONFIG", "docker-config"},
		{"DOCKER_CONTEXT", "docker-host"},
		{"IDENTITY_ENDPOINT", ""},
		{"MSI_ENDPOINT", ""},
		{"GODEBUG", ""},
	}...)
	if c.platform.Name() == ci.Azure {
		out = append(out, replacement{"NODE_OPTIONS", ""})
	}
	if c.platform.Name() == ci.Azure && c.env.Getenv("AGENT_PROXYURL") == "" {
		for _, name := range []string{"HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"} {
			out = append(out, replacement{name, "proxy"}, replacement{strings.ToLower(name), "proxy"})
		}
	}
	return out
}

// warnOfEnvironment names, in one warning, the variables that would count on a terminal and do not here, where no input has
// taken their place.
func (c *command) warnOfEnvironment(in *input.Values) {
	var names []string
	for _, r := range c.replacements() {
		switch {
		case !c.env.Ignored(r.variable):
		case r.input == "":
			names = append(names, r.variable)
		case !in.IsSet(r.input):
			names = append(names, fmt.Sprintf("%s (%s does it)", r.variable, in.Spell(r.input)))
		}
	}
	if len(names) > 0 {
		ci.Warn(c.platform, fmt.Sprintf("ignoring environment variables, because only inputs decide on %s: %s", c.platform.Name(), strings.Join(names, ", ")))
	}
}
