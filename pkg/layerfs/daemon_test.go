package layerfs

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
)

// executable is the content of a program that says something, as C does, beside much else. The texts and their ends are apart here: the
// program of this test must not look as such a one.
func executable(says ...string) string {
	return "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 9) + "\x03\x00\x3e\x00" + strings.Repeat("\x01", 10_000) + strings.Join(says, "\x00") + strings.Repeat("\x00", 100)
}

// SSH daemons are known by what they say of themselves, and nothing that only speaks of them is one.
func TestIsSSHDaemon(t *testing.T) {
	t.Parallel()
	const openSSH = "sshd: no hostkeys available -- exiting."
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	own, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, content string
		want          bool
	}{
		{"OpenSSH", executable("usage: sshd [-46D]", openSSH), true},
		{"Dropbear", executable("No hostkeys available. 'dropbear -R' may be useful or run dropbearkey."), true},
		{"TinySSH", executable("usage: tinysshd [options] keydir"), true},
		{"lsh", executable("Enable publickey user authentication (default)."), true},
		{"the client of OpenSSH", executable("usage: ssh [-46A]", "OpenSSH_9.2p1", "sshd_config"), false},
		{"the client of Dropbear", executable("Dropbear SSH client v%s", "SSH-2.0-dropbear_2022.83"), false},
		{"a library", executable("SSH-2.0-libssh_0.10.6", "ssh-userauth"), false},
		{"a scanner", executable(openSSH + "usage: tinysshd [options] keydirs"), false},
		{"this program", string(own), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, size := range []int{2 * maxSaid, 4096, chunkSize} {
				if got, err := isSSHDaemon(strings.NewReader(tt.content), make([]byte, size)); got != tt.want || err != nil {
					t.Errorf("isSSHDaemon(), read by %d bytes = %t, %v, want %t", size, got, err, tt.want)
				}
			}
		})
	}
	for _, said := range sshDaemons() {
		if len(said) > maxSaid {
			t.Errorf("%q is longer than %d bytes", said, maxSaid)
		}
		for at := range 3 * maxSaid { // also over the border of what is read at a time
			text := append(bytes.Repeat([]byte("x"), at), said...)
			if got, err := isSSHDaemon(iotest.OneByteReader(bytes.NewReader(text)), make([]byte, 2*maxSaid)); !got || err != nil {
				t.Fatalf("%q at byte %d: %t, %v", said, at, got, err)
			}
			if got, err := isSSHDaemon(bytes.NewReader(text), make([]byte, 2*maxSaid)); !got || err != nil {
				t.Fatalf("%q at byte %d: %t, %v", said, at, got, err)
			}
		}
	}
	broken := io.MultiReader(strings.NewReader("x"), iotest.ErrReader(io.ErrUnexpectedEOF))
	if _, err := isSSHDaemon(broken, make([]byte, 2*maxSaid)); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("isSSHDaemon() of what cannot be read: %v", err)
	}
}

// Of programs alone the content is looked at, sparse ones included.
func TestSSHDaemonsOfLayer(t *testing.T) {
	t.Parallel()
	runs := func(h []byte) { copy(h[100:], "0000755\x00") }
	daemon := executable("sshd: no hostkeys available -- exiting.")
	sparse := "1\n0\n" + "20000\n"
	sparse += strings.Repeat("\x00", 512-len(sparse)) + daemon + strings.Repeat("\x00", 20_000-len(daemon))
	raw := block("opt/server", '0', daemon, runs) + block("opt/link", '1', "", func(h []byte) { copy(h[157:], "opt/server") }) +
		block("opt/client", '0', executable("usage: ssh"), runs) + block("opt/notes", '0', daemon[4:], runs) + block("opt/data", '0', daemon, nil) +
		pax("GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.name=opt/sparse", "GNU.sparse.realsize=1000000") + block("x", '0', sparse, runs)
	l, err := readRaw(t, []byte(raw+strings.Repeat("\x00", 1024)))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range l.records {
		if r.entry.SSHDaemon {
			got = append(got, r.name)
		}
	}
	if want := "/opt/server /opt/sparse"; strings.Join(got, " ") != want {
		t.Errorf("SSH daemons: %q, want %q", got, want)
	}
}
