package ci

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/input"
)

// endpoint holds what the agent tells a task about one service connection, in variables that end in the connection's
// id. The names of parameters are in capitals there, with _ for dots and blanks; the JSON of ENDPOINT_AUTH_ has them
// as the server spells them.
type endpoint struct {
	getenv func(string) string
	id     string // as it ends the variables
	input  string // the input that names it, in the user's spelling
	auth   endpointAuth
	broken bool // its JSON does not parse
}

type endpointAuth struct {
	Scheme     string            `json:"scheme"`
	Parameters map[string]string `json:"parameters"`
}

// secretParameters are the authorization parameters of all schemes that must be masked.
var secretParameters = []string{"password", "serviceprincipalkey", "servicePrincipalCertificate", "apitoken"}

// readEndpoint looks the connection up by the value of an input: its id, or its name where the server left that. The
// agent writes ids in small letters.
func readEndpoint(getenv func(string) string, input, value string) (endpoint, bool) {
	for _, id := range []string{value, strings.ToLower(value)} {
		raw := getenv("ENDPOINT_AUTH_" + id)
		if raw == "" && getenv("ENDPOINT_URL_"+id) == "" && getenv("ENDPOINT_AUTH_SCHEME_"+id) == "" {
			continue
		}
		e := endpoint{getenv: getenv, id: id, input: input}
		e.auth, e.broken = parseEndpointAuth(raw)
		return e, true
	}
	return endpoint{}, false
}

// parseEndpointAuth reads {"scheme": …, "parameters": {…}}. What is there in other types than strings is no parameter
// of ours and is passed over.
func parseEndpointAuth(raw string) (auth endpointAuth, broken bool) {
	if strings.TrimSpace(raw) == "" {
		return auth, false
	}
	var loose struct {
		Scheme     string         `json:"scheme"`
		Parameters map[string]any `json:"parameters"`
	}
	if err := json.Unmarshal([]byte(raw), &loose); err != nil {
		return auth, true
	}
	auth = endpointAuth{Scheme: loose.Scheme, Parameters: map[string]string{}}
	for name, value := range loose.Parameters {
		if s, ok := value.(string); ok {
			auth.Parameters[name] = s
		}
	}
	return auth, false
}

