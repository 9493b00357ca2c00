package release

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/strictjson"
)

// maxValues is how many values a file of bake may have.
const maxValues = 100_000

// bakeFile is what docker buildx bake --print prints: groups and targets, of which each says all by itself.
type bakeFile struct {
	Group map[string]struct {
		Targets []string `json:"targets"`
	} `json:"group"`
	Target map[string]bakeTarget `json:"target"`
}

// bakeTarget is a target. The fields that no build here has are refused by the decoder.
type bakeTarget struct {
	Description string             `json:"description"`
	Context     string             `json:"context"`
	Dockerfile  string             `json:"dockerfile"`
	Target      string             `json:"target"`
	Args        map[string]*string `json:"args"`
	Labels      map[string]*string `json:"labels"`
	Tags        []string           `json:"tags"`
	Platforms   []string           `json:"platforms"`
	CacheFrom   []options          `json:"cache-from"`
	CacheTo     []options          `json:"cache-to"`
	NoCache     bool               `json:"no-cache"`
	Pull        bool               `json:"pull"`
	Network     string             `json:"network"`
	Secret      []options          `json:"secret"`
	SSH         []options          `json:"ssh"`
	Output      []options          `json:"output"` // where an image goes is what the gate decides
}

// options are what one flag of docker buildx build says: as its text, or as an object, which newer versions print.
type options string

// UnmarshalJSON reads either form into the text.
func (o *options) UnmarshalJSON(raw []byte) error {
	if json.Unmarshal(raw, (*string)(o)) == nil {
		return nil
	}
	var fields map[string]any
	if err := json.Unmarshal(raw, &fields); err != nil {
		return errors.New("it is neither a text nor an object")
	}
	var words []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		text := fmt.Sprint(fields[name])
		if strings.ContainsAny(text, ",\"\n") {
			return fmt.Errorf("the value of %s has characters that an option cannot have", name)
		}
		words = append(words, name+"="+text)
	}
	*o = options(strings.Join(words, ","))
	return nil
}

// id is the id that options give, or else the text itself, such as default.
func (o options) id() string {
	for field := range strings.SplitSeq(string(o), ",") {
		if id, ok := strings.CutPrefix(field, "id="); ok {
			return id
		}
	}
	id, _, _ := strings.Cut(string(o), "=")
	return id
}

// readBake reads the targets of the default group, or all where there is none.
func readBake(path string, data []byte) (*Set, error) {
	const print = "give what \"docker buildx bake --print\" prints, in which each target says all by itself; an image that it could not build here can be named as it is by the " + sourceKey + " of a Compose service"
	file, err := decodeBake(data)
	if err != nil {
		return nil, fault.Request(fmt.Errorf("%s: %w", path, err), print)
	}
	names := slices.Sorted(maps.Keys(file.Target))
	if _, ok := file.Group["default"]; ok {
		names = file.members("default", map[string]bool{})
	}
	set := &Set{}
	for _, name := range names {
		t, ok := file.Target[name]
		if !ok {
			return nil, fault.Request(fmt.Errorf("%s: the group names the target %q, which is not there", path, name), print)
		}
		i, err := t.image(name)
		if err != nil {
			return nil, fault.Request(fmt.Errorf("%s: %s: %w", path, name, err), print)
		}
		set.Images = append(set.Images, i)
	}
	for _, name := range slices.Sorted(maps.Keys(file.Target)) {
		if !slices.Contains(names, name) {
			set.skip(name, "the default group does not have it")
		}
	}
	return set, nil
}

// decodeBake decodes a file whose every key says one thing, and nothing that would be passed over.
func decodeBake(data []byte) (file bakeFile, err error) {
	config := strictjson.Config{Values: maxValues, Free: []string{"group", "target", "args", "labels"}}
	if err := config.Unmarshal(data, &file); err != nil {
		return file, err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	file = bakeFile{}
	return file, d.Decode(&file)
}

// members are the targets of a group and of the groups in it, each once.
func (f bakeFile) members(group string, seen map[string]bool) []string {
	var out []string
	for _, name := range f.Group[group].Targets {
		if seen[name] {
			continue
		}
		seen[name] = true
		if _, isGroup := f.Group[name]; isGroup {
			out = append(out, f.members(name, seen)...)
			continue
		}
		out = append(out, name)
	}
	return out
}

// image is a target as an image of the set. Its context is relative to the working directory, as bake has it.
func (t bakeTarget) image(name string) (Image, error) {
	i := Image{Name: name, Push: t.Tags, Build: Build{
		Context: t.Context, Target: t.Target, Platforms: t.Platforms, CacheFrom: texts(t.CacheFrom), CacheTo: texts(t.CacheTo),
		NoCache: t.NoCache, Pull: t.Pull, Network: t.Network,
	}}
	if i.Context == "" {
		i.Context = "."
	}
	if t.Dockerfile != "" {
		i.Dockerfile = beside(i.Context, t.Dockerfile)
	}
	for _, s := range t.Secret {
		i.Secrets = append(i.Secrets, s.id())
	}
	for _, s := range t.SSH {
		i.SSH = append(i.SSH, s.id())
	}
	var err error
	if i.Args, err = values("build argument", t.Args); err != nil {
		return i, err
	}
	if i.Labels, err = values("label", t.Labels); err != nil {
		return i, err
	}
	for _, text := range append([]*string{&i.Context, &i.Dockerfile, &i.Target}, pointers(i.Push)...) {
		if *text, err = literal(*text); err != nil {
			return i, err
		}
	}
	return i, nil
}

func texts(all []options) []string {
	var out []string
	for _, o := range all {
		out = append(out, string(o))
	}
	return out
}

func pointers(all []string) []*string {
	var out []*string
	for n := range all {
		out = append(out, &all[n])
	}
	return out
}

// values are those of arguments or labels, which bake prints with their values.
func values(what string, all map[string]*string) (map[string]string, error) {
	out := map[string]string{}
	for name, value := range all {
		if value == nil {
			return nil, fmt.Errorf("the %s %s has no value, and variables are looked up nowhere", what, name)
		}
		text, err := literal(*value)
		if err != nil {
			return nil, err
		}
		out[name] = text
	}
	return out, nil
}

// literal is a text without the marks by which bake tells it from a template, which it prints where a text looks like one. A template
// itself is refused.
func literal(text string) (string, error) {
	for _, mark := range []string{"${", "%{"} {
		if plain := strings.ReplaceAll(text, mark[:1]+mark, ""); strings.Contains(plain, mark) {
			return "", fmt.Errorf("%q is a template, which only docker buildx bake resolves", text)
		}
		text = strings.ReplaceAll(text, mark[:1]+mark, mark)
	}
	return text, nil
}
