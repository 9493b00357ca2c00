package gate

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/imageref"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/report"
)

// AttachmentKind is a kind of what is attached to an image that is pushed.
type AttachmentKind string

// The kinds.
const (
	AttachVerdict  AttachmentKind = "verdict"  // that the image is clean: a verification summary of SLSA, signed
	AttachSBOM     AttachmentKind = "sbom"     // CycloneDX, signed
	AttachScan     AttachmentKind = "scan"     // the whole report, as cosign's statement about vulnerabilities, signed
	AttachSARIF    AttachmentKind = "sarif"    // the report for Ratify, which is not signed
	AttachNotation AttachmentKind = "notation" // a signature of the Notary Project, which says nothing but that the image is this one
)

// AttachmentKinds lists every kind.
func AttachmentKinds() []AttachmentKind {
	return []AttachmentKind{AttachVerdict, AttachSBOM, AttachScan, AttachSARIF, AttachNotation}
}

// Attachments says what is attached to an image that is pushed, and who signs it.
type Attachments struct {
	Kinds    []AttachmentKind
	Signer   *attest.Signer   // may be nil where only SARIF is attached
	Notation *attest.Notation // where AttachNotation is among the kinds
	// Replace puts a new verdict in the place of those that the signer's key signed earlier as the gate's, and of the statements that they
	// name. It counts only where AttachVerdict is among the kinds.
	Replace bool
}

// The types of what is attached besides the verdict.
const (
	predicateScan = "https://cosign.sigstore.dev/attestation/vuln/v1" // https://github.com/sigstore/cosign, specs/COSIGN_VULN_ATTESTATION_SPEC.md
	sarifArtifact = "application/sarif+json"
)

// createdAnnotation is when an attachment was made (OCI image specification, "Pre-Defined Annotation Keys"); Ratify takes the newest.
const createdAnnotation = "org.opencontainers.image.created"

