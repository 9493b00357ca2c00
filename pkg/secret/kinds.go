package secret

import (
	"path"
	"slices"
	"strings"
	"sync"
)

// names are the names of files, in lower case: the last elements of a path, of which the very last may be a pattern of
// path.Match.
type names []string

// kindIndex finds the kinds of a file by its path.
type kindIndex struct {
	whole map[string][]kindName // by the last element
	parts []kindName            // of which the last element is a pattern
}

// kindName is one of the names of a kind.
type kindName struct {
	kind          int    // its place in kinds
	dir           string // the elements before the last one, each with a slash behind it
	last          string // element, which may be a pattern of path.Match
	before, after string // of a pattern: its text before the first * and behind the last
}

// indexed are the names of all kinds.
var indexed = sync.OnceValue(func() *kindIndex {
	x := &kindIndex{whole: map[string][]kindName{}}
	for i, k := range kinds {
		for _, pattern := range k.names {
			dir, last := path.Split(pattern)
			n := kindName{kind: i, dir: dir, last: last}
			if first := strings.IndexByte(last, '*'); first >= 0 {
				n.before, n.after = last[:first], last[strings.LastIndexByte(last, '*')+1:]
				x.parts = append(x.parts, n)
			} else {
				x.whole[last] = append(x.whole[last], n)
			}
		}
	}
	return x
})

// of lists the kinds of a file, by its absolute path in lower case, in their order.
func (x *kindIndex) of(name string) []kind {
	base := path.Base(name)
	above := strings.TrimSuffix(name, base)
	var found []int
	below := func(n kindName) bool {
		return strings.HasSuffix(above, n.dir) && strings.HasSuffix(above[:len(above)-len(n.dir)], "/")
	}
	for _, n := range x.whole[base] {
		if below(n) {
			found = append(found, n.kind)
		}
	}
	for _, n := range x.parts {
		if !strings.HasPrefix(base, n.before) || !strings.HasSuffix(base, n.after) { // as most are, which is told faster than by the pattern
			continue
		}
		if ok, _ := path.Match(n.last, base); ok && below(n) {
			found = append(found, n.kind)
		}
	}
	slices.Sort(found)
	var out []kind
	for _, i := range slices.Compact(found) {
		out = append(out, kinds[i])
	}
	return out
}

