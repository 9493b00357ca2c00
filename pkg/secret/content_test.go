package secret_test

import (
	"testing"

	"github.com/layergate/layergate/pkg/secret"
)

// What is written into a manifest is found as it is in the file of that name, with a dot before it or without one.
func TestContent(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{".npmrc", "//npm.internal/:_authToken=Kq2LmZ9v\n", "a credential of npm"},
		{"npmrc", "_authToken=Kq2LmZ9v\n", "a credential of npm"},
		{".netrc", "machine a\nlogin bob\npassword Kq2LmZ9v\n", "a password of .netrc"},
		{"/root/.pgpass", "db:5432:app:bob:Kq2LmZ9v\n", "a password of PostgreSQL"},
		{"settings.xml", "<settings><servers><server><password>Kq2LmZ9v</password></server></servers></settings>", "a password of Maven"},
		{"NuGet.Config", `<add key="ClearTextPassword" value="Kq2LmZ9v"/>`, "a password of NuGet"},
		{"wp-config.php", "define('DB_PASSWORD', 'Kq2LmZ9v');", "a password of WordPress"},
		{"config", "kind: Config\nusers:\n- user: {token: Kq2LmZ9v77}\n", "a credential of a Kubernetes cluster"},
		{"configs.json", `{"auths":{"x.internal":{"auth":"` + base64Of("bob:Kq2LmZ9v") + `"}}}`, "a user and a password in base64"},
		{"x.bash_history", "mysql -pKq2LmZ9v", "a password of a command"},

		{name: "app.conf", in: "password Kq2LmZ9v\n"},
		{name: "settings.xml", in: "<settings><!-- <server><password>Kq2LmZ9v</password></server> --></settings>"},
		{name: "settings.xml", in: "<window><password>Kq2LmZ9v</password></window>"},
		{name: "npmrc", in: "//npm.internal/:_authToken=${NPM_TOKEN}\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := secret.Content(tt.in, "c", tt.name)
			if (tt.want == "") != (len(got) == 0) || len(got) > 0 && got[0].Type != tt.want {
				t.Errorf("Content(%q, %q) = %+v, want the type %q", tt.in, tt.name, got, tt.want)
			}
		})
	}
}

// A file that is a secret as a whole has no part that is shown.
func TestContentWhole(t *testing.T) {
	t.Parallel()
	got := secret.Content(`{"resources": [{"type":"x"}]}`, "terraform.tfstate")
	if len(got) != 1 || got[0] != (secret.Secret{Type: "the state of Terraform"}) {
		t.Errorf("Content() = %+v, want the state as a whole", got)
	}
}
