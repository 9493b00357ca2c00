package image_test

import (
	"archive/tar"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	imagecheck "github.com/layergate/layergate/pkg/check/image"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/imagetest"
)

// found is what a test wants to know of a finding.
type found struct {
	Saw   string
	Line  int    // of the Dockerfile; 0 for none
	Layer string // base, own, or empty where the finding is of no layer
	State finding.State
	Field string
	Path  string
}

// of is what is found of a rule.
func of(id string, s imagecheck.Subject) []found {
	var out []found
	for _, f := range imagecheck.Find(s) {
		if f.ID != id {
			continue
		}
		got := found{Saw: f.Check.Saw, State: f.State, Field: f.Check.Field, Path: f.Path}
		if f.Location != nil {
			got.Line = f.Location.Line
		}
		switch {
		case f.Layer == nil:
		case f.Layer.Base:
			got.Layer = "base"
		default:
			got.Layer = "own"
		}
		out = append(out, got)
	}
	return out
}

// A finding says whose it is, and which line to change.
func TestFind(t *testing.T) {
	t.Parallel()
	tests := []struct {
		id, fixture string
		want        []found
	}{
		{"LG-IMG-001", "fail", []found{{Saw: "USER root again, after USER app", Line: 4, Layer: "own", Field: "USER"}}},
		{"LG-IMG-010", "fail", []found{{Saw: "USER is not set", Line: 3, Field: "USER"}}},
		{"LG-IMG-001", "fail-base", []found{{Saw: "USER root again, after USER app", Line: 1, Layer: "base", Field: "USER"}}},
		{"LG-IMG-001", "fail-name-of-root", []found{{Saw: "USER app, whose number is 0 in /etc/passwd", Line: 3, Layer: "own", Field: "USER"}}},
		{"LG-IMG-004", "fail", []found{{Saw: "VOLUME /proc/sys", Line: 2, Field: "VOLUME /proc/sys"}}},
		{"LG-IMG-005", "fail", []found{{Saw: "EXPOSE 22/tcp", Line: 2, Field: "EXPOSE 22/tcp"}}},
		{"LG-FILE-001", "fail", []found{{Saw: "mode 4755, owner 0:0", Line: 3, Layer: "own", State: finding.Visible, Path: "/usr/local/bin/tool"}}},
		{"LG-FILE-001", "fail-copy", []found{{Saw: "mode 4755, owner 0:0", Line: 2, Layer: "own", State: finding.Visible, Path: "/usr/local/bin/su"}}},
		{"LG-FILE-003", "fail", []found{{Saw: "CAP_NET_RAW", Line: 2, Layer: "own", State: finding.Visible, Path: "/usr/local/bin/probe"}}},
		{"LG-FILE-005", "fail", []found{{Saw: "mode 0777, owner 0:0, with 1 more files and directories below it that every user may write to", Line: 2, Layer: "own", State: finding.Visible, Path: "/srv/data"}}},
		{"LG-FILE-006", "fail", []found{{Saw: "the password of the user app is empty", Line: 2, Layer: "own", State: finding.Visible, Path: "/etc/shadow", Field: "app"}}},
		{"LG-FILE-010", "fail", []found{{Saw: "0.3 MB in 1 file", Line: 2, Layer: "own", State: finding.Visible, Path: "/var/lib/apt/lists"}}},
		{"LG-FILE-013", "fail", []found{{Saw: "1 file with 2.0 MB are hidden, of which 2.0 MB are removed", Line: 3, Layer: "own",
			Field: "RUN /bin/sh -c tar -x -f /tmp/data.tar -C /srv && rm /tmp/data.tar # buildkit"}}},
	}
	for _, tt := range tests {
		t.Run(tt.id+"/"+tt.fixture, func(t *testing.T) {
			t.Parallel()
			got := of(tt.id, subject(t, filepath.Join("testdata", tt.id, tt.fixture)))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Find (-want +got):\n%s", diff)
			}
		})
	}
}

