package workload

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/regex"
	"github.com/layergate/layergate/pkg/secret"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/document"
)

var (
	// assigning are the keys of texts in which names get values: commands, and files that are written into the manifest.
	assigning = []string{"args", "cmd", "command", "content", "dockerfile_inline", "entrypoint", "run", "script", "source", "test"}
	// naming are the keys of objects whose own keys are names that somebody chose, and their values what he calls so.
	naming = []string{"annotations", "driver_opts", "env", "environment", "labels", "options", "stringData", "variables"}
)

// secretsOf finds the secrets of a text that is not judged as another thing: what is known by its form in each text, and what is
// known by its name where somebody chose the name.
func secretsOf(t workload.Text, judged map[spot]bool, mounted map[string][]string) []violation {
	if judged[spotOf(t.Place)] || strings.HasPrefix(t.Resource, "ConfigMap/") && (t.In == "data" || t.In == "binaryData") {
		return nil
	}
	if len(t.Items) > 0 {
		return secretsOfList(t, judged)
	}
	name, value, ok := calledBy(t)
	switch {
	case ok && strings.HasPrefix(t.Resource, "Secret/") && (t.In == "data" || t.In == "stringData"):
		return ofFile(t, value, name)
	case t.Key == "content" && t.Place.Path == "configs."+t.In+".content": // of Compose
		return ofFile(t, t.Value, append([]string{t.In}, mounted[t.In]...)...)
	}
	var found []secret.Secret
	switch {
	case ok:
		found = ofName(t, name, value)
	case isCommand(t):
		found = ofCommand(t.Value)
	default:
		found = secret.Tokens(t.Value)
	}
	out := saying(t, t.Place, found)
	if t.Custom && len(found) == 0 {
		out = saying(t, t.Place, ofSetting(t))
	}
	if t.Custom && !slices.Contains(assigning, t.Key) {
		for _, inner := range document.Within(t) {
			out = append(out, saying(inner, inner.Place, ofSetting(inner))...)
		}
	}
	return out
}

// isCommand tells whether names get values in a text: by its key, or as those of a command are called in Marathon.
func isCommand(t workload.Text) bool {
	return slices.Contains(assigning, t.Key) || t.In == "command" && slices.Contains([]string{"argv", "shell", "value"}, t.Key)
}

// ofSetting finds the secret that a field has by its name alone. What is known by its form is told already of the text that it is in.
func ofSetting(t workload.Text) []secret.Secret {
	name := cmp.Or(t.Name, t.Key)
	if isApart.MatchString("."+t.Place.Path) || len(secret.Tokens(t.Value)) > 0 {
		return nil
	}
	if s, ok := secret.Setting(name, t.Value); ok {
		return []secret.Secret{s}
	}
	return nil
}

// isApart matches paths of what is encrypted, of descriptions of fields, and of what a controller and others note.
var isApart = regex.New(`(?i)^\.(?:metadata|status)\.|\.(?:encryptedData|sops|openAPIV3Schema|schema|properties|metadata)\.`)

// calledBy is what a text is called by whoever wrote it, and what it says.
func calledBy(t workload.Text) (name, value string, ok bool) {
	switch {
	case t.In == "data" && strings.HasPrefix(t.Resource, "Secret/"):
		raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(t.Value), ""))
		return t.Key, string(raw), err == nil
	case t.Name != "":
		return t.Name, t.Value, true
	}
	return t.Key, t.Value, slices.Contains(naming, t.In)
}

// ofName finds the secret that a name has, or those of a text that it has.
func ofName(t workload.Text, name, value string) []secret.Secret {
	if s, ok := secret.Variable(name, value); ok && !(isNote(t.In) && isObjectName(name, value)) {
		return []secret.Secret{s}
	}
	switch t.In {
	case "annotations":
		return secret.Tokens(value)
	case "driver_opts": // such as o, with the options of mount(8)
		return ofCommand(strings.ReplaceAll(value, ",", " "))
	}
	return ofCommand(value)
}

