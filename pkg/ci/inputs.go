package ci

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/layergate/layergate/pkg/fault"
)

// Inputs are the values of the inputs of one run. A getter gives the input's default where no value was set; it panics
// on a name that is not in Table, which is a mistake of the program. A value that does not parse is a fault.Request
// that names the input in the spelling of its platform, the value, and what is valid.
type Inputs struct {
	table  map[string]Input
	values map[string]string
	hidden []string // secrets that came with the inputs without being one's value
	spell  func(Input) string
}

// readInputs takes the value of each input from lookup, or else from its environment variable.
func readInputs(env Env, lookup func(Input) string, spell func(Input) string) *Inputs {
	in := &Inputs{table: map[string]Input{}, values: map[string]string{}, spell: spell}
	for _, input := range Table() {
		in.table[input.Name] = input
		value := lookup(input)
		if strings.TrimSpace(value) == "" && input.Env != "" {
			value = env.Getenv(input.Env)
		}
		in.Set(input.Name, value)
	}
	return in
}

// Set gives the input a value, which replaces the one it had; white space around it is dropped and nothing left means
// unset. The values of a List or of Lines are separated by new lines.
func (in *Inputs) Set(name, value string) {
	in.mustHave(name)
	value = strings.TrimSpace(value)
	if value == "" {
		delete(in.values, name)
		return
	}
	in.values[name] = value
}

// IsSet tells whether the input has a value of its own.
func (in *Inputs) IsSet(name string) bool {
	in.mustHave(name)
	_, ok := in.values[name]
	return ok
}

// Spell is how the platform's user writes the input's name: --fail-on, input fail-on, or input failOn.
func (in *Inputs) Spell(name string) string { return in.spell(in.mustHave(name)) }

// String is the value of an input, as it was written.
func (in *Inputs) String(name string) string {
	input := in.mustHave(name)
	if v, ok := in.values[name]; ok {
		return v
	}
	return input.Default
}

// Required is the value of an input that must not be empty.
func (in *Inputs) Required(name string) (string, error) {
	v := in.String(name)
	if v == "" {
		return "", fault.Request(fmt.Errorf("%s is missing", in.Spell(name)), lowerFirst(strings.TrimSuffix(in.mustHave(name).Help, ".")))
	}
	return v, nil
}

// List splits the value of a List or of Lines; an empty list is not nil.
func (in *Inputs) List(name string) []string {
	commas := in.mustHave(name).Kind == List
	out := []string{}
	for v := range strings.FieldsFuncSeq(in.String(name), func(r rune) bool { return r == ',' && commas || r == '\n' || r == '\r' }) {
		if v = strings.TrimSpace(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// Choice is the value of a Choice: one of its choices, in lower case.
func (in *Inputs) Choice(name string) (string, error) {
	choices, value := in.mustHave(name).Choices, in.String(name)
	if slices.Contains(choices, strings.ToLower(value)) {
		return strings.ToLower(value), nil
	}
	hint := ""
	if word := nearest(value, choices); word != "" {
		hint = "did you mean " + word
	}
	return "", in.invalid(name, "is not one of "+strings.Join(choices, ", "), hint)
}

// Bool is the value of a Bool, written true or false in any case.
func (in *Inputs) Bool(name string) (bool, error) {
	switch strings.ToLower(in.String(name)) {
	case "true":
		return true, nil
	case "false", "":
		return false, nil
	}
	return false, in.invalid(name, "is not true or false", "")
}

// Duration is the value of a Duration; nothing at all is 0.
func (in *Inputs) Duration(name string) (time.Duration, error) {
	value := in.String(name)
	if value == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(value)
	if err != nil || d < 0 {
		hint := "use a number with h, m or s, such as 120h or 90m"
		if days, err := strconv.Atoi(strings.TrimRight(value, "d")); err == nil && days >= 0 && strings.HasSuffix(value, "d") {
			hint = fmt.Sprintf("days have no unit of their own: write %dh", 24*days)
		}
		return 0, in.invalid(name, "is not a duration", hint)
	}
	return d, nil
}

// Size is the value of a Size in bytes; nothing at all is 0.
func (in *Inputs) Size(name string) (int64, error) {
	value := in.String(name)
	if value == "" {
		return 0, nil
	}
	n, err := parseSize(value)
	if err != nil {
		return 0, in.invalid(name, "is not a size", err.Error())
	}
	return n, nil
}

// Secrets are the values of all inputs of kind Secret that are set, and what the service connections that inputs name keep
// secret, to be masked before anything else is written.
func (in *Inputs) Secrets() []string {
	secrets := append([]string{}, in.hidden...)
	for _, name := range slices.Sorted(maps.Keys(in.values)) {
		if in.table[name].Kind == Secret {
			secrets = append(secrets, in.values[name])
		}
	}
	return secrets
}

func (in *Inputs) invalid(name, problem, hint string) error {
	return fault.Request(errors.New(in.Spell(name)+": "+strconv.Quote(in.String(name))+" "+problem), hint)
}

func (in *Inputs) mustHave(name string) Input {
	input, ok := in.table[name]
	if !ok {
		panic("ci: no input is named " + strconv.Quote(name))
	}
	return input
}

func lowerFirst(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToLower(s[:1]) + s[1:]
}