// The user is what a runtime takes it for.
func TestUser(t *testing.T) {
	t.Parallel()
	const passwd = "root:x:0:0::/:\napp:x:1000:1000::/:\ntoor:x:0:5::/:\nstaff:x:1001:0::/:\n1002:x:0:0::/:\nshort\n#hash:x:0:0::/:\n"
	tests := []struct {
		user                          string
		root, named, rootGroup, unset bool
	}{
		{user: "", unset: true},
		{user: "0:0", root: true},
		{user: "root:root", root: true},
		{user: "00", root: true},
		{user: "+0", root: true},
		{user: "-0", root: true},
		{user: ":1000", root: true},
		{user: "toor", root: true},
		{user: "1002", root: true}, // an account of that name
		{user: "short", root: true},
		{user: "#hash", root: true},
		{user: "4294967296", root: true},
		{user: "0:1000", root: true},
		{user: "app", named: true},
		{user: "app:app", named: true},
		{user: "app:root", named: true, rootGroup: true},
		{user: "staff", named: true, rootGroup: true},
		{user: "unknown", named: true, rootGroup: true},
		{user: "1000"},
		{user: "1000:1000"},
		{user: "1000:0", rootGroup: true},
		{user: "5000", rootGroup: true},
		{user: "5000:5000"},
		{user: "5000:users"},
	}
	for _, tt := range tests {
		t.Run(tt.user, func(t *testing.T) {
			t.Parallel()
			s := look(t, "", imagetest.Image{
				Config: &v1.Config{User: tt.user},
				Layers: []imagetest.Layer{{Files: []imagetest.File{{Name: "etc/passwd", Body: passwd}, {Name: "etc/group", Body: "app:x:1000:\n"}}}},
			}, false)
			for id, want := range map[string]bool{"LG-IMG-001": tt.root, "LG-IMG-002": tt.named, "LG-IMG-003": tt.rootGroup, "LG-IMG-010": tt.unset} {
				if got := len(of(id, s)) > 0; got != want {
					t.Errorf("USER %q: %s finds something: %t, want %t", tt.user, id, got, want)
				}
			}
		})
	}
}

// A health check is one that runtimes run.
func TestHealthCheck(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		check *v1.HealthConfig
		want  []found
	}{
		{name: "none", want: []found{{Saw: "HEALTHCHECK is not set", Field: "HEALTHCHECK"}}},
		{name: "an empty one", check: &v1.HealthConfig{}, want: []found{{Saw: "HEALTHCHECK is not set", Field: "HEALTHCHECK"}}},
		{name: "one with a time alone", check: &v1.HealthConfig{Interval: 1e9, Test: []string{}}, want: []found{{Saw: "HEALTHCHECK is not set", Field: "HEALTHCHECK"}}},
		{name: "NONE", check: &v1.HealthConfig{Test: []string{"NONE"}}, want: []found{{Saw: "HEALTHCHECK NONE", Field: "HEALTHCHECK"}}},
		{name: "a word that is none of Docker's", check: &v1.HealthConfig{Test: []string{"/healthy"}}, want: []found{{Saw: "HEALTHCHECK is neither CMD nor CMD-SHELL, and runtimes run none", Field: "HEALTHCHECK"}}},
		{name: "no command", check: &v1.HealthConfig{Test: []string{"CMD"}}, want: []found{{Saw: "HEALTHCHECK CMD without a command", Field: "HEALTHCHECK"}}},
		{name: "an empty command", check: &v1.HealthConfig{Test: []string{"CMD-SHELL", " "}}, want: []found{{Saw: "HEALTHCHECK CMD-SHELL without a command", Field: "HEALTHCHECK"}}},
		{name: "a command", check: &v1.HealthConfig{Test: []string{"CMD", "/healthy"}}},
		{name: "a command of a shell", check: &v1.HealthConfig{Test: []string{"CMD-SHELL", "curl -f localhost"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			img := imagetest.Image{Config: &v1.Config{Healthcheck: tt.check}, Layers: []imagetest.Layer{{Files: []imagetest.File{{Name: "app", Body: "x"}}}}}
			if diff := cmp.Diff(tt.want, of("LG-IMG-007", look(t, "", img, false))); diff != "" {
				t.Errorf("LG-IMG-007 (-want +got):\n%s", diff)
			}
		})
	}
}

