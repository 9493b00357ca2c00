package build_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/check/build"
	"github.com/layergate/layergate/pkg/dockerfile"
	"github.com/layergate/layergate/pkg/finding"
)

// words are findings as the tests write them: rule, line and what was seen.
func words(list []finding.Finding) []string {
	var out []string
	for _, f := range list {
		line := "-"
		if f.Location != nil {
			line = fmt.Sprint(f.Location.Line)
			if f.Location.EndLine > f.Location.Line {
				line += fmt.Sprint("-", f.Location.EndLine)
			}
		}
		out = append(out, strings.TrimPrefix(f.ID, "LG-DF-")+" "+line+" "+f.Check.Saw)
	}
	return out
}

// Each command is the one of a RUN instruction; what is wanted are the rules that find something in it.
func TestCommands(t *testing.T) {
	t.Parallel()
	tests := []struct{ rules, commands string }{
		{"003", `curl -s https://a.example/x | sh
curl -s https://a.example/x | bash -
curl -s https://a.example/x | bash -s -- --yes
curl -s https://a.example/x | sh -e
curl -s https://a.example/x | /bin/bash -ex
curl -s https://a.example/x | env A=b bash
curl -s https://a.example/x | A=b sh
wget -qO- https://a.example/x | sh
wget -O - https://a.example/x | sh
wget --output-document=- https://a.example/x | sh
busybox wget -qO- https://a.example/x | busybox sh
curl https://a.example/x | tee /tmp/x | sh
curl https://a.example/x | tac | tac | sh
(curl https://a.example/x || wget -qO- https://a.example/x) | sh
{ echo set -e; curl https://a.example/x; } | sh
curl https://a.example/x |& bash
curl https://a.example/x | (cd /srv && sh)
set -eux; if true; then curl https://a.example/x | sh; fi
f() { curl https://a.example/x | sh; }; f
bash <(curl -s https://a.example/x)
sh -c "$(curl -fsSL https://a.example/x)"
sh -c 'curl -fsSL https://a.example/x | sh'
bash -lc "curl -fsSL https://a.example/x | bash"
su app -c "curl -fsSL https://a.example/x | bash"
eval "$(curl -fsSL https://a.example/x)"
eval 'curl https://a.example/x | sh'
source <(curl -s https://a.example/x)
. <(wget -qO- https://a.example/x)
bash <<< "$(curl -s https://a.example/x)"
echo "$(curl -s https://a.example/x)" | sh
bash -c ` + "\"`curl -s https://a.example/x`\"" + `
curl -sSL https://a.example/get.py | python3 -
curl -sSL https://a.example/get.py | python3.12
curl -sSL https://a.example/x.pl | perl
curl -sSL https://a.example/x.pl | perl - App::cpanminus
curl -sSL https://a.example/x.js | node
curl -sSL https://a.example/x | php
python3 -c "$(curl -fsSL https://a.example/x)"
python3 -c "import urllib.request; exec(urllib.request.urlopen('https://a.example/x').read())"
timeout 30 curl https://a.example/x | nohup sh
curl https://a.example/x | xargs -0 sh -c "$(curl https://b.example/y)"
curl https://a.example/x | xargs -0 sh -c
curl https://a.example/x | xargs -I{} bash -c {}
curl https://a.example/x | while read -r line; do eval "$line"; done
A=$(curl -s https://a.example/x); eval "$A"
A=$(curl -s https://a.example/x) && B="$(echo "$A")" && sh -c "$B"
export A=$(curl -s https://a.example/x); echo "$A" | sh
A=$(curl -s https://a.example/x); python3 -c "$A"
A=$(curl -s https://a.example/x); bash <<< "$A"
A=$(curl -s https://a.example/x); printf '%s' "$A" | bash -s -- --yes`},
		{"003 010", `curl -s https://a.example/x | sudo -E bash -
sudo sh -c 'curl -s https://a.example/x | sh'`},
		{"", `curl -s https://a.example/x | tar -xz -C /opt
curl -s https://a.example/x | gpg --dearmor -o /etc/apt/keyrings/x.gpg
curl -s https://a.example/x | python3 -m json.tool
curl -s https://a.example/x | python3 -c "import json, sys; print(json.load(sys.stdin)['tag'])"
curl -s https://a.example/x | sh /opt/install.sh
curl -s https://a.example/x | bash ./filter.sh
curl -s https://a.example/x | perl -ne 'print if /x/'
curl -so /tmp/x https://a.example/x | sh
echo curl https://a.example/x; echo done | sh
echo "curl https://a.example/x | sh"
cat install.sh | sh
VERSION=$(curl -s https://a.example/version) && echo $VERSION
echo $(curl -s https://a.example/x) > /version
sh -c "echo $VERSION"
bash -c 'set -e; make'
V=$(curl -s https://a.example/version) && sh install.sh "$V" && sh -c "echo $V" && eval "export V=$V"
V=$(curl -s https://a.example/version) && echo "$V" | grep -q 1 && echo "$V" | python3 -c 'import sys'
curl -s https://a.example/list | xargs -n1 sh -c 'echo $0'
curl -s https://a.example/list | while read -r name; do echo "$name"; done
A=$(cat script); eval "$A"
echo ok # curl https://a.example/x | sh`},
		{"004", `curl -o x.sh https://a.example/x && sh x.sh
curl -fsSLo /tmp/x.sh https://a.example/x && bash -e /tmp/x.sh
curl -O https://a.example/x.sh && bash x.sh
curl --output /tmp/x https://a.example/x; chmod +x /tmp/x; /tmp/x
curl https://a.example/x > x.sh; sh x.sh
wget -O x.sh https://a.example/x && sh ./x.sh
wget https://a.example/x.sh?raw=1 -q && . ./x.sh
wget https://a.example/get-pip.py && python3 get-pip.py
wget -q https://a.example/x.run && chmod +x x.run && ./x.run --accept
curl -o a https://a.example/x && mv a /opt/b && /opt/b run
curl -o a https://a.example/x && install -m 755 a /usr/local/bin/b && b run
curl -o a https://a.example/x && cp a /usr/local/bin/ && a run
curl -o a https://a.example/x && install -t /usr/local/bin a && a run
curl -o a https://a.example/x && ln -s a /opt/b && /opt/b run
curl -o /usr/local/bin/a https://a.example/x && chmod +x /usr/local/bin/a && a run
curl -o x.sh https://a.example/x && sha256sum x.sh && sh x.sh
curl -o x.sh https://a.example/x && sh < x.sh
curl -o x.sh https://a.example/x && cat x.sh | bash -s -- --yes
curl -o x.sh https://a.example/x && openssl dgst -sha256 x.sh && sh x.sh
curl -o x.sh https://a.example/x && curl -o b https://a.example/b && echo 'abc  b' | sha256sum -c && sh x.sh
curl -o x.sh https://a.example/x && curl -o b https://a.example/b && gpg --verify b.asc b && sh x.sh
curl -o x.sh https://a.example/x && curl -o b https://a.example/b && sha256sum -c <<< 'abc *b' && sh x.sh`},
		{"", `curl -o x.sh https://a.example/x && echo "abc  x.sh" | sha256sum --check && sh x.sh
curl -o x.sh https://a.example/x && [ "$(sha512sum x.sh)" = "abc" ] && sh x.sh
curl -o x.sh https://a.example/x && cosign verify-blob --key k x.sh && sh x.sh
curl -o x.sh https://a.example/x && sha256sum x.sh | grep -q abc && sh x.sh
curl -o x.sh https://a.example/x && [[ $(sha256sum x.sh) == abc* ]] && sh x.sh
curl -o x.sh https://a.example/x && echo "$SUM  $FILE" | sha256sum -c - && sh x.sh
curl -o x.sh https://a.example/x && echo "abc *x.sh" | sha256sum -c - && mv x.sh /opt/y && /opt/y
curl -o a https://a.example/x && mv a /opt/b && echo "abc  /opt/b" | sha256sum -c && /opt/b
curl -o a https://a.example/x && cp a /opt/b && echo "abc  a" | sha256sum -c && /opt/b
curl -O https://a.example/x.sh -O https://a.example/SHA256SUMS && sha256sum -c --ignore-missing SHA256SUMS && sh x.sh
curl -O https://a.example/x.sh -O https://a.example/SUMS && grep x.sh SUMS | sha256sum -c - && sh x.sh
curl -O https://a.example/x.sh -O https://a.example/x.sh.asc && gpg --batch --verify x.sh.asc && sh x.sh
curl -o /usr/local/bin/gosu https://a.example/g && curl -o /usr/local/bin/gosu.asc https://a.example/g.asc && gpg --batch --verify /usr/local/bin/gosu.asc /usr/local/bin/gosu && chmod +x /usr/local/bin/gosu && gosu --version
curl -o x.json https://a.example/x && python3 -m json.tool < x.json && cat x.json | node -e 'read()'
curl -o make https://a.example/x && make
curl -o /opt/make https://a.example/x && make
curl -o a https://a.example/x && mv a /usr/local/bin && b run
curl -o x.json https://a.example/x && python3 parse.py x.json
wget https://a.example/x.tar.gz && tar xf x.tar.gz && ./x/configure`},
		{"005", `curl -k https://a.example/x -o x
curl --insecure -o x https://a.example/x
curl -fsSLko x https://a.example/x
wget --no-check-certificate https://a.example/x
pip install --trusted-host pypi.org x
pip3 install --trusted-host=pypi.org x
python3 -m pip install --trusted-host pypi.org x
pip config set global.trusted-host pypi.org
npm config set strict-ssl false
npm set strict-ssl=false
npm install --strict-ssl=false
yarn config set strict-ssl false -g
git -c http.sslVerify=false clone https://a.example/x
git config --global http.sslVerify false
git config --global http.sslverify "false"
GIT_SSL_NO_VERIFY=1 git clone https://a.example/x
export NODE_TLS_REJECT_UNAUTHORIZED=0
env NODE_TLS_REJECT_UNAUTHORIZED=0 npm ci
apt-get -o "Acquire::https::Verify-Peer=false" update && apt-get install -y x
echo 'Acquire::https::Verify-Peer "false";' > /etc/apt/apt.conf.d/99x
yum --setopt=sslverify=false install -y x
echo sslverify=0 >> /etc/yum.conf
conda config --set ssl_verify false
curl --insec -o x https://a.example/x
curl --proxy-insec -o x https://a.example/x
wget --no-check-cert https://a.example/x
echo insecure >> ~/.curlrc
printf 'silent\n-k\n' > /root/.curlrc
echo insecure | tee -a /etc/curlrc
echo check_certificate=off > ~/.wgetrc
echo strict-ssl=false > .npmrc
echo 'enableStrictSsl: false' >> .yarnrc.yml
printf '[global]\ntrusted-host = a.example\n' > /etc/pip.conf`},
		{"", `curl -okernel https://a.example/kernel
curl -Hk:v https://a.example/x
curl -H "X-K: -k" https://a.example/x -o x
wget -qO x https://a.example/x
git config --global http.sslVerify true
npm config set strict-ssl true
NODE_TLS_REJECT_UNAUTHORIZED=1 npm ci
GIT_SSL_NO_VERIFY=0 git clone https://a.example/x
pip install pytest-trusted-host
grep -k x y
curl --include -o x https://a.example/x
echo insecure > /notes
echo silent > ~/.curlrc
echo strict-ssl=true > .npmrc
yum --setopt=sslverify=1 install -y x`},
		{"006", `apt-get install -y --allow-unauthenticated x
apt-get install -y --force-yes x
apt-get -o APT::Get::AllowUnauthenticated=true install -y x
apt-get -o Acquire::AllowInsecureRepositories=true update && apt-get install x
echo "deb [trusted=yes] https://a.example/apt ./" > /etc/apt/sources.list
echo "deb [arch=amd64 trusted=yes] https://a.example/apt ./" | tee /etc/apt/sources.list
apk add --allow-untrusted x.apk
rpm -i --nosignature x.rpm
yum install -y --nogpgcheck x
dnf install -y --nogpgcheck x
zypper --no-gpg-checks install -y x
printf '[x]\ngpgcheck=0\n' > /etc/yum.repos.d/x.repo
dnf --setopt=gpgcheck=0 install x
printf 'Types: deb\nURIs: http://a.example\nSuites: s\nTrusted: yes\n' > /etc/apt/sources.list.d/a.sources
printf '%s\n' 'Types: deb' 'Allow-Insecure: yes' | tee /etc/apt/sources.list.d/a.sources
echo "deb [allow-insecure=yes] https://a.example/apt ./" > /etc/apt/sources.list
sed -i 's/Trusted: no/Trusted: yes/' /etc/apt/sources.list.d/a.sources
GOSUMDB=off go build ./...`},
		{"", `printf '[x]\ngpgcheck=1\nrepo_gpgcheck=0\n' > /etc/yum.repos.d/x.repo
printf 'Types: deb\nTrusted: no\nSigned-By: /k\n' > /etc/apt/sources.list.d/a.sources
apk add x
rpm --import key
GOSUMDB=sum.golang.org go build ./...`},
		{"007", `apt-get update
apt update -y && apt-get clean
apk update
apt-get install x && apt-get update`},
		{"", `apt-get update && apt-get install -y x
apt-get update && apt-get upgrade -y
apt update; apt-get -y --no-install-recommends install x
apk add --update x
apk update && apk add x
apk update && apk upgrade
yum update -y
apt-get update && if true; then apt-get install x; fi`},
		{"009", `chmod 777 /x
chmod -R 0777 /x
chmod a+rwx /x
chmod o+w /x
chmod u+x,o+w /x
chmod 666 /x
chmod ugo=rwx /x`},
		{"", `chmod 755 /x
chmod 1777 /tmp
chmod +x /x
chmod u+w,go-w /x
chmod 0750 /x
chmod g+w /x
chmod 4755 /x`},
		{"010", `sudo make
FOO=bar sudo -u app make`},
		{"014", `if then`},
	}
	for _, tt := range tests {
		for command := range strings.SplitSeq(tt.commands, "\n") {
			got := map[string]bool{}
			for _, f := range find(t, "FROM base\nRUN "+command+"\n") {
				got[strings.TrimPrefix(f.ID, "LG-DF-")] = true
			}
			want := map[string]bool{}
			for rule := range strings.FieldsSeq(tt.rules) {
				want[rule] = true
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("RUN %s: rules (-want +got):\n%s", command, diff)
			}
		}
	}
}

