package secret_test

import (
	"encoding/base64"
	"testing"

	"github.com/layergate/layergate/pkg/secret"
)

// The files in which programs keep their credentials are known, some by what they hold, and have none in what ships with the programs.
func TestFilesOfPrograms(t *testing.T) {
	t.Parallel()
	const value, id = "Vq8rT3nZ5wKx2LbY", "3f2b8c1e-77aa-4d0b-9c4e-1b2c3d4e5f60"
	hex := "8f3a1c9e7b2d4f6081a3c5e7092b4d6f"
	login := base64.StdEncoding.EncodeToString([]byte("ci:" + value))
	header := "[http \"https://git.shop.net/\"]\n\textraheader = AUTHORIZATION: basic " + login + "\n"
	for _, tt := range []struct {
		path, content string
		want          secret.Class // empty for none
	}{
		{"/usr/local/bundle/config", "---\nBUNDLE_PATH: \"vendor\"\nBUNDLE_GEMS__SHOP__NET: \"ci:" + value + "\"\n", secret.Registry},
		{"/app/auth.json", `{"github-oauth":{"github.com":"` + hex + `"}}`, secret.Registry},
		{"/app/auth.json", `{"bearer": {"repo.shop.net": "` + value + `"}}`, secret.Registry},
		{"/app/auth.json", `{"gitlab-token":{"gitlab.shop.net":{"username":"ci","token":"` + value + `"}}}`, secret.Registry},
		{"/app/.git/config", header, secret.Registry},
		{"/app/.git/modules/x/config", header, secret.Registry},
		{"/tmp/git-credentials-1.config", header, secret.Registry},
		{"/ci/config.json", `{"auths":{"r.shop.net":{"auth":"` + login + `"}}}`, secret.Registry},
		{"/root/.yarnrc", "\"//npm.shop.net/:_authToken\" \"" + id + "\"\n", secret.Registry},
		{"/app/bunfig.toml", "[install.scopes]\nshop = { token = \"" + id + "\", url = \"https://npm.shop.net/\" }\n", secret.Registry},
		{"/root/.local/share/uv/credentials/credentials.toml", "[[credential]]\nusername = \"ci\"\npassword = \"" + value + "\"\n", secret.Registry},
		{"/usr/local/cargo/config.toml", "[registries.shop]\ntoken = \"" + value + "\"\n", secret.Registry},
		{"/root/.ivy2/.credentials", "realm=a\nhost=n.shop.net\nuser=ci\npassword=" + value + "\n", secret.Registry},
		{"/root/.config/coursier/credentials.properties", "shop.host=n.shop.net\nshop.password=" + value + "\n", secret.Registry},
		{"/root/.hex/hex.config", "{'$repos',#{<<\"hexpm:shop\">> => #{auth_key => <<\"" + hex + "\">>}}}.\n", secret.Registry},
		{"/root/.aws/sso/cache/x.json", `{"accessToken":"` + value + `"}`, secret.Cloud},
		{"/root/.config/configstore/firebase-tools.json", `{"tokens":{"refresh_token":"1//0` + value + `"}}`, secret.Cloud},
		{"/root/.oci/config", "[DEFAULT]\npass_phrase=" + value + "\n", secret.Cloud},
		{"/root/.codex/auth.json", `{"tokens":{"refresh_token":"rt_` + value + `"}}`, secret.Cloud},
		{"/root/.sentryclirc", "[auth]\ntoken=" + hex + "\n", secret.Cloud},
		{"/app/prod.auto.tfvars.json", `{"db_password":"` + value + `"}`, secret.Settings},
		{"/app/appsettings.json", `{"Smtp":{"Password":"` + value + `"}}`, secret.Settings},
		{"/app/.mcp.json", `{"mcpServers":{"a":{"env":{"API_TOKEN":"` + hex + `"}}}}`, secret.Settings},
		{"/app/.mcp.json", `{"mcpServers":{"a":{"headers":{"Authorization":"Bearer ` + hex + `"}}}}`, secret.Settings},
		{"/app/config/master.key", hex, secret.Settings},
		{"/usr/local/tomcat/conf/tomcat-users.xml", `<user username="a" password="` + value + `" roles="manager-gui"/>`, secret.Settings},
		{"/etc/systemd/system/app.service", "[Service]\nEnvironment=\"A=b\" \"DB_PASSWORD=" + value + "\"\n", secret.Settings},
		{"/etc/default/app", "DB_PASSWORD=" + value + "\n", secret.Settings},
		{"/etc/supervisord.conf", "[program:a]\nenvironment=A=\"b\",\n  DB_PASSWORD=\"" + value + "\"\n", secret.Settings},
		{"/etc/redis/redis.conf", "requirepass " + value + "\n", secret.Settings},
		{"/etc/redis/sentinel.conf", "sentinel auth-pass main " + value + "\n", secret.Settings},
		{"/etc/postfix/sasl_passwd", "[smtp.shop.net]:587 ci:" + value + "\n", secret.Settings},
		{"/etc/msmtprc", "account a\npassword " + value + "\n", secret.Settings},
		{"/docker-entrypoint-initdb.d/1.sql", "CREATE USER a IDENTIFIED BY '" + value + "';\n", secret.Settings},
		{"/app/db.properties", "url=jdbc:mysql://db/a?user=u&password=" + value + "\n", secret.Settings},
		{"/root/.psql_history", "ALTER USER x WITH PASSWORD '" + value + "';\n", secret.History},
		{"/root/.mysql_history", "SET\\040PASSWORD\\040FOR\\040'a'@'%'\\040=\\040PASSWORD('" + value + "');\n", secret.History},
		{"/root/.mysql_history", "CREATE USER x IDENTIFIED WITH mysql_native_password BY '" + value + "';\n", secret.History},
		{"/root/.rediscli_history", "keys *\nauth " + value + "\n", secret.History},
		{"/root/.rediscli_history", "AUTH ci " + value + "\n", secret.History},

		{"/usr/local/bundle/config", "---\nBUNDLE_PATH: \"vendor\"\nBUNDLE_BUILD__NOKOGIRI: \"--use-system-libraries\"\n", ""},
		{"/app/auth.json", `{"name":"auth","repo.shop.net":"` + value + `"}`, ""},
		{"/app/.git/config", "[core]\n\tbare = false\n[http]\n\textraheader = X-Shop: " + value + "\n", ""},
		{"/app/config.json", `{"auth":"` + login + `","password":"` + value + `"}`, ""},
		{"/root/.yarnrc", "lastUpdateCheck 1700000000000\nregistry \"https://registry.yarnpkg.com\"\n", ""},
		{"/app/bunfig.toml", "# token = \"" + value + "\"\n[install]\ntoken = \"$NPM_TOKEN\"\n", ""},
		{"/root/.hex/hex.config", "{'$repos',#{<<\"hexpm\">> => #{auth_key => nil,public_key => <<\"-----BEGIN PUBLIC KEY-----\">>}}}.\n", ""},
		{"/app/config/master.key", "see the vault\n", ""},
		{"/usr/local/tomcat/conf/tomcat-users.xml", `<!-- <user username="admin" password="` + value + `"/> -->`, ""},
		{"/usr/lib/systemd/system/app.service", "[Service]\nEnvironment=LANG=C\nEnvironmentFile=-/etc/default/app\n", ""},
		{"/etc/default/grub", "# GRUB_PASSWORD=" + value + "\nGRUB_TIMEOUT=5\n", ""},
		{"/etc/redis/redis.conf", "# requirepass foobared\nport 6379\n", ""},
		{"/root/.psql_history", "SELECT password FROM users WHERE name = 'bob';\n", ""},
		{"/root/.rediscli_history", "get auth\nset authors " + value + "\n", ""},
		{"/app/x.properties", "# url=jdbc:mysql://db/a?user=u&password=" + value + "\n", ""},
	} {
		found := search(t, tt.path, tt.content)
		if tt.want == "" && len(found) > 0 || tt.want != "" && (len(found) != 1 || found[0].Class != tt.want) {
			t.Errorf("File(%s, %.80q) = %+v, want the class %q", tt.path, tt.content, found, tt.want)
		}
	}
}
