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
		{"PGPASSWORD", "hunter2", "a password"},
		{"DBPASSWORD", "hunter2", "a password"},
		{"SSHPASS", "hunter2", "a password"},
		{"LDAP_BINDPW", "hunter2", "a password"},
		{"REDISCLI_AUTH", "hunter2", "a password"},
		{"NEO4J_AUTH", "neo4j/hunter2", "a password"},
		{"GITHUB_PAT", "9f8e7d6c5b4a3928", "a secret"},
		{"JAVA_OPTS", "-Xmx1g -Ddb.password=s3cr3t", "a password"},
		{"ConnectionStrings__Default", "Server=db;User Id=app;Password=s3cr3t;", "a password in a connection string"},
		{"ODBC", "Driver=x;Server=db;uid=app;pwd=s3cr3t", "a password in a connection string"},
		{"Authorization", "Bearer 9f8e7d6c5b4a39281706", "a credential of HTTP"},

		{name: "Authorization", value: "Bearer $TOKEN"},
		{name: "ConnectionStrings__Default", value: "Server=db;Integrated Security=true"},
		{name: "ConnectionStrings__Default", value: "Server=db;User Id=app;Password=${DB_PASSWORD};"},
		{name: "JAVA_OPTS", value: "-Xmx1g -Dfile.encoding=UTF-8 -Ddb.password=${DB_PASSWORD}"},
		{name: "HELP", value: "say password=word; to log in"},
		{name: "NEO4J_AUTH", value: "none"},
		{name: "HTTP_AUTH", value: "basic9f8e7d"},
		{name: "CHECKSUM_SECRET_FILES", value: "9f8e7d6c5b4a3928"},
		{name: "NOPASSWORD", value: "maybe"},
		{name: "PAT", value: "9f8e7d6c5b4a3928"},
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
		{name: "DB_PASSWORD", value: "%(ENV_DB_PASSWORD)s"},
		{name: "DB_PASSWORD", value: `%(ENV_DB_PASSWORD)s,LOG="info"`}, // of supervisord
		{name: "DB_PASSWORD", value: "%d/password"},
		{name: "DB_PASSWORD", value: "#{DbPassword}#"},
		{name: "DB_PASSWORD", value: "%s"},
		{name: "DB_PASSWORD", value: "\"'$PASSWORD'\""},
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
	commandTypes := []string{"a password of a command"}
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
		{name: "chpasswd", in: "RUN echo root:hunter2 | chpasswd", want: "RUN echo root:*** | chpasswd", types: commandTypes},
		{name: "chpasswd in quotes", in: `RUN printf "app:hunter2\n" | sudo /usr/sbin/chpasswd`, want: `RUN printf "app:***\n" | sudo /usr/sbin/chpasswd`, types: commandTypes},
		{name: "chpasswd of a text", in: `RUN chpasswd <<< "root:hunter2"`, want: `RUN chpasswd <<< "root:***"`, types: commandTypes},
		{name: "passwd", in: "RUN echo hunter2 | passwd --stdin root", want: "RUN echo *** | passwd --stdin root", types: commandTypes},
		{name: "docker login by a pipe", in: "RUN echo 'hunter2' | docker login r.internal -u ci --password-stdin", want: "RUN echo '***' | docker login r.internal -u ci --password-stdin", types: commandTypes},
		{name: "docker login", in: "RUN docker login -u ci -p hunter2 r.internal", want: "RUN docker login -u ci -p *** r.internal", types: commandTypes},
		{name: "helm registry login", in: "RUN helm registry login r.internal -u ci -p hunter2", want: "RUN helm registry login r.internal -u ci -p ***", types: commandTypes},
		{name: "sshpass", in: "RUN sshpass -p hunter2 scp a b:", want: "RUN sshpass -p *** scp a b:", types: commandTypes},
		{name: "sshpass without a blank", in: "RUN sshpass -phunter2 scp a b:", want: "RUN sshpass -p*** scp a b:", types: commandTypes},
		{name: "mysql", in: "RUN mysql -u root -phunter2 -e 'x'", want: "RUN mysql -u root -p*** -e 'x'", types: commandTypes},
		{name: "mariadb-admin", in: `RUN mariadb-admin ping -p"hunter2"`, want: `RUN mariadb-admin ping -p"***"`, types: commandTypes},
		{name: "useradd", in: "RUN useradd -m -p hunter2 app", want: "RUN useradd -m -p *** app", types: commandTypes},
		{name: "useradd with a digest", in: "RUN useradd -p '$6$ab$cdefgh' app", want: "RUN useradd -p '***' app", types: commandTypes},
		{name: "openssl", in: "RUN useradd -p $(openssl passwd -1 hunter2) app", want: "RUN useradd -p $(openssl passwd -1 ***) app", types: commandTypes},
		{name: "redis-cli", in: "CMD redis-cli -h db -a hunter2 ping", want: "CMD redis-cli -h db -a *** ping", types: commandTypes},
		{name: "ldapsearch", in: "RUN ldapsearch -x -D cn=a -w hunter2", want: "RUN ldapsearch -x -D cn=a -w ***", types: commandTypes},
		{name: "a flag that begins the text", in: "--password hunter2 --user app", want: "--password *** --user app", types: []string{"a password"}},
		{name: "redis-server", in: "redis-server --requirepass hunter2 --masterauth hunter3 --appendonly yes", want: "redis-server --requirepass *** --masterauth *** --appendonly yes", types: []string{"a password", "a password"}},
		{name: "redis.conf", in: "port 6379\n  requirepass hunter2\n", want: "port 6379\n  requirepass ***\n", types: commandTypes},
		{name: "redis.conf by echo", in: `echo "requirepass hunter2" > redis.conf`, want: `echo "requirepass ***" > redis.conf`, types: commandTypes},
		{name: "redis-cli with --pass", in: "redis-cli --pass hunter2 ping", want: "redis-cli --pass *** ping", types: commandTypes},
		{name: "sqlcmd", in: "/opt/mssql-tools/bin/sqlcmd -U sa -P 'hunter2' -Q 'SELECT 1'", want: "/opt/mssql-tools/bin/sqlcmd -U sa -P '***' -Q 'SELECT 1'", types: commandTypes},
		{name: "mongosh", in: "mongosh -u root -p hunter2 --eval x", want: "mongosh -u root -p *** --eval x", types: commandTypes},
		{name: "cypher-shell", in: "cypher-shell -u neo4j -p hunter2 'RETURN 1'", want: "cypher-shell -u neo4j -p *** 'RETURN 1'", types: commandTypes},
		{name: "rabbitmqctl", in: "rabbitmqctl add_user shop hunter2", want: "rabbitmqctl add_user shop ***", types: commandTypes},
		{name: "mysqlshow", in: "mysqlshow -phunter2", want: "mysqlshow -p***", types: commandTypes},
		{name: "openssl with a key", in: "openssl rsa -in a -passin pass:hunter2", want: "openssl rsa -in a -passin pass:***", types: commandTypes},
		{name: "keytool", in: "keytool -list -storepass hunter2 -keypass hunter3", want: "keytool -list -storepass *** -keypass ***", types: []string{"a password", "a password"}},
		{name: "a key of one word", in: "tailscale up --authkey ab12CD34ef56GH78", want: "tailscale up --authkey ***", types: []string{"a secret"}},
		{name: "a variable of docker run", in: "docker run -e DB_PASSWORD=hunter2 --env=API_PASSWORD=hunter3 a", want: "docker run -e DB_PASSWORD=*** --env=API_PASSWORD=*** a", types: []string{"a password", "a password"}},
		{name: "options of mount", in: "mount -o username=app,password=hunter2,uid=1 //a /b", want: "mount -o username=app,password=***,uid=1 //a /b", types: []string{"a password"}},
		{name: "options in options", in: "docker volume create --opt=o=username=app,password=hunter2", want: "docker volume create --opt=o=username=app,password=***", types: []string{"a password"}},
		{name: "options of Java", in: `JAVA_OPTS="-Xmx1g -Ddb.password=hunter2" run`, want: `JAVA_OPTS="-Xmx1g -Ddb.password=***" run`, types: []string{"a password"}},
		{name: "files and variables in place of passwords", in: "redis-server --requirepass $(PASSWORD) --masterauth ${PASSWORD} --tls-key-file-pass /run/x; x --password-file /run/x --requirepass --appendonly yes; " +
			"sqlcmd -P $$SA_PASSWORD; mongosh -p $${PASSWORD}; openssl rsa -passin file:/run/x -passin env:X; docker run -e DB_PASSWORD --env=DB_PASSWORD_FILE=/run/x --env-file=a --opt=o=uid=1,password_file=x"},
		{name: "other things that are called so", in: "redis-server --requirepass replace-default-auth; x264 --pass 2 --bypass all; ffmpeg -pass 1 -passlogfile x.log; mongod -p 27017; nginx proxy_pass upstream; rabbitmqctl add_vhost shop; # requirepass foobared\necho a requirepass b"},
		{name: "commands without a value", in: "RUN mysql -u root -p && mysql -p -e x && docker login -u ci --password-stdin < /x && sshpass -f /x ssh a && useradd -p '!' a && usermod -p '*' b"},
		{name: "commands with variables", in: `RUN mysql -p$PW && mysql -p"$PW" && echo "root:$PW" | chpasswd && echo "$PW" | docker login -u x --password-stdin && docker login -p ${PW} && useradd -p $(cat /x) a`},
		{name: "other commands", in: "RUN mkdir -p /a && docker run -p 80:80 x && mysql -P3306 && cp -p a b; echo root:x:0:0 >> /etc/passwd; apt-get install -y mysql-client; mkdir -p /mysql"},
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

// Tokens are found in every text, and what is only called a secret in none.
func TestTokens(t *testing.T) {
	t.Parallel()
	text := "password: of the user, PASSWORD=hunter2\nsee https://bob:s3cr3t@git.internal/a and " + githubToken() + " or Server=db;Password=s3cr3t;"
	var got []string
	for _, s := range secret.Tokens(text) {
		got = append(got, s.Type)
		if s.Line != 2 {
			t.Errorf("%s in line %d, want 2", s.Type, s.Line)
		}
	}
	if diff := cmp.Diff([]string{"a password in an address of https", "what gitleaks calls github-pat", "a password in a connection string"}, got); diff != "" {
		t.Errorf("Tokens (-want +got):\n%s", diff)
	}
}
