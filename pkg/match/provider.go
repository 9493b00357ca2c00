package match

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/anchore/grype/grype/distro"
	grypepkg "github.com/anchore/grype/grype/pkg"
	"github.com/anchore/grype/grype/search"
	"github.com/anchore/grype/grype/vulnerability"
)

// provider is a database that is asked each question once, however many packages of an image raise it, and that
// remembers that it failed.
type provider struct {
	vulnerability.Provider
	*answers
	guesses *guesses
	records int // in all answers about the packages of a part, which are matched one after the other
}

// answers are what the database said about all packages of an image.
type answers struct {
	mu      sync.Mutex
	known   map[string]*answer
	records int
	err     error
}

func newProvider(db vulnerability.Provider, g *guesses) *provider {
	return &provider{Provider: db, answers: &answers{known: map[string]*answer{}}, guesses: g}
}

// part is the provider for one part of the packages.
func (p *provider) part() *provider {
	return &provider{Provider: p.Provider, answers: p.answers, guesses: p.guesses}
}

// PackageSearchNames lists the names by which a package is looked up: those that grype takes for its own, and others that may be.
func (p *provider) PackageSearchNames(of grypepkg.Package) []string {
	names := p.Provider.PackageSearchNames(of)
	guessed, err := p.guesses.of(of.ID)
	_ = p.note(err)
	for _, g := range guessed {
		if !slices.Contains(names, g.name) {
			names = append(names, g.name)
		}
	}
	return names
}

// answer holds the records that the database returned for a question.
type answer struct {
	once  sync.Once
	found []vulnerability.Vulnerability
	err   error
}

// FindVulnerabilities asks the database for what names the records, and filters the answer by the rest of the criteria.
func (p *provider) FindVulnerabilities(criteria ...vulnerability.Criteria) ([]vulnerability.Vulnerability, error) {
	if err := search.ValidateCriteria(criteria); err != nil {
		return nil, p.note(err)
	}
	var out []vulnerability.Vulnerability
	for _, all := range search.CriteriaIterator(criteria) {
		found, err := p.find(all)
		if err != nil {
			return nil, p.note(err)
		}
		out = append(out, found...)
	}
	return out, p.count(len(out))
}

// count bounds what the matchers hold in memory: an image may have any number of packages with any number of advisories.
func (p *provider) count(n int) error {
	p.records += n
	p.mu.Lock()
	p.answers.records += n
	more := p.answers.records > MaxFindings
	p.mu.Unlock()
	if more {
		return p.note(ErrTooMany)
	}
	return nil
}

func (p *provider) find(criteria []vulnerability.Criteria) ([]vulnerability.Vulnerability, error) {
	var names, filters []vulnerability.Criteria
	var key strings.Builder
	for _, c := range criteria {
		if k := question(c); k != "" {
			names = append(names, c)
			key.WriteString(k)
			key.WriteByte(0)
		} else {
			filters = append(filters, c)
		}
	}
	// The database compares a version with each range of a record by itself, which cannot be done with the answer.
	if len(names) == 0 || slices.ContainsFunc(filters, func(c vulnerability.Criteria) bool { _, ok := c.(search.VersionConstraintMatcher); return ok }) {
		return p.Provider.FindVulnerabilities(criteria...)
	}
	a := p.answer(key.String())
	a.once.Do(func() { a.found, a.err = p.Provider.FindVulnerabilities(names...) })
	if a.err != nil {
		return nil, a.err
	}
	return filter(a.found, filters)
}

func (p *answers) answer(key string) *answer {
	p.mu.Lock()
	defer p.mu.Unlock()
	a := p.known[key]
	if a == nil {
		a = &answer{}
		p.known[key] = a
	}
	return a
}

// question writes down a criterion by which the database finds records, or "" for one that only filters them.
func question(c vulnerability.Criteria) string {
	switch c := c.(type) {
	case *search.PackageNameCriteria:
		return fmt.Sprintf("name %q", c.PackageName)
	case *search.EcosystemCriteria:
		return "ecosystem " + string(c.Language) + " " + string(c.PackageType)
	case *search.IDCriteria:
		return fmt.Sprintf("id %q", c.ID)
	case *search.VersionCriteria:
		return fmt.Sprintf("version %q %v", c.Version.Raw, c.Version.Format)
	case *search.UnaffectedCriteria:
		return fmt.Sprint("unaffected ", c.UnaffectedValue)
	case *search.CPECriteria:
		return "cpe " + c.CPE.Attributes.BindToFmtString()
	case *search.DistroCriteria:
		text := fmt.Sprint("distro ", c.Exact)
		for _, d := range c.Distros {
			text += fmt.Sprintf(" %q %q %q %q %q", d.Type, d.Version, d.Codename, d.IDLike, d.Channels)
		}
		return text
	}
	return ""
}

// filter keeps what fulfils all criteria.
func filter(found []vulnerability.Vulnerability, criteria []vulnerability.Criteria) ([]vulnerability.Vulnerability, error) {
	var errs error
	out := slices.Clone(found)
	return slices.DeleteFunc(out, func(v vulnerability.Vulnerability) bool {
		for _, c := range criteria {
			ok, _, err := c.MatchesVulnerability(v)
			if err != nil {
				errs = errors.Join(errs, err)
			}
			if !ok || err != nil {
				return true
			}
		}
		return false
	}), errs
}

// GetOperatingSystemEOL asks the database, where it knows about ends of life.
func (p *provider) GetOperatingSystemEOL(d *distro.Distro) (eol, eoas *time.Time, err error) {
	checker, ok := p.Provider.(vulnerability.EOLChecker)
	if !ok {
		return nil, nil, nil
	}
	eol, eoas, err = checker.GetOperatingSystemEOL(d)
	return eol, eoas, p.note(err)
}

// note remembers the first failure.
func (p *answers) note(err error) error {
	if err != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.err == nil {
			p.err = err
		}
	}
	return err
}

func (p *answers) failure() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}
