package main

import (
	"archive/tar"
	"cmp"
	"context"
	"crypto"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/sigstore/sigstore/pkg/cryptoutils"

	"github.com/layergate/layergate/pkg/attest/attesttest"
	"github.com/layergate/layergate/pkg/forgetest"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/registrytest"
	"github.com/layergate/layergate/pkg/vulndb/osv"
)

// The stories in testdata/script run the command as its user does. Beside layergate they have these commands:
//
//	image FORMAT FILE DIR...    writes an image with one layer a directory; FORMAT is docker, docker-oci, oci or oci-dir,
//	                            and may end in +gzip or +zstd for the compression of the layers; it was built on the day $CREATED
//	images FILE NAME=DIR...     writes an OCI archive with several images
//	index FILE PLATFORM=DIR...  writes an OCI archive with one multi-platform index
//	store REFERENCE ARCHIVE     puts an OCI archive into one of the story's registries
//	await-download              waits until something is read from the registry that stalls
//	same-digest REF REF         compares the bytes of two manifests in the story's registry
//	azure full|reader|owner     starts a fake of Entra and Azure Container Registry, where app-id of tenant-id may push,
//	                            or only read, or delete and lock as well; sets $AZURE_PROXY and $AZURE_DIRECT and writes azure-ca.pem and azure-token;
//	                            $AZURE_LOCKED_PROXY wants the user proxy-user with $PROXY_PASSWORD;
//	                            every key vault has the key gate, whose public key is in vault.pub
//	azure-log                   prints the requests that the last fake cloud saw
//	docker NAME=ARCHIVE...      starts a Docker daemon that has these images, by archives that docker save could have written,
//	                            and sets $DOCKER_HOST
//	key FILE [PRIVATE [PASSWORD]]  writes a public key for sign, and the private one where that is named
//	sign FILE REPO:TAG [DIGEST] attaches a signature with the key of a file to an image of the story's registry
//	replay REPO:TAG REPO        attaches what is attached to an image to the same image in another repository
//	attach-image REPO:TAG       attaches an image that a runtime can start to an image of the story's registry
//	hostile FILE                writes an OCI archive whose author puts commands, markup and controls wherever there is text
//	commands github|azure FILE  prints what a runner takes for commands in a log, read in the runner's way
//	visible FILE...             wants files without controls of terminals and of writing direction
//	empty DIR                   wants a directory with nothing in it
//	pull-request [read-only]    starts APIs of GitHub and Azure DevOps with a pull request, where job-token may write, or only read
//	comments                    prints the comments of the last pull request
//	tickets                     prints the issues and work items of its server
//	records                     prints the storage records of its server
//	receiver [STATUS]           starts what takes events, or answers with a status in their place, and sets $EVENTS to its address, which is secret
//	events                      prints the events that the last one took
//	cosigned REPO:TAG           attaches a statement to an image of the story's registry as cosign 2 does
//	harbor [denies]             starts a Harbor, which user and secret may list artifacts of unless it denies that, and sets $HARBOR
//	artifact REPO:TAG DAYS DAYS|never  says how many days ago an image in it was pushed and last pulled
//	registry-log                prints the requests that the story's registry saw
//	registry-writes             prints those that were not mere questions
//
// $REGISTRY is a registry of the story's own, $OLD_REGISTRY one that does not know the question for referrers and deletes nothing, $SECRET_REGISTRY one
// that demands user and secret, $STALLED_REGISTRY one
// that begins to send a blob and never ends, $PICKY_REGISTRY one that refuses the tag refused and tells nobody what is attached to unattached/app, and keeps the blobs of
// signed/app at an address with a signature, where nobody answers, and $DB a database of the advisories in
// testdata/advisories, which it calls complete. $IN_7_DAYS, $IN_30_DAYS and $IN_300_DAYS are days, as YYYY-MM-DD.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"layergate": main})
}

