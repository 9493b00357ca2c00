package input

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/layergate/layergate/pkg/fault"
)

// Values are the values of the inputs of one run. A getter gives the input's default where no value was set; it panics
// on a name that is not in Table, which is a mistake of the program. A value that does not parse is a fault.Request
// that names the input in the spelling of its system, the value, and what is valid.
type Values struct {
	system System
	table  map[string]Input
	values map[string]string
	hidden []string
}

// Read takes the value of each input that the system has from lookup, by the input's name, or else from its environment
// variable.
func Read(system System, lookup, getenv func(string) string) *Values {
	v := &Values{system: system, table: map[string]Input{}, values: map[string]string{}}
	for _, in := range Table() {
		v.table[in.Name] = in
		if !in.On(system) {
			continue
		}
		value := lookup(in.Name)
		if strings.TrimSpace(value) == "" && in.Env != "" {
			value = getenv(in.Env)
		}
		v.Set(in.Name, value)
	}
	return v
}

// Set gives the input a value, which replaces the one it had; white space around it is dropped and nothing left means
// unset. The values of a List or of Lines are separated by new lines.
func (v *Values) Set(name, value string) {
	v.mustHave(name)
	value = strings.TrimSpace(value)
	if value == "" {
		delete(v.values, name)
		return
	}
	v.values[name] = value
}

// IsSet tells whether the input has a value of its own.
func (v *Values) IsSet(name string) bool {
	v.mustHave(name)
	_, ok := v.values[name]
	return ok
}

// Hide adds secrets that come with the inputs without being the value of one.
func (v *Values) Hide(secrets ...string) { v.hidden = append(v.hidden, secrets...) }

// Spell is how the system's user writes the name of an input.
func (v *Values) Spell(name string) string { return v.system.Spell(name) }

// SpellFor has messages spell the names of inputs as another system does than the one that was read.
func (v *Values) SpellFor(system System) { v.system = system }

// String is the value of an input, as it was written.
func (v *Values) String(name string) string {
	in := v.mustHave(name)
	if value, ok := v.values[name]; ok {
		return value
	}
	return in.Default
}

// List splits the value of a List or of Lines; an empty list is not nil.
func (v *Values) List(name string) []string {
	commas := v.mustHave(name).Kind == List
	out := []string{}
	for value := range strings.FieldsFuncSeq(v.String(name), func(r rune) bool { return r == ',' && commas || r == '\n' || r == '\r' }) {
		if value = strings.TrimSpace(value); value != "" {
			out = append(out, value)
		}
	}
	return out
}

// Choice is the value of a Choice: one of its choices, in lower case; nothing at all is "".
func (v *Values) Choice(name string) (string, error) {
	choices, value := v.mustHave(name).Choices, v.String(name)
	if value == "" {
		return "", nil
	}
	if slices.Contains(choices, strings.ToLower(value)) {
		return strings.ToLower(value), nil
	}
	hint := ""
	if word := fault.Nearest(value, choices); word != "" {
		hint = "did you mean " + word
	}
	return "", v.invalid(name, "is not one of "+strings.Join(choices, ", "), hint)
}

// Bool is the value of a Bool, written true or false in any case.
func (v *Values) Bool(name string) (bool, error) {
	switch strings.ToLower(v.String(name)) {
	case "true":
		return true, nil
	case "false", "":
		return false, nil
	}
	return false, v.invalid(name, "is not true or false", "")
}

// Duration is the value of a Duration; nothing at all is 0.
func (v *Values) Duration(name string) (time.Duration, error) {
	value := v.String(name)
	if value == "" {
		return 0, nil
	}
	d, err := ParseDuration(value)
	if err != nil {
		return 0, v.invalid(name, "is not a duration", DurationHint)
	}
	return d, nil
}

// Size is the value of a Size in bytes; nothing at all is 0.
func (v *Values) Size(name string) (int64, error) {
	value := v.String(name)
	if value == "" {
		return 0, nil
	}
	n, err := parseSize(value)
	if err != nil {
		return 0, v.invalid(name, "is not a size", err.Error())
	}
	return n, nil
}

// Secrets are the values of all inputs of kind Secret that are set, and what Hide added, to be masked before anything
// else is written.
func (v *Values) Secrets() []string {
	secrets := append([]string{}, v.hidden...)
	for _, name := range slices.Sorted(maps.Keys(v.values)) {
		if v.table[name].Kind == Secret {
			secrets = append(secrets, v.values[name])
		}
	}
	return secrets
}

func (v *Values) invalid(name, problem, hint string) error {
	return fault.Request(errors.New(v.Spell(name)+": "+strconv.Quote(v.String(name))+" "+problem), hint)
}

func (v *Values) mustHave(name string) Input {
	in, ok := v.table[name]
	if !ok {
		panic("input: none is named " + strconv.Quote(name))
	}
	return in
}
