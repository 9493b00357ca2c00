package image_test

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
)

// A gzip stream may have several members. What is cut off is told apart from what is followed by something else.
func TestDecompressGzipMembers(t *testing.T) {
	t.Parallel()
	member := func(content string) string {
		return string(must(imagetest.Compress([]byte(content), imagetest.Gzip))(t))
	}
	long := strings.Repeat("a long text ", 10_000)
	tests := []struct {
		name, stream string
		want         string
		wantErr      string
		added        bool // something was added to the stream
	}{
		{name: "one", stream: member("one"), want: "one"},
		{name: "three", stream: member(long) + member("") + member("three"), want: long + "three"},
		{name: "one byte more", stream: member("one") + "\x00", wantErr: "what follows the end of the gzip stream is no gzip: zeros", added: true},
		{name: "half of its mark", stream: member("one") + "\x1f", wantErr: "what follows the end of the gzip stream is no gzip", added: true},
		{name: "padding", stream: member("one") + strings.Repeat("\x00", 512), wantErr: "what follows the end of the gzip stream is no gzip: zeros", added: true},
		{name: "another member behind padding", stream: member("one") + strings.Repeat("\x00", 512) + member("two"), wantErr: "is no gzip", added: true},
		{name: "text", stream: member("one") + "text", wantErr: "what follows the end of the gzip stream is no gzip", added: true},
		{name: "a second one that is cut off", stream: member("one") + member("two")[:12], wantErr: "unexpected EOF"},
		{name: "the head of a second one", stream: member("one") + member("two")[:5], wantErr: "EOF"},
		{name: "cut off", stream: member(long)[:100], wantErr: "unexpected EOF"},
		{name: "another checksum", stream: strings.Replace(member("one"), member("one")[len(member("one"))-8:], "12345678", 1), wantErr: "checksum"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, err := image.Decompress(strings.NewReader(tt.stream), image.Gzip)
			var got []byte
			if err == nil {
				defer r.Close()
				got, err = io.ReadAll(r)
			}
			if (err == nil) != (tt.wantErr == "") || err != nil && !strings.Contains(err.Error(), tt.wantErr) || err == nil && string(got) != tt.want {
				t.Errorf("reading gives %d bytes, %v, want %d, %q", len(got), err, len(tt.want), tt.wantErr)
			}
			if hinted := len(fault.Hints(err)) > 0; hinted != tt.added {
				t.Errorf("Hints(%v) = %q", err, fault.Hints(err))
			}
		})
	}
}

// Who closes a stream, also twice, or reads from it afterwards, has no part in the next one.
func TestDecompressGzipAfterClose(t *testing.T) {
	t.Parallel()
	stream := func(content string) io.ReadCloser {
		compressed := must(imagetest.Compress([]byte(content), imagetest.Gzip))(t)
		return must(image.Decompress(strings.NewReader(string(compressed)), image.Gzip))(t)
	}
	closed := stream("one")
	for range 2 {
		if err := closed.Close(); err != nil {
			t.Fatal(err)
		}
	}
	first, second := stream("first"), stream("second")
	defer first.Close()
	defer second.Close()
	if n, err := closed.Read(make([]byte, 8)); n != 0 || !errors.Is(err, os.ErrClosed) {
		t.Errorf("reading from a closed stream gives %d bytes, %v, want %v", n, err, os.ErrClosed)
	}
	for want, r := range map[string]io.Reader{"first": first, "second": second} {
		if got, err := io.ReadAll(r); string(got) != want || err != nil {
			t.Errorf("reading gives %q, %v, want %q", got, err, want)
		}
	}
}
