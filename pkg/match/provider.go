package match

import (
	"sync"
	"time"

	"github.com/anchore/grype/grype/distro"
	"github.com/anchore/grype/grype/vulnerability"
)

// provider is a database that remembers that it failed.
type provider struct {
	vulnerability.Provider

	mu  sync.Mutex
	err error
}

// FindVulnerabilities asks the database.
func (p *provider) FindVulnerabilities(criteria ...vulnerability.Criteria) ([]vulnerability.Vulnerability, error) {
	found, err := p.Provider.FindVulnerabilities(criteria...)
	p.note(err)
	return found, err
}

// GetOperatingSystemEOL asks the database, where it knows about ends of life.
func (p *provider) GetOperatingSystemEOL(d *distro.Distro) (eol, eoas *time.Time, err error) {
	checker, ok := p.Provider.(vulnerability.EOLChecker)
	if !ok {
		return nil, nil, nil
	}
	eol, eoas, err = checker.GetOperatingSystemEOL(d)
	p.note(err)
	return eol, eoas, err
}

func (p *provider) note(err error) {
	if err == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.err = err
	}
}

func (p *provider) failure() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}
