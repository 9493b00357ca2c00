package secret_test

import (
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/secret"
)

// PASSWORD stands for the password in each of these commands, which is all that is hidden.
func TestCommands(t *testing.T) {
	t.Parallel()
	const password = "xhunter2-9Qm"
	for _, command := range []string{
		"curl -sSu bob:PASSWORD https://x.internal", "curl -fsSLubob:PASSWORD https://x.internal", "curl 'https://x.internal?a=1&b=2' --proxy-user=bob:PASSWORD", "curl -s \\\n  -U bob:PASSWORD https://x.internal",
		"npm config set //npm.internal/:_authToken=PASSWORD", "npm config set //npm.internal/:_authToken PASSWORD && npm ci", "npm set //npm.internal/:_authToken PASSWORD", "echo '//npm.internal/:_authToken=PASSWORD' > .npmrc",
		"yarn config set npmAuthToken PASSWORD", "yarn config set -H npmAuthToken PASSWORD", "aws configure set aws_secret_access_key PASSWORD", "aws configure --profile ci set aws_secret_access_key PASSWORD",
		"echo 'machine git.internal login bob password PASSWORD' > ~/.netrc", `printf "machine git.internal\nlogin bob\npassword PASSWORD\n" >> /root/.netrc`, "echo db:5432:app:bob:PASSWORD > ~/.pgpass",
		`echo "<settings><servers><server><password>PASSWORD</password></server></servers></settings>" | tee /root/.m2/settings.xml`,
		"composer config http-basic.repo.internal bob PASSWORD", "composer config --global bearer.repo.internal PASSWORD", "composer config -g github-oauth.github.com PASSWORD", "poetry config http-basic.shop bob PASSWORD", "poetry config pypi-token.pypi PASSWORD",
		"bundle config set gems.internal bob:PASSWORD", "bundle config set --global gems.internal bob:PASSWORD", "bundle config gems.internal bob:PASSWORD",
		"twine upload -u bob -p PASSWORD dist/*", "dotnet nuget add source https://n.internal/v3/index.json -u bob -p PASSWORD", "nuget sources add -Name a -UserName bob -Password PASSWORD",
		"git config --global http.extraheader 'AUTHORIZATION: bearer PASSWORD'", "git -c http.extraheader='Authorization: Basic PASSWORD' clone x", "curl -H 'X-JFrog-Art-Api: PASSWORD' https://x.internal",
		"subscription-manager register --org=1 --activationkey=PASSWORD", "sonar-scanner -Dsonar.login=PASSWORD", "echo PASSWORD | gh auth login --with-token", "gh auth login --with-token <<< PASSWORD && x",
	} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			before, after, _ := strings.Cut(command, "PASSWORD")
			in, want := before+password+after, before+"***"+after
			if got := secret.Redact(in); got != want {
				t.Errorf("Redact(%q) = %q, want %q", in, got, want)
			}
		})
	}
}

