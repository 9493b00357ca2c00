package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/imagetest"
)

// versions is one state of the application: the packages that it is made of.
type versions struct {
	tag                    string
	libc, libssl, zlib     string // Debian 11
	lodash, minimist, text string // npm, npm and Go's golang.org/x/text
}

func vulnerable() versions {
	return versions{
		tag:  "vulnerable",
		libc: "2.31-13+deb11u2", libssl: "1.1.1k-1+deb11u1", zlib: "1:1.2.11.dfsg-2",
		lodash: "4.17.4", minimist: "0.0.8", text: "v0.3.5",
	}
}

func repaired() versions {
	return versions{
		tag:  "repaired",
		libc: "2.31-13+deb11u13", libssl: "1.1.1w-0+deb11u1", zlib: "1:1.2.11.dfsg-2+deb11u2",
		lodash: "4.17.21", minimist: "1.2.8", text: "v0.3.8",
	}
}

// application is an image of three layers, as its Dockerfile would give it.
func application(ctx context.Context, work string, v versions) (imagetest.Image, error) {
	program, err := goProgram(ctx, work, v.text)
	if err != nil {
		return imagetest.Image{}, err
	}
	return imagetest.Image{Layers: []imagetest.Layer{
		{CreatedBy: "/bin/sh -c #(nop) ADD file:5b1a4a3b1e0d in / ", Files: debian(v)},
		{CreatedBy: "COPY node_modules /srv/node_modules # buildkit", Files: []imagetest.File{
			npmPackage("lodash", v.lodash), npmPackage("minimist", v.minimist),
		}},
		{CreatedBy: "COPY /out/shop /usr/local/bin/shop # buildkit", Files: []imagetest.File{
			{Name: "usr/local/bin/shop", Mode: 0o755, Body: program},
		}},
	}}, nil
}

// debian is what tells of the distribution and of the packages that dpkg installed.
func debian(v versions) []imagetest.File {
	release := "PRETTY_NAME=\"Debian GNU/Linux 11 (bullseye)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"11\"\nVERSION_CODENAME=bullseye\nID=debian\n"
	var status strings.Builder
	for _, p := range []struct{ name, source, version string }{
		{"libc6", "glibc", v.libc}, {"libssl1.1", "openssl", v.libssl}, {"zlib1g", "zlib", v.zlib},
	} {
		fmt.Fprintf(&status, "Package: %s\nStatus: install ok installed\nSection: libs\nArchitecture: amd64\nSource: %s\nVersion: %s\n\n", p.name, p.source, p.version)
	}
	return []imagetest.File{{Name: "etc/os-release", Body: release}, {Name: "var/lib/dpkg/status", Body: status.String()}}
}

func npmPackage(name, version string) imagetest.File {
	return imagetest.File{
		Name: "srv/node_modules/" + name + "/package.json",
		Body: fmt.Sprintf("{\n  \"name\": %q,\n  \"version\": %q,\n  \"license\": \"MIT\"\n}\n", name, version),
	}
}
