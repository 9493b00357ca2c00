package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/remedy"
	"github.com/layergate/layergate/pkg/strictjson"
	"github.com/layergate/layergate/pkg/textfile"
)

// MaxSize is how many bytes of a layergate.json are read at most. One of 100,000 packages has about 50 MB.
const MaxSize = 512 << 20

// Read reads a layergate.json, of at most MaxSize bytes, back. Every renderer gives the same bytes for it as for the report that JSON wrote, if
// that was normalized. It refuses another major version of the schema, fields that it does not know, and a report
// whose findings, decisions and layers do not fit together.
func Read(raw []byte) (*Report, error) {
	raw, err := textfile.Decode(raw)
	if err != nil {
		return nil, err
	}
	if err := checkSchema(raw); err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	out := &Report{}
	if err := d.Decode(out); err != nil {
		return nil, fmt.Errorf("it does not follow the schema %s: %w", SchemaVersion, strictjson.Plain(err))
	}
	if err := out.valid(); err != nil {
		return nil, err
	}
	if out.Remedies.IsZero() { // before schema 2.2
		out.Remedies = remedy.New(out.RemedyInput())
	}
	out.Normalize()
	return out, nil
}

// checkSchema makes sure that the whole is JSON, and of a version whose fields are known.
func checkSchema(raw []byte) error {
	var head struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(raw, &head); err != nil { // also refuses what follows the JSON value
		return fault.WithHint(fmt.Errorf("it is not a layergate.json: %w", strictjson.Plain(err)), "name the layergate.json that a run wrote into its output-dir")
	}
	major, _, _ := strings.Cut(SchemaVersion, ".")
	switch got, _, _ := strings.Cut(head.Schema, "."); {
	case head.Schema == "":
		return fault.WithHint(errors.New("it is not a layergate.json: it names no schema"), "name the layergate.json that a run wrote into its output-dir")
	case got != major:
		return fault.WithHint(fmt.Errorf("its schema is %q, but this version of Layergate reads %s.x", head.Schema, major), "read it with the version of Layergate that wrote it")
	}
	return nil
}

// valid tells whether the parts of a report fit together.
func (r *Report) valid() error {
	if r.Image == nil && r.Manifests == nil {
		return errors.New("it has no subject: neither an image nor manifests")
	}
	if r.Image == nil && len(r.Platforms) > 0 {
		return errors.New("manifests have no platforms")
	}
	layers := map[string]int{}
	for _, p := range r.Platforms {
		layers[p.Platform] = len(p.Layers)
		if err := p.valid(); err != nil {
			return fmt.Errorf("platform %q: %w", p.Platform, err)
		}
	}
	for i, f := range r.Findings {
		if err := f.Valid(); err != nil {
			return fmt.Errorf("finding %d: %w", i, err)
		}
		n, ok := layers[f.Platform]
		if !ok && f.Platform != "" {
			return fmt.Errorf("finding %d is of the platform %q, which the report does not have", i, f.Platform)
		}
		if f.Layer != nil && f.Layer.Index >= n {
			return fmt.Errorf("finding %d is in layer %d, but its platform has %d layers", i, f.Layer.Index, n)
		}
	}
	if err := validNotes(r.Verdict.Notes, len(r.Policy.Exceptions)); err != nil {
		return err
	}
	if err := validVerdict(r.Verdict, len(r.Findings), len(r.Policy.Exceptions)); err != nil {
		return err
	}
	return r.validRemedies()
}

func (p Platform) valid() error {
	for i, l := range p.Layers {
		if l.Index != i {
			return fmt.Errorf("layer %d says that it is layer %d", i, l.Index)
		}
	}
	for _, k := range p.Packages {
		if k.Layer < 0 || k.Layer >= len(p.Layers) {
			return fmt.Errorf("the package %q is in layer %d, but there are %d layers", k.Name, k.Layer, len(p.Layers))
		}
	}
	return p.Coverage.valid(len(p.Layers))
}

// validNotes tells whether the notes are about exceptions that the policy has.
func validNotes(notes []policy.Note, exceptions int) error {
	for i, n := range notes {
		if e := n.Exception; e != nil && (*e < 0 || *e >= exceptions) {
			return fmt.Errorf("note %d is about exception %d, but the policy has %d", i, *e, exceptions)
		}
	}
	return nil
}

// validVerdict tells whether there is a decision for each finding, and whether they add up to the outcome.
func validVerdict(v policy.Verdict, findings, exceptions int) error {
	if len(v.Decisions) != findings {
		return fmt.Errorf("it has %d decisions about %d findings", len(v.Decisions), findings)
	}
	for i, d := range v.Decisions {
		if d.Finding != i {
			return fmt.Errorf("decision %d is about finding %d", i, d.Finding)
		}
		if !slices.Contains(policy.Effects(), d.Effect) {
			return fmt.Errorf("decision %d has the unknown effect %q", i, d.Effect)
		}
		if s := d.Statement; s != nil && !slices.Contains(policy.Statuses(), s.Status) {
			return fmt.Errorf("decision %d is about a statement with the unknown status %q", i, s.Status)
		}
		if e := d.Exception; e != nil && (*e < 0 || *e >= exceptions) {
			return fmt.Errorf("decision %d is by exception %d, but the policy has %d", i, *e, exceptions)
		}
	}
	outcome := policy.Clean
	if len(v.Blocking()) > 0 {
		outcome = policy.Blocked
	}
	if v.Outcome != outcome {
		return fmt.Errorf("the outcome is %q, but its decisions make it %s", v.Outcome, outcome)
	}
	return nil
}
