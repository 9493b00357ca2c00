package secret_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/secret"
)

// window is how many bytes of a file are held at a time.
const window = 512 << 10

func search(t testing.TB, path, content string) []secret.Found {
	t.Helper()
	var s secret.Searcher
	found, err := s.File(context.Background(), path, strings.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// A program that looks for secrets, as this one, has none by its rules. What they are for is found.
func TestFileOfRules(t *testing.T) {
	t.Parallel()
	program, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	if got := search(t, "/bin/scanner", string(program)); len(got) != 0 {
		t.Errorf("File(this program) = %+v, want nothing", got)
	}
	request := "bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=43200&X-Amz-Signature=" + strings.Repeat("5f", 32)
	key := "bedrock-api-key-" + base64.StdEncoding.EncodeToString([]byte(request))
	if got := search(t, "/app/x", "TOKEN="+key+"\n"); len(got) != 1 || got[0].Class != secret.Token {
		t.Errorf("File(%q) = %+v, want the key", key, got)
	}
}

// A token with its keyword in the middle is found at its full length, anywhere in a text.
func TestFileOfLongToken(t *testing.T) {
	t.Parallel()
	token := strings.Join([]string{"abc8", "Q~", "dEfGhIjKlMnOpQrStUvWxYz.-_~0a1b2c3"}, "")
	around := strings.Repeat("x = 1; ", 100)
	for _, content := range []string{token, "'" + token + "'", around + "'" + token + "'", "'" + token + "'" + around, around + "'" + token + "'" + around} {
		if got := search(t, "/app/x", content); len(got) != 1 || got[0].Class != secret.Token {
			t.Errorf("File(%q) = %+v, want the token", content, got)
		}
	}
	for _, content := range []string{token + "4", "d" + token, around + "d" + token + around} {
		if got := search(t, "/app/x", content); len(got) != 0 {
			t.Errorf("File(%q) = %+v, want nothing", content, got)
		}
	}
}

// A secret is found once, with its line, wherever it lies: also over the border of two windows.
func TestFileOverBorders(t *testing.T) {
	t.Parallel()
	token := githubToken()
	for _, at := range []int{0, 1, window - 16<<10 - 321, window - 16<<10 - 20, window - 16<<10, window - 20, window - 1, window, window + 1, 2*window - 20, 3*window - 40} {
		for _, fill := range []string{"a\n", "\x00\n"} {
			before := strings.Repeat(fill, at/2+1)[:at]
			content := before + "\n" + token + "\n" + strings.Repeat("b\n", window)
			found := search(t, "/app/x", content)
			if len(found) != 1 || found[0].Class != secret.Token || found[0].Line != strings.Count(before, "\n")+2 {
				t.Errorf("a token at byte %d: File() = %+v, want one in line %d", at, found, strings.Count(before, "\n")+2)
			}
		}
	}
}

// A program with a token in it is searched as any other file; a name that is beside a value says less there.
func TestFileBinary(t *testing.T) {
	t.Parallel()
	named := "twitch_secret = \"" + "k3j9x0q2m5v8b1n4c7z6l0p3o2i8u5" + "\"\n"
	for _, tt := range []struct {
		content string
		want    int
	}{
		{"\x7fELF\x00\x00" + githubToken() + "\x00", 1},
		{named, 1},
		{"\x7fELF\x00\x00" + named, 0},
	} {
		if got := search(t, "/app/x", tt.content); len(got) != tt.want {
			t.Errorf("File(%q) = %+v, want %d", tt.content, got, tt.want)
		}
	}
}

// What cannot be read is no file without secrets.
func TestFileUnreadable(t *testing.T) {
	t.Parallel()
	var s secret.Searcher
	for _, path := range []string{"/app/x", "/root/.npmrc"} {
		if _, err := s.File(t.Context(), path, failing{}, 100); !errors.Is(err, errBroken) {
			t.Errorf("File(%s) = %v, want that it is broken", path, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.File(ctx, "/app/x", strings.NewReader("x"), 1); !errors.Is(err, context.Canceled) {
		t.Errorf("File() = %v, want that it was cancelled", err)
	}
}

var errBroken = errors.New("broken")

type failing struct{}

func (failing) ReadAt([]byte, int64) (int, error) { return 0, errBroken }

// A file that is made of what looks like secrets is given up, which is said.
func TestFileWithoutEnd(t *testing.T) {
	t.Parallel()
	var tokens strings.Builder
	for i := range 200 {
		fmt.Fprintln(&tokens, "gh"+"p_"+fmt.Sprintf("%06d", i)+"bQ7cR1dS5eT2fU8gV4hW6iX0jY1kZ3")
	}
	found := search(t, "/app/x", tokens.String())
	if len(found) != 101 || found[100].Class != secret.Unsearched {
		t.Errorf("File() found %d, the last of the class %s, want 100 and that it was given up", len(found), found[len(found)-1].Class)
	}
	found = search(t, "/app/x", strings.Repeat(" AKIA", 4<<20/5))
	if len(found) != 1 || found[0].Class != secret.Unsearched {
		t.Errorf("File() of keywords = %+v, want that it was given up", found)
	}
}

// The same secret is one, however often a file has it.
func TestFileOnce(t *testing.T) {
	t.Parallel()
	content := "//registry.npmjs.org/:_authToken=" + token("npm", "_", "k3J9x0Q2m5V8b1N4c7Z6l0P3o2I8u5Y1t4R7") + "\n"
	found := search(t, "/root/.npmrc", content+content)
	if len(found) != 1 || found[0].Class != secret.Registry {
		t.Errorf("File() = %+v, want one, of the class registry", found)
	}
}

// Text that only speaks of keys, and a key that was cut, are no keys.
func TestFileKeys(t *testing.T) {
	t.Parallel()
	const begin, end = "-----BEGIN RSA PRIVATE KEY-----\n", "-----END RSA PRIVATE KEY-----\n"
	der := "MIIEow" + "IBAAKCAQEAx0Zq8Yv3kT5mPqWnR2sLbVhJc7dXeGf9uAoK1iNtQyBw6zMlEpSrHjFgDxCvUa4I\n"
	for _, tt := range []struct {
		content string
		want    []secret.Class
	}{
		{begin + "…\n" + end, nil},
		{begin + der + "...\n" + end, nil},
		{begin + strings.Repeat(der, 21) + end, []secret.Class{secret.Key}},
		{strings.ReplaceAll(begin+strings.Repeat(der, 21)+end, "\n", `\n`), []secret.Class{secret.Key}},
		{begin + "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n" + strings.Repeat(der, 3) + end, []secret.Class{secret.ProtectedKey}},
		{"-----BEGIN CERTIFICATE-----\n" + strings.Repeat(der, 21) + end, nil},
		{"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\n" + der + "Private-MAC: 00\n", []secret.Class{secret.Key}},
		{"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: aes256-cbc\nPrivate-Lines: 1\n" + der + "Private-MAC: 00\n", []secret.Class{secret.ProtectedKey}},
	} {
		var got []secret.Class
		for _, f := range search(t, "/app/x", tt.content) {
			got = append(got, f.Class)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("File(%.200q) (-want +got):\n%s", tt.content, diff)
		}
	}
}

// Whatever a file is called and holds, it is searched to an end, and nothing that is said of it is longer than it may be.
func FuzzFile(f *testing.F) {
	f.Add("/root/.npmrc", []byte("//r/:_authToken=abcdefgh"))
	f.Add("/app/.env", []byte("A_PASSWORD=kT7qpw29\n"))
	f.Add("/app/.env\n", []byte("A_PASSWORD=\"x\nB: y"))
	f.Add("/k.p12", []byte("\x30\x82\x01\x01\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"))
	f.Add("/x", []byte("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n"))
	f.Fuzz(func(t *testing.T, path string, content []byte) {
		var s secret.Searcher
		found, err := s.File(t.Context(), path, bytes.NewReader(content), int64(len(content)))
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range found {
			if !x.Class.Known() || len(x.Name) > 100 || len(x.Shown) > 20 || x.Type == "" || x.Line < 0 {
				t.Errorf("File(%q, %q) found %+v", path, content, x)
			}
		}
		text := string(content)
		if got := secret.Redact(text); len(secret.Text(text)) == 0 && got != text {
			t.Errorf("Redact(%q) = %q, although nothing is found", text, got)
		}
	})
}

// What only resembles a token is none: a part of a longer word, one that is cut off where a window ends, a placeholder.
func TestFileNoToken(t *testing.T) {
	t.Parallel()
	hugging := token("h", "f_", "QwErTyUiOpAsDfGhJkLzXcVbNmPoIuYtRe")
	long := "9134567890123456|" + strings.Repeat("k3j9x0q2m5v8b1n4", 8) + "\n"
	tests := []struct {
		name, content string
		want          int
	}{
		{"a token", " " + hugging + "\n", 1},
		{"a part of a word", "x" + hugging + "\n", 0},
		{"a token beside its name", "facebook " + long[:17+32] + "\n", 1},
		{"one that is too long", "facebook " + long, 0},
		{"one that is too long where the window ends", "facebook" + strings.Repeat(" ", 512-8-17-32) + long, 0},
		{"a placeholder", token("gh", "p_", "exampleBQ7cR1dS5eT2fU8gV4hW6iX0jY1kZ") + "\n", 0},
	}
	for _, tt := range tests {
		if got := search(t, "/app/x", tt.content); len(got) != tt.want {
			t.Errorf("%s: File(%q) = %+v, want %d", tt.name, tt.content, got, tt.want)
		}
	}
}

// A name is shown as far as it may be.
func TestFileLongName(t *testing.T) {
	t.Parallel()
	found := search(t, "/root/.pgpass", "db:1:x:"+strings.Repeat("u", 300)+":hunter2\n")
	if len(found) != 1 || len(found[0].Name) != 100 {
		t.Errorf("File() = %+v, want one whose name has 100 bytes", found)
	}
}
