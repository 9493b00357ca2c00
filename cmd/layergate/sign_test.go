package main

import (
	"net/http"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/layergate/layergate/pkg/attest/attesttest"
	"github.com/layergate/layergate/pkg/registrytest"
)

// makeKey writes a public key, and keeps the private one for sign.
func makeKey(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: key FILE")
	}
	k, err := attesttest.NewKey()
	ts.Check(err)
	ts.Value(signersKey{}).(map[string]attesttest.Key)[args[0]] = k
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(k.Public), 0o644))
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
	repository, tag, _ := strings.Cut(args[1], ":")
	resp, err := http.Head("http://" + server(ts).Host + "/v2/" + repository + "/manifests/" + tag)
	ts.Check(err)
	resp.Body.Close()
	digest := resp.Header.Get("Docker-Content-Digest")
	about := digest
	if len(args) == 3 {
		about = args[2]
	}
	a, err := k.Bundle(attesttest.Statement(about, attesttest.Signature, `{}`))
	ts.Check(err)
	_, err = server(ts).Attach(repository, digest, registrytest.Layer{MediaType: a.MediaType, Body: a.Body})
	ts.Check(err)
}
