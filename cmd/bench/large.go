package main

import (
	"os"
	"path/filepath"
)

// The large image: a Debian system with what a team's build image holds, an application with its node_modules, and
// programs in Go. Changing any of this changes all numbers, so a directory with other material must be removed by hand.
const debian = "bookworm"

var systemPackages = []string{
	"openjdk-17-jdk-headless", "nodejs", "npm", "python3-full", "python3-pip", "python3-django", "python3-flask", "ruby-full", "build-essential", "git", "maven",
}

var npmPackages = []string{
	"react-scripts@5", "@angular/cli@15", "webpack@5", "jest@29", "eslint@8", "gatsby-cli@4", "lodash@4.17.4", "express@4", "typescript@4",
}

// large makes it: the base system, what apt-get adds, the application, and two programs.
func large() []maker {
	return []maker{{"base", makeBase}, {"system", makeSystem}, {"app", makeApp}, {"programs", makePrograms}}
}

func makeBase(dir, out string) error {
	root := filepath.Join(dir, "rootfs")
	if err := os.RemoveAll(root); err != nil {
		return err
	}
	if err := command("", "debootstrap", "--variant=minbase", debian, root); err != nil {
		return err
	}
	return command(root, "tar", "--sort=name", "--numeric-owner", "-cf", out, ".")
}

// makeSystem packs what apt-get adds or changes, as a RUN instruction's layer does.
func makeSystem(dir, out string) error {
	const script = `set -e
touch "$1.stamp"; sleep 1
printf '#!/bin/sh\nexit 101\n' > usr/sbin/policy-rc.d && chmod +x usr/sbin/policy-rc.d
out=$1; shift
mount -t proc proc proc; trap 'umount proc' EXIT
DEBIAN_FRONTEND=noninteractive chroot . apt-get -o Dpkg::Options::=--force-unsafe-io install -y --no-install-recommends "$@"
rm -rf var/cache/apt/archives/*.deb var/cache/apt/*.bin var/lib/apt/lists/* usr/sbin/policy-rc.d
find . -path ./proc -prune -o -cnewer "$out.stamp" -print0 | sort -z | tar --no-recursion --null -T - --numeric-owner -cf "$out"
rm "$out.stamp"`
	return command(filepath.Join(dir, "rootfs"), "sh", append([]string{"-c", script, "sh", out}, systemPackages...)...)
}

func makeApp(dir, out string) error {
	app := filepath.Join(dir, "app")
	if err := os.MkdirAll(app, 0o755); err != nil {
		return err
	}
	manifest := []byte(`{"name":"app","version":"1.0.0","private":true}`)
	if err := os.WriteFile(filepath.Join(app, "package.json"), manifest, 0o644); err != nil {
		return err
	}
	args := append([]string{"install", "--ignore-scripts", "--no-audit", "--no-fund"}, npmPackages...)
	if err := command(app, "npm", args...); err != nil {
		return err
	}
	return command(dir, "tar", "--sort=name", "--numeric-owner", "--owner=0", "--group=0", "--transform=s,^app,srv/app,", "-cf", out, "app")
}

// makePrograms packs Layergate itself and the benchmark: programs in Go with many modules and with few.
func makePrograms(dir, out string) error {
	bin := filepath.Join(dir, "programs", "usr", "local", "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return err
	}
	for _, name := range []string{"layergate", "bench"} {
		if err := command("", "go", "build", "-trimpath", "-ldflags=-s -w", "-o", filepath.Join(bin, name), "./cmd/"+name); err != nil {
			return err
		}
	}
	return command(filepath.Join(dir, "programs"), "tar", "--sort=name", "--numeric-owner", "--owner=0", "--group=0", "-cf", out, "usr")
}
