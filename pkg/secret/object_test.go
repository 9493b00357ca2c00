package secret_test

import (
	"encoding/base64"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/secret"
)

func base64Of(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// JSON in a text is read as what it is: by the names in it, however deep it is in others and in the quotes of a shell.
func TestObjects(t *testing.T) {
	t.Parallel()
	login := base64Of("bob:Kq2LmZ9v")
	for _, tt := range []struct{ name, in, want string }{
		{"an object", `{"spring":{"datasource":{"password":"Kq2LmZ9v"}}}`, `{"spring":{"datasource":{"password":"***"}}}`},
		{"a list", `[1,{"a":[{"password":"Kq2LmZ9v"}]}]`, `[1,{"a":[{"password":"***"}]}]`},
		{"a number", `{"password":48151623,"port":5432}`, `{"password":***,"port":5432}`},
		{"a pair", `{"env":[{"name":"DB_PASSWORD","value":"Kq2LmZ9v"},{"value":"Kq2LmZ9v","name":"LOG"}]}`, `{"env":[{"name":"DB_PASSWORD","value":"***"},{"value":"Kq2LmZ9v","name":"LOG"}]}`},
		{"a registry", `{"auths":{"reg.internal":{"auth":"` + login + `"}}}`, `{"auths":{"reg.internal":{"auth":"***"}}}`},
		{"in a shell", `RUN echo '{"password":"Kq2LmZ9v"}' > /x`, `RUN echo '{"password":"***"}' > /x`},
		{"in quotes of a shell", `RUN echo "{\"db\":{\"password\":\"Kq2LmZ9v\"}}" > /x`, `RUN echo "{\"db\":{\"password\":\"***\"}}" > /x`},
		{"in a string of another one", `{"a":"{\"b\":\"{\\\"password\\\":\\\"Kq2LmZ9v\\\"}\"}"}`, `{"a":"{\"b\":\"{\\\"password\\\":\\\"***\\\"}\"}"}`},
		{"a template", `{"port":${PORT},"on":true,"password":"Kq2LmZ9v",}`, `{"port":${PORT},"on":true,"password":"***",}`},
		{"behind another one", `{"a":1} {"password":"Kq2LmZ9v"}`, `{"a":1} {"password":"***"}`},
		{"a quote in a string", `{"a":"\"}","password":"Kq2LmZ9v"}`, `{"a":"\"}","password":"***"}`},
		{"not closed", `{"a":{"password":"Kq2LmZ9v"`, `{"a":{"password":"***"`},
		{"beside properties", `{"jpa":{"properties":{"x":{"y":1}}},"password":"Kq2LmZ9v"}`, `{"jpa":{"properties":{"x":{"y":1}}},"password":"***"}`},

		{name: "a variable", in: `{"password":"${DB_PASSWORD}"}`},
		{name: "a placeholder", in: `{"password":"changeme","token":"<token>"}`},
		{name: "a login of a documentation", in: `{"auths":{"x":{"auth":"` + base64Of("user:password") + `"}}}`},
		{name: "another auth", in: `{"auth":"oauth2","auth2":"none","x":{"auth":"` + base64Of("bob") + `"},"y":{"auth":"` + base64Of("\x01\x02:\xff\xfe") + `"},"z":{"auth":"` + base64Of("bob:") + `"}}`},
		{name: "a schema", in: `{"properties":{"password":{"type":"string","default":"","password":"Kq2LmZ9v"}}}`},
		{name: "what is encrypted", in: `{"encryptedData":{"password":"AgBy3i4OJSWK9dPzq"}}`},
		{name: "a name", in: `{"secretName":"web-tls","passwordKey":"admin-password","password":"db-credentials"}`},
		{name: "a test of a shell", in: `RUN if [ "$A" = "password" ]; then echo "token: on"; fi`},
		{name: "a command", in: `CMD ["node","server.js","--port","80"]`},
		{name: "an empty one", in: `{"password":"","token":null,"secret":{}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.want == "" {
				tt.want = tt.in
			}
			if diff := cmp.Diff(tt.want, secret.Redact(tt.in)); diff != "" {
				t.Errorf("Redact(%q) (-want +got):\n%s", tt.in, diff)
			}
		})
	}
}

// A variable whose value is JSON has the secrets in that.
func TestVariableOfObject(t *testing.T) {
	t.Parallel()
	got, _ := secret.Variable("COMPOSER_AUTH", `{"http-basic":{"repo.internal":{"username":"bob","password":"Kq2LmZ9v"}}}`)
	if diff := cmp.Diff(secret.Secret{Type: "a password", Name: "COMPOSER_AUTH", Shown: "***", Line: 1}, got); diff != "" {
		t.Errorf("Variable() (-want +got):\n%s", diff)
	}
}
