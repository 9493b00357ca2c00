package registrytest

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-containerregistry/pkg/registry"
)

// FakeAzure is a fake of Microsoft Entra and Azure Container Registry on loopback, as their documentation describes
// the endpoints for logging in: an Entra tenant at login.microsoftonline.com, a registry at each host below
// azurecr.io, a key vault at each host below vault.azure.net, the token endpoint of a managed identity and that of a CI
// system. The names lead here through a proxy, over TLS with a certificate authority of its own.
type FakeAzure struct {
	// Proxy is the address of the proxy, such as http://127.0.0.1:43210. Every other host is refused there.
	Proxy string
	// LockedProxy is that of another one, which leads to the same hosts and wants the user ProxyUser with ProxyPassword.
	LockedProxy string
	// Direct is the address where the endpoints on this machine answer without TLS: /oidc gives CI tokens as GitHub
	// does, /oidctoken as Azure DevOps does for a service connection, and /identity those of the managed identity.
	Direct string
	// CA is the certificate of the certificate authority, as PEM.
	CA []byte

	cfg      FakeAzureConfig
	registry http.Handler
	roots    *x509.CertPool
	servers  []*http.Server

	mu       sync.Mutex
	requests []string
	kept     map[string]map[string]*acrEntry // of manifests and tags, by repository
	first    string                          // the first access token that was used
	spent    int                             // how many requests it was used for
}

// FakeAzureConfig says who exists in the tenant and what they may do.
type FakeAzureConfig struct {
	Tenant string
	Client string // the application, and the managed identity
	Secret string // of the application, with which it also logs in to a registry by basic authentication
	Key    any    // public key of the application's certificate
	// Keys are those of every key vault, by name. Nobody may use one that is nil.
	Keys map[string]crypto.Signer
	// Subject is that of the CI system's token which the application trusts; Audience is the only one that the CI
	// system gives.
	Subject, Audience string
	CIToken           string // the bearer token that the CI system demands before it gives one
	Pull, Push        bool   // the application's roles on every registry
	Delete            bool   // and the one that lets it delete
	Lock              bool   // and the one that lets it lock, which that for pushing does not
	// Offset is how far the cloud's clock is ahead of this machine's.
	Offset time.Duration
	// Lasts is how many requests the first access token of a registry is good for before it counts as expired; 0 means
	// any number.
	Lasts int
	// Refuse answers some requests of Entra or of the exchange with the returned error, such as AADSTS90002: …; "" lets
	// them pass.
	Refuse func(*http.Request) string
	// Answer answers some requests instead of a registry that has let them in, and tells which; nil answers none.
	Answer func(http.ResponseWriter, *http.Request) bool
}

// azureKey signs all tokens of the fake.
const azureKey = "a key that only this fake knows"

// registryAudience is whom tokens of Entra must be made for, so that a registry takes them.
const registryAudience = "https://containerregistry.azure.net"

// StartFakeAzure starts a fake cloud. The caller must close it.
func StartFakeAzure(cfg FakeAzureConfig) (*FakeAzure, error) {
	a := &FakeAzure{
		cfg: cfg, roots: x509.NewCertPool(), kept: map[string]map[string]*acrEntry{},
		registry: registry.New(registry.Logger(log.New(io.Discard, "", 0))),
	}
	certificate, err := a.certificates()
	if err != nil {
		return nil, fmt.Errorf("making certificates: %w", err)
	}
	cloud, err := a.serve(http.HandlerFunc(a.cloud), certificate)
	if err != nil {
		return nil, err
	}
	direct, err := a.serve(http.HandlerFunc(a.direct), nil)
	if err != nil {
		return nil, err
	}
	proxy, err := a.serve(a.proxy(cloud), nil)
	if err != nil {
		return nil, err
	}
	locked, err := a.serve(lock(a.proxy(cloud)), nil)
	if err != nil {
		return nil, err
	}
	a.Direct, a.Proxy, a.LockedProxy = "http://"+direct, "http://"+proxy, "http://"+locked
	return a, nil
}

// The user of FakeAzure.LockedProxy.
const (
	ProxyUser     = "proxy-user"
	ProxyPassword = "proxy p@ss:wörd"
)

