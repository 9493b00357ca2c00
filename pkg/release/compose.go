package release

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/interpolation"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/compose"
	"github.com/layergate/layergate/pkg/workload/document"
)

// sourceKey is the extension of a service that says where its image is, where it is not to be built.
const sourceKey = "x-layergate-image"

// resolved says how to come by a file that needs nothing else.
const resolved = "give the output of docker compose config"

// readCompose reads a Compose file: the services that docker compose build builds and docker compose push pushes.
func readCompose(path string, data []byte) (*Set, error) {
	if err := whole(path, data); err != nil {
		return nil, err
	}
	docs, err := document.Split(path, data)
	if err != nil {
		return nil, err
	}
	services := docs[0].Value().Get("services")
	if err := misspelt(path, services); err != nil {
		return nil, err
	}
	project, err := load(path, services)
	if err != nil {
		return nil, fault.Request(fmt.Errorf("%s: %w", path, err), resolved)
	}
	set := &Set{}
	for _, name := range slices.Sorted(maps.Keys(project.DisabledServices)) {
		set.skip(name, "it has profiles, which docker compose leaves out unless it is told otherwise")
	}
	for _, name := range slices.Sorted(maps.Keys(project.Services)) {
		if err := set.addService(path, project.Services[name]); err != nil {
			return nil, err
		}
	}
	return set, nil
}

func (s *Set) skip(name, why string) { s.Skipped = append(s.Skipped, name+": "+why) }

// whole refuses what Compose refuses, and a file of which parts are elsewhere.
func whole(path string, data []byte) error {
	file, err := compose.Read(path, data, workload.Options{})
	if err != nil {
		return err
	}
	for _, o := range file.Objects {
		if p, ok := o.(*compose.Project); ok && len(p.Includes) > 0 {
			return fault.Request(fmt.Errorf("%s includes %s, which is not read", path, p.Includes[0].Value), resolved)
		}
	}
	for _, w := range file.Workloads {
		if s, ok := w.Object.(*compose.Service); ok && s.Extends.Set {
			return fault.Request(fmt.Errorf("%s: %s extends %s, which is not read", path, w.Name, s.Extends.Value), resolved)
		}
	}
	return nil
}

// misspelt refuses an extension of a service that is called much as the one that is read: the service would be left out of the set.
func misspelt(path string, services document.Value) error {
	for name, service := range services.Fields() {
		for key := range service.Fields() {
			if plain := strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(key)); key != sourceKey && strings.HasPrefix(plain, "xlayergate") {
				return fault.Request(fmt.Errorf("%s: %s: %s is nothing that is read", path, name, key), "write "+sourceKey)
			}
		}
	}
	return nil
}

// load has compose-go read what counts for a release of the services of a file, and nothing of the disk.
func load(path string, from document.Value) (_ *types.Project, err error) {
	services := map[string]any{}
	for name, v := range from.Fields() {
		if v.Get("extends").Exists() {
			return nil, fmt.Errorf("%s extends another service", name)
		}
		kept := map[string]any{}
		for _, key := range []string{"image", "build", "platform", "profiles", sourceKey} {
			field := v.Get(key)
			if !field.Exists() {
				continue
			}
			if kept[key], err = field.Plain(func(document.Value) bool { return false }); err != nil {
				return nil, err
			}
		}
		services[name] = kept
	}
	return loader.LoadWithContext(context.Background(), types.ConfigDetails{
		WorkingDir:  filepath.Dir(path),
		ConfigFiles: []types.ConfigFile{{Filename: path, Config: map[string]any{"services": services}}},
		Environment: types.Mapping{},
	}, func(o *loader.Options) {
		o.SetProjectName("layergate", true)
		o.SkipNormalization, o.SkipConsistencyCheck, o.SkipResolveEnvironment, o.ResolvePaths = true, true, true, false
		o.Interpolate = &interpolation.Options{LookupValue: noVariable, Substitute: substitute}
	})
}

// unset stands for the value of a variable that the file gives none.
const unset = "\x00"

// noVariable looks variables up nowhere: the file is the project's, and what is set where it is read is not.
func noVariable(string) (string, bool) { return unset, false }

// substitute gives variables their defaults, and refuses those that have none.
func substitute(text string, lookup template.Mapping) (string, error) {
	out, err := template.SubstituteWithOptions(text, lookup, template.WithoutLogging)
	if err == nil && strings.Contains(out, unset) {
		err = fmt.Errorf("%q has a variable without a default, and variables are looked up nowhere", text)
	}
	return out, err
}

// addService adds the image of a service. One that is only run, and whose image somebody else makes, is left out. Services that run
// one image in different ways are one image.
func (s *Set) addService(path string, service types.ServiceConfig) error {
	source, given := service.Extensions[sourceKey]
	i := Image{Name: service.Name}
	if given {
		text, ok := source.(string)
		if !ok || text == "" {
			return fault.Request(fmt.Errorf("%s: %s: %s names no image", path, service.Name, sourceKey), "write it as the input image takes it, such as app.tar")
		}
		i.Source = text
	}
	if service.Build == nil && !given {
		s.skip(service.Name, "it is not built here")
		return nil
	}
	if service.Image != "" {
		i.Push = []string{service.Image}
	}
	if service.Build != nil {
		if err := i.ofCompose(path, *service.Build); err != nil {
			return err
		}
	}
	if len(i.Platforms) == 0 && service.Platform != "" {
		i.Platforms = []string{service.Platform}
	}
	same := func(o Image) bool {
		o.Name = i.Name
		return reflect.DeepEqual(o, i)
	}
	if n := slices.IndexFunc(s.Images, same); n >= 0 {
		s.skip(i.Name, "it runs the image of "+s.Images[n].Name)
		return nil
	}
	s.Images = append(s.Images, i)
	return nil
}

// ofCompose takes over how a service is built.
func (i *Image) ofCompose(path string, b types.BuildConfig) error {
	directory := filepath.Dir(path)
	if i.Context = b.Context; !compose.Remote(b.Context) {
		i.Context = beside(directory, b.Context)
	}
	if b.Dockerfile != "" {
		i.Dockerfile = beside(i.Context, b.Dockerfile)
	}
	i.Args = map[string]string{}
	for name, value := range b.Args {
		if value == nil {
			return fault.Request(fmt.Errorf("%s: %s: the build argument %s has no value, and variables are looked up nowhere", path, i.Name, name), resolved)
		}
		i.Args[name] = *value
	}
	i.Target, i.Labels, i.Platforms, i.CacheFrom, i.CacheTo = b.Target, b.Labels, b.Platforms, b.CacheFrom, b.CacheTo
	i.NoCache, i.Pull, i.Network = b.NoCache, b.Pull, b.Network
	for _, secret := range b.Secrets {
		i.Secrets = append(i.Secrets, secret.Source)
	}
	for _, key := range b.SSH {
		i.SSH = append(i.SSH, key.ID)
	}
	i.Push = append(i.Push, b.Tags...)
	return i.nothingElse(path, b)
}

// nothingElse refuses a build that says more than was taken over.
func (i *Image) nothingElse(path string, b types.BuildConfig) error {
	taken := []string{"Context", "Dockerfile", "Target", "Args", "Labels", "Platforms", "CacheFrom", "CacheTo", "NoCache", "Pull", "Network", "Secrets", "SSH", "Tags"}
	v := reflect.ValueOf(b)
	for n := range v.NumField() {
		field := v.Type().Field(n)
		if v.Field(n).IsZero() || slices.Contains(taken, field.Name) || field.Name == "Extensions" {
			continue
		}
		key, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		return refuse(path, i.Name, "build."+key)
	}
	return nil
}
