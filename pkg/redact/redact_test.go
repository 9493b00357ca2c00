package redact_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/redact"
)

func TestText(t *testing.T) {
	t.Parallel()
	digest := "sha256:" + strings.Repeat("ab", 32)
	tests := []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"a sentence", `reading layer 1: it is "cut" (2 of 3)`, `reading layer 1: it is "cut" (2 of 3)`},
		{"an address before a colon", "http://mirror.example:8080: 403", "http://mirror.example:8080: 403"},
		{"a secret one before a colon", "http://user:hush@mirror.example:8080: 403", "http://***@mirror.example:8080: 403"},
		{"a question", "did you mean high? use a=b", "did you mean high? use a=b"},
		{"an address", "https://registry.example:5000/v2/app/blobs/" + digest + ": 404", "https://registry.example:5000/v2/app/blobs/" + digest + ": 404"},
		{"a reference", "pushed registry.example:5000/team/app:1@" + digest, "pushed registry.example:5000/team/app:1@" + digest},
		{"a reference by name", "docker:team/app:1.2", "docker:team/app:1.2"},
		{"a reference that is cut off", "repository: team/app:1@sha256", "repository: team/app:1@sha256"},
		{"a host like a digest", "user:hush@sha256.example", "***@sha256.example"},
		{"a package URL", "a package URL such as pkg:npm/lodash@4.17.4", "a package URL such as pkg:npm/lodash@4.17.4"},
		{"a login that is like one", "registry:pkg:hush@registry.example/app and pkg:hush/lodash@host", "***@registry.example/app and ***@host"},
		{"an npm address", "https://registry.npmjs.org/@scope/name", "https://registry.npmjs.org/@scope/name"},
		{"a maintainer", "Maintainer: x <x@example.org>", "Maintainer: x <x@example.org>"},
		{"IPv6", "https://[::1]:5000/v2/", "https://[::1]:5000/v2/"},
		{"IPv6 without a port", "https://[fe80::1]/v2/", "https://[fe80::1]/v2/"},

		{"what an address looks like", "write http://USER:PASSWORD@HOST:PORT, https://USER:PASSWORD@HOST/PATH or tcp://HOST:PORT; then", "write http://USER:PASSWORD@HOST:PORT, https://USER:PASSWORD@HOST/PATH or tcp://HOST:PORT; then"},
		{"what a reference looks like", `the form is NAME[:TAG][@DIGEST] or REPOSITORY[:TAG][@DIGEST]`, `the form is NAME[:TAG][@DIGEST] or REPOSITORY[:TAG][@DIGEST]`},
		{"a login that is like that", "USER:hush[:TAG][@host.example] and NAME[:hush][@DIGEST]", "***@host.example] and ***@DIGEST]"},
		{"a secret beside that", "http://USER:PASSWORD@HOST:PORT and http://user:hush@HOST and http://USER:PASSWORD@HOSTS/", "http://USER:PASSWORD@HOST:PORT and http://***@HOST and http://***@HOSTS/"},
		{"user and password", "http://user:hush@mirror.example/db", "http://***@mirror.example/db"},
		{"a token as user", `Get "https://hush@mirror.example/db": EOF`, `Get "https://***@mirror.example/db": EOF`},
		{"another scheme", "socks5://user:hush@proxy.example:1080", "socks5://***@proxy.example:1080"},
		{"several in one text", "http://a:hush@b/ and ftp://hush@c", "http://***@b/ and ftp://***@c"},
		{"@ in a password", "https://user:hu@sh@host.example/", "https://***@host.example/"},
		{"more of them", "https://user:hush?w=o#r/d@host.example/x", "https://***"},
		{"a port for a password", "https://user:12/hush@host.example/x", "https://***@host.example/x"},
		{"an address in a password", "https://user:hush://hush@host.example/x", "https://***@host.example/x"},
		{"/ in a password", "https://user:hu/sh@host.example/x", "https://***@host.example/x"},
		{"in brackets", "(https://user:hush@host.example)", "(https://***@host.example)"},
		{"a query", "https://store.example/blob?X-Amz-Signature=hush&X-Amz-Date=1 403", "https://store.example/blob?*** 403"},
		{"a quoted query", `Put "https://store.example/blob?sig=hush": EOF`, `Put "https://store.example/blob?***": EOF`},
		{"a path with a query", `location "/v2/app/blobs/uploads/1?_state=hush%3D" is missing`, `location "/v2/app/blobs/uploads/1?***" is missing`},
		{"both", "https://user:hush@host.example/?token=hush", "https://***@host.example/?***"},
		{"a query behind blanks", `parse "https://host.example/a b?sig=hush": bad`, `parse "https://host.example/a b?***": bad`},
		{"a second question mark", "https://host.example/?a?sig=hush", "https://host.example/?a?***"},
		{"without a scheme", `the push reference "user:hush@registry.example/app:1" is not valid`, `the push reference "***@registry.example/app:1" is not valid`},
		{"behind a source's scheme", "registry:user:hush@registry.example/app", "***@registry.example/app"},
		{"without a scheme, with a digest", "user:hush@registry.example/app@" + digest, "***@registry.example/app@" + digest},
		{"and another", "a:hush@b and c:hush@d", "***@b and ***@d"},
		{"an answer with a token", `no token in bearer response: {"refresh_token": "hush","expires_in":300}`, `no token in bearer response: {"refresh_token": "***","expires_in":300}`},
		{"escaped", `"{\"access_token\":\"hush\"}"`, `"{\"access_token\":\"***\"}"`},
		{"a helper's", `{"Username":"me","Secret":"hush"}`, `{"Username":"me","Secret":"***"}`},
		{"a header", "Authorization: Bearer hush", "Authorization: Bearer ***"},
		{"its value", "basic aHVzaC1odXNoOmh1c2g=", "basic ***"},
		{"a word like a scheme", "the basic idea of bearer tokens", "the basic idea of bearer tokens"},
		{"a digest in a variable", "registry.example:5000/app:1@${WEB_DIGEST}", "registry.example:5000/app:1@${WEB_DIGEST}"},
		{"a host in a variable", "user:hush@${HOST}/app", "***@${HOST}/app"},
		{"a token of a provider", "invalid boolean: ghp_hushhushhushhushhushhushhushhushhush", "invalid boolean: ***"},
		{"a web token", "got eyJhbGciOiJub25lIn0.eyJzdWIiOiJodXNoIn0.c2ln of it", "got *** of it"},
	}
	for _, tt := range tests {
		got := redact.Text(tt.in)
		if got != tt.want {
			t.Errorf("%s: Text(%q) = %q, want %q", tt.name, tt.in, got, tt.want)
		}
		if again := redact.Text(got); again != got {
			t.Errorf("%s: Text(%q) = %q, want it as it is", tt.name, got, again)
		}
	}
}

