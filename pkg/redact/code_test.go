package redact_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/redact"
)

func TestCode(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"an instruction", `RUN --mount=type=secret,id=npm_token npm ci && rm -rf /tmp/*`, `RUN --mount=type=secret,id=npm_token npm ci && rm -rf /tmp/*`},
		{"a variable", `ENV API_TOKEN=$TOKEN OTHER_TOKEN="$TOKEN"`, `ENV API_TOKEN=$TOKEN OTHER_TOKEN="$TOKEN"`},
		{"a name alone", "ARG API_TOKEN", "ARG API_TOKEN"},
		{"a file", "COPY tokens.json /secrets/", "COPY tokens.json /secrets/"},

		{"ENV", "ENV A=1 API_TOKEN=hush B=2", "ENV A=1 API_TOKEN=*** B=2"},
		{"ENV in its older form", "ENV DB_PASSWORD hush", "ENV DB_PASSWORD ***"},
		{"ARG with a default", `ARG secretKey="hu sh" # x`, "ARG secretKey=*** # x"},
		{"quotes that end later", `ENV PASSWORD='hush \`, "ENV PASSWORD=***"},
		{"a flag", "RUN login --password hush --user x", "RUN login --password *** --user x"},
		{"a flag with =", "RUN login --api-key=hush", "RUN login --api-key=***"},
		{"an address", "RUN curl https://user:hush@host.example/x", "RUN curl https://***@host.example/x"},
		{"a token by its form", "RUN echo ghp_0123456789abcdefghijABCDEFGHIJ >x", "RUN echo *** >x"},
		{"a private key", "COPY <<E /k\n-----BEGIN RSA PRIVATE KEY-----\nhush\n-----END RSA PRIVATE KEY-----\nE", "COPY <<E /k\n***\n***\n***\nE"},
		{"a private key that does not end", "-----BEGIN PRIVATE KEY-----\nhush\nhush", "***\n***\n***"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := strings.Split(tt.in, "\n")
			if diff := cmp.Diff(strings.Split(tt.want, "\n"), redact.Code(in)); diff != "" {
				t.Errorf("Code(%q) (-want +got):\n%s", tt.in, diff)
			}
			if strings.Join(in, "\n") != tt.in {
				t.Errorf("Code changes its argument to %q", in)
			}
		})
	}
}
