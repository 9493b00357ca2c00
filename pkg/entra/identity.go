package entra

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/golang-jwt/jwt/v5"
)

// Kind is how an identity proves itself to Entra.
type Kind string

// The kinds of identity.
const (
	Workload    Kind = "workload"    // an application, by a token of the CI system that Entra trusts (workload identity federation)
	Certificate Kind = "certificate" // a service principal, by a certificate
	Secret      Kind = "secret"      // a service principal, by a secret
	Managed     Kind = "managed"     // of this machine, by its cloud
	CLI         Kind = "cli"         // of whoever logged in with az login
)

// Identity is one Entra identity and the means to prove it.
type Identity struct {
	Kind     Kind
	TenantID string // of Workload, Certificate and Secret
	ClientID string // of the application; of a user-assigned managed identity, where it is not the machine's only one
	// Assertion gives the CI system's token, asked for through the client, of a Workload.
	Assertion func(context.Context, *http.Client) (string, error)
	PEM       string // certificate and private key of a Certificate; must not be shown
	Secret    string // of a Secret; must not be shown
	Authority string // the address of Entra, such as https://login.microsoftonline.com/; empty means that of the registry's cloud
	Of        string // what named it, such as "the service connection production"; may be empty
	Registry  string // the host of the only registry that it logs in to; empty means any
	// Ambient tells that nobody asked for it: it is passed over where it cannot log in.
	Ambient bool
}

// passOver reports whether the run may go on without this identity after its failure. A workload identity is set up by
// hand: where the job gives its token and Entra refuses it, somebody made a mistake and wants to hear of it.
func (id Identity) passOver(err error) bool {
	return id.Ambient && (errors.Is(err, ErrUnavailable) || id.Kind != Workload)
}

// String names the identity in words that continue a sentence.
func (id Identity) String() string {
	var s string
	switch id.Kind {
	case Workload:
		s = fmt.Sprintf("the workload identity %s (tenant %s)", id.ClientID, id.TenantID)
	case Certificate, Secret:
		s = fmt.Sprintf("the service principal %s (tenant %s)", id.ClientID, id.TenantID)
	case Managed:
		if s = "this machine's managed identity"; id.ClientID != "" {
			s = "the managed identity " + id.ClientID
		}
	default:
		s = "the account of az login"
	}
	if id.Of != "" {
		s += " of " + id.Of
	}
	return s
}

// accessToken asks Entra for a token of some scopes.
func (d *Directory) accessToken(ctx context.Context, id Identity, c cloud.Configuration, scopes []string) (string, error) {
	if id.Kind == Managed && !d.managed(ctx) {
		return "", fmt.Errorf("%s: %w: nothing on this machine gives tokens to managed identities", id, ErrUnavailable)
	}
	if id.Authority != "" {
		c.ActiveDirectoryAuthorityHost = id.Authority
	}
	var failed error // of the CI system, which azidentity tells in its own words
	credential, err := d.credential(id, c, &failed)
	if err != nil {
		return "", fmt.Errorf("%s: %w", id, err)
	}
	token, err := credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: scopes})
	switch {
	case err == nil:
		return token.Token, nil
	case failed != nil:
		return "", fmt.Errorf("%s: %w", id, failed)
	default:
		return "", refusedToken(err, id)
	}
}