func TestScripts(t *testing.T) {
	t.Parallel()
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP) // where the tests run under nohup, the stories do not
	db := filepath.Join(t.TempDir(), "db")
	_, err := osv.Build(context.Background(), osv.Config{
		Dir: db, Files: []string{filepath.Join("..", "..", "testdata", "advisories")}, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		Condition: func(condition string) (bool, error) {
			if condition != "root" {
				return false, fmt.Errorf("unknown condition %q", condition)
			}
			return os.Geteuid() == 0, nil
		},
		Setup: func(env *testscript.Env) error { return setup(env, db) },
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"image": makeImage, "images": makeImages, "index": makeIndex, "spoil": spoil, "store": store, "same-digest": sameDigest, "await-download": awaitDownload,
			"azure": startAzure, "docker": startDocker, "hostile": makeHostile, "commands": printCommands, "visible": wantVisible, "empty": wantEmpty, "pull-request": startPullRequest, "comments": printComments, "tickets": printTickets, "records": printRecords, "receiver": startReceiver, "events": printEvents, "cosigned": cosigned, "harbor": startHarbor, "artifact": setArtifact,
			"key": makeKey, "certify": certify, "sign": sign, "notation": notation, "replay": replay, "attach-image": attachImage,
			"azure-log": func(ts *testscript.TestScript, _ bool, _ []string) {
				print(ts, ts.Value(azureKey{}).(*fakeAzure).Requests())
			},
			"registry-log":    func(ts *testscript.TestScript, _ bool, _ []string) { print(ts, server(ts).Requests()) },
			"registry-writes": func(ts *testscript.TestScript, _ bool, _ []string) { print(ts, server(ts).Writes()) },
		},
	})
}

// wantEmpty fails where a directory holds something.
func wantEmpty(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: empty DIR")
	}
	list, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(list) > 0 {
		ts.Fatalf("%s holds %v", args[0], list)
	}
}

type (
	serverKey struct{}
	hostsKey  struct{} // all registries of the story by host
	beganKey  struct{} // a channel that is closed when the stalled registry sends
	azureKey  struct{}
	// signersKey is for the keys of the story by their files.
	signersKey struct{}
)

// fakeAzure is the last fake cloud that a story started.
type fakeAzure struct{ *registrytest.FakeAzure }

func setup(env *testscript.Env, db string) error {
	open, err := registrytest.Start(registrytest.Config{})
	if err != nil {
		return err
	}
	old, err := registrytest.Start(registrytest.Config{NoReferrers: true, NoDelete: true})
	if err != nil {
		return err
	}
	secret, err := registrytest.Start(registrytest.Config{Username: "user", Password: "open-sesame"})
	if err != nil {
		return err
	}
	began := make(chan struct{})
	stalled, err := registrytest.Start(registrytest.Config{Answer: stall(began)})
	if err != nil {
		return err
	}
	picky, err := registrytest.Start(registrytest.Config{Fail: func(r *http.Request) bool {
		return r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/manifests/refused") || strings.Contains(r.URL.Path, "/unattached/app/referrers/")
	}, Answer: func(w http.ResponseWriter, r *http.Request) bool {
		signed := r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/v2/signed/app/blobs/")
		if signed {
			http.Redirect(w, r, "http://127.0.0.1:1/blob?X-Amz-Signature=hush-sig&X-Amz-Credential=hush-key", http.StatusTemporaryRedirect)
		}
		return signed
	}})
	if err != nil {
		return err
	}
	env.Defer(func() { open.Close(); old.Close(); secret.Close(); stalled.Close(); picky.Close() })
	env.Values[serverKey{}], env.Values[beganKey{}] = open, began
	env.Values[azureKey{}] = &fakeAzure{}
	env.Values[signersKey{}] = map[string]attesttest.Key{}
	env.Values[pullRequestKey{}] = map[string]*forgetest.Server{}
	env.Values[harborKey{}] = &harbors{}
	env.Values[receiversKey{}] = &receivers{events: map[string][]string{}}
	env.Values[hostsKey{}] = map[string]*registrytest.Server{open.Host: open, old.Host: old, secret.Host: secret, stalled.Host: stalled, picky.Host: picky}
	env.Setenv("REGISTRY", open.Host)
	env.Setenv("OLD_REGISTRY", old.Host)
	env.Setenv("SECRET_REGISTRY", secret.Host)
	env.Setenv("STALLED_REGISTRY", stalled.Host)
	env.Setenv("PICKY_REGISTRY", picky.Host)
	env.Setenv("DB", db)
	env.Setenv("IN_30_DAYS", time.Now().UTC().AddDate(0, 0, 30).Format(time.DateOnly))
	env.Setenv("IN_7_DAYS", time.Now().UTC().AddDate(0, 0, 7).Format(time.DateOnly))
	env.Setenv("IN_300_DAYS", time.Now().UTC().AddDate(0, 0, 300).Format(time.DateOnly))
	env.Setenv("HOME", env.WorkDir)
	env.Setenv("DOCKER_CONFIG", filepath.Join(env.WorkDir, "docker-config"))
	return nil
}

