package compose

import (
	"bytes"
	"slices"

	"github.com/layergate/layergate/pkg/regex"
	"github.com/layergate/layergate/pkg/workload/document"
)

// Fields of services: one of the first says how to come by the image, or is of Compose alone; one of the others may be a service's of
// something else, too.
var (
	sureFields  = []string{"image", "build", "extends", "provider", "container_name", "deploy"}
	otherFields = []string{
		"cap_add", "command", "depends_on", "devices", "entrypoint", "env_file", "environment", "ipc", "network_mode", "networks", "pid", "ports", "privileged",
		"restart", "security_opt", "use_api_socket", "user", "userns_mode", "volumes", "volumes_from",
	}
)

// runs is a line that most files of Compose have, and few others.
var runs = regex.New(`(?m)(?:^[ \t]+|[{,][ \t]*)["']?(?:image|build)["']?[ \t]*:`)

// called is what files of Compose are called: compose.yaml, docker-compose.prod.yml.
var called = regex.New(`(?i)^(?:docker-)?compose(?:[._-].*)?\.ya?ml$`)

// Called tells whether a file has a name that files of Compose have.
func Called(name string) bool { return called.MatchString(name) }

// Recognize tells whether a file is for Compose or Swarm: one whose services say an image, or how to come by one.
func Recognize(data []byte) bool {
	return look(data, []string{"services", "jobs"}, func(v document.Value) bool { return serviceWith(v, sureFields) }, runs.Match)
}

// Holds tells whether a file that is called like one of Compose has anything that Compose reads.
func Holds(data []byte) bool {
	return look(data, []string{"services", "include", "jobs"}, func(v document.Value) bool {
		return v.Get("services").Kind() == document.Object || v.Get("include").Exists() || serviceWith(v, sureFields)
	}, func([]byte) bool { return true })
}

// Resembles tells whether a file that Recognize does not know may be for Compose all the same: an override, or one that includes all that
// it runs.
func Resembles(data []byte) bool {
	return look(data, []string{"services", "include"}, func(v document.Value) bool {
		return !v.Get("jobs").Exists() && serviceWith(v, otherFields) || v.Get("include").Exists() && onlyIncludes(v)
	}, func([]byte) bool { return false })
}

// look asks about each document of a file that has one of the words, or about the whole where it does not parse.
func look(data []byte, words []string, is func(document.Value) bool, broken func([]byte) bool) bool {
	if !slices.ContainsFunc(words, func(w string) bool { return bytes.Contains(data, []byte(w)) }) && !document.Escapes(data) {
		return false
	}
	docs, err := document.Split("", data)
	if err != nil {
		return broken(data)
	}
	return slices.ContainsFunc(docs, func(d *document.Document) bool {
		v := d.Value()
		return !v.Get("apiVersion").Exists() && is(v)
	})
}

// serviceWith tells whether a service or a job has one of the fields.
func serviceWith(v document.Value, fields []string) bool {
	for _, section := range []string{"services", "jobs"} {
		for _, service := range v.Get(section).Fields() {
			if slices.ContainsFunc(fields, func(f string) bool { return service.Get(f).Exists() }) {
				return true
			}
		}
	}
	return false
}

// onlyIncludes tells whether a file has what Compose includes, texts or mappings with a path, and nothing that Compose does not know.
func onlyIncludes(v document.Value) bool {
	for name := range v.Fields() {
		if !slices.Contains([]string{"include", "name", "version", "networks", "volumes", "configs", "secrets"}, name) {
			return false
		}
	}
	items := v.Get("include").Items()
	other := func(item document.Value) bool { return item.Kind() != document.Text && !item.Get("path").Exists() }
	return len(items) > 0 && !slices.ContainsFunc(items, other)
}
