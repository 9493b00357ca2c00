package lockfile_test

import (
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/lockfile"
)

func TestFindPin(t *testing.T) {
	t.Parallel()
	const deb, apk, rpm = "7.88.1-10+deb12u5", "8.5.0-r0", "0:7.76.1-23.el9"
	tests := []struct {
		name, script      string
		typ, pkg, version string
		want              string // the word; empty for none
		to                string
		allows            bool
		rewritten         string // empty for none
	}{
		{"apt", "apt-get install -y ca-certificates curl=7.88.1-10+deb12u5", "deb", "curl", deb, "curl=7.88.1-10+deb12u5", "7.88.1-10+deb12u6", false, "curl=7.88.1-10+deb12u6"},
		{"apt, quoted", `apt-get install -y "curl=7.88.1-10+deb12u5"`, "deb", "curl", deb, "curl=7.88.1-10+deb12u5", "7.88.1-10+deb12u6", false, "curl=7.88.1-10+deb12u6"},
		{"apt, an architecture", "apt-get install curl:amd64=7.88.1-10+deb12u5", "deb", "curl", deb, "curl:amd64=7.88.1-10+deb12u5", "7.88.1-10+deb12u6", false, "curl:amd64=7.88.1-10+deb12u6"},
		{"apt, a name with signs", "apt-get install g++=4:12.2.0-3", "deb", "g++", "4:12.2.0-3", "g++=4:12.2.0-3", "4:12.2.0-4", false, "g++=4:12.2.0-4"},
		{"apt, a pattern that allows it", "apt-get install 'curl=7.88.*'", "deb", "curl", deb, "curl=7.88.*", "7.88.1-10+deb12u6", true, ""},
		{"apt, a pattern that does not", "apt-get install 'curl=7.88.1-10+deb12u5*'", "deb", "curl", deb, "curl=7.88.1-10+deb12u5*", "7.88.1-10+deb12u6", false, ""},
		{"apt, a variable", "apt-get install curl=$CURL", "deb", "curl", deb, "curl=$CURL", "7.88.1-10+deb12u6", false, ""},
		{"apt, another package", "apt-get install libcurl4=7.88.1-10+deb12u5 curly=1 ; curl -V", "deb", "curl", deb, "", "", false, ""},
		{"apt takes no dash", "apt-get install curl-7.88", "deb", "curl", deb, "", "", false, ""},
		{"apk", "apk add --no-cache curl=8.5.0-r0", "apk", "curl", apk, "curl=8.5.0-r0", "8.5.0-r1", false, "curl=8.5.0-r1"},
		{"apk, about", "apk add curl~8.5", "apk", "curl", apk, "curl~8.5", "8.5.0-r1", true, ""},
		{"apk, about, as it writes it, too", "apk add curl=~8.5", "apk", "curl", apk, "curl=~8.5", "8.5.0-r1", true, ""},
		{"apk, about another", "apk add curl~=8.5", "apk", "curl", apk, "curl~=8.5", "8.50.0-r1", false, ""},
		{"apk, at least", "apk add 'curl>=8'", "apk", "curl", apk, "curl>=8", "8.5.0-r1", true, ""},
		{"apk, more than", "apk add 'curl>8'", "apk", "curl", apk, "curl>8", "8.5.0-r1", true, ""},
		{"apk, below", "apk add 'curl<9'", "apk", "curl", apk, "curl<9", "8.5.0-r1", false, ""},
		{"dnf", "dnf install -y curl-7.76.1-23.el9", "rpm", "curl", rpm, "curl-7.76.1-23.el9", "0:7.76.1-26.el9", false, "curl-7.76.1-26.el9"},
		{"dnf, an architecture", "dnf install -y curl-7.76.1-23.el9.x86_64", "rpm", "curl", rpm, "curl-7.76.1-23.el9.x86_64", "7.76.1-26.el9", false, "curl-7.76.1-26.el9.x86_64"},
		{"dnf, an epoch", "dnf install -y curl-0:7.76.1-23.el9", "rpm", "curl", rpm, "curl-0:7.76.1-23.el9", "0:7.76.1-26.el9", false, "curl-0:7.76.1-26.el9"},
		{"dnf, any release", "dnf install -y curl-7.76.1", "rpm", "curl", rpm, "curl-7.76.1", "0:7.76.1-26.el9", true, ""},
		{"dnf, a name that goes on", "dnf install -y curl-minimal-7.76.1", "rpm", "curl", rpm, "", "", false, ""},
		{"dnf, a name that goes on with a number", "dnf install -y java-11-openjdk", "rpm", "java", "17-1", "", "", false, ""},
		{"dnf, a version without a number", "dnf install -y curl-devel", "rpm", "curl", "v1", "", "", false, ""},
		{"dnf takes no sign", "dnf install -y curl=7.76.1", "rpm", "curl", rpm, "", "", false, ""},
		{"no package of a distribution", "npm install lodash=1", "npm", "lodash", "1", "", "", false, ""},
		{"no name", "a =1", "deb", "", "1", "", "", false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			pin, ok := lockfile.FindPin(tt.script, finding.Package{Type: tt.typ, Name: tt.pkg, Version: tt.version})
			if pin.Word != tt.want || ok != (tt.want != "") {
				t.Fatalf("FindPin(%q) = %q, %t, want %q", tt.script, pin.Word, ok, tt.want)
			}
			if !ok {
				return
			}
			if got := tt.script[pin.Offset:]; len(got) < len(tt.want) || got[:len(tt.want)] != tt.want {
				t.Errorf("FindPin(%q) is at %d, which is %q", tt.script, pin.Offset, got)
			}
			if got := pin.Allows(tt.to); got != tt.allows {
				t.Errorf("Allows(%q, %s) = %t, want %t", pin.Word, tt.to, got, tt.allows)
			}
			if got, _ := pin.Rewrite(tt.version, tt.to); got != tt.rewritten {
				t.Errorf("Rewrite(%q, %s) = %q, want %q", pin.Word, tt.to, got, tt.rewritten)
			}
		})
	}
}

