package builder

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/session"
	"github.com/tonistiigi/fsutil"

	"github.com/layergate/layergate/pkg/fault"
)

// The names by which the Dockerfile frontend asks for directories of ours.
const (
	localContext    = "context"
	localDockerfile = "dockerfile"
)

// request is a Config that was understood, in BuildKit's terms.
type request struct {
	dockerfile string // as messages name it
	base       string // the image that is built on, as the Dockerfile names it, where a label is to have its digest; else empty
	locals     map[string]fsutil.FS
	attrs      map[string]string // of the Dockerfile frontend
	platforms  []string
	session    []session.Attachable
	cacheFrom  []client.CacheOptionsEntry
	cacheTo    []client.CacheOptionsEntry
	allow      []string // entitlements
	progress   progress
}

func newRequest(cfg Config) (*request, error) {
	r := &request{attrs: map[string]string{}, progress: progress{out: cfg.Progress, terminal: cfg.Terminal}}
	for _, step := range []func(Config) error{r.addFiles, r.addArgs, r.addLabels, r.addOrigin, r.addPlatforms, r.addSwitches, r.addCaches, r.addSession} {
		if err := step(cfg); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// addFiles offers the build context and the Dockerfile's directory. The frontend reads .dockerignore there and asks
// only for the files that it leaves.
func (r *request) addFiles(cfg Config) error {
	remedy := fault.Hintf("%s takes the directory that holds the Dockerfile and the files it copies", fault.Input("context"))
	if cfg.Context == "" {
		return fault.Request(errors.New("no build context given"), remedy)
	}
	info, err := os.Stat(cfg.Context)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fault.Request(fmt.Errorf("there is no directory %q to build", cfg.Context), fault.HintPath(cfg.Context, remedy))
	case err != nil:
		return fault.Request(fmt.Errorf("reading the build context: %w", err), remedy)
	case !info.IsDir():
		return fault.Request(fmt.Errorf("the build context %q is a file", cfg.Context), remedy)
	}
	r.dockerfile = cfg.Dockerfile
	if r.dockerfile == "" {
		r.dockerfile = filepath.Join(cfg.Context, "Dockerfile")
	}
	info, err = os.Stat(r.dockerfile)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fault.Request(fmt.Errorf("there is no Dockerfile %q", r.dockerfile), fault.HintPath(r.dockerfile, fault.Hintf("name it with %s, relative to the working directory", fault.Input("dockerfile"))))
	case err != nil:
		return fault.Request(fmt.Errorf("reading the Dockerfile: %w", err), fault.Hintf("name it with %s", fault.Input("dockerfile")))
	case info.IsDir():
		return fault.Request(fmt.Errorf("the Dockerfile %q is a directory", r.dockerfile), fault.Hintf("name the file in it with %s", fault.Input("dockerfile")))
	case !info.Mode().IsRegular():
		return fault.Request(fmt.Errorf("the Dockerfile %q is not a regular file", r.dockerfile), fault.Hintf("name a file with %s", fault.Input("dockerfile")))
	}
	r.locals = map[string]fsutil.FS{}
	for name, dir := range map[string]string{localContext: cfg.Context, localDockerfile: filepath.Dir(r.dockerfile)} {
		if r.locals[name], err = contextDirectory(dir, cfg.Without); err != nil {
			return err
		}
	}
	r.attrs["filename"] = filepath.Base(r.dockerfile)
	return nil
}

// networks are the words for Config.Network.
func networks() []string { return []string{"none", "host"} }

func (r *request) addSwitches(cfg Config) error {
	if cfg.Target != "" {
		r.attrs["target"] = cfg.Target
	}
	if cfg.NoCache {
		r.attrs["no-cache"] = "" // of all stages
	}
	if cfg.Pull {
		r.attrs["image-resolve-mode"] = "pull"
	}
	switch cfg.Network {
	case "":
	case "host":
		r.allow = append(r.allow, "network.host")
		fallthrough
	case "none":
		r.attrs["force-network-mode"] = cfg.Network
	default:
		return fault.Request(fmt.Errorf("unknown network %q", cfg.Network), "use one of "+strings.Join(networks(), ", "))
	}
	return nil
}
