// Package marathon reads the apps, pods and groups of Marathon, the orchestrator of DC/OS: one of them, a list, or what its
// API returns, as JSON or as YAML.
//
// What has an image runs in the Docker Engine or in Mesos's Universal Container Runtime (UCR), which heeds other fields; what
// has none runs on the agent itself.
package marathon

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/document"
)

// identified is a line that every file for Marathon has.
var identified = regexp.MustCompile(`(?m)(^|[{,\s-])["']?id["']?[ \t]*:`)

// Recognize tells whether a file is for Marathon: an id, and what an app, a pod or a group has beside it. A command may be that of something
// else; the id of an app begins with a slash, or the app says how much it needs.
func Recognize(data []byte) bool {
	return look(data, func(v document.Value) bool {
		return kind(v) != "" && (kind(v) != "app" || strings.HasPrefix(v.Get("id").Text(), "/") || hasAny(v, "container", "cpus", "mem", "instances", "fetch", "uris", "portDefinitions", "healthChecks", "networks"))
	})
}

// Resembles tells whether a file that Recognize does not know may be for Marathon all the same: it has a command alone, or no id.
func Resembles(data []byte) bool {
	return look(data, func(v document.Value) bool {
		return kind(v) == "app" && (v.Get("cmd").Kind() == document.Text || v.Get("args").Kind() == document.List)
	}) || lacksID(data)
}

// sized is a line that a file has which says how much an app needs, or how often it runs.
var sized = regexp.MustCompile(`(?m)(^|[{,\s-])["']?(cpus|instances)["']?[ \t]*:`)

// lacksID tells whether a file has what an app has, and says what it runs and how much that needs, without an id.
func lacksID(data []byte) bool {
	if !sized.Match(data) && !document.Escapes(data) {
		return false
	}
	docs, _ := document.Split("", data) // none of what cannot be read
	return slices.ContainsFunc(docs, func(d *document.Document) bool {
		return slices.ContainsFunc(append(roots(d.Value()), d.Value()), func(v document.Value) bool {
			runs := v.Get("cmd").Kind() == document.Text || v.Get("args").Kind() == document.List || v.Get("container").Kind() == document.Object
			return runs && !hasAny(v, "id", "apiVersion", "kind") && hasAny(v, "cpus", "instances")
		})
	})
}

// look asks about each object of a file.
func look(data []byte, is func(document.Value) bool) bool {
	if !identified.Match(data) && !document.Escapes(data) {
		return false
	}
	docs, err := document.Split("", data)
	if err != nil {
		return broken.Match(data)
	}
	for _, d := range docs {
		if slices.ContainsFunc(roots(d.Value()), is) {
			return true
		}
	}
	return false
}

func hasAny(v document.Value, keys ...string) bool {
	return slices.ContainsFunc(keys, func(key string) bool { return v.Get(key).Exists() })
}

// broken are fields that files with errors are recognized by.
var broken = regexp.MustCompile(`"(portMappings|portDefinitions|instances|containerPath|forcePullImage|upgradeStrategy)"\s*:`)

// roots are the objects of a document: itself, the items of a list, or those of what the API returns for all or for one.
func roots(v document.Value) []document.Value {
	if v.Kind() == document.List {
		return v.Items()
	}
	if v.Get("id").Exists() {
		return []document.Value{v}
	}
	if app := v.Get("app"); app.Exists() {
		return []document.Value{app}
	}
	var out []document.Value
	for _, key := range []string{"apps", "pods", "groups"} {
		out = append(out, v.Get(key).Items()...)
	}
	return out
}

// kind is what an object is to Marathon: app, pod or group; empty for none of them.
func kind(v document.Value) string {
	has := func(keys ...string) bool { return hasAny(v, keys...) }
	switch {
	case v.Get("id").Kind() != document.Text || has("apiVersion", "kind"):
		return ""
	case v.Get("containers").Kind() == document.List:
		return "pod"
	case has("apps", "groups", "pods"):
		return "group"
	case has("container", "cmd", "args"):
		return "app"
	}
	return ""
}

// Read reads the apps, pods and groups of a file. Each workload's Object is a *Task.
func Read(name string, data []byte, _ workload.Options) (*workload.File, error) {
	docs, err := document.Split(name, data)
	if err != nil {
		return nil, err
	}
	if len(docs) == 0 {
		return nil, fault.Request(fmt.Errorf("%s:%d: the file is empty", name, 1+bytes.Count(data, []byte("\n"))), "give an app, a pod or a group of Marathon")
	}
	r := reader{file: &workload.File{Name: name}}
	for _, d := range docs {
		v := d.Value()
		if _, err := v.Plain(func(document.Value) bool { return false }); err != nil {
			return nil, err
		}
		objects := roots(v)
		other := slices.IndexFunc(objects, func(object document.Value) bool { return !r.object("/", object) })
		switch {
		case !slices.ContainsFunc(objects, func(object document.Value) bool { return kind(object) != "" }):
			r.file.Skipped++
			continue
		case other >= 0:
			r.refuse(objects[other], notMarathon)
		}
		r.file.Documents++
	}
	if r.err == nil && r.file.Documents == 0 {
		return nil, docs[0].Error(errors.New("it is no app, pod or group of Marathon"), "give one with an id, and with what it runs")
	}
	if r.err != nil {
		return nil, r.err
	}
	return r.file, nil
}

const notMarathon = "it is no app, pod or group"

// reader reads one file up to the first value of a wrong type.
type reader struct {
	file *workload.File
	err  error
}

// object reads an app, a pod, or all that a group has, and tells whether it was one of them.
func (r *reader) object(group string, v document.Value) bool {
	id := v.Get("id")
	name := id.Text()
	if !path.IsAbs(name) {
		name = path.Join(group, name)
	}
	switch k := kind(v); k {
	case "app", "pod":
		if strings.Trim(id.Text(), "/") == "" {
			r.refuse(id, "it names no "+k)
		}
		task := &Task{}
		w := workload.Workload{Platform: workload.Marathon, Kind: k, Name: strings.TrimPrefix(name, "/"), Place: id.Place(), Object: task}
		if k == "app" {
			r.app(&w, v, task)
		} else {
			r.pod(&w, v, task)
		}
		r.file.Workloads = append(r.file.Workloads, w)
		r.file.AddTexts(v.Texts(), w.Resource(), []workload.Workload{w})
		return true
	case "group":
		for _, key := range []string{"apps", "pods", "groups"} {
			for _, inner := range r.items(v.Get(key)) {
				if !r.object(name, inner) {
					r.refuse(inner, notMarathon)
				}
			}
		}
		return true
	}
	return false
}