// Findings name the line of the command inside of its instruction, and the stage where that is not the image's own.
func TestLines(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, source string
		want         []string
	}{
		{"continued lines, comments and empty lines between", `FROM base
RUN set -ex \
    # a comment
    && echo ok \

    && curl -s https://a.example/x \
       | sh \
    && echo done
`, []string{"003 6-7 what curl downloads is piped into sh: curl -s https://a.example/x | sh"}},
		{"a comment that ends the command", "FROM base\nRUN echo a # it | says \\\n  ; curl https://a.example/x | sh\n", nil},
		{"a heredoc", `FROM base
RUN <<EOF
set -e
curl -s https://a.example/x | sh
EOF
`, []string{"003 4 what curl downloads is piped into sh: curl -s https://a.example/x | sh"}},
		{"a heredoc with flags and tabs", "FROM base\nRUN --mount=type=cache,target=/c \\\n    <<-EOF\n\techo a\n\tcurl -s https://a.example/x | sh\n\tEOF\n",
			[]string{"003 5 what curl downloads is piped into sh: curl -s https://a.example/x | sh"}},
		{"a heredoc for a shell", `FROM base
RUN bash <<EOF && echo ok
set -e
curl -s https://a.example/x | sh
EOF
RUN curl -s https://b.example/x | sh
`, []string{"003 4 what curl downloads is piped into sh: curl -s https://a.example/x | sh", "003 6 what curl downloads is piped into sh: curl -s https://b.example/x | sh"}},
		{"two heredocs", `FROM base
RUN cat <<ONE > /one && cat <<TWO > /two && sudo make
1
ONE
2
TWO
RUN sudo make
`, []string{"010 2 a command runs with sudo: sudo make", "010 7 a command runs with sudo: sudo make"}},
		{"a heredoc that is data", "FROM base\nRUN cat <<EOF > /readme\ncurl https://a.example/x | sh\nEOF\n", nil},
		{"a heredoc of another interpreter", "FROM base\nRUN <<EOF\n#!/usr/bin/env python3\nprint('sudo make')\nEOF\n", []string{"014 2-5 the shell is python3: #!/usr/bin/env python3 print('sudo make')"}},
		{"a heredoc that names its shell", "FROM base\nRUN <<EOF\n#!/bin/bash -e\nsudo make\nEOF\n", []string{"010 4 a command runs with sudo: sudo make"}},
		{"exec form", `FROM base
RUN ["sudo", "make"]
RUN ["/bin/sh", "-c", "curl https://a.example/x | sh"]
`, []string{"003 3 what curl downloads is piped into sh: curl https://a.example/x | sh", "010 2 a command runs with sudo: sudo make"}},
		{"windows line ends and the escape directive", "# escape=`\r\nFROM base\r\nRUN echo a && `\r\n    sudo make\r\n", []string{"010 4 a command runs with sudo: sudo make"}},
		{"a script in quotes", "FROM base\nRUN bash -c 'set -e; \\\n   curl https://a.example/x \\\n | sh'\n", []string{"003 3-4 what curl downloads is piped into sh: curl https://a.example/x | sh"}},
		{"the same command twice", "FROM base\nRUN sudo make\nRUN sudo make\n", []string{"010 2 a command runs with sudo: sudo make", "010 3 a command runs with sudo: sudo make"}},
		{"what is put off", "FROM base\nONBUILD RUN curl https://a.example/x | sh\nCOPY a /a\n",
			[]string{"003 2 what curl downloads is piped into sh: curl https://a.example/x | sh, in the builds of images that are based on this one"}},
		{"a stage that another one is built on", "FROM base AS one\nRUN sudo make\nONBUILD RUN sudo make install\nFROM one\nCOPY a /a\n",
			[]string{"010 2 a command runs with sudo: sudo make", "010 3 a command runs with sudo: sudo make install, in the builds of images that are based on this one"}},
		{"a stage that files are copied from", `FROM base AS fetch
RUN curl https://a.example/x | sh && sudo make
FROM base AS unused
RUN curl https://b.example/x | sh
FROM base
COPY --from=fetch /x /x
`, []string{"003 2 what curl downloads is piped into sh: curl https://a.example/x | sh, in the stage fetch, from which files are copied"}},
		{"by number, by mount and by way of others", `FROM base
RUN curl -k -o x https://a.example/x
FROM base AS two
COPY --from=0 /x /x
FROM base
RUN --mount=from=two,target=/t cp /t/x /x
`, []string{"005 2 certificates are not verified: curl -k -o x https://a.example/x, in the stage 0, from which files are copied"}},
		{"variables", `ARG V=1
FROM base
ARG V
ENV URL=https://a.example
ADD $URL/$V/x /x
ADD $ELSEWHERE/x /y
`, []string{"001 5 a URL is added without a checksum: ADD https://a.example/1/x"}},
		{"a checksum without a value", "FROM base\nARG SUM\nARG OTHER=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nADD --checksum=${SUM} https://a.example/x /x\nADD --checksum=$OTHER https://a.example/y /y\nADD --checksum=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa https://a.example/z /z\nADD --checksum=$BASE https://a.example/w /w\n",
			[]string{"001 4 a URL is added with a checksum that has no value: ADD https://a.example/x"}},
		{"a checksum that is declared later", "FROM base\nADD --checksum=$SUM https://a.example/x /x\nARG SUM\n", nil},
		{"a checksum that another stage declares", "FROM base AS one\nARG SUM\nCOPY a /a\nFROM base\nCOPY --from=one /a /a\nADD --checksum=$SUM https://a.example/x /x\n", nil},
		{"a file whose command says it", "FROM base\nRUN echo 'deb [trusted=yes] https://a.example ./' > /etc/apt/sources.list\n",
			[]string{"006 2 signatures are not verified: echo 'deb [trusted=yes] https://a.example ./' > /etc/apt/sources.list"}},
		{"variables of the build", "FROM base\nARG NODE_TLS_REJECT_UNAUTHORIZED=0\nARG GOSUMDB=off PYTHONHTTPSVERIFY\nCOPY a /a\n",
			[]string{"005 2 certificates are not verified: ARG NODE_TLS_REJECT_UNAUTHORIZED=0", "006 3 signatures are not verified: ARG GOSUMDB=off"}},
		{"files in heredocs", "FROM base\nCOPY <<EOF /etc/apt/sources.list.d/a.sources\nTypes: deb\nTrusted: yes\nEOF\nRUN cat <<EOF > ~/.curlrc\ninsecure\nEOF\nCOPY <<curlrc /etc/\ninsecure\ncurlrc\n",
			[]string{"005 6 certificates are not verified: cat <<EOF > ~/.curlrc", "005 9-11 certificates are not verified: COPY <<curlrc /etc/", "006 2-5 signatures are not verified: COPY <<EOF /etc/apt/sources.list.d/a.sources"}},
		{"a file of a script in the exec form", "FROM base\nRUN [\"sh\", \"-c\", \"curl -k -o /x https://a.example/x; echo insecure > ~/.curlrc\"]\n",
			[]string{"005 2 certificates are not verified: curl -k -o /x https://a.example/x;", "005 2 certificates are not verified: echo insecure > ~/.curlrc"}},
		{"variables of the environment", "FROM base\nENV NODE_TLS_REJECT_UNAUTHORIZED=0 A=b\nENV GOSUMDB off\nCOPY a /a\n",
			[]string{"005 2 certificates are not verified, here and when the image runs: ENV NODE_TLS_REJECT_UNAUTHORIZED=0", "006 3 signatures are not verified: ENV GOSUMDB=off"}},
		{"quotes", "FROM base\nADD \"https://a.example/x\" 'https://b.example/y' /z/\nENV NODE_TLS_REJECT_UNAUTHORIZED=\"0\"\nADD \"b.tgz\" /\n",
			[]string{"001 2 a URL is added without a checksum: ADD https://a.example/x", "001 2 a URL is added without a checksum: ADD https://b.example/y", "005 3 certificates are not verified, here and when the image runs: ENV NODE_TLS_REJECT_UNAUTHORIZED=0"}},
		{"a download of an earlier instruction", "FROM base\nADD https://a.example/x.sh /tmp/\nRUN sh /tmp/x.sh\n",
			[]string{"001 2 a URL is added without a checksum: ADD https://a.example/x.sh", "004 3 a file that was downloaded runs unchecked: sh /tmp/x.sh"}},
		{"a password in what is said", "FROM base\nRUN curl -u shop:s3cr3tpw https://a.internal/x | sh\n",
			[]string{"003 2 what curl downloads is piped into sh: curl -u *** https://a.internal/x | sh"}},
		{"secrets in what is said", "FROM base\nRUN curl -H 'Authorization: Bearer hush' https://user:hush@a.example/x?sig=hush | sh\n",
			[]string{"003 2 what curl downloads is piped into sh: curl -H 'Authorization: Bearer ***' https://***@a.example/x?*** | sh"}},
		{"several that replace one another", "FROM base\nCOPY a /a\nENTRYPOINT [\"a\"]\nCMD [\"a\"]\nHEALTHCHECK CMD a\nCMD [\"b\"]\nHEALTHCHECK NONE\n",
			[]string{"008 4 CMD is replaced by line 6", "008 5 HEALTHCHECK is replaced by line 7"}},
		{"of two stages", "FROM base AS a\nCMD [\"a\"]\nFROM a\nCMD [\"b\"]\nCOPY a /a\n", nil},
		{"modes of COPY", "FROM base\nCOPY --chmod=777 a /a\nADD --chmod=0755 b.tar /b\n", []string{"009 2 files get the mode 777: COPY --chmod=777"}},
		{"Docker's own frontend", "# syntax=docker.io/docker/dockerfile:1.7-labs\nFROM base\nCOPY a /a\n", nil},
		{"an ADD of a Git repository by a branch", "FROM base\nADD git@a.example:x/y.git#main /y\n", []string{"001 2 a Git repository is added by a name that can move: ADD git@a.example:x/y.git#main"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			found := find(t, tt.source)
			if diff := cmp.Diff(tt.want, words(found)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			prints := map[string]bool{}
			for _, f := range found {
				if print := f.Fingerprint(); prints[print] {
					t.Errorf("two findings have the fingerprint of %q", f.Check.Field)
				} else {
					prints[print] = true
				}
			}
		})
	}
}