func server(ts *testscript.TestScript) *registrytest.Server {
	return ts.Value(serverKey{}).(*registrytest.Server)
}

func print(ts *testscript.TestScript, lines []string) {
	_, err := fmt.Fprint(ts.Stdout(), strings.Join(append(lines, ""), "\n"))
	ts.Check(err)
}

// imageOf makes an image with one layer for each directory. What follows a directory and = is the instruction that made its layer.
func imageOf(ts *testscript.TestScript, c imagetest.Compression, dirs []string) imagetest.Image {
	var img imagetest.Image
	if text := ts.Getenv("CREATED"); text != "" {
		var err error
		img.Created, err = time.Parse(time.DateOnly, text)
		ts.Check(err)
	}
	for _, dir := range dirs {
		dir, by, _ := strings.Cut(dir, "=")
		l := imagetest.Layer{CreatedBy: cmp.Or(by, "COPY "+dir+" /"), Compression: c}
		root := ts.MkAbs(dir)
		ts.Check(filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			rel, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			body, err := os.ReadFile(path)
			l.Files = append(l.Files, imagetest.File{Name: filepath.ToSlash(rel), Body: string(body)})
			return err
		}))
		img.Layers = append(img.Layers, l)
	}
	return img
}

func makeImage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: image FORMAT FILE DIR...")
	}
	format, compression, _ := strings.Cut(args[0], "+")
	img := imageOf(ts, imagetest.Compression(compression), args[2:])
	var files imagetest.Files
	var err error
	switch format {
	case "docker":
		files, err = imagetest.Docker([]string{"app:1"}, img)
	case "docker-oci":
		files, err = imagetest.DockerOCI("app:1", img)
	case "oci", "oci-dir":
		files, err = imagetest.OCI(imagetest.Entry{Name: "app:1", Images: []imagetest.Image{img}})
	default:
		ts.Fatalf("unknown format %q", format)
	}
	ts.Check(err)
	if format == "oci-dir" {
		ts.Check(files.WriteDir(ts.MkAbs(args[1])))
		return
	}
	ts.Check(files.WriteArchive(ts.MkAbs(args[1]), imagetest.None))
}

func makeImages(ts *testscript.TestScript, _ bool, args []string) {
	var entries []imagetest.Entry
	for _, a := range args[1:] {
		name, dir, _ := strings.Cut(a, "=")
		entries = append(entries, imagetest.Entry{Name: name, Images: []imagetest.Image{imageOf(ts, imagetest.Gzip, []string{dir})}})
	}
	files, err := imagetest.OCI(entries...)
	ts.Check(err)
	ts.Check(files.WriteArchive(ts.MkAbs(args[0]), imagetest.None))
}

// spoil damages every file of a directory.
func spoil(ts *testscript.TestScript, _ bool, args []string) {
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	for _, e := range entries {
		path := filepath.Join(ts.MkAbs(args[0]), e.Name())
		raw, err := os.ReadFile(path)
		ts.Check(err)
		raw[len(raw)-1] ^= 0xff
		ts.Check(os.WriteFile(path, raw, 0o644))
	}
}