// A command may start an SSH daemon by any name that leads to it.
func TestSSHDaemonStarted(t *testing.T) {
	t.Parallel()
	daemon := imagetest.File{Name: "opt/server", Mode: 0o755, Body: "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 9) + "\x03\x00\x3e\x00sshd: no hostkeys available -- exiting.\x00"}
	link := imagetest.File{Name: "usr/sbin/web", Type: tar.TypeSymlink, Link: "/opt/server"}
	hard := imagetest.File{Name: "usr/bin/app", Type: tar.TypeLink, Link: "opt/server", Mode: 0o755}
	for _, tt := range []struct {
		name               string
		files              []imagetest.File
		command            string
		installed, started int
	}{
		{name: "its own name", files: []imagetest.File{daemon}, command: "/opt/server -D", installed: 1, started: 1},
		{name: "a symbolic link", files: []imagetest.File{daemon, link}, command: "web -D", installed: 1, started: 1},
		{name: "a hard link", files: []imagetest.File{daemon, hard}, command: "sh -c 'exec /usr/bin/app -D'", installed: 2, started: 1},
		{name: "another program", files: []imagetest.File{daemon, link, hard}, command: "/usr/bin/nginx", installed: 2},
		{name: "such a name without a daemon", command: "/opt/server -D"},
		{name: "TinySSH", command: "tcpserver 0 22 tinysshd /etc/tinyssh", started: 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			img := imagetest.Image{Config: &v1.Config{Cmd: strings.Fields(tt.command)}, Layers: []imagetest.Layer{{Files: append(tt.files, imagetest.File{Name: "a", Body: "x"})}}}
			s := look(t, "", img, false)
			if installed, started := len(of("LG-FILE-009", s)), len(of("LG-IMG-008", s)); installed != tt.installed || started != tt.started {
				t.Errorf("%d are installed and %d started, want %d and %d", installed, started, tt.installed, tt.started)
			}
		})
	}
}

// An account of root's number is one that somebody wrote, and no comment or broken line that no login knows.
func TestSecondRoot(t *testing.T) {
	t.Parallel()
	passwd := "root:x:0:0::/:\n# the others\n+::::::\napp\nb:x:1000x:1::/:\n  led:x:0:0::/:\n#hash:x:0:0::/:\nwraps:x:4294967296:1::/:\nempty:x:::/:\n"
	s := look(t, "", imagetest.Image{Layers: []imagetest.Layer{{Files: []imagetest.File{{Name: "etc/passwd", Body: passwd}}}}}, false)
	var got []string
	for _, f := range of("LG-FILE-007", s) {
		got = append(got, f.Field)
	}
	if diff := cmp.Diff([]string{"led", "#hash", "wraps", "empty"}, got); diff != "" {
		t.Errorf("LG-FILE-007 (-want +got):\n%s", diff)
	}
	if got := of("LG-FILE-008", s); got != nil {
		t.Errorf("LG-FILE-008 finds %+v of lines that are no accounts", got)
	}
}

