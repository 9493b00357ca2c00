// Package engine says what options of the Docker Engine mean, as docker run, Compose files and the parameters of Marathon
// write them.
package engine

import (
	"strconv"
	"strings"

	"github.com/layergate/layergate/pkg/workload"
)

// The profiles of seccomp and AppArmor as workload.Container names them.
const (
	profileDefault    = "default"
	profileUnconfined = "unconfined"
)

// Unlimited is the limit that lifts all others, as workload.Container names it.
const Unlimited = "unlimited"

// Defaults are what the Engine does for a container that says nothing: the profiles that come with it, and processes that
// may gain privileges. The place is where security options would be said.
func Defaults(c *workload.Container, at workload.Place) {
	c.Escalation = workload.Field[bool]{Value: true, Place: at}
	c.Seccomp = workload.Field[string]{Value: profileDefault, Place: at}
	c.AppArmor = workload.Field[string]{Value: profileDefault, Place: at}
}

// Security takes over a security option, such as no-new-privileges:true or seccomp=unconfined. It returns one that the model
// has no field for as a key and a value, such as label and disable.
func Security(c *workload.Container, option string, at workload.Place) (key, value string) {
	key, value, ok := strings.Cut(option, "=")
	if !ok {
		key, value, ok = strings.Cut(option, ":")
	}
	switch key {
	case "no-new-privileges":
		on, err := strconv.ParseBool(value)
		c.Escalation = workload.Field[bool]{Value: ok && err == nil && !on, Set: true, Place: at}
	case "seccomp":
		c.Seccomp = profile(value, at)
	case "apparmor":
		c.AppArmor = profile(value, at)
	default:
		return key, value
	}
	return "", ""
}

func profile(name string, at workload.Place) workload.Field[string] {
	switch name {
	case "builtin", "docker-default":
		name = profileDefault
	}
	return workload.Field[string]{Value: name, Set: true, Place: at}
}

// Weakens tells in a few words how a security option that Security returned weakens the isolation of a container; it is
// empty where it does not.
func Weakens(key, value string) string {
	kind, _ := strings.CutPrefix(value, "type:")
	switch {
	case key == "label" && (value == "disable" || workload.IsUnconfinedType(kind)):
		return "SELinux does not confine it"
	case key == "systempaths" && value == profileUnconfined:
		return "paths of /proc and /sys are not masked"
	case key == "writable-cgroups" && value != "false":
		return "it can write control groups"
	}
	return ""
}

// Capability is the name of a capability as workload.Container has it.
func Capability(name string) string {
	return workload.Capability(strings.TrimSpace(name))
}

// Limit is a limit as workload.Container has it: the Engine takes zero, or less, for no limit.
func Limit(text string) string {
	number := strings.TrimRight(strings.ToLower(strings.TrimSpace(text)), "bkmgtpi ")
	if n, err := strconv.ParseFloat(number, 64); err == nil && n <= 0 {
		return Unlimited
	}
	return text
}
