package gate

import (
	"io"

	"github.com/layergate/layergate/pkg/baseline"
	"github.com/layergate/layergate/pkg/builder"
	"github.com/layergate/layergate/pkg/evidence"
	"github.com/layergate/layergate/pkg/origin"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/policy/vex"
	"github.com/layergate/layergate/pkg/progress"
	"github.com/layergate/layergate/pkg/report"
)

// Baseline is the state before a change.
type Baseline struct {
	Source string         // as the user named it; the source of an image, as for Request.Image, where there is nothing else
	Report *report.Report // of an earlier run
	SBOM   *baseline.SBOM // of the image before
}

// Request asks for one image, with all its platforms, to be inspected.
type Request struct {
	Image     string          // source: a path, a path behind a scheme, docker:NAME, registry:REFERENCE or image.Pipe; empty where Build makes the image
	Pipe      io.Reader       // what image.Pipe reads; nil where there is none
	Build     *builder.Config // builds the image first; nil where there is one. Its TempDir is the gate's
	ImageName string          // chooses an image of an archive that holds several
	BaseImage string          // source of the image that it was built on; empty where only the Dockerfile tells
	Project   origin.Config   // where the files lie that it was built from; of a build, the Dockerfile is the one that was built
	// BaseCandidates are images that could take the place of the base image, which the remedies say something about: references,
	// tags of the base image's repository, or AutoCandidates. None looks for none; the verdict does not depend on them.
	BaseCandidates []string
	Push           []string // references that a clean image is to be pushed to
	Lock           bool     // locks the image and its tags where it was pushed; see registry.Client.Lock
	Referrers      bool     // copies what refers to the image in the registry that it is read from
	Policy         policy.Policy
	// Audit is for an image that a registry keeps and that is not pushed. Platforms whose layers the cache knows are not read again,
	// the layers of the base image that the image names are looked up, and where something of the base image blocks, what its name
	// leads to today.
	Audit        bool
	Manifests    *Manifests           // are judged with the image; nil for none
	Name         string               // of the image, as the user has it; empty where he gives it none
	Baseline     *Baseline            // what the image is compared with; nil for nothing
	VEX          []vex.Document       // what authors say of the findings; what is attached to the image comes to them where the policy trusts it
	Evidence     []*evidence.Document // results of other tools that the push depends on
	Attestations []policy.Requirement // that have to be attached to the image, besides those of the policy
	Attach       *Attachments         // is attached to a clean image as it is pushed; nil for nothing
	Series       string               // the name of the image in reports
	OutputDir    string               // where the reports go; empty for nowhere
	Formats      []report.Format      // of reports to write beside those of every run
	Progress     func(step Step)      // told what begins; nil is allowed
	Meters       progress.Reporter    // shows how far work on many bytes has come; nil is allowed
	Warn         func(message string) // told what a push left behind, which the reports do not say: they were written before; nil is allowed
	Debug        func(string)         // told what was found where, and why, which may be much; its text may be hostile; nil is allowed
}
