package match

import (
	"cmp"
	"strings"
	"sync"

	grypematch "github.com/anchore/grype/grype/match"
	grypepkg "github.com/anchore/grype/grype/pkg"
	"github.com/anchore/grype/grype/search"
	"github.com/anchore/grype/grype/version"
	"github.com/anchore/grype/grype/vulnerability"
	"github.com/anchore/syft/syft/pkg"
)

// incomparable notes the packages that have advisories with which their versions cannot be compared. Grype's matchers
// only log that, or answer anyhow, and report such a package as free of vulnerabilities. It is safe for concurrent use.
type incomparable struct {
	mu       sync.Mutex
	packages map[grypepkg.ID]bool
}

func (n *incomparable) add(id grypepkg.ID) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.packages == nil {
		n.packages = map[grypepkg.ID]bool{}
	}
	n.packages[id] = true
}

// watch has the matchers note what they could not compare. They ask db.
func (n *incomparable) watch(list []grypematch.Matcher, db *provider) []grypematch.Matcher {
	out := make([]grypematch.Matcher, 0, len(list))
	for _, m := range list {
		out = append(out, watchedMatcher{Matcher: m, db: db, noted: n})
	}
	return out
}

type watchedMatcher struct {
	grypematch.Matcher
	db    *provider
	noted *incomparable
}

// Match matches one package. A matcher that gives a version up, such as "unknown" or Go's "(devel)", does not ask the
// database at all.
func (m watchedMatcher) Match(_ vulnerability.Provider, p grypepkg.Package) ([]grypematch.Match, []grypematch.IgnoreFilter, error) {
	asked := &watchedProvider{provider: m.db, semantic: p.Type == pkg.RustPkg}
	matches, ignored, err := m.Matcher.Match(asked, p)
	if asked.failed || !asked.asked && m.db.hasAdvisories(p) {
		m.noted.add(p.ID)
	}
	if err == nil && ofUnknownStream(p) {
		err = m.matchStreams(p, len(matches))
	}
	return matches, ignored, err
}

// ofUnknownStream tells whether a package's release says that a module brings it, and its database not which stream of which: such an rpm
// was built again without its label. Its version says nothing of the other streams'.
func ofUnknownStream(p grypepkg.Package) bool {
	m, ok := p.Metadata.(grypepkg.RpmMetadata)
	return ok && m.ModularityLabel != nil && *m.ModularityLabel == "" && strings.Contains(p.Version, moduleBuild)
}

// moduleBuild is what the release of a package has that a module brings, such as 1.module+el8.9.0+1+aa.
const moduleBuild = ".module"

// matchStreams notes a package that would have more than so many matches if it were of the right stream.
func (m watchedMatcher) matchStreams(p grypepkg.Package, known int) error {
	p.Metadata = grypepkg.RpmMetadata{Epoch: p.Metadata.(grypepkg.RpmMetadata).Epoch} // which grype takes for one of all streams
	ofAny, _, err := m.Matcher.Match(m.db, p)
	if len(ofAny) > known {
		m.noted.add(p.ID)
	}
	return err
}

// hasAdvisories tells whether a package would be found under one of its names, whatever its version.
func (p *provider) hasAdvisories(of grypepkg.Package) bool {
	where := search.ByEcosystem(of.Language, of.Type)
	if isSystemType(string(of.Type)) {
		if of.Distro == nil {
			return false
		}
		where = search.ByDistro(*of.Distro)
	}
	for _, name := range p.PackageSearchNames(of) {
		if found, err := p.FindVulnerabilities(where, search.ByPackageName(name)); err == nil && len(found) > 0 {
			return true
		}
	}
	return false // p remembers a failure
}

// watchedProvider answers one matcher about one package, and notes what could not be compared.
type watchedProvider struct {
	*provider
	asked  bool // anything at all
	failed bool // to compare the package's version with that of an advisory

	semantic bool                 // the package's versions are semantic, of which the ranges of advisories say nothing
	versions map[versionText]bool // whether texts are versions
}

// FindVulnerabilities answers with advisories whose ranges note that they could not be compared with.
func (p *watchedProvider) FindVulnerabilities(criteria ...vulnerability.Criteria) ([]vulnerability.Vulnerability, error) {
	p.asked = true
	found, err := p.provider.FindVulnerabilities(criteria...)
	for i := range found {
		if c := found[i].Constraint; c != nil {
			found[i].Constraint = watchedRange{c, p}
		}
	}
	return found, err
}

// watchedRange is a range of affected versions.
type watchedRange struct {
	version.Constraint
	asked *watchedProvider
}

// Satisfied tells whether a version is in the range. That the range itself does not parse is no fault of the package's, and one of all
// versions asks for none.
func (r watchedRange) Satisfied(v *version.Version) (bool, error) {
	ok, err := r.Constraint.Satisfied(v)
	if v == nil || r.Value() == "" {
		return ok, err
	}
	if err != nil && version.New(v.Raw, r.Format()).Validate() != nil || !r.asked.isVersion(v.Raw, cmp.Or(v.Format, r.Format())) {
		r.asked.failed = true
	}
	return ok, err
}

// isVersion tells whether a text has the form of a version. Where grype knows no order for a type of packages it compares any two texts, and it
// does so with those of Maven and RubyGems: by its letters "latest" is above all numbers, and so are dev-master and ${revision}.
func (p *watchedProvider) isVersion(text string, f version.Format) bool {
	if f == version.UnknownFormat && p.semantic {
		f = version.SemanticFormat
	}
	key := versionText{text, f}
	known, ok := p.versions[key]
	if !ok {
		known = isVersion(text, f)
		if p.versions == nil {
			p.versions = map[versionText]bool{}
		}
		p.versions[key] = known
	}
	return known
}

type versionText struct {
	text   string
	format version.Format
}

const digits = "0123456789"

func isVersion(text string, f version.Format) bool {
	if !strings.ContainsAny(text, digits) || strings.Contains(text, "${") || text != strings.TrimSpace(text) {
		return false
	}
	if f == version.GemFormat && !strings.ContainsAny(text[:1], digits) {
		return false
	}
	return version.New(text, f).Validate() == nil
}
