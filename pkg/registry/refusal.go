package registry

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/layergate/layergate/pkg/entra"
	"github.com/layergate/layergate/pkg/fault"
	network "github.com/layergate/layergate/pkg/transport"
)

// action is a kind of access to a repository, as named in the scopes of registry tokens.
type action string

const (
	pull   action = "pull"
	push   action = "push"
	remove action = "delete"
	lock   action = "metadata_write" // of Azure Container Registry alone
)

// verb continues "may not".
func (a action) verb() string {
	switch a {
	case push:
		return "push to"
	case remove:
		return "delete from"
	case lock:
		return "lock what is in"
	}
	return "read"
}

// explain says in one sentence why a registry did not do what it was asked for, and what the user can do about it.
func (c *Client) explain(repo name.Repository, wanted action, err error) error {
	c.wire.numbers.explain(err)
	host := repo.RegistryStr()
	if errors.Is(err, context.Canceled) || len(fault.Hints(err)) > 0 {
		return err
	}
	var refused *transport.Error
	if errors.As(err, &refused) {
		return c.explainAnswer(repo, wanted, refused, err)
	}
	var late *network.TimeoutError
	var plain *PlainHTTPError
	var other *otherContentError
	var token *noTokenError
	var wrongName x509.HostnameError
	var outdated x509.CertificateInvalidError
	var unreachable net.Error
	hint := "try again; if it stays so, what " + host + " keeps is damaged"
	if wanted == push {
		hint = "try again; no tag was moved before all else was stored"
	}
	switch {
	case errors.As(err, &late): // whatever other ways to reach the host failed beside it
		return fault.WithHint(fmt.Errorf("asking %s: %w", host, late), "try again; if it keeps failing, ask whoever runs "+late.Host+" why it does not answer")
	case errors.As(err, &wrongName), errors.As(err, &outdated):
		return fault.WithHint(fmt.Errorf("the certificate of %s is not valid: %w", host, err), "check the registry's name, and this machine's clock")
	case strings.Contains(err.Error(), "private or link-local address"), strings.Contains(err.Error(), "private/link-local host"), strings.Contains(err.Error(), "an address of this network"):
		return fault.WithHint(fmt.Errorf("asking %s: %w", host, err), "have the registry name its token service and its storage by a host name, and not by a private address")
	case errors.As(err, &plain):
		return withoutHTTPS(plain.Host, err)
	case errors.Is(err, http.ErrSchemeMismatch):
		return withoutHTTPS(host, err)
	case errors.Is(err, errNoLocation):
		hint = "have whoever runs " + host + ", or a proxy before it, look at the header Location of its answers, which uploads need"
	case wanted == push && errors.As(err, &other) && other.moved():
		hint = "another run may have pushed this tag meanwhile: let one wait for the other (concurrency: of a workflow on GitHub, an exclusive lock on Azure Pipelines), or give each a tag of its own; " +
			"where none has, have whoever runs " + host + ", or a cache before it, see why it gives another manifest than it took"
	case wanted == push && (errors.As(err, &other) || strings.Contains(err.Error(), "does not match requested digest")):
		hint = "have whoever runs " + host + ", or a cache before it, see why it gives another manifest than it took: registries keep each byte"
	case strings.Contains(err.Error(), "does not match requested digest"), strings.Contains(err.Error(), "error verifying sha256 checksum"): // which stays so
		hint = "what " + host + " keeps is damaged, or something on the way changes it: push it there again"
	case errors.As(err, &token):
		return fault.WithHint(fmt.Errorf("the token service of %s gives no token: %w", host, err), "have whoever runs "+host+" look at the token service that its header WWW-Authenticate names, or at the proxy before that")
	case strings.Contains(err.Error(), "invalid realm in www-authenticate"):
		hint = "have whoever runs " + host + " correct the address of its token service, the realm in its header WWW-Authenticate"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		hint = host + ", or a proxy before it, ends its answers early: " + hint
	case errors.As(err, &unreachable):
		hint = "check the registry's name, and that this machine reaches it; a proxy is taken from HTTPS_PROXY and NO_PROXY"
	}
	return fault.WithHint(fmt.Errorf("asking %s: %w", host, err), hint)
}

// withoutHTTPS explains that a host speaks plain HTTP at best.
func withoutHTTPS(host string, err error) error {
	return fault.WithHint(fmt.Errorf("%s does not answer by HTTPS, and plain HTTP is not allowed for it: %w", host, err),
		fault.Hintf("if it really has no HTTPS, allow that by adding %s to %s", host, fault.Input("insecure-registry")))
}