// What a later layer hides is for information, and what is not listed is counted.
func TestEdges(t *testing.T) {
	t.Parallel()
	var many []imagetest.File
	for i := range 101 {
		many = append(many, imagetest.File{Name: "bin/" + strings.Repeat("x", i+1), Mode: 0o4755, Body: "x"})
	}
	setuid := []imagetest.File{{Name: "bin/a", Mode: 0o4755, Body: "x"}}
	ofWindows := []imagetest.File{{Name: "Files/a.exe", Mode: 0o4755, Body: "x"}, {Name: "Hives/DefaultUser_Delta", Body: "x"}, {Name: "UtilityVM/Files/b", Body: "x"}}
	tests := []struct {
		name string
		img  imagetest.Image
		want []string // identifiers and what was seen, of LG-FILE-001 and LG-IMG-001
	}{
		{"hidden", imagetest.Image{Layers: []imagetest.Layer{{Files: setuid}, {Files: []imagetest.File{{Name: "bin/.wh.a"}}}}}, []string{"LG-FILE-001 mode 4755, owner 0:0; layer 1 hides it, for information"}},
		{"Windows", imagetest.Image{Platform: "windows/amd64", Config: &v1.Config{User: "root"}, Layers: []imagetest.Layer{{Files: ofWindows}}}, nil},
		{"said to be for Windows", imagetest.Image{Platform: "windows/amd64", Config: &v1.Config{User: "root"}, Layers: []imagetest.Layer{{Files: ofWindows}, {Files: setuid}}},
			[]string{"LG-IMG-001 USER root", "LG-FILE-001 mode 4755, owner 0:0", "LG-FILE-001 mode 4755, owner 0:0"}},
		{"a program alone", imagetest.Image{Config: &v1.Config{User: "root"}, Layers: []imagetest.Layer{{Files: []imagetest.File{{Name: "app", Body: "x"}}}}}, []string{"LG-IMG-001 USER root"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range imagecheck.Find(look(t, "", tt.img, false)) {
				if f.ID == "LG-FILE-001" || f.ID == "LG-IMG-001" {
					text := f.ID + " " + f.Check.Saw
					if f.Check.Information {
						text += ", for information"
					}
					got = append(got, text)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Find (-want +got):\n%s", diff)
			}
		})
	}
	got := of("LG-FILE-001", look(t, "", imagetest.Image{Layers: []imagetest.Layer{{Files: many}}}, false))
	want := found{Saw: "1 more files of the layer, which are not listed", Layer: "own", Field: "more in layer 0"}
	if len(got) != 101 || got[100] != want {
		t.Errorf("Find finds %d, the last of them %+v; want 101, the last of them %+v", len(got), got[len(got)-1], want)
	}
}

// A device file without a mode is named as what it most likely is.
func TestOverlayWhiteout(t *testing.T) {
	t.Parallel()
	const typeBits = 0o020000 // which make the mode more than the default
	got := of("LG-FILE-014", look(t, "", imagetest.Image{Layers: []imagetest.Layer{{Files: []imagetest.File{
		{Name: "srv/disk", Type: tar.TypeBlock, Mode: 0o600}, {Name: "srv/gone", Type: tar.TypeChar, Mode: typeBits},
	}}}}, false))
	want := []found{
		{Saw: "mode 0600, owner 0:0", Layer: "own", State: finding.Visible, Path: "/srv/disk"},
		{Saw: "mode 0000, owner 0:0: most likely a removed file, as an overlay file system marks it", Layer: "own", State: finding.Visible, Path: "/srv/gone"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Find (-want +got):\n%s", diff)
	}
}

// An account counts for the layer that made it, also where a later one writes its file again.
func TestAccountsLayer(t *testing.T) {
	t.Parallel()
	toor := "root:x:0:0::/:\ntoor:x:0:0::/:\n"
	file := func(body string) imagetest.Layer {
		return imagetest.Layer{Files: []imagetest.File{{Name: "etc/passwd", Body: body}}}
	}
	s := look(t, "", imagetest.Image{Layers: []imagetest.Layer{file("root:x:0:0::/:\n"), file(toor), file(toor + "app:x:1:1::/:\n")}}, false)
	for _, f := range imagecheck.Find(s) {
		if f.ID == "LG-FILE-007" && f.Layer.Index != 1 {
			t.Errorf("the finding is of layer %d, want 1", f.Layer.Index)
		}
	}
	if n := len(of("LG-FILE-007", s)); n != 1 {
		t.Errorf("Find finds %d of LG-FILE-007, want 1", n)
	}
}
