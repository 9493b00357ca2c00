package registry

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
)

// maxDocumentBytes is how many bytes all that refers to one image may have. They are held in memory.
const maxDocumentBytes = 128 << 20

// Referrer is a manifest that refers to an image, or to another referrer of it.
type Referrer struct {
	Subject string // the digest that it refers to
	Digest  string // of the manifest
	Type    string // what it is, by the word of whoever attached it: its artifact type, or else that of its configuration
	Tag     string // under which cosign keeps it, such as sha256-….sig; empty where the manifest itself names its subject
	Left    string // why it is not copied, in words that may quote it; empty where it is
}

// Referrers is what refers to an image in the repository that it lies in, ready to be copied with it.
type Referrers struct {
	List []Referrer // a subject before what refers to it

	documents map[string]document // by the digests of the list
}

// document is a manifest that refers to another, with all that it holds.
type document struct {
	manifest image.Manifest
	listed   v1.Descriptor // as lists of referrers have it
	blobs    []image.Blob
	subject  string // that it names itself; may be empty
	left     string // why it is not copied; it may be read in part only then
}

// Collect reads what refers to an image, by its digests: its referrers (OCI distribution specification, "Listing Referrers"), what
// cosign keeps under tags, and what refers to those. It says of each that is no document why it is left behind; see
// image.CheckDocument. An error says that not all could be read.
func (i *Image) Collect(ctx context.Context, digests ...string) (*Referrers, error) {
	client, err := i.client.loggedIn(ctx, i.ref.Context(), transport.PullScope)
	if err != nil {
		return nil, fmt.Errorf("reading what refers to the image: %w", i.explain(err))
	}
	c := collection{from: i, client: client, out: &Referrers{documents: map[string]document{}}, own: digests, asked: map[string]bool{}}
	for _, d := range digests {
		c.ask(d)
	}
	for len(c.queue) > 0 {
		subject := c.queue[0]
		c.queue = c.queue[1:]
		if err := c.about(ctx, subject); err != nil {
			return nil, fault.WithHint(fmt.Errorf("reading what refers to %s: %w", subject, i.explain(err)),
				fault.Hintf("if the image is to go without its signatures and statements, set %s to none", fault.Input("referrers")))
		}
	}
	return c.out, nil
}

// collection is what was read so far of what refers to an image.
type collection struct {
	from   *Image
	client *http.Client
	out    *Referrers
	own    []string // digests of the image
	queue  []string // digests of which is still to be asked what refers to them
	asked  map[string]bool
	bytes  int64 // of all that was read
}

// ask has the registry asked once what refers to a digest.
func (c *collection) ask(digest string) {
	if !c.asked[digest] {
		c.asked[digest] = true
		c.queue = append(c.queue, digest)
	}
}

// about adds what refers to a digest.
func (c *collection) about(ctx context.Context, subject string) error {
	digest, err := v1.NewHash(subject)
	if err != nil {
		return err
	}
	listed, _, err := c.from.listReferrers(ctx, c.client, digest)
	if err != nil {
		return err
	}
	for _, d := range listed {
		if slices.Contains(c.own, d.Digest.String()) {
			continue // BuildKit's attestations are parts of the image, and name another part as their subject
		}
		if err := c.add(ctx, d, Referrer{Subject: subject}); err != nil {
			return err
		}
	}
	for _, end := range []string{cosignSignatures, cosignStatements, cosignSBOM} {
		tagged, err := c.from.tagged(ctx, digest, end)
		if err != nil {
			return err
		}
		for _, d := range tagged {
			if err := c.add(ctx, d, Referrer{Subject: subject, Tag: c.from.tagOf(digest, end).TagStr()}); err != nil {
				return err
			}
		}
	}
	return nil
}