// lock lets the proxy's user pass (RFC 7617).
func lock(proxy http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked := http.Request{Header: http.Header{"Authorization": r.Header["Proxy-Authorization"]}}
		if user, password, _ := asked.BasicAuth(); user != ProxyUser || password != ProxyPassword {
			w.Header().Set("Proxy-Authenticate", "Basic")
			http.Error(w, "who are you?", http.StatusProxyAuthRequired)
			return
		}
		proxy.ServeHTTP(w, r)
	})
}

func (a *FakeAzure) serve(handler http.Handler, certificate *tls.Certificate) (address string, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("starting a server: %w", err)
	}
	address = listener.Addr().String()
	if certificate != nil {
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{*certificate}})
	}
	server := &http.Server{Handler: handler, ErrorLog: log.New(io.Discard, "", 0)}
	a.servers = append(a.servers, server)
	go server.Serve(listener) // it ends with Close
	return address, nil
}

// Close stops the servers.
func (a *FakeAzure) Close() error {
	for _, s := range a.servers {
		s.Close()
	}
	return nil
}

// Transport returns a transport that reaches the fake through its proxy, and trusts its certificates.
func (a *FakeAzure) Transport() *http.Transport {
	proxy, err := url.Parse(a.Proxy)
	if err != nil {
		panic(err) // it is ours
	}
	return &http.Transport{Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{RootCAs: a.roots}}
}

// Requests lists every request so far, as METHOD HOST PATH; a connection that the proxy refused is CONNECT HOST.
func (a *FakeAzure) Requests() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.requests)
}

func (a *FakeAzure) note(r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests = append(a.requests, strings.TrimSpace(r.Method+" "+r.Host+" "+r.URL.Path))
}

func (a *FakeAzure) now() time.Time { return time.Now().Add(a.cfg.Offset) }

// certificates makes the authority and one certificate for all names.
func (a *FakeAzure) certificates() (*tls.Certificate, error) {
	make := func(template, parent *x509.Certificate, signer *ecdsa.PrivateKey) ([]byte, *ecdsa.PrivateKey, error) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, nil, err
		}
		if signer == nil {
			signer = key
		}
		der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
		return der, key, err
	}
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Layergate's test authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, key, err := make(authority, authority, nil)
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	a.roots.AddCert(parsed)
	a.CA = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	leaf, leafKey, err := make(&x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "azure"}, DNSNames: []string{"login.microsoftonline.com", "*.azurecr.io", "*" + vaultDomain},
		NotBefore: authority.NotBefore, NotAfter: authority.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, parsed, key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{leaf}, PrivateKey: leafKey}, nil
}

// proxy connects the host names of the fake cloud to its server.
func (a *FakeAzure) proxy(cloud string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		host, _, _ := net.SplitHostPort(r.Host)
		if r.Method != http.MethodConnect || host != "login.microsoftonline.com" && !strings.HasSuffix(host, ".azurecr.io") && !strings.HasSuffix(host, vaultDomain) {
			a.note(&http.Request{Method: http.MethodConnect, Host: r.Host, URL: &url.URL{}})
			http.Error(w, "there is no such host", http.StatusBadGateway)
			return
		}
		to, err := net.Dial("tcp", cloud)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer to.Close()
		w.WriteHeader(http.StatusOK)
		from, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer from.Close()
		go func() {
			io.Copy(to, buffered) // either side may end
			to.Close()
		}()
		io.Copy(from, to) // either side may end
	}
}