func TestFindInstalled(t *testing.T) {
	t.Parallel()
	tests := []struct{ script, typ, pkg, version, want string }{
		{"pip install jinja2==2.10", "python", "Jinja2", "2.10", "jinja2==2.10"},
		{"pip install 'Ruamel_yaml[jinja2]===0.16'", "python", "ruamel.yaml", "0.16", "Ruamel_yaml[jinja2]===0.16"},
		{"pip install jinja2==2.10.1 sansjinja2==2.10 jinja2", "python", "jinja2", "2.10", ""},
		{"npm i -g minimist@0.0.8 && true", "npm", "minimist", "0.0.8", "minimist@0.0.8"},
		{"npm i -g @a/minimist@0.0.8", "npm", "minimist", "0.0.8", ""},
		{"npm i -g @a/minimist@0.0.8", "npm", "@a/minimist", "0.0.8", "@a/minimist@0.0.8"},
		{"npm i @a/minimist", "npm", "", "0.0.8", ""},
		{"go install a.example/x/cmd/y@v1.2.0", "go-module", "a.example/x", "v1.2.0", "a.example/x/cmd/y@v1.2.0"},
		{"go install a.example/xy@v1.2.0", "go-module", "a.example/x", "v1.2.0", ""},
		{"gem install rack:2.0.1", "gem", "rack", "2.0.1", "rack:2.0.1"},
		{"apt-get install curl=1", "deb", "curl", "1", ""},
	}
	for _, tt := range tests {
		got, at, ok := lockfile.FindInstalled(tt.script, finding.Package{Type: tt.typ, Name: tt.pkg, Version: tt.version})
		if got != tt.want || ok != (tt.want != "") || tt.script[at:at+len(got)] != got {
			t.Errorf("FindInstalled(%q, %s) = %q, %d, %t, want %q", tt.script, tt.pkg, got, at, ok, tt.want)
		}
	}
}
