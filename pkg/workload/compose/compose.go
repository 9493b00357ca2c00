// Package compose reads Compose files: for Docker Compose, and for docker stack deploy of Docker Swarm, which reads the same
// files, passes over half of what they say and refuses some of it. Each is held to its own tool's schema and loader; what
// the values mean and where they stand is read here.
//
// It reads one file, with the one that is merged into it, and nothing else of the disk: what include and env_file name, and extends in other files,
// is not read but reported, in Project and Service.
package compose

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/document"
)

// Read reads a Compose file: for Compose, unless the options say Swarm. Each workload's Object is a *Service, and the
// file's only object a *Project.
func Read(name string, data []byte, opt workload.Options) (*workload.File, error) {
	read := only
	if opt.Platform != workload.Swarm { // which refuses to extend
		read = extended
	}
	root, err := read(name, data)
	if err == nil && opt.Override.Name != "" {
		var over document.Value
		if over, err = read(opt.Override.Name, opt.Override.Data); err == nil {
			root, err = overridden(root, over)
		}
	}
	if err != nil {
		return nil, err
	}
	r := reader{platform: workload.Compose, root: root, project: &Project{Platform: workload.Compose}}
	if opt.Platform == workload.Swarm {
		r.platform, r.project.Platform = workload.Swarm, workload.Swarm
	}
	if err := r.bounded(); err != nil {
		return nil, err
	}
	refused := r.validate()
	file, err := r.file(name)
	if err != nil {
		return nil, err // which says the place, as the loaders do not always
	}
	if refused != nil {
		return nil, refused
	}
	return file, nil
}

// file reads what the loaders have seen, or refused.
func (r *reader) file(name string) (*workload.File, error) {
	file := &workload.File{Name: name, Documents: 1, Objects: []any{r.project}}
	r.readProject()
	r.whole = r.isWhole()
	for _, section := range []string{"services", "jobs"} {
		for name, v := range r.root.Get(section).Fields() {
			w, err := r.workload(strings.TrimSuffix(section, "s"), name, v)
			if err := cmp.Or(err, r.defined(v)); err != nil {
				return nil, err
			}
			file.Workloads = append(file.Workloads, w)
		}
	}
	file.Parts = r.parts()
	if len(file.Workloads)+len(r.project.Includes) == 0 {
		file.Documents = 0 // nothing is started
	}
	file.AddTexts(r.root.Texts(), "", file.Workloads)
	return file, nil
}

// only is the one document of a file. Compose merges several into one, and Swarm takes the first alone.
func only(name string, data []byte) (document.Value, error) {
	docs, err := document.Split(name, data)
	if err != nil {
		return document.Value{}, err
	}
	if len(docs) == 0 {
		return document.Value{}, fault.Request(fmt.Errorf("%s:%d: the file is empty", name, 1+bytes.Count(data, []byte("\n"))), "give a Compose file")
	}
	if len(docs) > 1 {
		return document.Value{}, docs[1].Error(errors.New("a second document begins here, which Compose merges with the first and Swarm passes over"), "give the output of docker compose config")
	}
	root := docs[0].Value()
	if root.Kind() != document.Object {
		return root, root.Errorf("it must be a mapping, and is %s", root.Kind())
	}
	return root, nil
}

// reader reads one file.
type reader struct {
	platform workload.Platform
	root     document.Value
	project  *Project
	volumes  map[string]string // the paths of the host that volumes of the file are, by name
	host     map[string]bool   // networks of the file that are the host's, by name
	unknown  map[string]bool   // properties of services that docker stack deploy does not know
	whole    bool              // the file is all that the tool is given
}

func (r *reader) swarm() bool { return r.platform == workload.Swarm }