// store puts an OCI archive into a registry, as if it had always been there.
func store(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: store REFERENCE ARCHIVE")
	}
	f, err := os.Open(ts.MkAbs(args[1]))
	ts.Check(err)
	defer f.Close()
	var files imagetest.Files
	for tr := tar.NewReader(f); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		ts.Check(err)
		body, err := io.ReadAll(tr)
		ts.Check(err)
		files = append(files, imagetest.File{Name: h.Name, Body: string(body)})
	}
	host, rest, _ := strings.Cut(args[0], "/")
	repository, tag, _ := strings.Cut(rest, ":")
	s, ok := ts.Value(hostsKey{}).(map[string]*registrytest.Server)[host]
	if !ok {
		ts.Fatalf("there is no registry %q", host)
	}
	ts.Check(s.Store(repository, tag, files))
}

// stall answers each request for a blob with its beginning only.
func stall(began chan struct{}) func(http.ResponseWriter, *http.Request) bool {
	var once sync.Once
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodGet || !strings.Contains(r.URL.Path, "/blobs/") {
			return false
		}
		w.Header().Set("Content-Length", "1000000")
		io.WriteString(w, "a beginning")
		http.NewResponseController(w).Flush()
		once.Do(func() { close(began) })
		<-r.Context().Done()
		return true
	}
}

func startAzure(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: azure full|reader|owner")
	}
	gateKey, err := attesttest.NewKey()
	ts.Check(err)
	private, err := cryptoutils.UnmarshalPEMToPrivateKey(gateKey.Private, nil)
	ts.Check(err)
	fake, err := registrytest.StartFakeAzure(registrytest.FakeAzureConfig{
		Tenant: "tenant-id", Client: "app-id", Secret: "app-secret", Subject: "job", Audience: tokenAudience, CIToken: "ci-token", Pull: true, Push: args[0] != "reader", Delete: args[0] == "owner", Lock: args[0] == "owner",
		Keys: map[string]crypto.Signer{"gate": private.(crypto.Signer)},
	})
	ts.Check(err)
	ts.Defer(func() { fake.Close() })
	ts.Value(azureKey{}).(*fakeAzure).FakeAzure = fake
	ts.Setenv("AZURE_PROXY", fake.Proxy)
	ts.Setenv("AZURE_LOCKED_PROXY", fake.LockedProxy)
	ts.Setenv("PROXY_PASSWORD", registrytest.ProxyPassword)
	ts.Setenv("AZURE_DIRECT", fake.Direct)
	ts.Check(os.WriteFile(ts.MkAbs("azure-ca.pem"), fake.CA, 0o644))
	ts.Check(os.WriteFile(ts.MkAbs("vault.pub"), []byte(gateKey.Public), 0o644))
	ts.Check(os.WriteFile(ts.MkAbs("azure-token"), []byte(fake.RegistryToken()), 0o600))
}

func awaitDownload(ts *testscript.TestScript, _ bool, _ []string) {
	select {
	case <-ts.Value(beganKey{}).(chan struct{}):
	case <-time.After(30 * time.Second):
		ts.Fatalf("nothing was read from the registry that stalls")
	}
}

// sameDigest compares two manifests of the story's registry.
func sameDigest(ts *testscript.TestScript, neg bool, args []string) {
	var digests []string
	for _, ref := range args {
		repository, tag, _ := strings.Cut(ref, ":")
		resp, err := http.Get("http://" + server(ts).Host + "/v2/" + repository + "/manifests/" + tag)
		ts.Check(err)
		defer resp.Body.Close()
		raw, err := io.ReadAll(resp.Body)
		ts.Check(err)
		if resp.StatusCode != http.StatusOK {
			ts.Fatalf("%s: %s", ref, resp.Status)
		}
		digests = append(digests, imagetest.Digest(raw).String())
	}
	if neg == (digests[0] == digests[1]) {
		ts.Fatalf("the digests are %q", digests)
	}
}

func makeIndex(ts *testscript.TestScript, _ bool, args []string) {
	entry := imagetest.Entry{Name: "app:1", Attestation: `{"_type":"https://in-toto.io/Statement/v1"}`}
	for _, a := range args[1:] {
		platform, dir, _ := strings.Cut(a, "=")
		img := imageOf(ts, imagetest.Gzip, []string{dir})
		img.Platform = platform
		entry.Images = append(entry.Images, img)
	}
	files, err := imagetest.OCI(entry)
	ts.Check(err)
	ts.Check(files.WriteArchive(ts.MkAbs(args[0]), imagetest.None))
}
