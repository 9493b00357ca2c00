package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestInstruction(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{name: "classic nop", in: `/bin/sh -c #(nop)  CMD ["bash"]`, want: `CMD ["bash"]`},
		{name: "classic add", in: "/bin/sh -c #(nop) ADD file:" + strings.Repeat("ab", 32) + " in / ", want: "ADD file:abababababab in /"},
		{name: "classic run", in: "/bin/sh -c apt-get update", want: "RUN apt-get update"},
		{name: "buildkit run", in: "RUN /bin/sh -c apt-get update # buildkit", want: "RUN apt-get update"},
		{name: "build arguments", in: "RUN |1 TOKEN=a b /bin/sh -c make # buildkit", want: "RUN make"},
		{name: "buildkit copy", in: "COPY . . # buildkit", want: "COPY . ."},
		{name: "windows", in: "cmd /S /C #(nop) ADD x y", want: "ADD x y"},
		{name: "several lines", in: "RUN a \\\n\t && b", want: `RUN a \ && b`},
		{name: "debuerreotype", in: "# debian.sh --arch 'amd64' out/", want: "# debian.sh --arch 'amd64' out/"},
		{name: "none", in: "", want: "(no history)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := instruction(tt.in); got != tt.want {
				t.Errorf("instruction(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestSize(t *testing.T) {
	t.Parallel()
	for in, want := range map[int64]string{-1: "0 B", 0: "0 B", 999: "999 B", 1000: "1.0 kB", 9_960_000: "10 MB", 999_999: "1.0 MB", 29_126_343: "29 MB", 1_500_000_000: "1.5 GB"} {
		if got := size(in); got != want {
			t.Errorf("size(%d) = %q, want %q", in, got, want)
		}
	}
}

func TestReference(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, image, source string
		repository, tag     string
		slug, purl          string
	}{
		{name: "short", image: "app:1", repository: "app", tag: "1", slug: "app", purl: "pkg:oci/app@sha256%3A0?tag=1"},
		{name: "port", image: "r.example:5000/a/App", repository: "r.example:5000/a/App", slug: "r.example-5000/a/App", purl: "pkg:oci/app@sha256%3A0?repository_url=r.example%3A5000/a/app"},
		{name: "digest", image: "r.example/a:1@sha256:0", repository: "r.example/a", tag: "1", slug: "r.example/a", purl: "pkg:oci/a@sha256%3A0?repository_url=r.example/a&tag=1"},
		{name: "archive", source: "docker-archive:/tmp/x/app.tar", repository: "app.tar", slug: "app.tar"},
		{name: "archive on Windows", source: `D:\a\_work\1\s\app.tar`, repository: "app.tar", slug: "app.tar"},
		{name: "archive on Windows behind a scheme", source: `oci-dir:D:\layouts\app`, repository: "app", slug: "app"},
		{name: "archive on a server", source: `\\server\share\app.tar`, repository: "app.tar", slug: "app.tar"},
		{name: "archive on a drive", source: "d:/images/app.tar", repository: "app.tar", slug: "app.tar"},
		{name: "directory", source: ".", repository: "image", slug: "image"},
		{name: "nothing", repository: "image", slug: "image"},
		{name: "only a tag", image: ":1", repository: "image", tag: "1", slug: "image", purl: "pkg:oci/image@sha256%3A0?tag=1"},
		{name: "way up", image: "../../etc:1", repository: "../../etc", tag: "1", slug: "etc", purl: "pkg:oci/etc@sha256%3A0?repository_url=../../etc&tag=1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := &Report{Subject: Subject{Image: &Image{Name: tt.image, Source: tt.source, Digest: "sha256:0"}}}
			if diff := cmp.Diff([]string{tt.repository, tt.tag, tt.slug, tt.purl}, []string{r.reference().repository, r.reference().tag, r.slug(), r.purl()}); diff != "" {
				t.Errorf("repository, tag, slug and purl of %q, %q (-want +got):\n%s", tt.image, tt.source, diff)
			}
		})
	}
}

func TestRelativeURI(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		in   []string
		want string
	}{
		{name: "plain", in: []string{"app", "/usr/lib/x.so"}, want: "app/usr/lib/x.so"},
		{name: "colon", in: []string{"C:/x"}, want: "C%3A/x"},
		{name: "dots", in: []string{"./../a/./b"}, want: "a/b"},
		{name: "space and percent", in: []string{"a b%c"}, want: "a%20b%25c"},
		{name: "query and fragment", in: []string{"a?b#c"}, want: "a%3Fb%23c"},
		{name: "spaces at its ends", in: []string{" a /b  c "}, want: "%20a%20/b%20%20c%20"},
		{name: "nothing but a space", in: []string{"a/ /b"}, want: "a/%20/b"},
		{name: "a tab and line ends", in: []string{"\ta\r\n"}, want: "%09a%0D%0A"},
		{name: "a dot at its end", in: []string{"a./..b"}, want: "a./..b"},
		{name: "three dots", in: []string{"..."}, want: "..."},
		{name: "another script", in: []string{"ä\u00a0"}, want: "%C3%A4%C2%A0"},
		{name: "writing direction and a terminal's escape", in: []string{"a\u202eb\x1b"}, want: "a%5Cu202eb%5Cx1b"},
		{name: "no UTF-8", in: []string{"a\xff"}, want: "a%5Cxff"},
		{name: "empty", in: []string{"", "/"}, want: "image"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := relativeURI(tt.in...); got != tt.want {
				t.Errorf("relativeURI(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}
