//go:build !anchore_public

package anchore

import (
	"context"
	"fmt"
	"io"
	_ "unsafe" // for go:linkname

	"github.com/anchore/syft/syft"
	"github.com/google/licensecheck"
)

// Syft's CreateSBOM compiles a classifier of license texts, three quarters of a second of processor time, unless its
// context has one. It looks for it under a key of an internal package, so that the two functions which put one there
// are taken by their names: a gate asks for declared licenses only, and small images are judged in half that time. When
// syft renames one of them, linking fails; when it asks for another, TestLicenseTextsAreNotClassified does.

// WithoutLicenses prepares a context and a configuration for syft.CreateSBOM, so that a license text is reported by its
// digest and not by the license's name.
func WithoutLicenses(ctx context.Context, cfg *syft.CreateSBOMConfig) (context.Context, *syft.CreateSBOMConfig, error) {
	none, err := newClassifier(&classifierConfig{scan: func([]byte) licensecheck.Coverage { return licensecheck.Coverage{} }})
	if err != nil {
		return nil, nil, fmt.Errorf("preparing syft: %w", err)
	}
	return setClassifier(ctx, none), cfg, nil
}

// classifierConfig has the fields of syft's licenses.ScannerConfig.
type classifierConfig struct {
	_    float64 // of coverage, a threshold
	scan func([]byte) licensecheck.Coverage
}

// classifier stands for syft's licenses.Scanner, whose one method cannot be named here.
type classifier interface {
	FindEvidence(context.Context, io.Reader) ([]struct{}, []byte, error)
}

//go:linkname newClassifier github.com/anchore/syft/internal/licenses.NewScanner
func newClassifier(*classifierConfig) (classifier, error)

//go:linkname setClassifier github.com/anchore/syft/internal/licenses.SetContextLicenseScanner
func setClassifier(context.Context, classifier) context.Context