// credential returns the azidentity credential for an identity. It sends no request.
func (d *Directory) credential(id Identity, c cloud.Configuration, failed *error) (azcore.TokenCredential, error) {
	client := &http.Client{Transport: d.cfg.Transport}
	options := azcore.ClientOptions{Cloud: c, Transport: client}
	// The authority is Entra's own or the user's word, and need not be asked for at another host before.
	switch id.Kind {
	case Workload:
		return azidentity.NewClientAssertionCredential(id.TenantID, id.ClientID, func(ctx context.Context) (string, error) {
			assertion, err := id.Assertion(ctx, client)
			*failed = err
			return assertion, err
		}, &azidentity.ClientAssertionCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: true})
	case Certificate:
		certificates, key, err := azidentity.ParseCertificates([]byte(id.PEM), nil)
		if err != nil {
			return nil, errors.New("its certificate or its private key is not in PEM form") // the cause could show the key
		}
		return azidentity.NewClientCertificateCredential(id.TenantID, id.ClientID, certificates, key,
			&azidentity.ClientCertificateCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: true})
	case Secret:
		return azidentity.NewClientSecretCredential(id.TenantID, id.ClientID, id.Secret,
			&azidentity.ClientSecretCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: true})
	case Managed:
		options.Transport = &http.Client{Transport: d.cfg.Metadata}
		if id.Ambient { // azidentity's own patience is a minute, which nobody has for an identity that may not be there
			options.Retry = policy.RetryOptions{MaxRetries: 2, RetryDelay: 500 * time.Millisecond}
		}
		managed := &azidentity.ManagedIdentityCredentialOptions{ClientOptions: options}
		if id.ClientID != "" {
			managed.ID = azidentity.ClientID(id.ClientID)
		}
		return azidentity.NewManagedIdentityCredential(managed)
	case CLI:
		return azidentity.NewAzureCLICredential(&azidentity.AzureCLICredentialOptions{TenantID: id.TenantID})
	}
	return nil, fmt.Errorf("there is no identity of the kind %q", id.Kind)
}

// metadataService is where virtual machines of Azure ask for tokens (Azure Instance Metadata Service).
const metadataService = "http://169.254.169.254/metadata/identity/oauth2/token"

// probe is how long a metadata service may take to answer at all; it answers from the machine's own host.
const probe = time.Second

// managed tells whether this machine has something that gives tokens to managed identities.
func (d *Directory) managed(ctx context.Context) bool {
	if d.cfg.Hosted {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, probe)
	defer cancel()
	// Without the header Metadata the service refuses the request, and by that shows that it is there.
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, metadataService, nil)
	if err != nil {
		return false
	}
	resp, err := d.cfg.Metadata.RoundTrip(req)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return true
}

// claims are the fields of a token that are used here (RFC 7519). They are read for messages and to ask again in time,
// and prove nothing here: whoever takes the token checks it.
type claims struct {
	jwt.RegisteredClaims
	AppID    string `json:"appid"`
	ObjectID string `json:"oid"`
	User     string `json:"upn"`
	Unique   string `json:"unique_name"`
	Resource string `json:"xms_mirid"` // of a managed identity
}

func claimsOf(token string) claims {
	var c claims
	if _, _, err := jwt.NewParser().ParseUnverified(token, &c); err != nil {
		return claims{}
	}
	return c
}

// Lifetimes of tokens: what is assumed where a token does not tell, and the most that is believed. Registries give
// theirs for three hours.
const (
	unknownLifetime = 10 * time.Minute
	longestLifetime = 3 * time.Hour
)

// lifetime is how long the token lasts from its making, which needs no clock that agrees with its maker's.
func (c claims) lifetime() time.Duration {
	if c.ExpiresAt == nil || c.IssuedAt == nil || !c.ExpiresAt.After(c.IssuedAt.Time) {
		return unknownLifetime
	}
	return min(c.ExpiresAt.Sub(c.IssuedAt.Time), longestLifetime)
}

// account names the identity by what Entra says of it, where that says more.
func (id Identity) account(c claims) string {
	switch {
	case id.Kind == CLI && c.User != "":
		return "the account " + c.User + " of az login"
	case id.Kind == CLI && c.Unique != "":
		return "the account " + c.Unique + " of az login"
	case id.Kind == CLI && c.AppID != "":
		return "the account " + c.AppID + " of az login"
	case id.Kind == Managed && id.ClientID == "" && c.AppID != "":
		return fmt.Sprintf("%s (client id %s)", id, c.AppID)
	}
	return id.String()
}

// principal is the id to give a role to.
func (id Identity) principal(c claims) string {
	for _, s := range []string{c.ObjectID, c.AppID, id.ClientID} {
		if s != "" {
			return s
		}
	}
	return ""
}