// kinds are the files that are known by their path.
var kinds = []kind{
	{Registry, "a credential of npm", names{".npmrc", "etc/npmrc"}, values(`(?m)^[^#;\n=]*?(_authToken|_auth|_password)\s*=\s*["']?([^\s"']+)`)},
	{Registry, "a credential of Yarn", names{".yarnrc", ".yarnrc.yml"}, values(`(npmAuthToken|npmAuthIdent)["']?\s*:\s*["']?([^\s"']+)`)},
	{Registry, "a password of .netrc", names{".netrc", "_netrc", "etc/apt/auth.conf", "etc/apt/auth.conf.d/*"}, values(`\bpassword\s+(\S+)`)},
	{Registry, "a credential of a container registry", names{".docker/config.json", ".dockercfg", ".dockerconfigjson", "containers/auth.json"}, values(`"(auth|identitytoken|registrytoken|password)"\s*:\s*"([^"]{4,})"`)},
	{Registry, "a credential of a container registry or of Composer", names{"auth.json"}, having(`"(?:auths|http-basic)"\s*:`, values(`"(auth|identitytoken|registrytoken|password)"\s*:\s*"([^"]{4,})"`))},
	{Registry, "a credential of Poetry", names{"pypoetry/auth.toml"}, values(`(?m)^\s*(password|pypi-token\.\w+|token)\s*=\s*["']([^"'\n]+)`)},
	{Registry, "a password of PyPI", names{".pypirc"}, values(`(?m)^\s*(password)\s*[=:]\s*(\S+)`)},
	{Registry, "a password in an address", names{
		".git-credentials", "git/credentials", ".git/config", ".gitconfig", "pip.conf", ".condarc", "etc/apt/sources.list", "etc/apt/sources.list.d/*", "yum.repos.d/*", "etc/apk/repositories", ".gemrc", ".bundle/config",
	}, passwords},
	{Registry, "a password in an address", names{
		"requirements*.txt", "*requirements.txt", "constraints*.txt", "direct_url.json", "pyproject.toml", "pipfile", "pipfile.lock", "poetry.lock", "poetry.toml", "uv.lock", "uv.toml", "setup.cfg",
		"package.json", "package-lock.json", ".package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", ".npmrc", ".yarnrc", ".yarnrc.yml", "composer.json", "composer.lock", "installed.json",
		"gemfile", "gemfile.lock", "go/env", "go.env", ".cargo/config", ".cargo/config.toml", "cargo/config.toml", ".gitmodules", "git/config", "etc/gitconfig", ".hgrc", "build.gradle", "settings.gradle", "environment.y*ml",
		".curlrc", ".wgetrc", "etc/wgetrc", "etc/apt/apt.conf", "apt.conf.d/*", "dnf/dnf.conf", "etc/yum.conf",
	}, sources},
	{Registry, "a password of a package repository", names{"yum.repos.d/*"}, values(`(?m)^(password)\s*=\s*(\S+)`)},
	{Registry, "a password of Maven", names{"settings.xml", "settings-security.xml"}, uncommented(having(`<(?:settings|settingsSecurity|servers?|proxies)[\s>]`, values(`<(password|passphrase|master)>\s*([^<\s]+)\s*</`)))},
	{Registry, "a password of Gradle", names{"gradle.properties"}, assignments},
	{Registry, "a credential of Composer", names{".composer/auth.json", "composer/auth.json"}, values(`:\s*"([^"\s]{8,})"`)},
	{Registry, "a key of RubyGems", names{".gem/credentials"}, values(`(?m)^(:\w+):\s*(\S+)`)},
	{Registry, "a password of NuGet", names{"nuget.config"}, uncommented(values(`(?i)<add\s+key="((?:ClearText)?Password)"\s+value="([^"]+)"`))},
	{Registry, "a token of Cargo", names{".cargo/credentials", ".cargo/credentials.toml", "cargo/credentials", "cargo/credentials.toml"}, values(`(token)\s*=\s*"([^"]+)"`)},
	{Registry, "a password of Helm", names{"helm/repositories.yaml", "helm/registry/config.json"}, values(`"?(password|auth)"?\s*:\s*["']?([^\s"']{4,})`)},
	{Registry, "a credential of Bundler", names{".bundle/config", "bundle/config"}, bundlerCredentials},
	{Registry, "a credential of Composer", names{"auth.json"}, having(`"(?:github-oauth|gitlab-oauth|gitlab-token|bitbucket-oauth|bearer|custom-headers)"\s*:`, values(`"((?:[\w-]+\.)+[\w-]+(?::\d+)?|consumer-secret|token)"\s*:\s*"([^"\s]{8,})"`))},
	{Registry, "a credential of git", names{"config", "gitconfig", ".gitconfig", "git-credentials-*.config"}, values(`(?im)^\s*(extraheader)\s*=\s*"?authorization:\s*(?:basic|bearer|token)\s+([A-Za-z0-9+/=._~-]{8,})`)}, // as actions/checkout leaves it
	{Registry, "a credential of a container registry", names{"config.json"}, having(`"auths"\s*:\s*\{\s*"`, values(`"(auth|identitytoken|registrytoken|password)"\s*:\s*"([^"]{4,})"`))},
	{Registry, "a credential of Yarn", names{".yarnrc"}, values(`(?m)^[^#\n]*?(_authToken|_auth|_password)"?[ \t]+"?([^\s"]+)`)},
	{Registry, "a credential of Bun", names{"bunfig.toml", ".bunfig.toml"}, instructed(values(`\b(token|password)\s*=\s*["']([^"'\n]+)`))},
	{Registry, "a credential of uv", names{"uv/credentials/credentials.toml", "uv/credentials.toml"}, instructed(values(`(?m)^\s*(password|token)\s*=\s*["']([^"'\n]+)`))},
	{Registry, "a token of Cargo", names{".cargo/config", ".cargo/config.toml", "cargo/config.toml"}, instructed(values(`\b(token|secret-key)\s*=\s*"([^"\n]+)"`))},
	{Registry, "a password of Ivy", names{".credentials", "sbt/credentials"}, having(`(?m)^\s*host\s*=`, values(`(?m)^\s*(password)\s*=\s*(\S+)`))},
	{Registry, "a password of Coursier", names{"coursier/credentials.properties"}, values(`(?m)^[\w-]+\.(password)\s*=\s*(\S+)`)},
	{Registry, "a key of Hex", names{"hex.config"}, values(`(auth_key|read_key|write_key|api_key|access_token|refresh_token)'?\s*(?:=>|,)\s*<<"([^"]+)">>`)},

	{Cloud, "a credential of AWS", names{".aws/credentials", ".aws/config"}, values(`(?m)^\s*(aws_secret_access_key|aws_session_token)\s*=\s*(\S+)`)},
	{Cloud, "a credential of Google Cloud", names{"application_default_credentials.json", "adc.json"}, values(`"(refresh_token)"\s*:\s*"([^"]+)"`)},
	{Cloud, "the credentials of Google Cloud", names{"gcloud/credentials.db", "gcloud/access_tokens.db"}, whole(`^SQLite format 3`)},
	{Cloud, "a credential of Azure", names{".azure/accesstokens.json", ".azure/msal_token_cache.*", ".azure/service_principal_entries.*"}, values(`(?i)"(refresh_?token|access_?token|client_?secret|secret)"\s*:\s*"([^"]{8,})"`)},
	{Cloud, "a credential of a Kubernetes cluster", names{".kube/config", "*.kubeconfig", "kubeconfig", "kubeconfig.y*ml", "etc/kubernetes/*.conf", "k3s/k3s.yaml"}, values(`(?m)^(?:[^#\n]*[{,\s])?-?\s*["']?(token|client-key-data|password|id-token|refresh-token|access-token)["']?\s*:\s*["']?([^\s"',}]{4,})`)},
	{Cloud, "a credential of a Kubernetes cluster", names{"*.y*ml", "*.conf", "config"}, having(`(?m)^kind:\s*["']?Config["']?\s*$`, having(`(?m)^users:`, values(`(?m)^(?:[^#\n]*[{,\s])?-?\s*["']?(token|client-key-data|password|id-token|refresh-token|access-token)["']?\s*:\s*["']?([^\s"',}]{4,})`)))},
	{Cloud, "a token of Terraform", names{"credentials.tfrc.json", ".terraformrc"}, values(`"?(token)"?\s*[=:]\s*"([^"]+)"`)},
	{Cloud, "a token of Vault", names{".vault-token"}, values(`^\s*(\S{8,})\s*$`)},
	{Cloud, "a credential of an object store", names{".boto", ".s3cfg", "rclone.conf"}, values(`(?m)^\s*(secret_key|gs_secret_access_key|aws_secret_access_key|secret_access_key|gs_oauth2_refresh_token|client_secret|pass)\s*=\s*(\S+)`)},
	{Cloud, "a password of OpenStack", names{"clouds.y*ml"}, values(`(?m)^\s*(password)\s*:\s*["']?([^\s"']+)`)},
	{Cloud, "a credential of AWS", names{".aws/sso/cache/*.json", ".aws/cli/cache/*.json"}, values(`"(?i:(accessToken|refreshToken|clientSecret|secretAccessKey|sessionToken))"\s*:\s*"([^"]{8,})"`)},
	{Cloud, "a credential of Firebase", names{"configstore/firebase-tools.json"}, values(`"(refresh_token|access_token|id_token)"\s*:\s*"([^"]{8,})"`)},
	{Cloud, "the passphrase of a key of Oracle Cloud", names{".oci/config"}, values(`(?m)^\s*(pass_phrase)\s*=\s*(\S+)`)},
	{Cloud, "a credential of Codex", names{".codex/auth.json"}, values(`"(refresh_token|access_token|id_token|OPENAI_API_KEY)"\s*:\s*"([^"]{8,})"`)},
	{Cloud, "a token of Sentry", names{".sentryclirc", "sentry.properties"}, values(`(?m)^\s*((?:auth\.)?token)\s*=\s*(\S+)`)},

	{Settings, "", names{".env", ".env.*", "*.env", ".envrc", "etc/environment", "*.tfvars", "*.tfvars.json"}, either(passwords, assignments)},
	{Settings, "", names{
		"application.properties", "application-*.properties", "application.y*ml", "application-*.y*ml", "bootstrap.properties", "bootstrap.y*ml", "appsettings.json", "appsettings.*.json", "local.settings.json",
		"secrets.y*ml", "database.y*ml", "credentials.y*ml", "connectionstrings.json",
	}, either(passwords, connections, assignments)},
	// An address or a connection that somebody took out of use is one all the same; settings in comments are examples.
	{Settings, "", names{"connectionstrings.config", "web.config", "app.config"}, either(passwords, connections, uncommented(assignments))},
	{Settings, "", names{"*.sh", "entrypoint", "docker-entrypoint", ".profile", ".bashrc", ".bash_profile", ".zshrc", ".zshenv", "etc/profile"}, instructed(either(passwords, exports))},
	{Settings, "", names{"*.conf", "*.ini", "*.cfg", "*.toml", "*.y*ml", "*.properties"}, instructed(either(passwords, jdbcPasswords))},
	{Settings, "a password of PostgreSQL", names{".pgpass", "pgpass.conf"}, values(`(?m)^[^#:\n]*:[^:\n]*:[^:\n]*:([^:\n]*):(\S+)`)},
	{Settings, "a password of MySQL", names{".my.cnf", "mysql/debian.cnf"}, values(`(?m)^\s*(password)\s*=\s*["']?([^\s"']+)`)},
	{Settings, "a password of WordPress", names{"wp-config.php"}, values(`define\(\s*['"](DB_PASSWORD)['"]\s*,\s*['"]([^'"]+)['"]`)},
	{Settings, "", names{"*.tfvars.json", "appsettings.json", "appsettings.*.json", "local.settings.json", ".mcp.json", "mcp.json", "mcp_config.json", "claude_desktop_config.json"}, fields},
	{Settings, "the master key of Rails", names{"config/master.key", "config/credentials/*.key"}, values(`^\s*([0-9a-f]{32})\s*$`)},
	{Settings, "a password of Tomcat", names{"tomcat-users.xml"}, uncommented(values(`\b(password)\s*=\s*["']([^"'\n]+)`))},
	{Settings, "", names{"*.service", "override.conf"}, assigned(`(?m)^[ \t]*Environment=(.*)$`)},
	{Settings, "", names{"etc/default/*", "etc/sysconfig/*", "etc/conf.d/*"}, instructed(either(passwords, assignments))},
	{Settings, "", names{"supervisord.conf", "supervisor/conf.d/*.conf", "supervisord.d/*.conf", "supervisord.d/*.ini"}, assigned(`(?m)^environment[ \t]*=(.*(?:\n[ \t]+.*)*)`)},
	{Settings, "a password of Redis", names{"redis.conf", "redis/*.conf", "sentinel.conf", "valkey.conf", "valkey/*.conf"}, values(`(?m)^[ \t]*(requirepass|masterauth|sentinel[ \t]+auth-pass[ \t]+\S+)[ \t]+["']?([^\s"']+)`)},
	{Settings, "a password of a mail server", names{"sasl_passwd", "postfix/sasl/passwd"}, values(`(?m)^[^#\s]\S*[ \t]+[^\s:]+:(\S+)`)},
	{Settings, "a password of a mail server", names{"msmtprc", ".msmtprc", "msmtp/config"}, values(`(?m)^[ \t]*(password)[ \t]+["']?([^\s"']+)`)},
	{Settings, "a password of a mail server", names{"ssmtp.conf"}, values(`(?im)^[ \t]*(AuthPass)[ \t]*=[ \t]*(\S+)`)},
	{Settings, "a password of a database", names{"docker-entrypoint-initdb.d/*.sql"}, inSQL},

	{History, "", names{".*_history", "fish/fish_history", "psreadline/consolehost_history.txt"}, nil},
	{History, "", names{".*_history"}, inSQL},
	{History, "a password of Redis", names{".rediscli_history", ".valkeycli_history"}, values(`(?im)^[ \t]*(auth|config[ \t]+set[ \t]+requirepass)[ \t]+(?:[^\s"']+[ \t]+)?["']?([^\s"']+)["']?[ \t]*$`)},
	{Key, typeKey, names{"private-keys-v1.d/*.key"}, whole(`(?m)^Key:\s*\(private-key\b`)},
	{ProtectedKey, typeEncrypted, names{"private-keys-v1.d/*.key"}, whole(`(?m)^Key:\s*\(protected-private-key\b`)},
	{State, "the state of Terraform", names{"*.tfstate", "*.tfstate.backup"}, whole(`"resources"\s*:\s*\[\s*\{|"modules"\s*:\s*\[\s*\{`)},
	{Repository, "a git repository with its history", names{".git/head"}, whole(`^(?:ref: |[0-9a-f]{40})`)},
	{Key, "a key of WireGuard", names{"wireguard/*.conf"}, values(`(?m)^\s*(PrivateKey|PresharedKey)\s*=\s*([A-Za-z0-9+/]{43}=)`)},
	{ProtectedKey, "a key store with a private key", names{"*.p12", "*.pfx", "*.jks", "*.keystore"}, keyStore},
}