// direct answers on this machine itself.
func (a *FakeAzure) direct(w http.ResponseWriter, r *http.Request) {
	a.note(r)
	switch {
	case r.URL.Path == "/oidc" && (r.Header.Get("Authorization") != "Bearer "+a.cfg.CIToken || r.FormValue("audience") != a.cfg.Audience):
		http.Error(w, "no", http.StatusUnauthorized)
	case r.URL.Path == "/oidc":
		answer(w, http.StatusOK, map[string]any{"value": a.idToken()})
	case r.URL.Path == "/oidctoken" && (r.Method != http.MethodPost || r.Header.Get("Authorization") != "Bearer "+a.cfg.CIToken || r.FormValue("serviceConnectionId") == ""):
		answer(w, http.StatusForbidden, map[string]any{"message": "the job may not use this service connection"})
	case r.URL.Path == "/oidctoken":
		answer(w, http.StatusOK, map[string]any{"oidcToken": a.idToken()})
	case r.URL.Path == "/identity" && r.Header.Get("X-IDENTITY-HEADER") != a.cfg.CIToken:
		http.Error(w, "no", http.StatusUnauthorized)
	case r.URL.Path == "/identity":
		answer(w, http.StatusOK, map[string]any{
			"access_token": a.access(r.FormValue("resource")), "expires_on": fmt.Sprint(a.now().Add(24 * time.Hour).Unix()),
			"resource": r.FormValue("resource"), "token_type": "Bearer",
		})
	default:
		http.NotFound(w, r)
	}
}

func (a *FakeAzure) cloud(w http.ResponseWriter, r *http.Request) {
	a.note(r)
	switch {
	case r.Host == "login.microsoftonline.com":
		a.entra(w, r)
	case strings.HasSuffix(r.Host, vaultDomain):
		a.vault(w, r)
	case r.URL.Path == "/oauth2/exchange":
		a.exchange(w, r)
	case r.URL.Path == "/oauth2/token":
		a.token(w, r)
	default:
		a.store(w, r)
	}
}

// entra is a tenant's token endpoint (OAuth 2.0 client credentials, with a secret or with a client assertion) and what
// clients ask for before.
func (a *FakeAzure) entra(w http.ResponseWriter, r *http.Request) {
	base := "https://login.microsoftonline.com/" + a.cfg.Tenant
	refuse := func(text string) {
		answer(w, http.StatusBadRequest, map[string]any{
			"error": "invalid_request", "error_description": text + " Trace ID: 1 Correlation ID: 2 Timestamp: 3",
		})
	}
	switch {
	case a.refused(r) != "":
		refuse(a.refused(r))
	case !strings.HasPrefix(r.URL.Path, "/"+a.cfg.Tenant+"/"):
		refuse("AADSTS90002: Tenant not found.")
	case strings.HasSuffix(r.URL.Path, "/.well-known/openid-configuration"):
		answer(w, http.StatusOK, map[string]any{
			"issuer": base + "/v2.0", "token_endpoint": base + "/oauth2/v2.0/token", "authorization_endpoint": base + "/oauth2/v2.0/authorize",
		})
	case !strings.HasSuffix(r.URL.Path, "/oauth2/v2.0/token"):
		http.NotFound(w, r)
	case r.FormValue("client_id") != a.cfg.Client:
		refuse("AADSTS700016: Application with that identifier was not found in the directory.")
	case r.FormValue("grant_type") != "client_credentials" || !strings.HasSuffix(r.FormValue("scope"), "/.default") && !strings.Contains(r.FormValue("scope"), "/.default "):
		refuse("AADSTS900144: The request body must contain a parameter.")
	case r.FormValue("client_assertion") != "":
		c, err := a.verify(r.FormValue("client_assertion"))
		switch {
		case errors.Is(err, jwt.ErrTokenExpired), errors.Is(err, jwt.ErrTokenNotValidYet):
			refuse("AADSTS700024: Client assertion is not within its valid time range.")
			return
		case err != nil:
			refuse("AADSTS700027: The certificate with this identifier is not registered on the application.")
			return
		case c["iss"] == a.cfg.Client: // a certificate's
		case c["sub"] != a.cfg.Subject || c["aud"] != a.cfg.Audience:
			refuse(fmt.Sprintf("AADSTS700213: No matching federated identity record found for presented assertion subject '%v'.", c["sub"]))
			return
		}
		a.grant(w, r)
	case r.FormValue("client_secret") != a.cfg.Secret || a.cfg.Secret == "":
		refuse("AADSTS7000215: Invalid client secret provided.")
	default:
		a.grant(w, r)
	}
}

func (a *FakeAzure) grant(w http.ResponseWriter, r *http.Request) {
	resource, _, _ := strings.Cut(r.FormValue("scope"), "/.default")
	answer(w, http.StatusOK, map[string]any{"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": a.access(resource)})
}

