package registrytest

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Program is a registry that others wrote, running on loopback with a directory of its own.
type Program struct {
	// Host is the registry's address, such as 127.0.0.1:43210.
	Host string

	cmd *exec.Cmd
	log safeLog
}

// Run starts a registry program, which keeps all that it has in a new directory, and allows deletions. It is distribution's
// (docker-registry, registry) or zot.
func Run(program, dir string) (*Program, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("finding a port: %w", err)
	}
	p := &Program{Host: listener.Addr().String()}
	listener.Close()
	file, text := distributionConfig(p.Host, filepath.Join(dir, "data"))
	if strings.HasPrefix(filepath.Base(program), "zot") {
		file, text = zotConfig(p.Host, filepath.Join(dir, "data"))
	}
	file = filepath.Join(dir, file)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, err
	}
	p.cmd = exec.Command(program, "serve", file)
	p.cmd.Dir = dir
	p.cmd.Stdout, p.cmd.Stderr = &p.log, &p.log
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	client := &http.Client{}
	for range 100 {
		if resp, err := client.Get("http://" + p.Host + "/v2/"); err == nil {
			resp.Body.Close()
			return p, nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	p.Close()
	return nil, fmt.Errorf("%s does not answer:\n%s", program, p.Log())
}

// distributionConfig is the name and the text of a configuration (https://distribution.github.io/distribution/about/configuration/).
func distributionConfig(host, data string) (file, text string) {
	return "config.yml", fmt.Sprintf("version: 0.1\nlog: {level: debug}\nstorage: {filesystem: {rootdirectory: %s}, delete: {enabled: true}}\nhttp: {addr: %s}\n", data, host)
}

// zotConfig is the name and the text of a configuration (https://zotregistry.dev, "Configuring zot"). Docker's media types are only
// taken in its mode for them.
func zotConfig(host, data string) (file, text string) {
	address, port, _ := net.SplitHostPort(host)
	raw, _ := json.Marshal(map[string]any{ // of strings alone
		"distSpecVersion": "1.1.1",
		"storage":         map[string]any{"rootDirectory": data},
		"http":            map[string]any{"address": address, "port": port, "compat": []string{"docker2s2"}},
		"log":             map[string]any{"level": "debug"},
	})
	return "config.json", string(raw)
}

// Log is what the registry wrote so far.
func (p *Program) Log() string { return p.log.String() }

// Close ends the registry.
func (p *Program) Close() error {
	if err := p.cmd.Process.Kill(); err != nil {
		return err
	}
	_ = p.cmd.Wait() // it was killed
	return nil
}

// safeLog is text that may be read while it is written.
type safeLog struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write adds to the text.
func (l *safeLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String is the text so far.
func (l *safeLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
