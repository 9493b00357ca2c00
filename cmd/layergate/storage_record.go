package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/forge"
	"github.com/layergate/layergate/pkg/imageref"
	"github.com/layergate/layergate/pkg/input"
)

// gitHubToken is the variable of the token for GitHub, where a command line in a job is to use it: there is no input for it there.
const gitHubToken = "LAYERGATE_GITHUB_TOKEN"

// recorder tells GitHub where images are stored.
type recorder struct {
	github       *forge.GitHub
	organization string
	repository   string // whose job runs, without its owner
}

// unrecordedError says that GitHub was not told of all places where images are stored.
type unrecordedError struct {
	unrecorded []string // repositories of registries, with the digest of the image
	err        error    // why the first of them is not recorded
}

// Error is the failure, and what is not recorded.
func (e *unrecordedError) Error() string { return e.err.Error() + "; " + e.Left() }

// Left says what is not recorded.
func (e *unrecordedError) Left() string { return "not recorded: " + strings.Join(e.unrecorded, ", ") }

// Unwrap returns the failure.
func (e *unrecordedError) Unwrap() error { return e.err }

// recorder is what tells GitHub where images are stored; nil where that is not asked for. Where GitHub cannot be told it is a wrong request, before
// any image is read.
func (c *command) recorder(ctx context.Context, in *input.Values) (*recorder, error) {
	asked, err := in.Bool("storage-record")
	if err != nil || !asked {
		return nil, err
	}
	spelled := in.Spell("storage-record")
	of := c.platform.Repository(in)
	if of == nil {
		return nil, fault.Request(fmt.Errorf("%s tells GitHub where the image is stored, and no job of GitHub Actions runs", spelled), "leave it out elsewhere")
	}
	token := cmp.Or(of.Token, c.env.Named(gitHubToken))
	if token == "" {
		hint := fault.Hintf("put ${{ github.token }} into the variable %s, and give the job the permission artifact-metadata: write", gitHubToken)
		if c.isStep {
			hint = fault.Hintf("give ${{ github.token }} to %s, and the job the permission artifact-metadata: write", fault.Input("github-token"))
		}
		return nil, fault.Request(fmt.Errorf("%s needs a token for GitHub", spelled), hint)
	}
	c.platform.Mask(token)
	outside, err := c.outside(in)
	if err != nil {
		return nil, err
	}
	github, err := forge.NewGitHub(forge.Config{
		API: of.API, Token: token, Transport: outside, UserAgent: "layergate/" + toolVersion(),
	}, of.GraphQL, of.Name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", spelled, fault.Request(err, hintRunner))
	}
	organization, err := github.Organization(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", spelled, err)
	}
	owner, name, _ := strings.Cut(of.Name, "/")
	if organization == "" {
		return nil, fault.Request(fmt.Errorf("%s: %s is owned by the user %s, and GitHub keeps storage records for organizations alone", spelled, of.Name, owner), "leave it out")
	}
	return &recorder{github, organization, name}, nil
}

// record tells GitHub where images are stored: once for each repository that one was pushed to, by the first of its tags there. The first
// failure ends it with an *unrecordedError. A nil recorder records nothing.
func (r *recorder) record(ctx context.Context, images promotion) error {
	if r == nil {
		return nil
	}
	var all []forge.StorageRecord
	for _, i := range images {
		all = append(all, r.records(i)...)
	}
	for n, record := range all {
		err := r.github.RecordStorage(ctx, r.organization, record)
		if err == nil {
			continue
		}
		left := &unrecordedError{err: fault.WithHint(fmt.Errorf("recording on GitHub that %s@%s is stored: %w", record.Name, record.Digest, err),
			"once that is put right, run the same step again: it finds the image there, and records it")}
		for _, record := range all[n:] {
			left.unrecorded = append(left.unrecorded, record.Name+"@"+record.Digest)
		}
		return left
	}
	return nil
}

// records are those of an image.
func (r *recorder) records(image promoted) []forge.StorageRecord {
	var out []forge.StorageRecord
	seen := map[string]bool{}
	for _, text := range image.references {
		ref := imageref.Split(text)
		if seen[ref.Repository] {
			continue
		}
		seen[ref.Repository] = true
		host, repository, _ := strings.Cut(ref.Repository, "/")
		out = append(out, forge.StorageRecord{
			Name: ref.Repository, Digest: image.digest, Version: ref.Tag, Repository: repository, Status: forge.StorageActive,
			RegistryURL: "https://" + host, ArtifactURL: "https://" + host + "/v2/" + repository + "/manifests/" + image.digest,
			GitHubRepository: r.repository,
		})
	}
	return out
}