// IDToken is the CI system's token of a job, for a client that is in the same process.
func (a *FakeAzure) IDToken(context.Context, *http.Client) (string, error) { return a.idToken(), nil }

// idToken returns a token as the CI system gives it to a job.
func (a *FakeAzure) idToken() string {
	return a.sign(jwt.MapClaims{"sub": a.cfg.Subject, "aud": a.cfg.Audience}, 5*time.Minute)
}

// RegistryToken is a token of Entra for registries, as az account get-access-token would print it.
func (a *FakeAzure) RegistryToken() string { return a.access(registryAudience) }

// access is a token of Entra for a resource.
func (a *FakeAzure) access(resource string) string {
	return a.sign(jwt.MapClaims{"aud": resource, "tid": a.cfg.Tenant, "appid": a.cfg.Client, "oid": "object-of-" + a.cfg.Client}, time.Hour)
}

// exchange gives a registry's refresh token for a token of Entra.
func (a *FakeAzure) exchange(w http.ResponseWriter, r *http.Request) {
	c, err := a.verify(r.FormValue("access_token"))
	switch {
	case a.refused(r) != "":
		unauthorized(w, a.refused(r), nil)
	case r.Method != http.MethodPost || r.FormValue("grant_type") != "access_token" || r.FormValue("service") != r.Host:
		answer(w, http.StatusBadRequest, map[string]any{"errors": []any{map[string]any{"code": "BAD_REQUEST", "message": "the form is incomplete"}}})
	case err != nil || c["tid"] != a.cfg.Tenant || c["aud"] != registryAudience:
		unauthorized(w, "AAD token is not valid for this registry. CorrelationId: 1", nil)
	default:
		answer(w, http.StatusOK, map[string]any{"refresh_token": a.sign(jwt.MapClaims{"aud": r.Host, "grant": "refresh", "appid": c["appid"]}, 3*time.Hour)})
	}
}

// token gives a registry's access token for its refresh token, or for the name and the secret of an application, with
// as much of the scope as the application's roles allow.
func (a *FakeAzure) token(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if user, secret, ok := r.BasicAuth(); ok {
		if user != a.cfg.Client || secret != a.cfg.Secret {
			unauthorized(w, "authentication required, visit https://aka.ms/acr/authorization for more information.", nil)
			return
		}
	} else {
		c, err := a.verify(r.FormValue("refresh_token"))
		if err != nil || c["aud"] != r.Host || c["grant"] != "refresh" || r.FormValue("grant_type") != "refresh_token" {
			unauthorized(w, "authentication required, visit https://aka.ms/acr/authorization for more information.", nil)
			return
		}
	}
	var access []map[string]any
	for _, scope := range strings.Fields(strings.Join(r.Form["scope"], " ")) {
		parts := strings.Split(scope, ":")
		if len(parts) != 3 {
			continue
		}
		actions := []string{}
		for action := range strings.SplitSeq(parts[2], ",") {
			if a.allows(action) {
				actions = append(actions, action)
			}
		}
		access = append(access, map[string]any{"type": parts[0], "name": parts[1], "actions": actions})
	}
	answer(w, http.StatusOK, map[string]any{"access_token": a.sign(jwt.MapClaims{"aud": r.Host, "access": access, "nonce": rand.Text()}, 75*time.Minute)})
}

// allows tells whether the application's roles have a right.
func (a *FakeAzure) allows(action string) bool {
	switch action {
	case "pull", "metadata_read":
		return a.cfg.Pull
	case "push":
		return a.cfg.Push
	case "metadata_write":
		return a.cfg.Lock
	case "delete":
		return a.cfg.Delete
	}
	return false
}

