package build

import (
	"path"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/regex"
)

// tlsOff is the rule that the certificates of servers are verified.
func tlsOff() rule {
	return rule{check.Rule{
		ID: "LG-DF-005", Name: "certificates-not-verified", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
		Title:  "a download does not verify the server's certificate",
		Why:    "Anybody on the way to the server can answer in its place, and decides what is in the image.",
		Remedy: "Remove the option, and add the certificate of your own authority to the trusted ones where that is missing.",
		References: []check.Reference{
			{Name: "CIS Docker 4.11"},
			{Name: "CWE-295", URL: "https://cwe.mitre.org/data/definitions/295.html"},
		},
	}, findTLSOff}
}

func findTLSOff(_ *Subject, steps []*step) []seen {
	const saw = "certificates are not verified"
	out := ofCommands(steps, func(c command) string {
		if c.tlsOff() || slices.ContainsFunc(c.variables, variableTLSOff) {
			return saw
		}
		return ""
	})
	out = append(out, ofVariables(steps, variableTLSOff, saw+", here and when the image runs", saw)...)
	return ofFiles(steps, out, fileTLSOff, saw)
}

// settingsTLSOff match what turns the verification of certificates off in configuration files, by the files' names.
var settingsTLSOff = map[string]*regex.Regex{
	".curlrc":    regex.New(`(?m)^\s*(?:-{0,2}(?:proxy-)?insecure\b|-\w*k\b)`),
	".wgetrc":    regex.New(`(?mi)^\s*check_?certificate\s*=\s*(?:off|0|no)\b`),
	".npmrc":     regex.New(`(?mi)^\s*strict-ssl\s*=\s*"?false\b`),
	".yarnrc":    regex.New(`(?mi)^\s*(?:strict-ssl\s+"?false\b|enableStrictSsl:\s*"?false\b)`),
	"pip.conf":   regex.New(`(?mi)^\s*trusted-host\s*=`),
	".condarc":   regex.New(`(?mi)^\s*ssl_verify:\s*"?(?:false|no)\b`),
	".gitconfig": regex.New(`(?mi)^\s*sslverify\s*=\s*"?(?:false|0|no)\b`),
}

// fileTLSOff tells whether the text of a configuration file turns the verification of certificates off.
func fileTLSOff(name, text string) bool {
	name = strings.TrimSuffix(path.Base(name), ".yml")
	switch name {
	case "curlrc", "wgetrc", "npmrc", "gitconfig":
		name = "." + name // as those of the whole system are called
	}
	settings := settingsTLSOff[name]
	return settings != nil && settings.MatchString(text)
}

// Words of configurations that turn the verification of certificates off.
var (
	aptVerifyOff = regex.New(`(?i)acquire::(?:https::)?(?:[\w.-]+::)?verify-(?:peer|host)[\s="']+(?:false|0|no)`)
	sslVerifyOff = regex.New(`(?i)\bssl_?verify\s*[=:]\s*['"]?(?:false|0|no)\b`)
)

// tlsOff tells whether the command's arguments turn the verification of certificates off.
func (c command) tlsOff() bool {
	args := strings.Join(c.args, " ")
	name := strings.TrimRight(c.name, "0123456789.")
	if c.is("python", "python2", "python3") && strings.Contains(args, "-m pip") {
		name = "pip"
	}
	switch name {
	case "curl":
		return c.short('k', curlValued) || c.abbreviates("--insecure", "--ins") || c.abbreviates("--proxy-insecure", "--proxy-ins")
	case "wget":
		return c.abbreviates("--no-check-certificate", "--no-ch")
	case "pip", "uv", "pipenv", "poetry":
		return c.has("--trusted-host", "--allow-insecure-host") || configures(args, "trusted-host", "")
	case "npm", "yarn", "pnpm":
		return c.has("--no-strict-ssl", "--strict-ssl=false") || configures(args, "strict-ssl", "false") || configures(args, "enableStrictSsl", "false")
	case "git":
		return sslVerifyOff.MatchString(args) || configures(args, "http.sslVerify", "false")
	case "conda", "mamba", "micromamba":
		return configures(args, "ssl_verify", "false")
	case "composer":
		return configures(args, "disable-tls", "true") || configures(args, "secure-http", "false")
	case "go":
		return c.has("-insecure")
	case "helm", "kubectl", "argocd":
		return c.has("--insecure-skip-tls-verify")
	case "skopeo", "podman", "buildah":
		return strings.Contains(args, "tls-verify=false")
	case "aws":
		return c.has("--no-verify-ssl")
	case "apk":
		return c.has("--no-check-certificate")
	}
	return aptVerifyOff.MatchString(args) || c.is("yum", "dnf", "microdnf", "echo", "printf") && sslVerifyOff.MatchString(args)
}

// configures tells whether arguments set a key to a value, or to any where the value is empty.
func configures(args, key, value string) bool {
	args = strings.ToLower(args)
	i := strings.Index(args, strings.ToLower(key))
	if i < 0 || !strings.Contains(args[:i], "config") && !strings.HasPrefix(args, "set ") {
		return false
	}
	rest := strings.TrimLeft(args[i+len(key):], ` ='"`)
	return strings.HasPrefix(rest, value)
}

// variableTLSOff tells whether a variable turns the verification of certificates off.
func variableTLSOff(assignment string) bool {
	name, value, _ := strings.Cut(assignment, "=")
	value = strings.ToLower(value)
	off := value == "0" || value == "false" || value == "no" || value == "off"
	switch strings.ToUpper(name) {
	case "NODE_TLS_REJECT_UNAUTHORIZED", "PYTHONHTTPSVERIFY", "NPM_CONFIG_STRICT_SSL", "YARN_ENABLE_STRICT_SSL", "CONDA_SSL_VERIFY", "BUNDLE_SSL_VERIFY_MODE":
		return off
	case "GIT_SSL_NO_VERIFY":
		return value != "" && !off
	case "PIP_TRUSTED_HOST", "UV_INSECURE_HOST":
		return value != ""
	}
	return false
}
