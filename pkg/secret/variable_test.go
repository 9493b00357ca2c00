package secret_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/secret"
)

// token is one in the form of a provider. It is put together here, so that the repository itself holds none.
func token(parts ...string) string { return strings.Join(parts, "") }

func githubToken() string { return token("gh", "p_", "9aK3bQ7cR1dS5eT2fU8gV4hW6iX0jY1kZ3lM") }

func TestVariable(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, value string
		want        string // its type; empty for no secret
	}{
		{"DB_PASSWORD", "hunter2", "a password"},
		{"DB_PASSWORD", " hunter2\n", "a password"},
		{"dbPassword", "hunter2", "a password"},
		{"MYSQL_PWD", "root", "a password"},
		{"REDIS_PASS", "x1", "a password"},
		{"spring.datasource.password", "tiger", "a password"},
		{"JWT_SECRET", "mysecretkey", "a password"},
		{"API_TOKEN", "9f8e7d6c5b4a39281706f5e4d3c2b1a0", "a secret"},
		{"apiKey", "pk9f8e7d6c5b4A", "a secret"},
		{"DATABASE_URL", "postgres://bob:s3cr3t@db:5432/shop", "a password in an address of postgres"},
		{"X", "amqp://bob:s3cr3t@mq", "a password in an address of amqp"},
		{"X", githubToken(), "what gitleaks calls github-pat"},
		{"CLIENT", token("abc8", "Q~", "dEfGhIjKlMnOpQrStUvWxYz.-_~0a1b2c3"), "what gitleaks calls azure-ad-client-secret"},
		{"STORE", "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=" + strings.Repeat("aB3/", 21) + "aB==;EndpointSuffix=core.windows.net", "an Azure storage account key"},
		{"AWS_SECRET_ACCESS_KEY", token("wJ4lrX", "UtnFEMI/K7MDENG/bPxRfiCY", "q8Zk3v1TpA"), "an AWS secret access key"},

		{name: "PATH", value: "/usr/local/bin:/usr/bin"},
		{name: "PWD", value: "/app"},
		{name: "GPG_KEY", value: "E3FF2839C048B25C084DEBE9B26995E310250568"},
		{name: "PYTHON_SHA256", value: "ae665bc678abd9ab6a6e1573d2481625a53719bc517e9a634ed2b9fefae3817f"},
		{name: "TOKEN_TTL", value: "3600"},
		{name: "DB_PASSWORD_POLICY", value: "strong-1"},
		{name: "TOKENIZERS_PARALLELISM", value: "false"},
		{name: "SECRET_KEY_FILE", value: "/run/secrets/key"},
		{name: "POSTGRES_PASSWORD_FILE", value: "/run/secrets/db"},
		{name: "DB_PASSWORD", value: "/run/secrets/db"},
		{name: "DB_PASSWORD", value: "${DB_PASSWORD}"},
		{name: "DB_PASSWORD", value: "$DB_PASSWORD"},
		{name: "DB_PASSWORD", value: "<password>"},
		{name: "DB_PASSWORD", value: "{{ .Values.password }}"},
		{name: "DB_PASSWORD", value: "changeme"},
		{name: "DB_PASSWORD", value: "xxxxx"},
		{name: "DB_PASSWORD", value: ""},
		{name: "DB_PASSWORD", value: "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/db)"},
		{name: "API_KEY", value: "your-api-key"},
		{name: "AUTH_TOKEN", value: "bearer"},
		{name: "PUBLIC_KEY", value: "9f8e7d6c5b4a39281706f5e4d3c2b1a0"},
		{name: "SITE", value: "https://shop.internal/?page=2"},
		{name: "PROXY", value: "http://user:password@proxy:3128"},
		{name: "REPO", value: "https://git@github.com/a/b@v1"},
		{name: "AWS_ACCESS_KEY_ID", value: token("AKIA", "IOSFODNN7", "EXAMPLE")},
	}
	for _, tt := range tests {
		t.Run(tt.name+"="+tt.value, func(t *testing.T) {
			t.Parallel()
			got, ok := secret.Variable(tt.name, tt.value)
			if ok != (tt.want != "") || got.Type != tt.want {
				t.Errorf("Variable(%q, %q) = %+v, %v, want the type %q", tt.name, tt.value, got, ok, tt.want)
			}
			if value := strings.TrimSpace(tt.value); ok && strings.Contains(got.Saw(), value) {
				t.Errorf("Saw() = %q shows the value", got.Saw())
			}
		})
	}
}

