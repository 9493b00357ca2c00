// Package secrets holds the rules about the secrets that an image ships: in its configuration, in its history and in the files of
// any layer. Each rule stands in a file of its own, with fixtures that keep it and that do not, below testdata.
//
// It reads no file and sees no secret: what it judges was found before, and says only what may be shown.
package secrets

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/origin"
	"github.com/layergate/layergate/pkg/secret"
	"github.com/layergate/layergate/pkg/secret/layers"
)

// Subject is one platform of an image, as rules look at it.
type Subject struct {
	Image *image.Platform  // whose configuration is looked at
	From  *origin.Platform // the layers, the history, and the lines that made them
	Files []layers.Secret  // what was found in files
}

// rule is a rule and how it finds what does not keep it.
type rule struct {
	check.Rule
	find func(check.Rule, *Subject) []finding.Finding
}

// rules lists all rules, by their identifiers.
func rules() []rule {
	return []rule{
		environment(), configuration(), instruction(), buildArgument(),
		tokenInFile(), privateKey(), protectedKey(), registryCredential(), cloudCredential(), setting(),
		gitRepository(), terraformState(), shellHistory(), likelyNone(), unsearched(),
	}
}

// Rules lists what is known of each rule, in the order of their identifiers.
func Rules() []check.Rule {
	var out []check.Rule
	for _, r := range rules() {
		out = append(out, r.Rule)
	}
	return out
}

// Find returns what does not keep a rule, by the rules' order.
func Find(s Subject) []finding.Finding {
	var out []finding.Finding
	for _, r := range rules() {
		for _, f := range numbered(r.find(r.Rule, &s)) {
			f.Platform = s.Image.Name
			out = append(out, f)
		}
	}
	return out
}

// numbered tells findings of a rule apart that nothing else does: passwords of one file, of which nothing may be shown.
func numbered(list []finding.Finding) []finding.Finding {
	seen := map[string]int{}
	for i, f := range list {
		place := f.Path + "\x00" + f.Check.Field
		if seen[place]++; seen[place] > 1 {
			list[i].Check.Field += fmt.Sprintf(" #%d", seen[place])
		}
	}
	return list
}

// cwe is what all rules about secrets refer to.
func cwe() []check.Reference {
	return []check.Reference{
		{Name: "CIS Docker 4.10", URL: "https://www.cisecurity.org/benchmark/docker"},
		{Name: "CWE-798", URL: "https://cwe.mitre.org/data/definitions/798.html"},
	}
}

// at is a finding of a rule about a secret in the history or the configuration. The entry of the history that brought it
// tells whose it is and which line to change; nil stands for none.
func (s *Subject) at(r check.Rule, what secret.Secret, field, where string, by *origin.Entry) finding.Finding {
	f := r.Finding()
	f.Check.Saw, f.Check.Field = what.Saw()+where, field
	if by != nil {
		f.Location, f.Layer = by.Location, s.From.LayerOf(by)
	}
	return f
}

// inFile is a finding of a rule about a secret in a file.
func (s *Subject) inFile(r check.Rule, what layers.Secret) finding.Finding {
	f := r.Finding()
	layer := s.From.Layers[what.Layer]
	f.Path, f.Layer, f.State = secret.RedactPath(what.Path), &layer, what.State
	f.Location, f.Related = s.From.Locate(what.Layer, finding.Package{}, what.Path)
	f.Check.Field = field(what.Secret)
	f.Check.Saw = what.Saw()
	if what.Line > 0 {
		f.Check.Saw += fmt.Sprintf(", in line %d", what.Line)
	}
	switch {
	case what.Beside && what.Path == "":
		f.Check.Field += " behind the tar"
		f.Check.Saw += ", behind the end of the layer's tar"
	case what.Beside:
		f.Check.Field += " in the header"
		f.Check.Saw += ", in the name, the link or an attribute that the layer's tar has for it"
	case what.Replaced:
		f.Check.Saw += "; the layer itself replaces the file, and it is shipped all the same"
	case what.State == finding.Shadowed:
		f.Check.Saw += "; a later layer hides the file, and it is shipped all the same"
	}
	return f
}

// field names a secret so that it stays the same as long as the secret does.
func field(what secret.Secret) string {
	out := cmp.Or(what.Name, what.Type)
	if what.Hash != "" {
		out = strings.TrimSpace(what.Name + " sha256:" + what.Hash)
	}
	return out
}

// inFiles finds what was found in files and is a rule's.
func inFiles(r check.Rule, s *Subject) []finding.Finding {
	var out []finding.Finding
	for _, f := range s.Files {
		if ruleOf(f) == r.ID {
			out = append(out, s.inFile(r, f))
		}
	}
	return out
}

// ruleOf is the identifier of the rule that a secret in a file does not keep.
func ruleOf(f layers.Secret) string {
	if f.Class != secret.Unsearched && isLikelyNone(f) {
		return likelyNoneID
	}
	return map[secret.Class]string{
		secret.Token: "LG-SEC-005", secret.Key: "LG-SEC-006", secret.ProtectedKey: "LG-SEC-007", secret.Registry: "LG-SEC-008", secret.Cloud: "LG-SEC-009",
		secret.Settings: "LG-SEC-010", secret.Repository: "LG-SEC-011", secret.State: "LG-SEC-012", secret.History: "LG-SEC-013", secret.Unsearched: "LG-SEC-015",
	}[f.Class]
}

// entries lists those of the history with the name of an instruction, such as ENV, and what stands behind it.
func (s *Subject) entries(name string) []entry {
	var out []entry
	for i := range s.From.Entries {
		if e := newEntry(&s.From.Entries[i]); e.name == name {
			out = append(out, e)
		}
	}
	return out
}

// last is the last entry of an instruction that has a word, or nil.
func (s *Subject) last(name, word string) *origin.Entry {
	for _, e := range slices.Backward(s.entries(name)) {
		if strings.Contains(e.rest, word) {
			return e.Entry
		}
	}
	return nil
}
