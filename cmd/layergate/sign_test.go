package main

import (
	"context"
	"crypto"
	"crypto/elliptic"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/notaryproject/notation-core-go/signature/jws"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/sigstore/sigstore/pkg/cryptoutils"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/attest/attesttest"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/registrytest"
)

// makeKey writes a public key, and keeps the private one for sign, or writes it as well.
func makeKey(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 1 || len(args) > 3 {
		ts.Fatalf("usage: key FILE [PRIVATE [PASSWORD]]")
	}
	if len(args) == 3 {
		private, public, err := cryptoutils.GeneratePEMEncodedECDSAKeyPair(elliptic.P256(), cryptoutils.StaticPasswordFunc([]byte(args[2])))
		ts.Check(errors.Join(err, os.WriteFile(ts.MkAbs(args[0]), public, 0o644), os.WriteFile(ts.MkAbs(args[1]), private, 0o600)))
		return
	}
	k, err := attesttest.NewKey()
	ts.Check(err)
	ts.Value(signersKey{}).(map[string]attesttest.Key)[args[0]] = k
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(k.Public), 0o644))
	if len(args) == 2 {
		ts.Check(os.WriteFile(ts.MkAbs(args[1]), k.Private, 0o600))
	}
}

// certify writes a certificate of a private key, as the Notary Project takes it.
func certify(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: certify PRIVATE FILE")
	}
	private, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	key, err := cryptoutils.UnmarshalPEMToPrivateKey(private, cryptoutils.SkipPassword)
	ts.Check(err)
	c := attesttest.Certificate{Name: "the gate", From: time.Now().Add(-time.Hour), Until: time.Now().Add(time.Hour)}
	body, err := c.SelfSigned(key.(crypto.Signer))
	ts.Check(errors.Join(err, os.WriteFile(ts.MkAbs(args[1]), body, 0o644)))
}

// notation prints what a signature of the Notary Project that is attached to an image of the open registry is about, and whose it is.
func notation(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: notation REPOSITORY:TAG")
	}
	repository, digest := lookUp(ts, args[0])
	get := func(path string, to any) {
		resp, err := http.Get("http://" + server(ts).Host + "/v2/" + repository + path)
		ts.Check(err)
		defer resp.Body.Close()
		ts.Check(json.NewDecoder(resp.Body).Decode(to))
	}
	var list struct {
		Manifests []struct{ ArtifactType, Digest string }
	}
	get("/referrers/"+digest, &list)
	for _, m := range list.Manifests {
		if m.ArtifactType != attest.NotationArtifact {
			continue
		}
		var manifest struct{ Layers []struct{ Digest string } }
		get("/manifests/"+m.Digest, &manifest)
		var body json.RawMessage
		get("/blobs/"+manifest.Layers[0].Digest, &body)
		envelope, err := jws.ParseEnvelope(body)
		ts.Check(err)
		content, err := envelope.Verify()
		ts.Check(err)
		print(ts, []string{string(content.Payload.Content), content.SignerInfo.CertificateChain[0].Subject.CommonName, digest})
		return
	}
	ts.Fatalf("no signature of the Notary Project is attached to %s", args[0])
}

// sign attaches a Sigstore bundle to an image of the open registry: a signature with the key of a file, about the image's digest or
// another one.
func sign(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: sign FILE REPOSITORY:TAG [DIGEST]")
	}
	k, ok := ts.Value(signersKey{}).(map[string]attesttest.Key)[args[0]]
	if !ok {
		ts.Fatalf("there is no key %s", args[0])
	}
	repository, digest := lookUp(ts, args[1])
	about := digest
	if len(args) == 3 {
		about = args[2]
	}
	a, err := k.Bundle(attesttest.Statement(about, attesttest.Signature, `{}`))
	ts.Check(err)
	_, err = server(ts).Attach(repository, digest, registrytest.Layer{MediaType: a.MediaType, Body: a.Body})
	ts.Check(err)
}

// cosigned attaches a statement to an image of the open registry under the tag that cosign 2 keeps it under.
func cosigned(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: cosigned REPOSITORY:TAG")
	}
	repository, digest := lookUp(ts, args[0])
	envelope := []byte(`{"payloadType": "application/vnd.in-toto+json", "payload": "e30=", "signatures": []}`)
	ts.Check(server(ts).AttachByTag(repository, digest, ".att", registrytest.Layer{MediaType: attest.EnvelopeType, Body: envelope}))
}

// lookUp takes a reference of the open registry apart, into its repository and the digest that it leads to.
func lookUp(ts *testscript.TestScript, ref string) (repository, digest string) {
	repository, tag, _ := strings.Cut(ref, ":")
	resp, err := http.Head("http://" + server(ts).Host + "/v2/" + repository + "/manifests/" + tag)
	ts.Check(err)
	resp.Body.Close()
	return repository, resp.Header.Get("Docker-Content-Digest")
}

// attachImage attaches an image that a runtime can start to an image of the open registry.
func attachImage(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: attach-image REPOSITORY:TAG")
	}
	repository, digest := lookUp(ts, args[0])
	_, err := server(ts).AttachImage(repository, digest, registrytest.Layer{MediaType: "application/vnd.oci.image.layer.v1.tar+gzip", Body: []byte("\x1f\x8b")})
	ts.Check(err)
}

// replay attaches what is attached to an image to the same image in another repository, as anybody can who may push there.
func replay(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: replay REPOSITORY:TAG REPOSITORY")
	}
	client, err := registry.New(registry.Config{})
	ts.Check(err)
	from, err := client.Image(server(ts).Host + "/" + args[0])
	ts.Check(err)
	root, err := from.Root(context.Background())
	ts.Check(err)
	attached, err := from.Attached(context.Background(), root.Digest.String())
	ts.Check(err)
	for _, a := range attached {
		_, err = server(ts).Attach(args[1], root.Digest.String(), registrytest.Layer{MediaType: a.MediaType, Body: a.Body})
		ts.Check(err)
	}
}