// parameter returns an authorization parameter by its name in any case, or "" if it is missing.
func (e endpoint) parameter(name string) string {
	if v := e.getenv("ENDPOINT_AUTH_PARAMETER_" + e.id + "_" + variableName(name)); v != "" {
		return v
	}
	names := []string{}
	for n := range e.auth.Parameters {
		if strings.EqualFold(n, name) {
			names = append(names, n)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return e.auth.Parameters[slices.Min(names)] // the same one each time, should two differ only in case
}

// data returns a parameter other than those for authorization, or "" if it is missing.
func (e endpoint) data(name string) string {
	return e.getenv("ENDPOINT_DATA_" + e.id + "_" + variableName(name))
}

// variableName is how the agent writes a name in an environment variable.
func variableName(name string) string {
	return strings.ToUpper(strings.NewReplacer(".", "_", " ", "_").Replace(name))
}

// secrets returns the values that must be masked.
func (e endpoint) secrets() []string {
	var secrets []string
	for _, name := range secretParameters {
		v := e.parameter(name)
		if strings.Contains(v, "-----BEGIN ") {
			v = secretLines(v)
		}
		if v != "" {
			secrets = append(secrets, v)
		}
	}
	return secrets
}

// shortestSecret is the length in bytes of a line of PEM from which on hiding it does more good than harm: the last
// line of a block may be a few characters, which stand everywhere.
const shortestSecret = 8

// secretLines is PEM without the lines that are the same in every file.
func secretLines(pem string) string {
	var b strings.Builder
	for line := range strings.Lines(pem) {
		if line = strings.TrimSpace(line); len(line) >= shortestSecret && !strings.HasPrefix(line, "-----") {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

func (e endpoint) refuse(problem, hint string) error {
	return fault.Request(fmt.Errorf("%s: the service connection %q %s", e.input, e.id, problem), hint)
}

// Connections reads the service connections that the step names, those of registries first.
func (z *azure) Connections() ([]ServiceConnection, error) {
	var connections []ServiceConnection
	values := z.Inputs()
	for _, in := range input.Table() {
		if in.Kind != input.Connection || !values.IsSet(in.Name) {
			continue
		}
		e, ok := readEndpoint(z.env.Getenv, values.Spell(in.Name), values.String(in.Name))
		if !ok {
			return nil, fault.Request(fmt.Errorf("%s: the agent has no service connection %q for this step", values.Spell(in.Name), values.String(in.Name)),
				"name one of this project that the pipeline is authorised to use, see Pipeline permissions on the page of the connection")
		}
		connection, err := z.connection(e, in.Service == input.ServiceRegistry)
		if err != nil {
			return nil, err
		}
		connections = append(connections, connection)
	}
	return connections, nil
}

// connection reads a connection to a registry, or else to Azure Resource Manager.
func (z *azure) connection(e endpoint, toRegistry bool) (ServiceConnection, error) {
	if e.broken {
		return ServiceConnection{}, e.refuse("is told of in a form that cannot be read", "save the connection anew in the project's settings")
	}
	schemes := []Scheme{SchemeServicePrincipal, SchemeManagedIdentity, SchemeWorkloadFederated}
	if toRegistry {
		schemes = append([]Scheme{SchemeUsernamePassword}, schemes...)
	}
	c := ServiceConnection{Input: e.input, Name: e.id}
	// Old connections to Azure Container Registry have the scheme among the parameters.
	for _, scheme := range []string{e.getenv("ENDPOINT_AUTH_SCHEME_" + e.id), e.auth.Scheme, e.parameter("scheme")} {
		if scheme == "" {
			continue
		}
		i := slices.IndexFunc(schemes, func(s Scheme) bool { return strings.EqualFold(string(s), scheme) })
		if i < 0 {
			return c, e.refuse(fmt.Sprintf("authenticates by %q, which does not lead to a registry", scheme), "use one of "+joinSchemes(schemes))
		}
		c.Scheme = schemes[i]
		break
	}
	if c.Scheme == "" {
		return c, e.refuse("does not say how it authenticates", "use one of "+joinSchemes(schemes))
	}
	var err error
	if toRegistry {
		if c.Registry, err = e.registry(); err != nil {
			return c, err
		}
	}
	if c.Scheme == SchemeUsernamePassword {
		c.Username, c.Password = e.parameter("username"), e.parameter("password")
		return c, e.need(map[string]string{"username": c.Username, "password": c.Password})
	}
	return c, z.identity(e, &c)
}

// identity reads who the connection is to Entra.
func (z *azure) identity(e endpoint, c *ServiceConnection) (err error) {
	c.TenantID = e.parameter("tenantid")
	if c.Authority, err = e.authority(); err != nil {
		return err
	}
	if c.Scheme == SchemeManagedIdentity {
		c.ClientID = e.data("msiclientId") // none is the identity that the machine itself has
		return nil
	}
	c.ClientID = e.parameter("serviceprincipalid")
	need := map[string]string{"tenantid": c.TenantID, "serviceprincipalid": c.ClientID}
	switch {
	case c.Scheme == SchemeWorkloadFederated:
		c.IDToken = z.connectionToken(e)
	case strings.EqualFold(e.parameter("authenticationType"), "spnCertificate"):
		c.Certificate = e.parameter("servicePrincipalCertificate")
		need["servicePrincipalCertificate"] = c.Certificate
	default:
		c.ClientSecret = e.parameter("serviceprincipalkey")
		need["serviceprincipalkey"] = c.ClientSecret
	}
	return e.need(need)
}

// need refuses a connection that lacks one of the parameters.
func (e endpoint) need(parameters map[string]string) error {
	var missing []string
	for name, value := range parameters {
		if value == "" {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	slices.Sort(missing)
	return e.refuse("came without "+strings.Join(missing, " and "), "edit and save the connection in the project's settings")
}

// dockerHub is Docker Hub's host in references, and dockerHubHosts are the others that people write for it.
const dockerHub = "index.docker.io"

var dockerHubHosts = []string{"docker.io", "hub.docker.com", "registry.hub.docker.com", "registry-1.docker.io"}

// registry is the host that the connection leads to, as references spell it: those of Azure Container Registry have a
// loginServer, others the address of a registry, such as https://index.docker.io/v1/.
func (e endpoint) registry() (string, error) {
	for _, address := range []string{e.parameter("loginServer"), e.parameter("registry"), e.getenv("ENDPOINT_URL_" + e.id)} {
		if address == "" {
			continue
		}
		host, ok := hostOf(address)
		if !ok {
			return "", e.refuse(fmt.Sprintf("leads to %q, which is not the address of a registry", address), "give it the address https://HOST in the project's settings")
		}
		if slices.Contains(dockerHubHosts, host) {
			return dockerHub, nil
		}
		return host, nil
	}
	return "", e.refuse("does not say to which registry it leads", "edit and save the connection in the project's settings")
}

// hostOf is the host, and the port if it is not the usual one, of an address with or without a scheme.
func hostOf(address string) (string, bool) {
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", false
	}
	host := strings.ToLower(u.Host)
	if u.Scheme == "https" {
		host = strings.TrimSuffix(host, ":443")
	}
	return host, true
}

// authorities are the addresses of Entra in the clouds that have one of their own, by their name in small letters.
var authorities = map[string]string{
	"azurechinacloud":   "https://login.chinacloudapi.cn/",
	"azureusgovernment": "https://login.microsoftonline.us/",
}

// authority is the address of Entra that the connection was made for; empty where it does not say. A secret is sent
// there, so it must be https.
func (e endpoint) authority() (string, error) {
	for _, address := range []string{e.data("activeDirectoryAuthority"), e.data("environmentAuthorityUrl")} {
		if address == "" {
			continue
		}
		if u, err := url.Parse(address); err != nil || u.Scheme != "https" || u.Host == "" {
			return "", e.refuse(fmt.Sprintf("has the authority %q, which is not an https URL", address), "correct it in the project's settings")
		}
		return address, nil
	}
	return authorities[strings.ToLower(e.data("environment"))], nil
}

func joinSchemes(schemes []Scheme) string {
	words := make([]string, len(schemes))
	for i, s := range schemes {
		words[i] = string(s)
	}
	return strings.Join(words, ", ")
}

// connectionSecrets returns the secrets of the step's service connections and the job's own token, for masking. It
// takes what it finds: whether the connections can be used is for Connections to say.
func (z *azure) connectionSecrets(values *input.Values) []string {
	var secrets []string
	for _, in := range input.Table() {
		if in.Kind != input.Connection || !values.IsSet(in.Name) {
			continue
		}
		if e, ok := readEndpoint(z.env.Getenv, "", values.String(in.Name)); ok {
			secrets = append(secrets, e.secrets()...)
		}
		if token, err := z.jobToken(); err == nil && !slices.Contains(secrets, token) {
			secrets = append(secrets, token)
		}
	}
	return secrets
}

// errNoJobToken says that the agent gave the task no token of the job.
var errNoJobToken = errors.New("the agent gave this step no token of its job")

// jobToken is the token that the job speaks to Azure DevOps with.
func (z *azure) jobToken() (string, error) {
	e := endpoint{getenv: z.env.Getenv, id: "SYSTEMVSSCONNECTION"}
	e.auth, _ = parseEndpointAuth(z.env.Getenv("ENDPOINT_AUTH_" + e.id))
	if token := e.parameter("AccessToken"); token != "" {
		return token, nil
	}
	if token := z.env.Getenv("SYSTEM_ACCESSTOKEN"); token != "" {
		return token, nil
	}
	return "", errNoJobToken
}