// Ordinary commands have no secret.
func TestOrdinaryCommands(t *testing.T) {
	t.Parallel()
	for _, command := range []string{
		"curl -fsSL https://x.internal -o /usr/local/bin/x", "curl -u \"$USER:$PASSWORD\" https://x.internal", `curl -u "${USER}:${PASSWORD}" https://x.internal`, "curl -u bob:$(cat /run/secrets/pw) https://x.internal",
		"curl -sSu user:password https://x.internal", "curl -u bob:changeme https://x.internal", "curl -fsS --user-agent x:y1 https://x.internal", "curl -o out.tar:a https://x.internal", "curl -u bob https://x.internal:8080/",
		"curl -H 'Authorization: Bearer ${TOKEN}' https://x.internal", `curl -H "Authorization: Bearer $(cat /run/secrets/token)" https://x.internal`, "curl -H 'Authorization: Bearer <token>' x", "curl -H 'Authorization: Bearer token' x", "curl -H 'X-JFrog-Art-Api: $KEY' x",
		"npm config set registry https://npm.internal/", "npm config set //npm.internal/:_authToken ${NPM_TOKEN}", "npm config set //npm.internal/:_authToken=$NPM_TOKEN", "npm config set cache /tmp/npm --global", "npm config delete //npm.internal/:_authToken",
		"echo '//npm.internal/:_authToken=${NPM_TOKEN}' > .npmrc", "yarn config set nodeLinker node-modules", "pip config set global.index-url https://pypi.internal/simple", "pnpm config set store-dir /x",
		"git config --global user.email ci@shop.internal", "git config --global credential.helper store", "git config --global safe.directory /app", "git config --global url.https://github.com/.insteadOf git@github.com:",
		"aws configure set region eu-west-1", "aws configure set aws_access_key_id $ID", "composer config repositories.a vcs https://git.internal/a", "composer config --global process-timeout 2000", "composer config http-basic.repo.internal $U $P",
		"poetry config virtualenvs.create false", "poetry config pypi-token.pypi $PYPI_TOKEN", "bundle config set --local without 'development test'", "bundle config set path vendor/bundle", "bundle config mirror.https://rubygems.org http://gems.internal:9292",
		"twine upload -u bob -p $TWINE_PASSWORD dist/*", "dotnet nuget add source https://n.internal/v3/index.json -n shop", "nuget restore -PackagesDirectory packages -p x.sln",
		`echo "machine git.internal login bob password $TOKEN" > ~/.netrc`, "echo 'db:5432:app:bob:$PGPASSWORD' > ~/.pgpass", "cat /run/secrets/npmrc > .npmrc", "RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci", "echo \"$TOKEN\" | gh auth login --with-token",
		`printf '//npm.internal/:_authToken=%s\n' "$T" > .npmrc`, `printf "machine %s login %s password %s\n" a b "$T" > ~/.netrc`, `printf '{"http-basic":{"a.internal":{"username":"%s","password":"%s"}}}' $U $P > auth.json`,
		`echo '{"http-basic":{"a.internal":{"username":"'$U'","password":"'$P'"}}}' > auth.json`, `echo '{"http-basic":{"a.internal":{"username":"'"$U"'","password":"'"$P"'"}}}' > auth.json`, `echo '{"auths":{"a.internal":{"auth":"'"$AUTH"'"}}}' > /root/.docker/config.json`, `echo "npmAuthToken: \"\${NPM_TOKEN}\"" >> .yarnrc.yml`,
		"sonar-scanner -Dsonar.login=$SONAR_TOKEN -Dsonar.projectKey=shop-77", "java -Dfile.encoding=UTF-8 -jar app.jar", "make > /dev/null 2>&1", "echo make > ~/.bash_history", "use tcp(db) and app@tcp(db:3306)/shop",
	} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			if got := secret.Text(command); len(got) > 0 {
				t.Errorf("Text(%q) = %+v, want none", command, got)
			}
		})
	}
}

// The password of a data source, as drivers of Go have it, is found in a variable and in a text.
func TestDataSource(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{"app:xhunter2@tcp(db:3306)/shop", "app:***@tcp(db:3306)/shop"},
		{"DSN='app:p/ss.w:1@unix(/run/mysqld.sock)/shop'", "DSN='app:***@unix(/run/mysqld.sock)/shop'"},
		{"app:${PASSWORD}@tcp(db:3306)/shop", "app:${PASSWORD}@tcp(db:3306)/shop"},
		{"user:password@tcp(localhost:3306)/db", "user:password@tcp(localhost:3306)/db"},
	} {
		if got := secret.Redact(tt.in); got != tt.want {
			t.Errorf("Redact(%q) = %q, want %q", tt.in, got, tt.want)
		}
		if _, ok := secret.Variable("DSN", tt.in); ok != (tt.in != tt.want) {
			t.Errorf("Variable(DSN, %q) = %t", tt.in, ok)
		}
	}
}