// attachments are what the request wants to have attached to the image, in the repository of the reference that it is pushed to. The verdict
// comes last, since it names the others.
func (r *Result) attachments(ctx context.Context, to registry.Reference, image attest.Target, form registry.Form) ([]registry.Artifact, error) {
	wants := func(k AttachmentKind) bool { return slices.Contains(r.request.Attach.Kinds, k) }
	var out []registry.Artifact
	var inputs []attest.Resource
	add := func(predicateType string, predicate any) error {
		a, err := r.signed(ctx, to, form, predicateType, predicate)
		if err != nil {
			return err
		}
		out = append(out, a)
		inputs = append(inputs, attest.Resource{Name: predicateType, Digest: attest.DigestOf(a.Body), MediaType: a.Type})
		return nil
	}
	if wants(AttachSBOM) {
		bom, err := rendered(report.CycloneDX, r.Report)
		if err != nil {
			return nil, fmt.Errorf("writing the SBOM: %w", err)
		}
		if err := add(attest.PredicateSBOM, json.RawMessage(bom)); err != nil {
			return nil, err
		}
	}
	if wants(AttachScan) {
		scan, err := r.scan()
		if err != nil {
			return nil, err
		}
		if err := add(predicateScan, scan); err != nil {
			return nil, err
		}
	}
	if wants(AttachSARIF) {
		sarif, err := rendered(report.SARIF, r.Report)
		if err != nil {
			return nil, fmt.Errorf("writing the SARIF report: %w", err)
		}
		out = append(out, registry.Artifact{Type: sarifArtifact, Annotations: r.created(), Body: sarif})
	}
	if wants(AttachNotation) {
		signature, annotations, err := r.request.Attach.Notation.Sign(ctx, image, r.clearance.Time())
		if err != nil {
			return nil, err
		}
		maps.Copy(annotations, r.created())
		out = append(out, registry.Artifact{Type: attest.NotationArtifact, MediaType: attest.NotationEnvelope, Annotations: annotations, Body: signature})
	}
	if wants(AttachVerdict) {
		if err := add(attest.PredicateVerdict, r.verdict(to.String(), inputs)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// outdatedStatements are those that were attached to the image earlier, in the repository of the reference that it is pushed to, and whose place
// the new verdict takes.
func (r *Result) outdatedStatements(to registry.Reference, earlier []attest.Attachment) []int {
	img := attest.Image{Name: to.String(), Digests: []string{r.Report.Digest()}}
	return attest.Replaced(r.request.Attach.Signer.Public(), img, r.verdictTime(), earlier)
}

// signed signs a statement about the image.
func (r *Result) signed(ctx context.Context, to registry.Reference, form registry.Form, predicateType string, predicate any) (registry.Artifact, error) {
	sign := r.request.Attach.Signer.Sign
	if form == registry.Envelopes {
		sign = r.request.Attach.Signer.SignEnvelope
	}
	signed, err := sign(ctx, attest.Claim{Subject: r.subjects(to), PredicateType: predicateType, Predicate: predicate})
	if err != nil {
		return registry.Artifact{}, err
	}
	if len(signed.Body) > attest.MaxSize {
		return registry.Artifact{}, fault.WithHint(fmt.Errorf("the statement of the type %s has more than the %d bytes that are read back", predicateType, attest.MaxSize),
			fault.Hintf("leave it out of %s", fault.Input("attach")))
	}
	annotations := r.created()
	// cosign writes both beside its own bundles, and filters by them.
	annotations["dev.sigstore.bundle.content"] = "dsse-envelope"
	annotations["dev.sigstore.bundle.predicateType"] = predicateType
	return registry.Artifact{Type: signed.MediaType, PredicateType: predicateType, Annotations: annotations, Body: signed.Body}, nil
}

// created are the annotations of every attachment.
func (r *Result) created() map[string]string {
	return map[string]string{createdAnnotation: r.clearance.Time().UTC().Format(time.RFC3339)}
}

// subjects are the image, as what tags point to, and the manifest of each of its platforms.
func (r *Result) subjects(to registry.Reference) []attest.Resource {
	root := r.Report.Digest()
	out := []attest.Resource{{Name: imageref.Split(to.String()).Repository, Digest: attest.DigestsOf(root)}}
	for _, p := range r.Report.Platforms {
		if p.Digest != root {
			out = append(out, attest.Resource{Name: p.Platform, Digest: attest.DigestsOf(p.Digest)})
		}
	}
	return out
}

// scan is the report as the predicate of cosign's statement about vulnerabilities.
func (r *Result) scan() (any, error) {
	result, err := rendered(report.JSON, r.Report)
	if err != nil {
		return nil, fmt.Errorf("writing the report: %w", err)
	}
	type database struct {
		URI        string `json:"uri"`
		Version    string `json:"version"`
		LastUpdate string `json:"lastUpdate"`
	}
	type scanner struct {
		URI      string          `json:"uri"`
		Version  string          `json:"version"`
		Database database        `json:"db"`
		Result   json.RawMessage `json:"result"`
	}
	type metadata struct {
		Started  string `json:"scanStartedOn"`
		Finished string `json:"scanFinishedOn"`
	}
	at := r.clearance.Time().UTC().Format(time.RFC3339)
	tool, db := r.Report.Tool, r.Report.Database
	return struct {
		Invocation struct{} `json:"invocation"`
		Scanner    scanner  `json:"scanner"`
		Metadata   metadata `json:"metadata"`
	}{
		Scanner: scanner{
			URI: "pkg:github/layergate/layergate@" + tool.Version, Version: tool.Version,
			Database: database{URI: db.From, Version: db.Schema, LastUpdate: db.Built}, Result: result,
		},
		Metadata: metadata{Started: at, Finished: at},
	}, nil
}

func rendered(render func(io.Writer, *report.Report) error, rep *report.Report) ([]byte, error) {
	var b bytes.Buffer
	err := render(&b, rep)
	return b.Bytes(), err
}