// explainAnswer explains an answer of the registry, or of the server that gives tokens for it.
func (c *Client) explainAnswer(repo name.Repository, wanted action, refused *transport.Error, err error) error {
	host, repository := repo.RegistryStr(), repo.RepositoryStr()
	if isNoRegistry(refused) {
		return fault.WithHint(fmt.Errorf("%s is no registry: it answers %s with %s", host, base, status(refused)),
			"check the host and its port: some registries have one of their own for images, other than that of their pages (Nexus, Harbor, Artifactory)")
	}
	if hint := hintFor(refused); wanted == push && hint != "" {
		return fault.WithHint(fmt.Errorf("%s refuses it (%s): %w", host, status(refused), err), hint)
	}
	switch refused.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		return c.explainDenial(repo, denied(refused, wanted), refused)
	case http.StatusNotFound:
		if wanted == push {
			return fault.WithHint(fmt.Errorf("%s: %w", status(refused), err),
				fmt.Sprintf("check that %s exists in %s and that the account may push to it", repository, host))
		}
		return fault.WithHint(fmt.Errorf("%s does not have it (%s)", host, status(refused)),
			"the registry's copy is incomplete: push the image to it again")
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		if busy := (*busyError)(nil); errors.As(err, &busy) {
			hint := fmt.Sprintf("run it again after that time, with fewer jobs at once or less in parallel; where it is a limit of the account or the address, log in (docker login %s) or have it raised", host)
			return fault.WithHint(fmt.Errorf("%s takes no more requests for now (%s): %s", host, status(refused), busy.why()), hint)
		}
		if refused.StatusCode == http.StatusServiceUnavailable {
			break
		}
		hint := "try again later, with fewer jobs at once"
		if wanted == pull && c.keys.credentials(repo.Name()).Account == "" {
			hint = "try again later, or log in with docker login " + host
		}
		return fault.WithHint(fmt.Errorf("%s takes no more requests for now (%s)", host, status(refused)), hint)
	}
	return fault.WithHint(fmt.Errorf("%s answers with %s", host, status(refused)), "try again; the registry's log says more")
}

// isNoRegistry tells whether a host refuses what every registry answers, for no reason that a registry has.
func isNoRegistry(refused *transport.Error) bool {
	reasons := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests}
	return refused.Request != nil && refused.Request.URL.Path == base && refused.StatusCode < 500 && !slices.Contains(reasons, refused.StatusCode)
}

// explainDenial says which account may not do what, and which role it lacks.
func (c *Client) explainDenial(repo name.Repository, wanted action, refused *transport.Error) error {
	host, repository := repo.RegistryStr(), repo.RepositoryStr()
	who := c.keys.credentials(repo.Name())
	may := who.Account + " may not " + wanted.verb() + " " + repository
	if who.Account == "" {
		may = "without credentials nobody may " + wanted.verb() + " " + repository
	}
	err := fmt.Errorf("%s says that %s (%s)", host, may, status(refused))
	if who.Account != "" && entra.Serves(host) {
		return fault.WithHint(err, roleHint(wanted, host, cmp.Or(who.ID, "CLIENT_ID")))
	}
	remedy := who.Remedy
	if remedy.IsZero() {
		remedy = fault.Hintf("log in with docker login %s", host)
	}
	return fault.WithHint(err, fault.Hintf("%s, and check that the account may %s %s", remedy, wanted.verb(), repository))
}

// denied is the action that was refused: the one that the registry names, else the one that the request was for, else
// the one that the run was at.
func denied(refused *transport.Error, wanted action) action {
	for _, d := range refused.Errors {
		details, _ := d.Detail.([]any)
		for _, detail := range details {
			fields, _ := detail.(map[string]any)
			for key, value := range fields {
				for _, a := range []action{push, pull, remove, lock} {
					if strings.EqualFold(key, "action") && value == string(a) {
						return a
					}
				}
			}
		}
	}
	if r := refused.Request; r != nil && strings.HasPrefix(r.URL.Path, "/v2/") && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		return pull
	}
	return wanted
}

// status returns the code of an answer and the registry's message for it.
func status(refused *transport.Error) string {
	text := fmt.Sprintf("%d %s", refused.StatusCode, http.StatusText(refused.StatusCode))
	for _, d := range refused.Errors {
		if d.Message != "" {
			return text + ": " + d.Message
		}
	}
	return text
}
