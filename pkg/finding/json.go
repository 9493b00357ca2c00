package finding

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// written is a finding as JSON has it: the package that it is about stands beside its identifier, so that a reader finds
// both in one place, whatever the kind.
type written struct {
	plain
	Package *Package `json:"package,omitempty"`
}

// plain is a Finding without its methods.
type plain Finding

// MarshalJSON writes the finding, with the package of its Vulnerability, Check or Coverage beside the fields that every kind has.
func (f Finding) MarshalJSON() ([]byte, error) {
	w := written{plain: plain(f)}
	if p, ok := f.Package(); ok {
		w.Package = &p
	}
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false) // what embeds the finding decides
	if err := e.Encode(w); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// UnmarshalJSON reads what MarshalJSON wrote. A field that it does not know is an error, and so is a package beside
// something that is about none.
func (f *Finding) UnmarshalJSON(raw []byte) error {
	var w written
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&w); err != nil {
		return err
	}
	*f = Finding(w.plain)
	switch {
	case f.Vulnerability != nil && w.Package == nil:
		return errors.New("a vulnerability has no package")
	case f.Vulnerability != nil:
		f.Vulnerability.Package = *w.Package
	case f.Coverage != nil:
		f.Coverage.Package = w.Package
	case f.Check != nil:
		f.Check.Package = w.Package
	case w.Package != nil:
		return fmt.Errorf("a finding of the kind %q has a package", f.Kind)
	}
	return nil
}
