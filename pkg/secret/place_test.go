package secret_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"slices"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/secret"
)

// Credentials are found where programs look for them, and in the relatives of those files; what is written there without one is none.
func TestFilesWithCredentials(t *testing.T) {
	t.Parallel()
	const value = "Vq8rT3nZ5wKx2LbY"
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	sec1, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	old, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	encoded := base64.StdEncoding.EncodeToString(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	// The head of a PKCS #12 file, and the type of a bag in it.
	store := func(bag string) string {
		return "\x30\x82\x01\x00\x02\x01\x03\x30\x82\x01\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0" + strings.Repeat("\x00", 100) + "\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01" + bag
	}
	certificates := strings.Repeat("\x30\x82\x04\x00", 20<<10)
	// Stores of Java: the head, and what encrypts a key.
	jks, jceks := "\xfe\xed\xfe\xed\x00\x00\x00\x02\x00\x00\x00\x02\x00\x00\x00\x02", "\xce\xce\xce\xce\x00\x00\x00\x02\x00\x00\x00\x01\x00\x00\x00\x01"
	jksKey, jceksKey := "\x06\x0a\x2b\x06\x01\x04\x01\x2a\x02\x11\x01\x01", "\x06\x09\x2b\x06\x01\x04\x01\x2a\x02\x13\x01"
	sigstore := "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n" + strings.Repeat("eyJrZGYiOnsibmFtZSI6InNjcnlwdCIsInBhcmFtcyI6eyJOIjozMjc2OCwiciI6\n", 6) + "-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n"
	config := "apiVersion: v1\nkind: Config\nusers:\n- name: a\n  user:\n    token: " + value + "\n"
	for _, tt := range []struct {
		path, content string
		want          secret.Class // empty for none
	}{
		{"/usr/local/cargo/credentials.toml", "[registry]\ntoken = \"" + value + "\"\n", secret.Registry},
		{"/run/containers/0/auth.json", `{"auths":{"r.shop.net":{"auth":"Y2k6VnE4clQzblo1d0t4MkxiWQ=="}}}`, secret.Registry},
		{"/app/auth.json", `{"http-basic":{"repo.shop.net":{"username":"ci","password":"` + value + `"}}}`, secret.Registry},
		{"/root/.config/pypoetry/auth.toml", "[http-basic.shop]\nusername = \"ci\"\npassword = \"" + value + "\"\n", secret.Registry},
		{"/app/requirements.txt", "--index-url https://ci:" + value + "@pypi.shop.net/simple\n", secret.Registry},
		{"/app/requirements-dev.txt", "a @ git+https://ci:" + value + "@git.shop.net/a\n", secret.Registry},
		{"/x/site-packages/a-1.dist-info/direct_url.json", `{"url":"https://ci:` + value + `@git.shop.net/x.git"}`, secret.Registry},
		{"/app/.gitmodules", "[submodule \"x\"]\n url = https://ci:" + value + "@git.shop.net/x\n", secret.Registry},
		{"/root/.config/go/env", "GOPROXY=https://ci:" + value + "@go.shop.net\n", secret.Registry},
		{"/app/package-lock.json", `{"resolved":"https://ci:` + value + `@npm.shop.net/a.tgz"}`, secret.Registry},
		{"/app/prod.yaml", config, secret.Cloud},
		{"/etc/environment", "DB_PASSWORD=" + value + "\n", secret.Settings},
		{"/app/.envrc", "export DB_PASSWORD=" + value + "\n", secret.Settings},
		{"/entrypoint.sh", "#!/bin/sh\nexport DB_PASSWORD='" + value + "'\n", secret.Settings},
		{"/app/start.sh", "exec app --db postgres://app:" + value + "@db.shop.net/app\n", secret.Settings},
		{"/app/terraform.tfvars", "db_password = \"" + value + "\"\n", secret.Settings},
		{"/app/web.config", `<add connectionString="Server=db.shop.net;User Id=sa;Password=` + value + `"/>`, secret.Settings},
		{"/app/web.config", `<user name="shop" password="` + value + `"/>`, secret.Settings},
		{"/app/web.config", `<!-- <add connectionString="Server=db.shop.net;User Id=sa;Password=` + value + `"/> -->`, secret.Settings},
		{"/app/App.config", "<!--\n<add value=\"amqp://shop:" + value + "@mq.shop.net\"/>\n-->", secret.Settings},
		{"/app/config.toml", "url = \"redis://:" + value + "@cache.shop.net\"\n", secret.Settings},
		{"/etc/wireguard/wg0.conf", "[Interface]\nPrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=\n", secret.Key},
		{"/app/cosign.key", sigstore, secret.ProtectedKey},
		{"/app/tls", string(der), secret.Key},
		{"/app/old", string(x509.MarshalPKCS1PrivateKey(old)), secret.Key},
		{"/app/sec1", string(sec1), secret.Key},
		{"/app/x.json", `{"key":"` + encoded + `"}`, secret.Key},
		{"/app/keystore", store("\x02"), secret.ProtectedKey},
		{"/app/keystore", store("\x01"), secret.ProtectedKey},
		{"/app/keystore", store("\x03") + certificates + store("\x02"), secret.ProtectedKey},
		{"/app/keystore", jks + certificates + jksKey, secret.ProtectedKey},
		{"/app/keystore", jceks + jceksKey, secret.ProtectedKey},
		{"/app/tls.P12", store("\x06"), secret.ProtectedKey},
		{"/app/tls.jks", jks + jksKey, secret.ProtectedKey},
		{"/app/test.kubeconfig", config, secret.Cloud},

		{"/app/auth.json", `{"type":"object","password":"longenough"}`, ""},
		{"/app/requirements.txt", "--index-url https://pypi.org/simple\na @ git+https://git@github.com/shop/a\n# https://user:password@host\n", ""},
		{"/etc/mono/4.5/web.config", `<credentials passwordFormat="Clear"><!--<user name="shop" password="` + value + `"/>--></credentials>`, ""},
		{"/app/package.json", `{"scripts":{"test":"DB=postgres://postgres:postgres@localhost/test mocha"}}`, ""},
		{"/app/deploy.yaml", strings.Replace(config, "Config", "Pod", 1), ""},
		{"/app/setup.sh", "PASSWORD=" + value + "\nexport DB_PASSWORD=$(cat /run/secrets/db)\nexport TOKEN_FILE=/run/secrets/x\n# export DB_PASSWORD=" + value + "\n", ""},
		{"/etc/app.conf", "# proxy = http://bob:" + value + "@proxy.shop.net\n", ""},
		{"/app/terraform.tfvars", "db_password = \"\"\nregion = \"eu-central-1\"\n", ""},
		{"/etc/environment", "PATH=\"/usr/bin:/bin\"\n", ""},
		{"/app/public", string(public), ""},
		{"/app/x.json", `{"key":"` + base64.StdEncoding.EncodeToString(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})) + `"}`, ""},
		{"/etc/ssl/certs/java/cacerts", store("\x03"), ""},
		{"/etc/ssl/certs/java/cacerts", jks + certificates, ""},
		{"/app/authorities.jks", jks + certificates, ""},
		{"/app/authorities", jceks + certificates, ""},
		{"/app/keys", certificates + jksKey + jceksKey + store("\x02"), ""},
		{"/app/x.p12", "\x31" + store("\x06"), ""},
		{"/app/x.p12", certificates + store("\x06"), ""},
		{"/app/.env.example", "DB_PASSWORD=" + value + "\n", ""},
		{"/root/.npmrc", "//npm.shop.net/:_authToken=${NPM_TOKEN}\n", ""},
	} {
		found := search(t, tt.path, tt.content)
		if got := slices.ContainsFunc(found, func(f secret.Found) bool { return f.Class == tt.want }); got != (tt.want != "") || tt.want == "" && len(found) > 0 {
			t.Errorf("File(%s, %.80q) = %+v, want the class %q", tt.path, tt.content, found, tt.want)
		}
	}
}

