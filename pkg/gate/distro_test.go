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
	release := func(text string) imagetest.File { return imagetest.File{Name: "etc/os-release", Body: text} }
	debian := release("ID=debian\nVERSION_ID=\"11\"\n")
	type layers = [][]imagetest.File
	tests := []struct {
		name    string
		layers  layers
		outcome policy.Outcome
		warning string
		wantErr string
	}{
		{name: "known", layers: layers{{debian, dpkg}}, outcome: policy.Blocked},
		{name: "by a link", layers: layers{{{Name: "etc/os-release", Link: "../usr/lib/os-release", Type: tar.TypeSymlink}, {Name: "usr/lib/os-release", Body: debian.Body}, dpkg}}, outcome: policy.Blocked},
		{name: "none", layers: layers{{dpkg}}, wantErr: "does not say of which distribution"},
		{name: "removed later", layers: layers{{debian, dpkg}, {{Name: "etc/.wh.os-release"}}}, wantErr: "does not say of which distribution"},
		{name: "unknown", layers: layers{{release("ID=foonix\nVERSION_ID=1\n"), dpkg}}, wantErr: `the distribution "foonix", which is not known`},
		{name: "another family", layers: layers{{debian, dpkg}, {release("ID=alpine\nVERSION_ID=3.15.0\n")}}, wantErr: "says that it is alpine"},
		{name: "not in the database", layers: layers{{release("ID=debian\nVERSION_ID=\"7\"\n"), dpkg}}, outcome: policy.Clean, warning: "has nothing about debian 7"},
		{name: "a removed database", layers: layers{{debian, dpkg}, {{Name: "var/lib/dpkg/.wh.status"}}}, outcome: policy.Clean, warning: "removes the package database /var/lib/dpkg/status: its 1 package"},
		{name: "no packages of a system", layers: layers{{{Name: "app", Body: "x"}}}, outcome: policy.Clean},
		// Both names of the same folder lead to the database, by links that a later layer sets.
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
			if got := strings.Join(result.Report.Warnings, "\n"); !strings.Contains(got, tt.warning) || tt.warning == "" && got != "" {
				t.Errorf("the warnings are %q, want %q", got, tt.warning)
			}
		})
	}
}