// Findings name the layer that the instruction made.
func TestLayers(t *testing.T) {
	t.Parallel()
	found := find(t, "FROM base\nCOPY a /a\nRUN sudo make\n")
	if len(found) != 1 {
		t.Fatalf("there are %d findings, want 1", len(found))
	}
	if f := found[0]; f.Layer == nil || f.Layer.Index != 2 || f.Platform != "linux/amd64" {
		t.Errorf("%s is of the layer %+v of %s, want layer 2 of linux/amd64", f.ID, f.Layer, f.Platform)
	}
}

// Without a Dockerfile the history tells of the image's own layers.
func TestHistory(t *testing.T) {
	t.Parallel()
	source := `FROM base
ARG A=1
RUN curl https://a.example/x | sh
ENV GIT_SSL_NO_VERIFY=true
RUN <<EOF
set -e
sudo make
EOF
ADD https://a.example/y /y
CMD ["a"]
CMD ["b"]
`
	want := []string{
		"001 - a URL is added without a checksum: ADD https://a.example/y",
		"003 - what curl downloads is piped into sh: curl https://a.example/x | sh",
		"005 - certificates are not verified, here and when the image runs: ENV GIT_SSL_NO_VERIFY=true",
		"010 - a command runs with sudo: sudo make",
	}
	found := findInHistory(history(t, source))
	if diff := cmp.Diff(want, words(found)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	for _, f := range found {
		if f.Layer == nil {
			t.Errorf("%s is of no layer", f.ID)
		}
	}
}

// What is nested deep, or long, ends in an answer: the parser calls itself for each level.
func TestHostileCommands(t *testing.T) {
	t.Parallel()
	for _, piece := range []string{"(", "$(", "{ ", "((", "<(", "\"$(", "`", "if ", "a | ", "sh -c '", "eval ", "${a:-", "[[ (", "$((", "f() {", "case x in (", "! "} {
		for _, n := range []int{100, 6_000 / len(piece)} {
			find(t, "FROM base\nCOPY a /a\nRUN x "+strings.Repeat(piece, n)+"\n")
		}
	}
	long := find(t, "FROM base\nRUN curl https://a.example/x | sh "+strings.Repeat("x \\\n", 40_000)+"\n")
	if diff := cmp.Diff([]string{"014 2"}, []string{words(long)[0][:5]}); len(long) != 1 || diff != "" {
		t.Errorf("a long command gives %d findings (-want +got):\n%s", len(long), diff)
	}
}

// FuzzFind looks for Dockerfiles and histories that the rules do not survive, and for findings that are not valid.
func FuzzFind(f *testing.F) {
	f.Add("FROM base\nRUN set -e; \\\n curl a | sh\nADD https://a /b\n", "RUN |1 A=b /bin/sh -c curl a | sh # buildkit")
	f.Add("# escape=`\nFROM base\nRUN <<-A bash && sh -c \"$(curl a)\"\nsudo make\nA\nONBUILD RUN chmod 777 /\n", "ADD <<a b")
	f.Fuzz(func(t *testing.T, source, entry string) {
		found := findInHistory([]dockerfile.Entry{{CreatedBy: "base"}, {CreatedBy: entry}})
		if file, err := dockerfile.Parse("Dockerfile", []byte(source)); err == nil {
			// The history of an image that has a layer for each instruction, and one of the base.
			if a, err := file.Attribute([]dockerfile.Entry{{CreatedBy: "base"}, {CreatedBy: entry}}, dockerfile.Build{}); err == nil {
				found = append(found, build.Find(build.Subject{Instructions: a.Instructions(), Syntax: a.Syntax()})...)
			}
		}
		last := strings.Count(source, "\n") + 1
		for _, x := range found {
			if err := x.Valid(); err != nil {
				t.Error(err)
			}
			if l := x.Location; l != nil && l.EndLine > last {
				t.Errorf("%s is on line %d of %d", x.ID, l.EndLine, last)
			}
		}
	})
}

// A history may list more layers than there are, and a command be longer than anybody reads.
func TestBounds(t *testing.T) {
	t.Parallel()
	entries := []dockerfile.Entry{{CreatedBy: "RUN /bin/sh -c sudo make " + strings.Repeat("x", 500) + " # buildkit"}}
	found := build.Find(build.Subject{Instructions: dockerfile.FromHistory(entries, 0)})
	if len(found) != 1 || found[0].Layer != nil || len(found[0].Check.Field) > 130 {
		t.Errorf("findings %+v, want one of no layer with a short field", found)
	}
}
