package compose

import (
	"path"
	"slices"

	"github.com/layergate/layergate/pkg/workload/document"
)

// extended is the one document of a file, in which services have the fields of those of the same file that they extend, as Compose does it
// before it merges another file into that.
func extended(name string, data []byte) (document.Value, error) {
	root, err := only(name, data)
	if err != nil {
		return root, err
	}
	if _, err := root.Plain(func(document.Value) bool { return false }); err != nil {
		return root, err
	}
	for _, section := range []string{"services", "jobs"} {
		e := extending{root: root, services: root.Get(section), left: maxExtended}
		for name, v := range e.services.Fields() {
			if err := e.resolve(v, []string{name}); err != nil {
				return root, err
			}
		}
	}
	return root, nil
}

// extending is the work on the services, or the jobs, of a file.
type extending struct {
	root, services document.Value
	left           int // how many values may still be taken over
}

// maxExtended is how many values services may take over from others, all together.
const maxExtended = 2_000_000

// resolve gives a service what it extends, which is resolved first. On the way are the names of those that wait for it, and its own.
func (e *extending) resolve(v document.Value, way []string) error {
	said := v.Get("extends")
	name := said
	if said.Kind() == document.Object {
		name = said.Get("service")
	}
	file := said.Get("file")
	if at := e.root.Place().File; name.Text() == "" || !file.IsNull() && path.Join(path.Dir(at), file.Text()) != path.Clean(at) {
		return nil
	}
	base := e.services.Get(name.Text())
	if base.Kind() != document.Object || v.Kind() != document.Object {
		return nil // it is in what the file includes, or wrong
	}
	if slices.Contains(way, name.Text()) {
		return said.Errorf("the service extends itself by way of %q", name.Text())
	}
	if err := e.resolve(base, append(way, name.Text())); err != nil {
		return err
	}
	if e.left -= count(base); e.left < 0 {
		return said.Errorf("services take over more than %d values from those that they extend", maxExtended)
	}
	v.Extend(base, "extends", func(path []string) document.Form { return form(append([]string{"services", ""}, path...)) })
	return nil
}

// count is how many values are in a value, itself included.
func count(v document.Value) int {
	n := 1
	for _, f := range v.Fields() {
		n += count(f)
	}
	for _, item := range v.Items() {
		n += count(item)
	}
	return n
}
