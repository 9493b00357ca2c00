package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/spf13/pflag"

	"github.com/layergate/layergate/pkg/audit"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/forge"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/track"
)

// trackToken is the variable of the token by which issues and work items are written.
const trackToken = "LAYERGATE_TRACK_TOKEN"

// trackFlags say where an audit opens issues or work items.
type trackFlags struct {
	where   string
	preview bool
}

func (f *trackFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.where, "track", "", "keep an issue or work item for each repository with blocked images, as `KIND=ADDRESS`: github=https://github.com/OWNER/NAME or azure=https://dev.azure.com/ORGANIZATION/PROJECT; the token is in "+trackToken)
	flags.BoolVar(&f.preview, "track-preview", false, "say what --track would open, update and close, and do nothing of it")
}

// tracker is where issues or work items are kept; nil for nowhere. What keeps from it is told before the audit begins.
func (c *command) tracker(in *input.Values, f *trackFlags) (track.Tracker, error) {
	if f.where == "" {
		if f.preview {
			return nil, fault.Request(errors.New("--track-preview shows what --track would do, and --track is missing"), "name the place with --track")
		}
		return nil, nil
	}
	const form = "write github=https://github.com/OWNER/NAME or azure=https://dev.azure.com/ORGANIZATION/PROJECT"
	kind, address, _ := strings.Cut(f.where, "=")
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") == "" {
		return nil, fault.Request(fmt.Errorf("--track %q names no repository or project", f.where), form)
	}
	token := c.env.Named(trackToken)
	if token == "" {
		return nil, fault.Request(fmt.Errorf("--track needs a token, and %s is empty", trackToken), "give the step the token of the job in its environment: ${{ github.token }} or $(System.AccessToken)")
	}
	c.platform.Mask(token)
	outside, err := c.outside(in)
	if err != nil {
		return nil, err
	}
	cfg := forge.Config{Token: token, Transport: outside, UserAgent: "layergate/" + toolVersion()}
	var tracker track.Tracker
	switch path := strings.Trim(u.Path, "/"); kind {
	case "github":
		var graphQL string
		cfg.API, graphQL = gitHubAPI(u)
		tracker, err = track.NewGitHub(cfg, graphQL, path)
	case "azure":
		at := strings.LastIndexByte(path, '/') + 1
		cfg.API = (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/" + path[:at]}).String()
		tracker, err = track.NewAzureBoards(cfg, path[at:])
	default:
		err = fmt.Errorf("%q is neither github nor azure", kind)
	}
	if err != nil {
		return nil, fault.Request(fmt.Errorf("--track: %w", err), form)
	}
	return tracker, nil
}

// gitHubAPI are the addresses of the two APIs of a repository's server: GitHub's own, one with data residency, or GitHub Enterprise Server.
func gitHubAPI(u *url.URL) (rest, graphQL string) {
	base := u.Scheme + "://" + u.Host
	if u.Host == "github.com" || strings.HasSuffix(u.Host, ".ghe.com") {
		base = u.Scheme + "://api." + u.Host
		return base, base + "/graphql"
	}
	return base + "/api/v3", base + "/api/graphql"
}

// track brings issues or work items up to date with a whole audit, and logs what it does.
func (c *command) track(ctx context.Context, tracker track.Tracker, f *trackFlags, result *audit.Result) error {
	if tracker == nil {
		return nil
	}
	did := map[string]string{"open": "opened", "update": "updated", "close": "closed"}
	return track.Update(ctx, track.Config{Tracker: tracker, Preview: f.preview, Told: func(change track.Change) {
		what := did[change.Did]
		if f.preview {
			what = "would " + change.Did
		}
		if change.Number > 0 {
			what += fmt.Sprintf(" number %d", change.Number)
		}
		fmt.Fprintf(c.platform.LogWriter(), "%s about %s\n", what, safetext.Escape(change.Repository))
	}}, result)
}
