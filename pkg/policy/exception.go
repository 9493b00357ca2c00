package policy

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/imageref"
)

// DefaultMaxException is how many days from now an exception may last at most, where the policy does not say it.
const DefaultMaxException = 180

// UntilFixed ends an exception, for each finding by itself, as soon as a released version repairs the finding.
const UntilFixed = "fixed"

// Exception accepts findings in writing, for a time. All that it names has to fit.
type Exception struct {
	ID       string   `json:"id"`                                              // of the advisory, the rule or the gap; any alias fits
	Package  string   `json:"package,omitempty"`                               // a name, also of its source, or a PURL, either of them a pattern
	Versions string   `json:"versions,omitempty"`                              // of the package that it is about, such as < 1.2.3
	Paths    []string `json:"paths,omitempty"`                                 // patterns of the finding's file, of which one fits
	Image    string   `json:"image,omitempty"`                                 // a pattern of the image's name, with or without its tag; in a manifest that of the container
	Layer    string   `json:"layer,omitempty" jsonschema:"enum=base,enum=own"` // base for layers of the base image, own for all else
	Reason   string   `json:"reason"`                                          // why it is accepted
	Owner    string   `json:"owner"`                                           // who accepts it, and answers for it
	Expires  string   `json:"expires,omitempty" jsonschema:"format=date"`      // the last day on which it counts, in UTC, as YYYY-MM-DD
	Until    string   `json:"until,omitempty" jsonschema:"enum=fixed"`         // UntilFixed, or empty
	// NotAlways keeps it from accepting what always blocks: it was added to a policy that locks always-block.
	NotAlways bool `json:"notAlways,omitempty" jsonschema:"-"`
	// Status is StatusNotAffected for a finding that does no harm here, which VEX can tell others, or empty for a risk that is
	// accepted.
	Status Status `json:"status,omitempty" jsonschema:"enum=not_affected"`
	// Justification is why it does no harm, one of Justifications.
	Justification string `json:"justification,omitempty" jsonschema:"enum=component_not_present,enum=vulnerable_code_not_present,enum=vulnerable_code_not_in_execute_path,enum=vulnerable_code_cannot_be_controlled_by_adversary,enum=inline_mitigations_already_exist"`
	// Where is the exception in the policy file; nil where it is in none.
	Where *finding.Location `json:"where,omitempty" jsonschema:"-"`
}

// standIns are words, in lower case, that stand where somebody has still to write a reason or an owner.
var standIns = []string{"todo", "to do", "tbd", "tba", "tbc", "fixme", "x", "xx", "xxx", "n/a", "na", "none", "null", "nil", "placeholder", "changeme", "change me"}

// Written tells whether a text says something: that can be seen, and is more than a word such as TODO.
func Written(text string) bool {
	word := strings.TrimFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return word != "" && !slices.Contains(standIns, strings.ToLower(word))
}

// Completed is the exception with something in each place that somebody has still to fill in, so that Valid tells whether it will
// be valid then.
func (e Exception) Completed() Exception {
	e.ID, e.Reason, e.Owner = cmp.Or(e.ID, "ID"), cmp.Or(e.Reason, "its reason"), cmp.Or(e.Owner, "its owner")
	if e.Expires == "" && e.Until == "" {
		e.Until = UntilFixed
	}
	return e
}

// Valid says what is missing or wrong in an exception. One that is not valid accepts nothing.
func (e Exception) Valid() error {
	_, err := e.Problem()
	return err
}