// Of a value that somebody may have thought up nothing is shown, and of one that a machine made enough to tell which it is.
func TestSaw(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, value, want string }{
		{"DB_PASSWORD", "correct horse battery staple 42", "DB_PASSWORD holds a password: ***"},
		{"API_TOKEN", "Correct1HorseBatteryStaple22", "API_TOKEN holds a secret: ***"},
		{"API_TOKEN", "9f8e7d6c5b4a39281706f5e4d3c2b1a0", "API_TOKEN holds a secret: 9f…a0 (sha256:90106111744e…)"},
		{"GH", githubToken(), "GH holds what gitleaks calls github-pat: gh…lM (sha256:1627e7257fcd…)"},
	} {
		got, _ := secret.Variable(tt.name, tt.value)
		if got.Saw() != tt.want {
			t.Errorf("Variable(%q, %q).Saw() = %q, want %q", tt.name, tt.value, got.Saw(), tt.want)
		}
	}
}

func TestRedact(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in, want string
		types          []string
	}{
		{name: "nothing", in: "RUN /bin/sh -c apt-get update && apt-get install -y curl # buildkit"},
		{name: "an assignment", in: "ENV DB_PASSWORD=hunter2", want: "ENV DB_PASSWORD=***", types: []string{"a password"}},
		{name: "in quotes", in: `ENV DB_PASSWORD="hunter 2" A=b`, want: `ENV DB_PASSWORD="***" A=b`, types: []string{"a password"}},
		{name: "the older form", in: "ENV DB_PASSWORD hunter2", want: "ENV DB_PASSWORD ***", types: []string{"a password"}},
		{name: "a flag", in: "RUN mysql --password hunter2 -h db", want: "RUN mysql --password *** -h db", types: []string{"a password"}},
		{name: "a flag with =", in: "RUN mysql --password=hunter2", want: "RUN mysql --password=***", types: []string{"a password"}},
		{name: "a user of curl", in: "RUN curl -u bob:s3cr3tpw https://x.internal", want: "RUN curl -u *** https://x.internal", types: []string{"what gitleaks calls curl-auth-user"}},
		{name: "an address", in: "RUN pip install -i https://bob:s3cr3t@pypi.internal/simple x", want: "RUN pip install -i https://bob:***@pypi.internal/simple x", types: []string{"a password in an address of https"}},
		{name: "a token", in: "RUN git clone https://" + githubToken() + "@github.com/a/b", want: "RUN git clone https://***@github.com/a/b", types: []string{"what gitleaks calls github-pat"}},
		{name: "a token with a name", in: "RUN TOKEN=" + githubToken() + " make", want: "RUN TOKEN=*** make", types: []string{"what gitleaks calls github-pat"}},
		{name: "a comment that would silence gitleaks", in: "ENV A=" + githubToken() + " # gitleaks:allow", want: "ENV A=*** # gitleaks:allow", types: []string{"what gitleaks calls github-pat"}},
		{name: "two", in: "ENV A_PASSWORD=ab B_PASSWORD=cd", want: "ENV A_PASSWORD=*** B_PASSWORD=***", types: []string{"a password", "a password"}},
		{name: "an address of a documentation", in: "RUN echo postgres://user:password@host/db"},
		{name: "a variable", in: `RUN echo "$PASSWORD" && PASSWORD=$(cat /run/secrets/p) make`},
		{name: "a mounted secret", in: "RUN --mount=type=secret,id=token make"},
		{name: "a digest", in: "COPY --from=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaa /a /b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.want == "" {
				tt.want = tt.in
			}
			if got := secret.Redact(tt.in); got != tt.want {
				t.Errorf("Redact(%q) = %q, want %q", tt.in, got, tt.want)
			}
			var types []string
			for _, s := range secret.Text(tt.in) {
				types = append(types, s.Type)
			}
			if diff := cmp.Diff(tt.types, types); diff != "" {
				t.Errorf("Text(%q), types (-want +got):\n%s", tt.in, diff)
			}
		})
	}
}