// store is the registry behind a check of the access token.
func (a *FakeAzure) store(w http.ResponseWriter, r *http.Request) {
	realm := fmt.Sprintf(`Bearer realm="https://%s/oauth2/token",service="%[1]s"`, r.Host)
	c, err := a.verify(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	if err != nil || c["aud"] != r.Host {
		w.Header().Set("WWW-Authenticate", realm)
		unauthorized(w, "authentication required", nil)
		return
	}
	repository, action := asked(r)
	if repository != "" && a.expired(r.Header.Get("Authorization")) {
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(`%s,scope="repository:%s:%s",error="invalid_token"`, realm, repository, action))
		unauthorized(w, "authentication required", nil)
		return
	}
	if repository != "" && !grants(c["access"], repository, action) {
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(`%s,scope="repository:%s:%s",error="insufficient_scope"`, realm, repository, action))
		unauthorized(w, "authentication required, visit https://aka.ms/acr/authorization for more information.",
			[]any{map[string]any{"Type": "repository", "Name": repository, "Action": action}})
		return
	}
	if a.cfg.Answer != nil && a.cfg.Answer(w, r) {
		return
	}
	if path, own := strings.CutPrefix(r.URL.Path, "/acr/v1/"); own {
		list, reference, _ := strings.Cut(strings.TrimPrefix(path, repository+"/"), "/")
		a.about(w, r, repository, list, reference)
		return
	}
	if _, reference, ok := manifestAt(r); ok {
		a.manifest(w, r, repository, reference)
		return
	}
	a.registry.ServeHTTP(w, r)
}

// expired counts what the first token is used for.
func (a *FakeAzure) expired(token string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.first == "" {
		a.first = token
	}
	if a.cfg.Lasts == 0 || token != a.first {
		return false
	}
	a.spent++
	return a.spent > a.cfg.Lasts
}

// asked is the repository that a request is about, and the action that it needs.
func asked(r *http.Request) (repository, action string) {
	reads, path := r.Method == http.MethodGet || r.Method == http.MethodHead, strings.TrimPrefix(r.URL.Path, "/v2/")
	own := strings.HasPrefix(path, "/acr/v1/")
	path = strings.TrimPrefix(path, "/acr/v1/")
	for _, part := range []string{"/blobs/", "/manifests/", "/tags/", "/_manifests", "/_tags"} {
		if i := strings.Index(path, part); i >= 0 {
			repository = path[:i]
		}
	}
	switch {
	case own && reads:
		return repository, "metadata_read"
	case own:
		return repository, "metadata_write"
	case reads:
		return repository, "pull"
	case r.Method == http.MethodDelete && strings.Contains(path, "/manifests/"):
		return repository, "delete"
	}
	return repository, "push"
}

func grants(access any, repository, action string) bool {
	entries, _ := access.([]any)
	for _, e := range entries {
		entry, _ := e.(map[string]any)
		actions, _ := entry["actions"].([]any)
		if entry["name"] == repository && slices.Contains(actions, any(action)) {
			return true
		}
	}
	return false
}

func (a *FakeAzure) refused(r *http.Request) string {
	if a.cfg.Refuse == nil {
		return ""
	}
	return a.cfg.Refuse(r)
}

// sign makes a token that lasts from the cloud's time on.
func (a *FakeAzure) sign(c jwt.MapClaims, lasts time.Duration) string {
	c["iss"], c["iat"], c["nbf"], c["exp"] = "fake", a.now().Unix(), a.now().Unix(), a.now().Add(lasts).Unix()
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, c).SignedString([]byte(azureKey))
	if err != nil {
		panic(err) // it is ours
	}
	return token
}

// verify reads a token that this fake signed, or the application with its certificate, and that is in its time by the
// cloud's clock.
func (a *FakeAzure) verify(token string) (jwt.MapClaims, error) {
	c := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(token, c, func(t *jwt.Token) (any, error) {
		if _, ours := t.Method.(*jwt.SigningMethodHMAC); ours {
			return []byte(azureKey), nil
		}
		return a.cfg.Key, nil
	}, jwt.WithTimeFunc(a.now), jwt.WithIssuedAt())
	return c, err
}

func unauthorized(w http.ResponseWriter, message string, detail any) {
	entry := map[string]any{"code": "UNAUTHORIZED", "message": message}
	if detail != nil {
		entry["detail"] = detail
	}
	answer(w, http.StatusUnauthorized, map[string]any{"errors": []any{entry}})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body) // the client has gone
}
