package gate_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/registrytest"
)

// A gate takes many images, one after the other and at once, with a database that it opens once. What becomes of one is
// nothing to the others.
func TestManyImages(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	server := start(t, registrytest.Config{})
	env := config(t, "").Env
	env.Cache = newStore()
	db := filepath.Join(t.TempDir(), "db")
	env.Database.Sources = databaseAt(db)
	if err := os.CopyFS(db, os.DirFS(advisories)); err != nil {
		t.Fatal(err)
	}
	g := open(ctx, t, env)
	clean := config(t, write(t, "docker", lodash(repaired, imagetest.None, ""))).Request
	blocked := config(t, write(t, "oci", lodash(vulnerable, imagetest.Gzip, ""))).Request

	// The first is interrupted while the database is opened.
	interrupted, cancel := context.WithCancel(ctx)
	first := clean
	first.Progress = func(step gate.Step) {
		if step.Kind == gate.Reading {
			cancel()
		}
	}
	if _, err := g.Inspect(interrupted, first); !errors.Is(err, context.Canceled) {
		t.Errorf("Inspect() = %v, want it interrupted", err)
	}
	if err := verdict(ctx, g, clean, policy.Clean); err != nil {
		t.Fatal(err)
	}
	// From now on there is only what is open.
	if err := os.RemoveAll(db); err != nil {
		t.Fatal(err)
	}
	group, groupCtx := errgroup.WithContext(ctx)
	for i := range 6 {
		group.Go(func() error {
			req, want := blocked, policy.Blocked
			if i%2 == 0 {
				req, want = clean, policy.Clean
				req.Push = []string{fmt.Sprintf("%s/app:%d", server.Host, i)}
			}
			req.OutputDir = filepath.Join(req.OutputDir, fmt.Sprint(i))
			return verdict(groupCtx, g, req, want)
		})
	}
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
	for _, tag := range []string{"0", "2", "4"} {
		get(t, "http://"+server.Host+"/v2/app/manifests/"+tag)
	}
	if left, _ := os.ReadDir(env.TempDir); len(left) > 0 {
		t.Errorf("the images left %v behind", left)
	}
}

// verdict inspects an image, and pushes it where it is clean and goes somewhere.
func verdict(ctx context.Context, g *gate.Gate, req gate.Request, want policy.Outcome) error {
	result, err := g.Inspect(ctx, req)
	if err != nil {
		return err
	}
	if got := result.Report.Verdict.Outcome; got != want {
		err = fmt.Errorf("the verdict of %s is %s, want %s", req.Image, got, want)
	} else if got == policy.Clean && len(req.Push) > 0 {
		err = result.Promote(ctx)
	}
	return errors.Join(err, result.Close())
}

// A gate whose image was not there to be read has not looked for a database, and a wrong request comes first.
func TestDatabaseIsOpenedWhenNeeded(t *testing.T) {
	t.Parallel()
	s := config(t, filepath.Join(t.TempDir(), "missing.tar"))
	s.Database.Sources = databaseAt(filepath.Join(t.TempDir(), "no-database"))
	g, err := gate.New(t.Context(), s.Env)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Inspect(t.Context(), s.Request); !fault.IsRequest(err) {
		t.Errorf("Inspect() = %v, want a wrong request", err)
	}
	if err := g.Close(); err != nil {
		t.Errorf("Close() = %v", err)
	}
}

func TestStepString(t *testing.T) {
	t.Parallel()
	tests := []struct {
		step gate.Step
		want string
	}{
		{gate.Step{Kind: gate.Building, Subject: "."}, "building ."},
		{gate.Step{Kind: gate.Opening, Subject: "app.tar"}, "opening app.tar"},
		{gate.Step{Kind: gate.Reading, Platform: "linux/amd64", Count: 2}, "linux/amd64: reading 2 layers"},
		{gate.Step{Kind: gate.Cataloguing, Platform: "linux/amd64"}, "linux/amd64: looking for packages"},
		{gate.Step{Kind: gate.Matching, Platform: "linux/arm64", Count: 1}, "linux/arm64: matching 1 package"},
		{gate.Step{Kind: gate.Compressing}, "compressing layers"},
		{gate.Step{Kind: gate.Pushing, Subject: "registry.example/app:1"}, "pushing registry.example/app:1"},
	}
	for _, tt := range tests {
		if got := tt.step.String(); got != tt.want {
			t.Errorf("String() of %+v = %q, want %q", tt.step, got, tt.want)
		}
	}
}
