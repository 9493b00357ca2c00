package compose

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/schema"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/types"
	swarm "github.com/docker/cli/cli/compose/loader"
	stackschema "github.com/docker/cli/cli/compose/schema"
	stack "github.com/docker/cli/cli/compose/types"

	"github.com/layergate/layergate/pkg/regex"
	"github.com/layergate/layergate/pkg/workload/document"
	"github.com/layergate/layergate/pkg/workload/engine"
)

// validate refuses what the platform's own tool refuses. Values that variables decide on are left out, because they may be
// anything, but for those that something may not do without.
func (r *reader) validate() error {
	var wrong error
	plain, err := r.root.Plain(func(v document.Value) bool {
		if wrong == nil && misspelt(v) {
			wrong = v.Errorf("%q has a variable that is not written as one; write $$ for a dollar sign", v.Text())
		}
		return unknown(v) && !needed.MatchString(v.Place().Path)
	})
	if err := errors.Join(err, wrong); err != nil {
		return err
	}
	file, _ := plain.(map[string]any)
	if r.swarm() {
		err = r.loadStack(file)
	} else {
		err = load(r.root.Place().File, file)
	}
	if err != nil {
		at, text := locate(r.root, err.Error())
		return at.Errorf("%s", strings.Replace(text, "false schema", "Compose knows no such field", 1))
	}
	return nil
}

// needed are the texts without which the loaders refuse what has them.
var needed = regex.New(`^(?:(?:secrets|configs)\..+\.(?:file|environment|content)|models\..+\.model|.+\.(?:extends\.service|provider\.type|cron|` +
	`(?:watch|env_file)\[\d+\]\.path|devices\[\d+\]\.source|(?:post_start|pre_stop)\[\d+\]\.command))$`)

// maxPorts is how many ports a file may name, which are each written out: as many as a host has, for TCP and for UDP.
const maxPorts = 2 * 65535

// bounded refuses ranges of ports beyond number before the loaders write them out.
func (r *reader) bounded() error {
	count := 0
	for _, section := range []string{"services", "jobs"} {
		for _, v := range r.root.Get(section).Fields() {
			for _, item := range append(v.Get("ports").Items(), v.Get("expose").Items()...) {
				spec, _ := port(item)
				if count += engine.CountPorts(spec); count > maxPorts {
					return item.Errorf("the file names more than %d ports", maxPorts)
				}
			}
		}
	}
	return nil
}

// load is what Compose itself does with a file before it looks for others.
func load(name string, file map[string]any) (err error) {
	defer func() {
		if broken := recover(); broken != nil { // by a value of a wrong type, which the loader looks at before its schema does
			err = cmp.Or(schema.Validate(file), fmt.Errorf("it cannot be read: %v", broken))
		}
	}()
	delete(file, "version") // of which it only says that it is obsolete
	_, err = loader.LoadModelWithContext(context.Background(), types.ConfigDetails{
		ConfigFiles: []types.ConfigFile{{Filename: name, Config: file}},
		Environment: types.Mapping{},
	}, func(o *loader.Options) {
		o.SetProjectName("layergate", true)
		o.SkipInclude, o.SkipExtends, o.SkipNormalization, o.SkipResolveEnvironment = true, true, true, true
		o.ResolvePaths = false
		o.Interpolate.Substitute = func(written string, _ template.Mapping) (string, error) {
			if out, known := substitute(written); known {
				return out, nil
			}
			return "unknown", nil
		}
	})
	return err
}

// loadStack is what docker stack deploy does with a file. What it refuses for its name alone is taken out and noted, so that
// the rest is looked at, too.
func (r *reader) loadStack(file map[string]any) error {
	for _, s := range servicesOf(file) {
		for name := range stack.ForbiddenProperties {
			delete(s, name)
		}
		delete(s, "env_file") // which the loader would read
	}
	err := loadStack(file)
	if err == nil || !unknownProperty(err) {
		return err
	}
	r.takeOut(file)
	return loadStack(file)
}

func loadStack(file map[string]any) error {
	_, err := swarm.Load(stack.ConfigDetails{ConfigFiles: []stack.ConfigFile{{Config: file}}})
	return err
}

func servicesOf(file map[string]any) []map[string]any {
	var out []map[string]any
	services, _ := file["services"].(map[string]any)
	for _, s := range services {
		if s, ok := s.(map[string]any); ok {
			out = append(out, s)
		}
	}
	return out
}

// unknownProperty tells whether a file was refused for a key that the schema does not know.
func unknownProperty(err error) bool {
	return err != nil && strings.Contains(strings.ToLower(err.Error()), "additional propert")
}

// takeOut takes out of a file the keys of services, and those at its top, that the schema of its version does not know.
func (r *reader) takeOut(file map[string]any) {
	version := stackschema.Version(file)
	r.unknown = map[string]bool{}
	asked := map[string]bool{}
	for key := range file {
		if unknownProperty(stackschema.Validate(map[string]any{key: nil}, version)) {
			delete(file, key)
			f := r.root.Get(key)
			r.project.Refused = append(r.project.Refused, Refused{Field: key, Place: f.Place(), Why: "docker stack deploy knows no " + key})
		}
	}
	slices.SortFunc(r.project.Refused, func(a, b Refused) int { return cmp.Compare(a.Field, b.Field) })
	for _, s := range servicesOf(file) {
		for key := range s {
			if !asked[key] && len(asked) < maxProperties {
				asked[key] = true
				r.unknown[key] = unknownProperty(stackschema.Validate(map[string]any{"services": map[string]any{"x": map[string]any{key: nil}}}, version))
			}
			if r.unknown[key] {
				delete(s, key)
			}
		}
	}
}

// maxProperties is how many different keys of services are looked at; there are not half as many.
const maxProperties = 200

// locate finds the value that an error of a loader speaks of by the path it begins with, and returns what else it says.
func locate(root document.Value, text string) (document.Value, string) {
	if rest, ok := strings.CutPrefix(text, "validating "); ok {
		_, text, _ = strings.Cut(rest, ": ")
	}
	at, rest := root, strings.TrimPrefix(text, "error while interpolating ")
	for {
		next, after, ok := step(at, rest)
		if !ok {
			break
		}
		at, rest = next, after
	}
	return at, strings.TrimLeft(rest, ": ")
}

// step goes to the field or item that a text begins with: the one with the longest key, because keys may have dots.
func step(v document.Value, text string) (next document.Value, rest string, ok bool) {
	text = strings.TrimLeft(text, ".[")
	take := func(key string, f document.Value) {
		after, found := strings.CutPrefix(text, key)
		if found && len(after) > 0 && strings.IndexByte(".[]: ", after[0]) >= 0 && (!ok || len(after) < len(rest)) {
			next, rest, ok = f, strings.TrimPrefix(after, "]"), true
		}
	}
	for key, f := range v.Fields() {
		take(key, f)
	}
	items := slices.DeleteFunc(v.Items(), unknown) // as the loader has them
	for i, item := range items {
		take(strconv.Itoa(i), item)
	}
	return next, rest, ok
}
