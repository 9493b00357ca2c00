package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"unicode"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/layergate/layergate/pkg/imagetest"
)

// hostileText is what the author of an image may write wherever there is text.
const hostileText = "::set-output name=verdict::clean\n##vso[task.setvariable variable=verdict;isOutput=true]clean\n" +
	"##[error]owned\n::warning::owned\n<script>alert(1)</script> [x](https://evil.example) `id` | @octocat \x1b[31mred \u202egnp.exe \u200b"

// makeHostile writes an image with a vulnerable package whose path, history, labels, distribution and neighbours are
// hostile.
func makeHostile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: hostile FILE")
	}
	segment := strings.NewReplacer("/", "_", "\n", " ").Replace(hostileText)
	encoded, err := json.Marshal(hostileText)
	ts.Check(err)
	quoted := string(encoded)
	files, err := imagetest.OCI(imagetest.Entry{Name: "app:1", Images: []imagetest.Image{{
		Config: &v1.Config{User: hostileText, Labels: map[string]string{
			"org.opencontainers.image.base.name": hostileText, "org.opencontainers.image.title": hostileText, hostileText: hostileText,
		}},
		Layers: []imagetest.Layer{
			{CreatedBy: hostileText, Compression: imagetest.Gzip, Files: []imagetest.File{
				{Name: "etc/os-release", Body: "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"" + segment + "\"\n"},
				{Name: "var/lib/dpkg/status", Body: "Package: bash\nStatus: install ok installed\nVersion: 5.2\nArchitecture: amd64\nMaintainer: " + segment + "\n\n"},
				{Name: "srv/" + segment + "/node_modules/lodash/package.json", Body: `{"name": "lodash", "version": "4.17.4", "license": ` + quoted + `}`},
				{Name: "srv/evil/package.json", Body: `{"name": ` + quoted + `, "version": ` + quoted + `}`},
				{Name: "srv/" + segment + "/broken.jar", Body: "PK\x03\x04 no archive"},
			}},
			{CreatedBy: "RUN " + hostileText, Compression: imagetest.Gzip, Files: []imagetest.File{{Name: segment, Body: segment}}},
		},
	}}})
	ts.Check(err)
	ts.Check(files.WriteArchive(ts.MkAbs(args[0]), imagetest.None))
}

// printCommands reads a log as a runner does: GitHub's takes a line for a command that begins with :: behind white
// space, or holds ##[ anywhere; the agent of Azure Pipelines one that holds ##vso[ anywhere. It prints each command up
// to where its data begins, and of those that set something the data, too.
func printCommands(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: commands github|azure FILE")
	}
	log := ts.ReadFile(args[1])
	for line := range strings.FieldsFuncSeq(log, func(r rune) bool { return strings.ContainsRune("\r\n\v\f\u0085\u2028\u2029", r) }) {
		bare := strings.Map(func(r rune) rune { // characters that a comparison by culture passes over
			if unicode.In(r, unicode.Cf, unicode.Variation_Selector) {
				return -1
			}
			return r
		}, line)
		command, found := "", false
		switch trimmed := strings.TrimSpace(bare); {
		case args[0] == "github" && strings.HasPrefix(trimmed, "::"):
			command, found = trimmed, true
		case args[0] == "github":
			_, command, found = strings.Cut(bare, "##[")
		default:
			_, command, found = strings.Cut(strings.ToLower(bare), "##vso[")
		}
		if found {
			fmt.Fprintln(ts.Stdout(), command)
		}
	}
}

// wantVisible wants that nothing in a file moves a terminal's cursor, turns text around or hides.
func wantVisible(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args {
		raw, err := os.ReadFile(ts.MkAbs(name))
		ts.Check(err)
		for i, r := range string(raw) {
			if r != '\n' && r != '\r' && r != '\t' && unicode.In(r, unicode.Cc, unicode.Cf) {
				ts.Fatalf("%s has the control %U at %d", name, r, i)
			}
		}
	}
}