func TestError(t *testing.T) {
	t.Parallel()
	if got, want := redact.Error(errors.New("reading\n  https://me:hush@r.example/v2/: no")), "reading https://***@r.example/v2/: no"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
}

func TestURL(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://user:hush@mirror.example:8443/databases/v6/db.tar.zst?checksum=sha256%3Aab#hush": "https://mirror.example:8443/databases/v6/db.tar.zst",
		"https://mirror.example/db?":        "https://mirror.example/db",
		"/var/lib/db":                       "/var/lib/db",
		`C:\db`:                             `C:\db`,
		"http://user:hu sh@mirror.example/": "http://***",
		"http://user:hush@[::1/":            "http://***",
		"":                                  "",
	} {
		if got := redact.URL(in); got != want {
			t.Errorf("URL(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	var v redact.Values
	for _, value := range []string{"hush-hush\n", "first line\nhush-hush-more\n", "x", "", "hush-hush"} {
		v.Add(value)
	}
	in := "say hush-hush and hush-hush-more at https://user:pw@host\nfirst line x\n"
	if got, want := v.Text(in), "say *** and *** at https://***@host\n*** x\n"; got != want {
		t.Errorf("Text(%q) = %q, want %q", in, got, want)
	}
}

func TestHistory(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in, want string
		shell          []string
	}{
		{name: "no arguments", in: "RUN /bin/sh -c make # buildkit", want: "RUN /bin/sh -c make # buildkit"},
		{name: "none of them", in: "RUN |0 /bin/sh -c make", want: "RUN |0 /bin/sh -c make"},
		{name: "BuildKit's", in: "RUN |1 TOKEN=hush /bin/sh -c make # buildkit", want: "RUN |1 *** /bin/sh -c make # buildkit"},
		{name: "the classic builder's", in: "|2 A=1 TOKEN=hush hush /bin/sh -c make", want: "|2 *** /bin/sh -c make"},
		{name: "another shell", in: "RUN |1 TOKEN=hush /bin/bash -eo pipefail -c make", shell: []string{"/bin/bash", "-eo", "pipefail", "-c"}, want: "RUN |1 *** /bin/bash -eo pipefail -c make"},
		{name: "a shell that nobody names", in: "RUN |1 TOKEN=hush /bin/zsh -c make", want: "RUN |1 ***"},
		{name: "a value like a shell", in: "RUN |1 TOKEN=a /bin/sh -c hush /bin/sh -c make", want: "RUN |1 *** /bin/sh -c make"},
		{name: "a value of several lines", in: "RUN |1 TOKEN=a\nhush /bin/sh -c make", want: "RUN |1 *** /bin/sh -c make"},
		{name: "an exec form", in: "RUN |1 TOKEN=hush make all", want: "RUN |1 ***"},
		{name: "another instruction", in: "COPY |1 /x # buildkit", want: "COPY |1 /x # buildkit"},
	}
	for _, tt := range tests {
		if got := redact.History(tt.in, tt.shell); got != tt.want {
			t.Errorf("%s: History(%q) = %q, want %q", tt.name, tt.in, got, tt.want)
		}
	}
}

// secretOf makes a secret of arbitrary text that cannot be mistaken for what is around it.
func secretOf(s string) string {
	return "hush" + strings.Map(func(r rune) rune {
		if strings.ContainsRune("\"'`<>\\", r) || r <= ' ' || r > '~' {
			return 'x'
		}
		return r
	}, s) + "hush"
}

// Wherever a secret stands in an address or an answer, it does not stand in the text.
func FuzzText(f *testing.F) {
	f.Add("", "before ", " after")
	f.Add("p/a@s:s?w=o#rd%zz", `Get "`, `": EOF`)
	f.Add("@", "\x00", "://@")
	f.Add("eyJ.", "?", "=")
	f.Fuzz(func(t *testing.T, part, before, after string) {
		secret := secretOf(part)
		escaped := url.QueryEscape(secret)
		for _, in := range []string{
			"https://user:" + escaped + "@host.example/path",
			"https://" + escaped + "@host.example",
			"https://user:" + secret + "@host.example/path",
			"https://host.example/path?sig=" + escaped,
			"https://host.example/path?a=b&sig=" + secret,
			"/v2/app/blobs/uploads/?_state=" + secret,
			`{"refresh_token":"` + strings.ReplaceAll(secret, "\\", "") + `"}`,
			"user:" + escaped + "@registry.example/app:1",
		} {
			text := fmt.Sprintf("%s %s %s", before, in, after)
			got := redact.Text(text)
			if strings.Contains(got, "hush") && !strings.Contains(before+after, "hush") {
				t.Errorf("Text(%q) = %q, which shows the secret", text, got)
			}
			if quoted := redact.Text(fmt.Sprintf("%q", in)); strings.Contains(quoted, "hush") {
				t.Errorf("Text(%q) = %q, which shows the secret", in, quoted)
			}
			failed := &url.Error{Op: "Get", URL: in, Err: errors.New("EOF")}
			if got := redact.Text(failed.Error()); strings.Contains(got, "hush") {
				t.Errorf("Text(%q) = %q, which shows the secret", failed.Error(), got)
			}
		}
	})
}
