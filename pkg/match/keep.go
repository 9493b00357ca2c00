package match

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"slices"
	"strconv"

	"github.com/anchore/grype/grype/distro"
	grypepkg "github.com/anchore/grype/grype/pkg"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/kept"
)

// keptFormat changes whenever what matches hold, or how they are found, changes.
const keptFormat = "7"

// matches are what a database says of packages, which are named by their indices in a list. They are kept from run to run, so that nothing of
// the project or of the image's layers is in them.
type matches struct {
	Found []finding.Finding // of no package and no place; see Target.place
	Of    []int             // for each, its package
	// Incomparable are the packages, sorted, with whose versions some of their advisories cannot be compared.
	Incomparable []int
	Records      int // how many the database named for the packages; see MaxFindings
}

// join is what was found in the parts of an inventory, with the indices that its packages have there.
func join(parts []*part) *matches {
	out := &matches{}
	for _, p := range parts {
		out.Found = append(out.Found, p.found.Found...)
		for _, k := range p.found.Of {
			out.Of = append(out.Of, p.packages[k])
		}
		for _, k := range p.found.Incomparable {
			out.Incomparable = append(out.Incomparable, p.packages[k])
		}
	}
	slices.Sort(out.Incomparable)
	return out
}

// recall takes from the store what an earlier run found in a part, if there is that.
func (m *matching) recall(_ context.Context, p *part) (err error) {
	if p.key, err = m.key(p); err != nil || p.key == "" {
		return err
	}
	if known := (&matches{}); kept.Get(m.target.Kept, p.key, known) && known.valid(len(p.packages)) {
		p.found = known
	}
	return nil
}

// keep puts what was found in a part into the store.
func (m *matching) keep(_ context.Context, p *part) error {
	if p.key == "" {
		return nil
	}
	return kept.Put(m.target.Kept, p.key, p.found)
}

// valid tells whether a run can have found this in so many packages, and makes it what the run had.
func (m *matches) valid(packages int) bool {
	if len(m.Found) != len(m.Of) || len(m.Found) > m.Records || m.Records > MaxFindings {
		return false
	}
	outside := func(i int) bool { return i < 0 || i >= packages }
	if slices.ContainsFunc(m.Of, outside) || slices.ContainsFunc(m.Incomparable, outside) || !slices.IsSorted(m.Incomparable) {
		return false
	}
	for i := range m.Found {
		f := &m.Found[i]
		placed := *f
		if placed.State, placed.Title = finding.Visible, f.ID; f.Vulnerability == nil || placed.Valid() != nil {
			return false
		}
		// Empty lists are not written down, and are read as nil.
		v := f.Vulnerability
		f.URLs, v.Aliases, v.Fix.Versions = append([]string{}, f.URLs...), append([]string{}, v.Aliases...), append([]finding.FixVersion{}, v.Fix.Versions...)
	}
	return true
}

// about identifies what the matches of all packages depend on: the database, this program and the settings of its matchers. It is empty
// where nothing is kept, or the target does not say which database it is.
func (t Target) about() string {
	if t.Kept == nil || t.Database == "" {
		return ""
	}
	return fmt.Sprintf("matches %s %q %q %+v %+v\n", keptFormat, inventory.Versions(), t.Database, settings(), kernelHeaders())
}

// key identifies all that the matches of a part depend on: beside what all do, of its packages and of their distribution what the matchers see.
func (m *matching) key(p *part) (string, error) {
	if m.about == "" {
		return "", nil
	}
	own, err := json.Marshal(newSeenDistro(m.distro))
	if err != nil {
		return "", fmt.Errorf("identifying what was matched: %w", err)
	}
	said := &statement{}
	said.text(m.about, string(own))
	h, distros := sha256.New(), map[*distro.Distro][]byte{}
	for _, i := range p.packages {
		seen := m.packages[i]
		if err := said.pkg(p, m.inv.Packages[i], seen); err != nil {
			return "", fmt.Errorf("identifying what was matched: %w", err)
		}
		if _, ok := distros[seen.Distro]; !ok {
			if distros[seen.Distro], err = json.Marshal(newSeenDistro(seen.Distro)); err != nil {
				return "", fmt.Errorf("identifying what was matched: %w", err)
			}
		}
		said.text(string(distros[seen.Distro]))
		said.moveTo(h)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// statement is what a key is the digest of, so written that no two are the same: texts behind their lengths, lists behind the numbers of
// their elements. JSON would be four times as long, most of it the names of CPEs' attributes, and is hashed for every package of every image.
type statement struct{ raw []byte }

func (s *statement) number(n int) { s.raw = binary.AppendVarint(s.raw, int64(n)) }

func (s *statement) text(texts ...string) {
	for _, t := range texts {
		s.number(len(t))
		s.raw = append(s.raw, t...)
	}
}

// moveTo hashes what was said, and begins anew.
func (s *statement) moveTo(h hash.Hash) {
	_, _ = h.Write(s.raw)
	s.raw = s.raw[:0]
}

// pkg says what a matcher sees of a package of a part, but for its distribution. The matchers are shown the packages of one state at a time.
func (s *statement) pkg(p *part, from inventory.Package, seen *grypepkg.Package) error {
	details := from.Details
	var system string
	if from.Release != nil {
		system = from.Release.ID
	}
	s.text(string(from.State), seen.Name, seen.Version, string(seen.Type), seen.PURL, string(seen.Language), details.Maintainer, system)
	s.number(len(details.Places))
	for _, at := range details.Places { // no matcher asks for the layer, and each build makes other ones of the same packages
		s.text(at.Path, at.Access, strconv.FormatBool(at.Primary))
	}
	s.number(len(seen.CPEs))
	for _, c := range seen.CPEs {
		a := c.Attributes
		s.text(a.Part, a.Vendor, a.Product, a.Version, a.Update, a.Edition, a.SWEdition, a.TargetSW, a.TargetHW, a.Other, a.Language, string(c.Source))
	}
	s.number(len(seen.Upstreams))
	for _, u := range seen.Upstreams {
		s.text(u.Name, u.Version)
	}
	s.number(len(from.Owners))
	for _, owner := range from.Owners {
		at, _ := slices.BinarySearch(p.packages, owner) // which is there; see divide
		s.number(at)
	}
	more, err := json.Marshal([]any{details.Clues, fmt.Sprintf("%T", seen.Metadata), seen.Metadata})
	s.text(string(more))
	return err
}

// seenDistro is what a matcher sees of a distribution.
type seenDistro struct {
	*distro.Distro
	Parts []string
}

func newSeenDistro(d *distro.Distro) seenDistro {
	if d == nil {
		return seenDistro{}
	}
	return seenDistro{d, []string{d.MajorVersion(), d.MinorVersion(), d.RemainingVersion(), d.LabelVersion()}}
}
