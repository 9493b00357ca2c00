package secret_test

import (
	"encoding/base64"
	"testing"

	"github.com/layergate/layergate/pkg/secret"
)

// What programs take from variables is found where their names alone do not tell, and what is no secret of the same form is none.
func TestVariableOfPrograms(t *testing.T) {
	t.Parallel()
	const pw = "Xq7_vR2m-Kd9"
	login := base64.StdEncoding.EncodeToString([]byte("ci:" + pw))
	for _, tt := range []struct {
		name, value string
		want        string // its type; empty for no secret
	}{
		{"JDBC_URL", "jdbc:mysql://db/a?user=u&password=" + pw, "a password in an address of jdbc"},
		{"JDBC_URL", "jdbc:sqlserver://db;user=sa;password=" + pw, "a password in an address of jdbc"},
		{"JDBC_URL", "jdbc:db2://db:50000/a:user=u;password=" + pw + ";", "a password in an address of jdbc"},
		{"JDBC_URL", "jdbc:oracle:thin:u/" + pw + "@//db:1521/x", "a password in an address of jdbc"},
		{"JDBC_URL", "jdbc:postgresql://db/a?sslpassword=" + pw, "a password in an address of jdbc"},
		{"JDBC_URL", "jdbc:sqlserver://db;user=sa;pwd=" + pw, "a password in an address of jdbc"},
		{"PG_CONN", "host=db user=u password=" + pw + " dbname=a", "a password in a connection string"},
		{"PG_CONN", "dbname=a host=db password='my dog Rex'", "a password in a connection string"},
		{"JAVA_OPTS", "-Xmx1g -Djavax.net.ssl.keyStorePassword=" + pw, "a password"},
		{"REDIS_ARGS", "--requirepass " + pw, "a password"},
		{"APP_ARGS", "serve --db-password=" + pw, "a password"},
		{"SERVER_CMD", "mysqladmin ping -p" + pw, "a password of a command"},
		{"BUNDLE_GEMS__ACME__IO", "ci:" + pw, "a credential of Bundler"},
		{"BUNDLE_GITHUB__COM", "8f3a1c9e7b2d4f6081a3c5e7:x-oauth-basic", "a credential of Bundler"},
		{"BUNDLE_GEMS__MY___ACME__IO", "8f3a1c9e7b2d4f6081a3c5e7", "a credential of Bundler"},
		{"ES_AUTH", "elastic:" + pw, "a password"},
		{"REDIS_AUTH", "hunter2", "a password"},
		{"DBPASS", "hunter2", "a password"},
		{"OPENAI_KEY", "Qw8ZtYbN7cHd4FgS6aEuTiOqk3Jx9QmZ2LpW8vRt", "a secret"},
		{"AIRFLOW__CORE__FERNET_KEY", "mN0pQr7tUvWxYzKbCdEf9hIjKlMnLpQrStUvWx1z0z8=", "a secret"},
		{"ANY", "Basic " + login, "a credential of HTTP"},
		{"GIT_CONFIG_VALUE_0", "AUTHORIZATION: basic " + login, "a credential of HTTP"},
		{"AUTH_HEADER", "Bearer 9f8e7d6c5b4a39281706", "a credential of HTTP"},
		{"HEADERS", "Authorization: Token 9f8e7d6c5b4a39281706", "a credential of HTTP"},

		{"JDBC_URL", "jdbc:mysql://db/a?user=u&useSSL=false", ""},
		{"JDBC_URL", "jdbc:mysql://db/a?user=u&password=${PW}", ""},
		{"JDBC_URL", "jdbc:mysql://db/a?user=u&password=password", ""},
		{"JDBC_URL", "jdbc:oracle:thin:@//db:1521/x", ""},
		{"PG_CONN", "host=db user=u dbname=a passfile=/run/secrets/pg", ""},
		{"HELP", "a password=hunter2a of user=u", ""},
		{"JAVA_OPTS", "-Xmx1g -Djavax.net.ssl.trustStorePassword=changeit -Dfile.encoding=UTF-8", ""},
		{"APP_ARGS", "serve --password-file /run/secrets/x", ""},
		{"HELP", "run it with --db-password=" + pw, ""},
		{"BUNDLE_BUILD__NOKOGIRI", "8f3a1c9e7b2d4f6081a3c5e7", ""},
		{"BUNDLE_GEM__TEST", "minitest", ""},
		{"BUNDLE_LOCAL__RACK", "/src/rack", ""},
		{"BUNDLE_SILENCE_ROOT_WARNING", "8f3a1c9e7b2d4f6081a3c5e7", ""},
		{"BUNDLE_GEMS__ACME__IO", "user:password", ""},
		{"AUTH", "ldap:simple", ""},
		{"ES_AUTH", "elastic:changeme", ""},
		{"ES_HOST", "elastic:" + pw, ""},
		{"REDIS_AUTH", "true", ""},
		{"BYPASS", "hunter2", ""},
		{"ANY", "Basic understanding", ""},
		{"HEADERS", "Bearer 9f8e7d6c5b4a39281706", ""},
		{"AUTH_HEADER", "X-Auth-User", ""},
	} {
		got, ok := secret.Variable(tt.name, tt.value)
		if ok != (tt.want != "") || got.Type != tt.want {
			t.Errorf("Variable(%q, %q) = %+v, %v, want the type %q", tt.name, tt.value, got, ok, tt.want)
		}
	}
}
