package compose

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/cli/cli/compose/types"

	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/document"
)

// deployed reads what docker stack deploy makes of a service.
func (r *reader) deployed(w *workload.Workload, v document.Value, s *Service) {
	for name, f := range v.Fields() {
		switch {
		case r.unknown[name]:
			s.Refused = append(s.Refused, Refused{Field: name, Place: f.Place(), Why: "docker stack deploy knows no " + name})
		case types.ForbiddenProperties[name] != "":
			s.Refused = append(s.Refused, Refused{Field: name, Place: f.Place(), Why: "docker stack deploy refuses " + name})
		case slices.Contains(types.UnsupportedProperties, name):
			r.passedOver(w, name, f, s)
		}
	}
	for _, c := range w.Containers {
		for _, p := range c.Ports {
			if p.HostIP != "" && p.HostIP != "0.0.0.0" {
				w.Ineffective = append(w.Ineffective, workload.Ineffective{
					Container: c.Name, Field: fmt.Sprintf("address of port %d/%s", p.Container, p.Protocol), Place: p.Place,
					Why: "docker stack deploy ignores the address of a port, and opens it at every address of every node",
				})
			}
		}
	}
	deploy := v.Get("deploy")
	w.Replicas = replicas(deploy.Get("replicas"))
	update, rollback := deploy.Get("update_config"), deploy.Get("rollback_config")
	s.Update = workload.Field[string]{Value: text(update.Get("order")).Value, Set: !update.IsNull(), Place: update.Place()}
	s.Rollback = text(update.Get("failure_action"))
	if !s.Rollback.Set && !rollback.IsNull() {
		s.Rollback.Place = rollback.Place()
	}
	w.RollingUpdate = workload.Field[bool]{Set: s.Update.Set, Place: s.Update.Place, Value: rolling(w, deploy, update)}
}

// rolling tells whether a service goes on while it is updated: new tasks start first, or others run meanwhile.
func rolling(w *workload.Workload, deploy, update document.Value) bool {
	if text(update.Get("order")).Value == "start-first" {
		return true
	}
	parallelism, err := strconv.Atoi(text(update.Get("parallelism")).Value)
	if err != nil {
		parallelism = 1
	}
	if strings.HasPrefix(text(deploy.Get("mode")).Value, "global") {
		return parallelism != 0
	}
	return parallelism != 0 && parallelism < w.Replicas.Value
}

// passedOver notes a field that docker stack deploy passes over: as a protection without effect where it protects.
func (r *reader) passedOver(w *workload.Workload, name string, v document.Value, s *Service) {
	why := "docker stack deploy ignores " + name
	said := []document.Value{v}
	if v.Kind() == document.List {
		said = v.Items()
	}
	for _, f := range said {
		if protects(name, written(f).Value) {
			w.Ineffective = append(w.Ineffective, workload.Ineffective{Container: w.Name, Field: name, Place: f.Place(), Why: why})
			continue
		}
		s.Passed = append(s.Passed, workload.Field[string]{Value: name, Set: true, Place: f.Place()})
	}
}

// protects tells whether a field that docker stack deploy passes over would have protected something with a value.
func protects(field, value string) bool {
	switch field {
	case "security_opt":
		return !strings.HasSuffix(value, "unconfined") && !strings.HasSuffix(value, "disable") && !strings.HasSuffix(value, "false")
	case "userns_mode":
		return value != "host"
	case "ipc":
		return value == "private" || value == "none"
	case "network_mode":
		return value == "none"
	case "cgroupns_mode":
		return value == "private"
	}
	return false
}
