package main

import (
	"net/http"
	"strings"
	"time"

	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/transport"
)

// noProxy is the value of proxy that connects directly.
const noProxy = "off"

// caFile is the input of the certificate authorities for everything but the database.
const caFile = "ca-file"

// outside reaches registries, Entra and the tokens of the CI system.
func (c *command) outside(in *input.Values) (http.RoundTripper, error) {
	cfg, err := c.outsideConfig(in)
	if err != nil {
		return nil, err
	}
	return c.reach(cfg)
}

// outsideConfig is how they are reached.
func (c *command) outsideConfig(in *input.Values) (transport.Config, error) {
	proxy, authorities, err := c.machine(in)
	if path := in.String(caFile); path != "" {
		authorities = append(authorities, transport.CAFile{Path: path, From: caFile})
	}
	return transport.Config{CAFiles: authorities, Proxy: proxy}, err
}

// reach makes a transport whose requests are in the debug log.
func (c *command) reach(cfg transport.Config) (http.RoundTripper, error) {
	t, err := transport.New(cfg)
	if err != nil {
		return nil, err
	}
	return transport.Logged(t, c.platform.Debug), nil
}

// updateServer reaches the server that the advisory database comes from.
func (c *command) updateServer(in *input.Values) (http.RoundTripper, error) {
	proxy, authorities, err := c.machine(in)
	if err != nil {
		return nil, err
	}
	cfg := transport.Config{CAFiles: authorities, Authorities: "db-ca-file", Proxy: proxy}
	cfg.Limits = databaseLimits()
	if path := in.String("db-ca-file"); path != "" {
		cfg.CAFiles, cfg.OnlyCAFiles = []transport.CAFile{{Path: path, From: "db-ca-file"}}, true
	}
	return c.reach(cfg)
}

// databaseLimits are how long a source of the advisory database may keep a request waiting: it is asked again.
func databaseLimits() transport.Limits {
	return transport.Limits{Answer: 20 * time.Second, Stall: 30 * time.Second}
}

// machine is the proxy that the inputs name, or else the machine's, and the certificate authorities of the machine that are
// not among the system's.
func (c *command) machine(in *input.Values) (transport.Proxy, []transport.CAFile, error) {
	m, err := c.platform.Machine()
	if err != nil {
		return transport.Proxy{}, nil, err
	}
	var authorities []transport.CAFile
	if m.CAFile != "" {
		authorities = append(authorities, transport.CAFile{Path: m.CAFile, From: caFile})
	}
	proxy := m.Proxy
	switch address := in.String("proxy"); address {
	case "":
	case noProxy:
		proxy = transport.Proxy{}
	default:
		named := transport.ProxyAddress{URL: address, From: in.Spell("proxy")}
		proxy = transport.Proxy{HTTPS: named, HTTP: named}
	}
	proxy.Except = strings.Join(append(in.List("no-proxy"), proxy.Except), ",")
	return proxy, authorities, nil
}
