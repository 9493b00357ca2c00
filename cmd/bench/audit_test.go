package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/registrytest"
)

func TestParseAudit(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, args, err string }{
		{name: "what is here", args: "-db some.tar.zst"},
		{name: "a program, in one part", args: "-db some.tar.zst -slices 1 -images 20 -bases 2 ./layergate"},
		{name: "no database", args: "-slices 1", err: "an audit needs an advisory database"},
		{name: "no slices", args: "-db some.tar.zst -slices 1,0", err: `"0" is no number of slices`},
		{name: "no images", args: "-db some.tar.zst -images 0", err: "0 images on 40 bases are no registry"},
		{name: "two programs", args: "-db some.tar.zst old new", err: "bench audit takes one program or revision, and has 2"},
		{name: "no flag", args: "-part 1", err: "flag provided but not defined: -part"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := parseAudit(strings.Fields(tt.args), io.Discard)
			if tt.err == "" && err == nil {
				return
			}
			if err == nil || err.Error() != tt.err || !fault.IsRequest(err) || len(fault.Hints(err)) == 0 {
				t.Errorf("parseAudit(%q) = %v with the hints %q, want the request %q and what to do", tt.args, err, fault.Hints(err), tt.err)
			}
		})
	}
}

// Each slice is audited twice, with the cache of the first time and another database.
func TestMeasureAudit(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	calls, program := filepath.Join(dir, "calls"), filepath.Join(dir, "program")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho \"$@\" >>"+calls+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	o := auditOptions{work: filepath.Join(dir, "work"), db: "old", next: "new", images: 3, bases: 2, slices: []int{1, 2}, program: program}
	if err := measureAudit(o, &out); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(calls)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	want := []string{"--shard 1/1 --db old", "--shard 1/1 --db new", "--shard 1/2 --db old", "--shard 2/2 --db old", "--shard 1/2 --db new", "--shard 2/2 --db new"}
	if len(lines) != len(want) {
		t.Fatalf("the program was called %d times, want %d:\n%s", len(lines), len(want), raw)
	}
	for i, w := range want {
		if !strings.Contains(lines[i], w) {
			t.Errorf("call %d is %q, want %q in it", i, lines[i], w)
		}
	}
	if n := strings.Count(out.String(), "\n| 1 | ") + strings.Count(out.String(), "\n| 2 | "); n != 4 {
		t.Errorf("the table has %d rows of audits, want 4:\n%s", n, out.String())
	}
}

func TestFillRegistry(t *testing.T) {
	t.Parallel()
	server, err := registrytest.Start(registrytest.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	if err := fillRegistry(server, 3, 2); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"base/manifests/0", "base/manifests/1", "team/app0/manifests/0", "team/app2/manifests/2"} {
		response, err := http.Get("http://" + server.Host + "/v2/" + name)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Errorf("%s: %s, want it to be there", name, response.Status)
		}
	}
}
