package deployed

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

// cannotWrite finds containers with a read-only root file system that write where nothing is mounted.
func cannotWrite() rule {
	return rule{
		Rule: check.Rule{
			ID: "LG-RUN-103", Name: "writable-directories", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
			Title:  "a directory that the image writes to is read-only",
			Why:    "With a read-only root file system a program that writes to its own directories fails, often only when it is used.",
			Remedy: "mount an emptyDir, a tmpfs or a volume there",
			References: []check.Reference{
				{Name: "Kubernetes: emptyDir", URL: "https://kubernetes.io/docs/concepts/storage/volumes/#emptydir"},
				{Name: "Docker: tmpfs mounts", URL: "https://docs.docker.com/engine/storage/tmpfs/"},
			},
		},
		find: findCannotWrite,
	}
}

func findCannotWrite(in *Input, w *workload.Workload, c *workload.Container) []violation {
	if !in.deploys(c) || !c.ReadOnlyRoot.Value {
		return nil
	}
	var dirs []string
	for _, p := range in.Image.Platforms {
		dirs = append(dirs, p.writes(w.Platform, c)...)
	}
	slices.Sort(dirs)
	var out []violation
	for _, dir := range slices.Compact(dirs) {
		if !slices.ContainsFunc(c.Mounts, func(m workload.Mount) bool { return canWrite(m) && holds(m.Target, dir) }) {
			out = append(out, violation{
				at: c.ReadOnlyRoot.Place, field: "readOnlyRootFilesystem:" + dir,
				saw:   fmt.Sprintf("the root file system is read-only, and nothing that can be written is mounted at %s", dir),
				wants: "mount an emptyDir, a tmpfs or a volume at " + dir,
			})
		}
	}
	return out
}

// canWrite tells whether a container can write to a mount: a volume that is not mounted has no target, and the files of an image are not changed.
func canWrite(m workload.Mount) bool { return m.Target != "" && !m.ReadOnly && m.Image.Value == "" }

// holds tells whether a directory is another one or lies below it.
func holds(outer, dir string) bool {
	outer = path.Clean("/" + outer)
	return dir == outer || outer == "/" || strings.HasPrefix(dir, outer+"/")
}

// writes lists the directories that a container writes to and that are not writable by themselves: those of well-known servers
// that it may start, and on Kubernetes, where it depends on the container runtime, those that the image declares as volumes. Docker
// mounts a new volume at each of these.
func (p Platform) writes(on workload.Platform, c *workload.Container) []string {
	var out, volumes []string
	for _, v := range p.Volumes {
		volumes = append(volumes, path.Clean("/"+v))
	}
	command := p.started(c)
	for _, s := range servers() {
		if s.installed(p) && s.mayRun(command) {
			out = append(out, s.directories...)
		}
	}
	if on == workload.Kubernetes {
		return append(out, volumes...)
	}
	return slices.DeleteFunc(out, func(dir string) bool {
		return slices.ContainsFunc(volumes, func(v string) bool { return holds(v, dir) })
	})
}