// What is said of a secret in a file is its name, where it has one, and its line, and nothing of what lies beside it. A file that is a secret
// itself has no more to show than that.
func TestFilePlaces(t *testing.T) {
	t.Parallel()
	const value = "Vq8rT3nZ5wKx2LbY"
	for _, tt := range []struct {
		path, content string
		want          secret.Secret // without what is shown of the value
	}{
		{"/root/.npmrc", "# x\n//npm.shop.net/:_authToken=" + value + "\n", secret.Secret{Type: "a credential of npm", Name: "_authToken", Line: 2}},
		{"/root/.netrc", "machine a\nlogin b\npassword " + value + "\n", secret.Secret{Type: "a password of .netrc", Line: 3}},
		{"/root/.vault-token", value + "\n", secret.Secret{Type: "a token of Vault", Line: 1}},
		{"/app/.env", "\nDB_PASSWORD=" + value + "\n", secret.Secret{Type: "a password", Name: "DB_PASSWORD", Line: 2}},
		{"/entrypoint.sh", "#!/bin/sh\nset -e\nexport A=b DB_PASSWORD=" + value + "\nexport DB_PASSWORD=" + value + "\n", secret.Secret{Type: "a password", Name: "DB_PASSWORD", Line: 4}},
		{"/app/.git/HEAD", "ref: refs/heads/main\n", secret.Secret{Type: "a git repository with its history"}},
	} {
		found := search(t, tt.path, tt.content)
		if len(found) != 1 {
			t.Errorf("File(%s) = %+v, want one", tt.path, found)
			continue
		}
		got := found[0].Secret
		if shown := got.Shown != ""; shown != (tt.want.Line > 0) {
			t.Errorf("File(%s) shows %q", tt.path, got.Shown)
		}
		if got.Shown, got.Hash = "", ""; got != tt.want {
			t.Errorf("File(%s) = %+v, want %+v", tt.path, got, tt.want)
		}
	}
	if found := search(t, "/app/.git/HEAD", "none"); len(found) > 0 {
		t.Errorf("File(/app/.git/HEAD) = %+v, want nothing", found)
	}
}

// A path tells by its name, however that is written, whether there may be a secret.
func TestIsKnown(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"/App/.ENV": true, "/app/x": false} {
		if got := secret.IsKnown(name); got != want {
			t.Errorf("IsKnown(%s) = %t, want %t", name, got, want)
		}
	}
	if secret.Class("none").Known() {
		t.Error("the class none is known")
	}
}

// A word that says that a value is there for the build alone is no secret, and a password that has it as a part is one.
func TestValuesOfBuilds(t *testing.T) {
	t.Parallel()
	for command, want := range map[string]int{"RUN SECRET_KEY=build ./manage.py collectstatic": 0, "RUN SECRET_KEY=unused make": 0, "RUN SECRET_KEY=build7-kT7qpw29 make": 1} {
		if got := secret.Text(command); len(got) != want {
			t.Errorf("Text(%q) = %+v, want %d", command, got, want)
		}
	}
}
