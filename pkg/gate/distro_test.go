package gate_test

import (
	"archive/tar"
	"context"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/policy"
)

// Packages of an operating system are judged with its advisories or not at all.
func TestDistribution(t *testing.T) {
	t.Parallel()
	dpkg := imagetest.File{Name: "var/lib/dpkg/status", Body: "Package: libssl1.1\nStatus: install ok installed\nSource: openssl\nArchitecture: amd64\nVersion: 1.1.1k-1+deb11u1\n\n"}
	untold := imagetest.File{Name: dpkg.Name, Body: strings.ReplaceAll(dpkg.Body, "+deb11u1", "")} // of which release the package is
	const base = "Package: base-files\nStatus: install ok installed\nArchitecture: amd64\nVersion: 12.4\n\n"
	release := func(text string) imagetest.File { return imagetest.File{Name: "etc/os-release", Body: text} }
	debian := release("ID=debian\nVERSION_ID=\"11\"\n")
	type layers = [][]imagetest.File
	tests := []struct {
		name    string
		layers  layers
		outcome policy.Outcome
		warning string
		gap     string // and what it is about
		wantErr string
	}{
		{name: "known", layers: layers{{debian, dpkg}}, outcome: policy.Blocked},
		{name: "by a link", layers: layers{{{Name: "etc/os-release", Link: "../usr/lib/os-release", Type: tar.TypeSymlink}, {Name: "usr/lib/os-release", Body: debian.Body}, dpkg}}, outcome: policy.Blocked},
		{name: "none", layers: layers{{dpkg}}, wantErr: "does not say of which distribution"},
		{name: "removed later", layers: layers{{debian, dpkg}, {{Name: "etc/.wh.os-release"}}}, outcome: policy.Blocked},
		{name: "named later", layers: layers{{dpkg}, {debian}}, outcome: policy.Blocked},
		{name: "changed later", layers: layers{{debian, dpkg}, {release("ID=debian\nVERSION_ID=\"7\"\n")}}, outcome: policy.Blocked},
		{name: "unknown", warning: "no package of the image could be looked up", layers: layers{{release("ID=foonix\nVERSION_ID=1\n"), dpkg}}, outcome: policy.Blocked, gap: "unknown-distribution foonix 1"},
		{name: "another family", layers: layers{{release("ID=alpine\nVERSION_ID=3.15.0\n"), dpkg}}, wantErr: "says that it is alpine"},
		{name: "another family later", layers: layers{{debian, dpkg}, {release("ID=alpine\nVERSION_ID=3.15.0\n")}}, outcome: policy.Blocked},
		{name: "in another system", layers: layers{{release("ID=alpine\nVERSION_ID=3.15.0\n"), {Name: "srv/chroot/etc/os-release", Body: debian.Body}, {Name: "srv/chroot/var/lib/dpkg/status", Body: dpkg.Body}}}, outcome: policy.Blocked},
		{name: "in another system of another family", layers: layers{{debian, {Name: "srv/chroot/etc/os-release", Body: "ID=alpine\nVERSION_ID=3.15.0\n"}, {Name: "srv/chroot/var/lib/dpkg/status", Body: dpkg.Body}}}, wantErr: "the image has below /srv/chroot 1 packages of type deb, and says that it is alpine"},
		{name: "in another system that the database does not cover", warning: "no package of the image could be looked up", layers: layers{{debian, {Name: "srv/chroot/etc/os-release", Body: "ID=debian\nVERSION_ID=\"7\"\n"}, {Name: "srv/chroot/var/lib/dpkg/status", Body: untold.Body}}}, outcome: policy.Blocked, gap: "no-system-packages debian 11, unknown-release debian 7"},
		{name: "another than the installed one", layers: layers{{release("ID=debian\nVERSION_ID=\"7\"\n"), {Name: dpkg.Name, Body: strings.Replace(base, "12.4", "11.1", 1) + dpkg.Body}}}, outcome: policy.Blocked},
		{name: "older than some packages", layers: layers{{release("ID=debian\nVERSION_ID=\"7\"\n"), dpkg}}, outcome: policy.Blocked, gap: "mixed-releases debian 11 on debian 7"},
		{name: "not in the database", warning: "no package of the image could be looked up", layers: layers{{release("ID=debian\nVERSION_ID=\"7\"\n"), untold}}, outcome: policy.Blocked, gap: "unknown-release debian 7"},
		{name: "a removed database", layers: layers{{debian, dpkg}, {{Name: "var/lib/dpkg/.wh.status"}}}, outcome: policy.Blocked, warning: "layer 1 takes packages out of /var/lib/dpkg/status whose files are still there, and they are judged as before: libssl1.1"},
		{name: "packages that nothing reads", layers: layers{{{Name: "opt/conda/conda-meta/openssl-1.1.1k-0.json", Body: "{}"}}}, outcome: policy.Blocked, gap: "unread-format /opt/conda/conda-meta", warning: "no package of the image could be looked up"},
		{name: "only data", layers: layers{{{Name: "etc/motd", Body: "hello"}}}, outcome: policy.Clean},
		{name: "no packages", layers: layers{{{Name: "app", Body: "x", Mode: 0o755}}}, outcome: policy.Blocked, gap: "no-packages", warning: "no package of the image could be looked up"},
		{name: "no packages of a system", layers: layers{{debian, {Name: "app/node_modules/a/package.json", Body: `{"name":"a","version":"1.0.0"}`}}}, outcome: policy.Blocked, gap: "no-system-packages debian 11"},
		{name: "no packages of the image's system", layers: layers{{release("ID=alpine\nVERSION_ID=3.15.0\n"), {Name: "srv/etc/os-release", Body: debian.Body}, {Name: "srv/var/lib/dpkg/status", Body: base}}}, outcome: policy.Blocked, gap: "no-system-packages alpine 3.15.0"},
		// Both names of the same directory lead to the database, by links that a later layer sets.
		{name: "behind links", layers: layers{
			{debian, {Name: "var/lib/dpkg", Link: "/d", Type: tar.TypeSymlink}, {Name: "d", Link: "/empty", Type: tar.TypeSymlink}, {Name: "empty", Type: tar.TypeDir}, {Name: "hidden/status", Body: dpkg.Body}},
			{{Name: "d", Link: "/hidden", Type: tar.TypeSymlink}},
		}, outcome: policy.Blocked},
		// Overlayfs takes no notice of this marker: the packages are still there.
		{name: "opaque root", layers: layers{{debian, dpkg}, {debian, {Name: ".wh..wh..opq"}}}, outcome: policy.Blocked},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var img imagetest.Image
			for _, files := range tt.layers {
				img.Layers = append(img.Layers, imagetest.Layer{Files: files})
			}
			result, err := inspect(context.Background(), t, config(t, write(t, "oci", img)))
			if tt.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wantErr) {
					t.Fatalf("Inspect() = %v, want an error with %q", err, tt.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer result.Close()
			if got := result.Report.Verdict.Outcome; got != tt.outcome {
				t.Errorf("the verdict is %s, want %s", got, tt.outcome)
			}
			var gaps []string
			for _, f := range result.Report.Blocking() {
				if f.Coverage != nil {
					gaps = append(gaps, strings.TrimSpace(f.ID+" "+f.Coverage.Subject(f.Path)))
				}
			}
			if got := strings.Join(gaps, ", "); tt.gap != "" && got != tt.gap {
				t.Errorf("the gaps are %q, want %q", got, tt.gap)
			}
			if got := strings.Join(result.Report.Warnings, "\n"); !strings.Contains(got, tt.warning) || tt.warning == "" && got != "" {
				t.Errorf("the warnings are %q, want %q", got, tt.warning)
			}
		})
	}
}