// ofFile finds the secrets of a text that is a file, and what it says.
func ofFile(t workload.Text, says string, names ...string) []violation {
	if says != t.Value { // the lines of the file are not those of the text
		t.Value, t.Place.Text = says, 0
	}
	var out []violation
	for _, p := range secretsOfFile(t, names...) {
		if !isNamed(says, p.Secret) {
			p.Line = 0
			out = append(out, saying(t, p.at, []secret.Secret{p.Secret})...)
		}
	}
	return out
}

// ofCommand finds the secrets of a command or a file, without the names of secrets that stand in flags.
func ofCommand(text string) []secret.Secret {
	return slices.DeleteFunc(secret.Text(text), func(s secret.Secret) bool { return isNamed(text, s) })
}

// isNamed tells whether a text gives to the name of a secret the name of the object that has it.
func isNamed(text string, s secret.Secret) bool {
	return slices.ContainsFunc(givenName.FindAllStringSubmatch(text, -1), func(at []string) bool { return at[1] == s.Name && isObjectName(s.Name, at[2]) })
}

// isNote tells whether a key has notes about an object, which controllers read.
func isNote(key string) bool { return key == "annotations" || key == "labels" }

var (
	// givenName is a flag and a value that can be the name of an object.
	givenName = regex.New(`([A-Za-z_][\w.-]*)["']?(?:=|[ \t]+)["']?([a-z0-9][a-z0-9./-]*)(?:["'\s]|$)`)
	// objectName matches the name of an object of Kubernetes, maybe with its namespace, or a path in a vault; wordName one that is
	// made of words.
	objectName = regex.New(`^[a-z0-9]([a-z0-9./-]*[a-z0-9])?$`)
	wordName   = regex.New(`^[a-z]([a-z./-]*[a-z])?$`)
	// ofSecret matches names of flags that have the name of a secret as their value.
	ofSecret = regex.New(`(?i)(?:secrets?|credentials?|tokens?)$`)
)

// isObjectName tells whether a value, of a name that says it is secret, is the name of the object that has the secret: as
// annotations have it, whose names have a prefix, and some flags.
func isObjectName(name, value string) bool {
	return strings.Contains(name, "/") && objectName.MatchString(value) || ofSecret.MatchString(name) && wordName.MatchString(value)
}

// secretsOfList finds the secrets of a list, of each item by itself and, of a command, of a flag and the item behind it.
func secretsOfList(t workload.Text, judged map[spot]bool) []violation {
	var out []violation
	var line []string
	known := map[secret.Secret]bool{}
	command := isCommand(t)
	for _, item := range t.Items {
		if judged[spotOf(item.Place)] {
			return nil
		}
		line = append(line, item.Value)
		var found []secret.Secret
		name, value, ok := strings.Cut(item.Value, "=")
		switch {
		case ok && slices.Contains(naming, t.Key):
			found = ofName(workload.Text{In: t.Key}, name, value)
		case command:
			found = ofCommand(item.Value)
		default:
			found = secret.Tokens(item.Value)
		}
		for _, s := range found {
			s.Line = 0
			known[s] = true
		}
		out = append(out, saying(t, item.Place, found)...)
	}
	if !command {
		return out
	}
	return append(out, saying(t, t.Place, slices.DeleteFunc(ofCommand(strings.Join(line, " ")), func(s secret.Secret) bool {
		s.Line = 0
		return known[s]
	}))...)
}

// saying makes violations of the secrets of a text.
func saying(t workload.Text, at workload.Place, found []secret.Secret) []violation {
	var out []violation
	for _, s := range found {
		out = append(out, violation{at: at.TextLine(s.Line), saw: s.Saw(), field: strings.Join(strings.Fields(fieldName(t.Place)+" "+s.Name+" "+s.Hash), " ")})
	}
	return out
}
