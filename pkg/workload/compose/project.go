package compose

import (
	"strconv"

	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/document"
	"github.com/layergate/layergate/pkg/workload/engine"
)

// readProject reads what stands beside services.
func (r *reader) readProject() {
	for _, item := range r.root.Get("include").Items() {
		paths := []document.Value{item}
		if item.Kind() == document.Object {
			paths = list(item.Get("path"))
		}
		for _, p := range paths {
			r.project.Includes = append(r.project.Includes, written(p))
		}
	}
	r.volumes = map[string]string{}
	for name, v := range r.root.Get("volumes").Fields() {
		options := map[string]string{}
		for key, o := range v.Get("driver_opts").Fields() {
			options[key] = written(o).Value
		}
		r.volumes[name] = engine.Backed(options)
	}
	r.readNetworks()
}

func (r *reader) readNetworks() {
	r.host = map[string]bool{}
	for name, v := range r.root.Get("networks").Fields() {
		if !external(v) {
			r.project.Networks = append(r.project.Networks, network(name, v))
			continue
		}
		called := name
		for _, n := range []document.Value{v.Get("name"), v.Get("external", "name")} {
			if s := text(n); s.Set {
				called = s.Value
			}
		}
		r.host[name] = called == "host"
	}
	if standard := r.root.Get("networks", "default"); !standard.Exists() && r.usesDefault() {
		r.project.Networks = append(r.project.Networks, network("default", standard))
	}
}

// external tells whether a network is there already.
func external(v document.Value) bool {
	e := v.Get("external")
	return e.Kind() == document.Object || boolean(e).Value
}

func network(name string, v document.Value) Network {
	encrypted := v.Get("driver_opts", "encrypted")
	n := Network{Name: name, Driver: text(v.Get("driver")).Value, Encrypted: workload.Field[bool]{Set: encrypted.Exists(), Place: encrypted.Place()}}
	if encrypted.Exists() {
		on, err := strconv.ParseBool(text(encrypted).Value)
		n.Encrypted.Value = err != nil || on // the driver asks only whether it is there
	}
	return n
}

// usesDefault tells whether a service is in no network that it names. An empty list is none.
func (r *reader) usesDefault() bool {
	for _, v := range r.root.Get("services").Fields() {
		if len(names(v.Get("networks"))) == 0 {
			return true
		}
	}
	return false
}