// add lists a manifest that refers to another, and has it read where it was not before. What refers to one that is left behind is
// not looked for.
func (c *collection) add(ctx context.Context, d v1.Descriptor, r Referrer) error {
	if len(c.out.List) == maxReferrers {
		return fmt.Errorf("more than %d manifests refer to the image", maxReferrers)
	}
	r.Digest = d.Digest.String()
	doc, known := c.out.documents[r.Digest]
	if !known {
		var err error
		if doc, err = c.read(ctx, d); err != nil {
			return err
		}
		c.out.documents[r.Digest] = doc
	}
	r.Type, r.Left = fmt.Sprintf("%.200s", doc.listed.ArtifactType), doc.left
	switch {
	case slices.Contains(c.own, r.Digest):
		r.Left = "it is the image itself"
	case r.Left == "" && doc.subject != r.Subject && (r.Tag == "" || doc.subject != ""):
		r.Left = fmt.Sprintf("it names another subject, %q", doc.subject)
	}
	if r.Left == "" {
		c.ask(r.Digest)
	}
	c.out.List = append(c.out.List, r)
	return nil
}

// read reads a manifest and all that it holds. A manifest that is no document, or is not there, is read no further.
func (c *collection) read(ctx context.Context, d v1.Descriptor) (document, error) {
	leave := func(why string) (document, error) {
		return document{listed: v1.Descriptor{ArtifactType: cmp.Or(d.ArtifactType, string(d.MediaType))}, left: why}, nil
	}
	if err := image.CheckDocumentType(d.MediaType); err != nil {
		return leave(err.Error())
	}
	if d.Size > image.MaxDocumentManifest {
		return leave(fmt.Sprintf("its manifest has %d bytes, more than %d", d.Size, image.MaxDocumentManifest))
	}
	got, err := c.from.get(ctx, c.from.ref.Context().Digest(d.Digest.String()))
	if err != nil {
		return document{}, err
	}
	if got == nil {
		return leave("the registry lists it, and does not have it")
	}
	m := image.Manifest{Digest: got.Digest, MediaType: mediaType(got), Raw: got.Manifest}
	parsed, err := image.ParseDocument(m)
	if err != nil {
		return leave(err.Error())
	}
	doc := document{manifest: m, listed: describe(m)}
	doc.listed.ArtifactType, doc.listed.Annotations = cmp.Or(parsed.ArtifactType, string(parsed.Config.MediaType)), parsed.Annotations
	if parsed.Subject != nil {
		doc.subject = parsed.Subject.Digest.String()
	}
	for _, b := range append([]v1.Descriptor{parsed.Config}, parsed.Layers...) {
		if b.Size > attest.MaxSize {
			doc.left = fmt.Sprintf("it holds %d bytes in one piece, more than %d", b.Size, attest.MaxSize)
			break
		}
		body, err := c.blob(ctx, b)
		if err != nil {
			return document{}, err
		}
		if err := image.CheckDocument(parsed, b, body); err != nil {
			doc.left = err.Error()
			break
		}
		doc.blobs = append(doc.blobs, image.NewBlob(b.MediaType, body))
	}
	return doc, nil
}

// blob reads what a descriptor describes, and makes sure that it is that.
func (c *collection) blob(ctx context.Context, d v1.Descriptor) ([]byte, error) {
	if c.bytes += d.Size; d.Size < 0 || c.bytes > maxDocumentBytes {
		return nil, fmt.Errorf("what refers to the image has more than %d bytes", maxDocumentBytes)
	}
	blob, err := c.from.Blob(ctx, d.Digest)
	if err != nil {
		return nil, fmt.Errorf("the blob %s: %w", d.Digest, err)
	}
	defer blob.Close()
	body, err := io.ReadAll(io.LimitReader(blob, d.Size+1))
	if err != nil {
		return nil, fmt.Errorf("the blob %s: %w", d.Digest, c.from.explain(err))
	}
	if image.NewBlob(d.MediaType, body).Digest != d.Digest || int64(len(body)) != d.Size {
		return nil, fmt.Errorf("the blob %s has other content than its digest and its size of %d bytes say", d.Digest, d.Size)
	}
	return body, nil
}