// Problem is the same, with the key of a policy file whose value is wrong. The key may be missing there.
func (e Exception) Problem() (key string, err error) {
	_, dated := day(e.Expires)
	badID, badPaths := validID(e.ID), e.validPaths()
	_, badPackage := newPackagePattern(e.Package)
	switch {
	case strings.TrimSpace(e.ID) == "":
		return "id", errors.New("it has no id")
	case badID != nil:
		return "id", badID
	case badPackage != nil:
		return "package", badPackage
	case badPaths != nil:
		return "paths", badPaths
	case strings.TrimSpace(e.Reason) == "":
		return "reason", errors.New("it has no reason")
	case !Written(e.Reason):
		return "reason", fmt.Errorf("its reason %q does not say why it is accepted", e.Reason)
	case strings.TrimSpace(e.Owner) == "":
		return "owner", errors.New("it has no owner")
	case !Written(e.Owner):
		return "owner", fmt.Errorf("its owner %q names nobody", e.Owner)
	case e.Expires == "" && e.Until == "":
		return "expires", errors.New("it has no end: expires or until")
	case e.Expires != "" && !dated:
		return "expires", fmt.Errorf("it expires on %q, which is no day of the form YYYY-MM-DD", e.Expires)
	case e.Until != "" && e.Until != UntilFixed:
		return "until", fmt.Errorf("it lasts until %q; only %s is known", e.Until, UntilFixed)
	case !slices.Contains([]string{"", sideBase, sideOwn}, e.Layer):
		return "layer", fmt.Errorf("its layer %q is neither %s nor %s", e.Layer, sideBase, sideOwn)
	case e.Status != "" && e.Status != StatusNotAffected:
		return "status", fmt.Errorf("its status is %q; only %s is known", e.Status, StatusNotAffected)
	case e.Status != "" && e.Justification == "":
		return "status", errors.New("a status and a justification belong together")
	case e.Status == "" && e.Justification != "":
		return "justification", errors.New("a status and a justification belong together")
	case e.Justification != "" && !slices.Contains(Justifications(), e.Justification):
		return "justification", fmt.Errorf("its justification %q is not one of VEX", e.Justification)
	case e.Versions != "" && e.Package == "":
		return "versions", errors.New("it names versions of no package")
	case e.Versions != "" && !versionRange.MatchString(e.Versions):
		return "versions", fmt.Errorf("its versions %q are no range such as < 1.2.3, or >= 1.2, < 1.4 || = 2.0", e.Versions)
	}
	return "", nil
}

// validID says what keeps an identifier from being one of a finding.
func validID(id string) error {
	switch {
	case strings.TrimSpace(id) != id, !ofOtherTool(id) && strings.ContainsFunc(id, unicode.IsSpace):
		return fmt.Errorf("the id %q has white space in it, which no identifier has", id)
	case strings.Contains(id, "*"):
		return fmt.Errorf("the id %q is a pattern, and only a whole identifier names something", id)
	}
	return nil
}

// ofOtherTool tells whether an identifier can be one of another tool's findings, which begin with the tool and a colon.
func ofOtherTool(id string) bool { return strings.Contains(id, ":") }

// validPaths says what keeps one of the patterns for paths from being one of any finding's. Files of an image have absolute paths.
// Those of the project have relative ones, and only checks and other tools are about them.
func (e Exception) validPaths() error {
	ofProject := ofOtherTool(e.ID) || strings.HasPrefix(strings.ToUpper(e.ID), ruleIDs)
	for _, p := range e.Paths {
		switch {
		case strings.TrimSpace(p) == "":
			return errors.New("one of its paths is empty")
		case !ofProject && !strings.HasPrefix(p, "/") && !strings.HasPrefix(p, "*"):
			return fmt.Errorf("its path %q is relative, and those in an image begin with a slash", p)
		}
	}
	return nil
}

// ruleIDs is how the identifiers of checks and secrets begin.
const ruleIDs = "LG-"

// versionRange is a range of versions by its form: comparisons with a comma or || between them. Which versions there are
// depends on the package.
var versionRange = func() *regexp.Regexp {
	const one = `\s*(<=?|>=?|=)?\s*[^\s,|<>=!]+\s*`
	const all = one + `(,` + one + `)*`
	return regexp.MustCompile(`^` + all + `(\|\|` + all + `)*$`)
}()

// End says in words when the exception ends.
func (e Exception) End() string {
	switch {
	case e.Expires == "":
		return "until it is fixed"
	case e.Until == "":
		return "until " + e.Expires
	}
	return "until it is fixed, or " + e.Expires
}

