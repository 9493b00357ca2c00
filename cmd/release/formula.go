package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"text/template"
)

// formula is what Homebrew installs a release by. Homebrew checks each archive against its SHA-256 before it unpacks it.
var formula = template.Must(template.New("formula").Parse(`class Layergate < Formula
  desc "Gate between a container build and the production registry"
  homepage "https://github.com/layergate/layergate"
  version "{{.Version}}"
  license "Apache-2.0"
{{range .Systems}}
  on_{{.Name}} do
{{- range .Archives}}
    on_{{.Processor}} do
      url "https://github.com/layergate/layergate/releases/download/v{{$.Version}}/{{.File}}"
      sha256 "{{.SHA256}}"
    end
{{- end}}
  end
{{end}}
  def install
    bin.install "layergate"
    bash_completion.install "completions/layergate.bash" => "layergate"
    zsh_completion.install "completions/_layergate"
    fish_completion.install "completions/layergate.fish"
  end

  test do
    assert_equal "layergate #{version}", shell_output("#{bin}/layergate version").strip
  end
end
`))

// system is an operating system in Homebrew's words, with the archives for it.
type system struct {
	Name     string
	Archives []archive
}

// archive is a file of the release, for one kind of processor in Homebrew's words.
type archive struct{ Processor, File, SHA256 string }

// writeFormula prints the formula of a version, whose archives are in the directory that .ci/packages made.
func (c *command) writeFormula(_ context.Context, args []string) error {
	v, err := parseVersion(args[0])
	if err != nil {
		return err
	}
	sums, err := readSums(filepath.Join(args[1], "SHA256SUMS"))
	if err != nil {
		return err
	}
	systems, err := archivesOf(v, sums)
	if err != nil {
		return err
	}
	return formula.Execute(c.stdout, struct {
		Version version
		Systems []system
	}{v, systems})
}

// archivesOf returns the archives for every system and processor that Homebrew runs on. None may be missing.
func archivesOf(v version, sums map[string]string) ([]system, error) {
	systems := []system{{Name: "macos"}, {Name: "linux"}}
	for i, goos := range []string{"darwin", "linux"} {
		for _, cpu := range []struct{ goarch, brew string }{{"arm64", "arm"}, {"amd64", "intel"}} {
			file := fmt.Sprintf("layergate_%s_%s_%s.tar.gz", v, goos, cpu.goarch)
			sum, ok := sums[file]
			if !ok {
				return nil, fmt.Errorf("SHA256SUMS does not name %s", file)
			}
			systems[i].Archives = append(systems[i].Archives, archive{cpu.brew, file, sum})
		}
	}
	return systems, nil
}

var sumLine = regexp.MustCompile(`^([0-9a-f]{64}) [ *](\S+)$`)

// readSums reads what sha256sum wrote: the digests of files by their names.
func readSums(name string) (map[string]string, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	sums := map[string]string{}
	lines := bufio.NewScanner(io.LimitReader(file, 1<<20))
	for lines.Scan() {
		m := sumLine.FindStringSubmatch(lines.Text())
		if m == nil {
			return nil, fmt.Errorf("reading %s: %q is no line of sha256sum", name, lines.Text())
		}
		sums[m[2]] = m[1]
	}
	return sums, lines.Err()
}