// exception is an exception of the policy, ready to be compared with findings, and what came of that.
type exception struct {
	Exception
	index   int
	refused string // why it accepts nothing, whatever it covers; or empty
	expired bool
	tooLong bool
	left    int // days that are left; 0 where it does not expire

	image    bool // it is for the image that is judged
	relevant bool // it is for that, or for an image that a container of the manifests runs
	pkg      packagePattern
	paths    anyOf
	problem  error  // of comparing versions
	covered  int    // findings
	withheld int    // of them, those that it may not accept: always-block is locked
	lapsed   int    // of them, those that are fixed
	reason   string // of decisions that waive findings; empty before the first
	overlaps []int  // exceptions before it that cover the same finding
}

// newException prepares an exception for a judgement.
func (j *judge) newException(index int, e Exception) *exception {
	x := &exception{Exception: e, index: index, image: imagePattern(e.Image, j.in.Subject.Images), paths: e.Paths}
	x.relevant = x.image
	x.pkg, _ = newPackagePattern(e.Package) // what is wrong with it, Valid says
	if err := e.Valid(); err != nil {
		x.refused = err.Error()
		return x
	}
	if e.Expires == "" {
		return x
	}
	end, _ := day(e.Expires)
	x.left = daysFrom(j.today, end)
	longest := j.policy.MaxException
	if longest == 0 {
		longest = DefaultMaxException
	}
	switch {
	case x.left < 0:
		x.expired, x.refused = true, "it expired on "+e.Expires
	case x.left > longest:
		x.tooLong = true
		x.refused = fmt.Sprintf("it would last until %s, which is more than the %d days that an exception may (%s at most)",
			e.Expires, longest, j.today.AddDate(0, 0, longest).Format(time.DateOnly))
	}
	return x
}

// imagePattern compares all names of an image with a pattern.
func imagePattern(text string, names []string) bool {
	if text == "" {
		return true
	}
	return len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool { return !nameMatches(text, name) })
}

// nameMatches compares the name of an image with a pattern that may leave the tag open: as both are written, and with what Docker
// adds to short names.
func nameMatches(text, name string) bool {
	return name != "" && (pattern(text).matchesName(name) || pattern(fullName(text)).matchesName(fullName(name)))
}

func (p pattern) matchesName(name string) bool {
	tagged, _, _ := strings.Cut(name, "@")
	return p.matches(name) || p.matches(tagged) || p.matches(imageref.Split(name).Repository)
}

// fullName is a reference of an image, or a pattern of one, with its full repository.
func fullName(text string) string {
	r := imageref.Split(text)
	return r.FullRepository() + strings.TrimPrefix(text, r.Repository)
}

// isFor tells whether the exception is for the image that a finding is about: in a manifest the one that the container runs, and
// none where no container is meant, elsewhere the one that is judged.
func (x *exception) isFor(f *finding.Finding) bool {
	if x.Image == "" || f.Check == nil || f.Check.Resource == "" {
		return x.image
	}
	fits := nameMatches(x.Image, f.Check.Image)
	x.relevant = x.relevant || fits
	return fits
}

// missed says which part of the exception does not fit a finding that has its id; it is empty where all do.
func (j *judge) missed(x *exception, f *finding.Finding) string {
	switch {
	case !x.isFor(f):
		return "it is for the image " + x.Image
	case x.Layer != "" && x.Layer != sideOf(f):
		return "it is for layers of the " + x.Layer + " side"
	case !x.paths.matches(f.Path):
		return "it is for " + strings.Join(x.Paths, ", ")
	case x.Package == "":
		return ""
	}
	p, ok := f.Package()
	if !ok || !x.pkg.matches(j.know(p)) {
		return "it is for the package " + x.Package
	}
	if x.Versions == "" {
		return ""
	}
	in, err := j.in.InRange(p, x.Versions)
	if err != nil {
		x.problem = err
		return "its versions cannot be compared: " + err.Error()
	}
	if !in {
		return "it is for the versions " + x.Versions
	}
	return ""
}

// lapses tells whether the exception was until a fix, and the finding has one.
func (x *exception) lapses(f *finding.Finding) bool {
	return x.Until == UntilFixed && f.Vulnerability != nil && released(f.Vulnerability)
}
