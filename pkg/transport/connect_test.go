package transport

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/fault"
)

// A proxy that makes no connection is named with its answer, and what to do about it, and without its password.
func TestProxyRefusesConnect(t *testing.T) {
	t.Parallel()
	for status, hint := range map[int]string{
		http.StatusProxyAuthRequired: "does not take the user name and the password in its address",
		http.StatusForbidden:         "have it allow that host",
		http.StatusBadGateway:        "check that the proxy reaches the host",
	} {
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		t.Cleanup(proxy.Close)
		address := strings.Replace(proxy.URL, "://", "://robot:hush@", 1)
		network, err := New(Config{Proxy: Proxy{HTTPS: ProxyAddress{URL: address, From: "HTTPS_PROXY"}}})
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://mirror.example/latest.json", nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = network.RoundTrip(r)
		var refused *ProxyError
		if !errors.As(err, &refused) || refused.Status != status || refused.Host != "mirror.example:443" || "http://"+refused.Proxy != proxy.URL+" (HTTPS_PROXY)" {
			t.Errorf("RoundTrip() = %v, want the proxy, the host and %d", err, status)
			continue
		}
		if text := strings.Join(append(fault.Hints(err), err.Error()), " "); !strings.Contains(text, hint) || strings.Contains(text, "hush") {
			t.Errorf("RoundTrip() says %q, want %q and no password", text, hint)
		}
	}
}

// A proxy that gives no answer is named, and not the server behind it, whose end of a connection is told as before.
func TestProxyGivesNoAnswer(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	connect := func(conn net.Conn) {
		_, _ = http.ReadRequest(bufio.NewReader(conn))
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
	}
	tests := []struct {
		name    string
		scheme  string // of the proxy
		target  string
		answer  func(net.Conn)
		want    string // behind the proxy's name; empty where it is not to blame
		timeout bool
		behind  string // what is said of the connection behind the proxy; empty where it is none
	}{
		{name: "closes", scheme: "http", target: "https://registry.example/v2/", answer: func(net.Conn) {}, want: "ends the connection without an answer when it is asked for registry.example"},
		{name: "closes when it was asked", scheme: "http", target: "https://registry.example/v2/", answer: func(conn net.Conn) { _, _ = http.ReadRequest(bufio.NewReader(conn)) }, want: "ends the connection without an answer when it is asked for registry.example"},
		{name: "closes by plain HTTP", scheme: "http", target: "http://registry.example/v2/", answer: func(conn net.Conn) { _, _ = http.ReadRequest(bufio.NewReader(conn)) }, want: "ends the connection without an answer when it is asked for registry.example"},
		{name: "speaks otherwise", scheme: "http", target: "https://registry.example/v2/", answer: func(conn net.Conn) { _, _ = io.WriteString(conn, "SSH-2.0-OpenSSH_9.2\r\n\r\n") }, want: "gives no answer that is one when it is asked for registry.example: malformed HTTP response"},
		{name: "hangs", scheme: "http", target: "https://registry.example/v2/", answer: func(net.Conn) { <-hang }, want: "gives no answer within 300ms when it is asked for registry.example", timeout: true},
		{name: "SOCKS", scheme: "socks5", target: "https://registry.example/v2/", answer: func(net.Conn) {}, want: "cannot be used"},
		{name: "the server behind it closes", scheme: "http", target: "https://registry.example/v2/", answer: connect, behind: "the connection to registry.example through the proxy 127.0.0.1:"},
		{name: "the server behind it hangs", scheme: "http", target: "https://registry.example/v2/", answer: func(conn net.Conn) { connect(conn); <-hang }, timeout: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { listener.Close() })
			go func() {
				for {
					conn, err := listener.Accept()
					if err != nil {
						return
					}
					go func() {
						defer conn.Close()
						tt.answer(conn)
					}()
				}
			}()
			address := ProxyAddress{URL: tt.scheme + "://robot:hush@" + listener.Addr().String(), From: "proxy"}
			network, err := New(Config{Proxy: Proxy{HTTPS: address, HTTP: address}, Limits: Limits{Answer: 300 * time.Millisecond}})
			if err != nil {
				t.Fatal(err)
			}
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, tt.target, nil)
			if err != nil {
				t.Fatal(err)
			}
			_, err = network.RoundTrip(r)
			if err == nil {
				t.Fatal("RoundTrip() gives no error")
			}
			if tt.behind != "" && (!strings.HasPrefix(err.Error(), tt.behind) || len(fault.Hints(err)) != 1) {
				t.Errorf("RoundTrip() = %v with the hints %q, want %q and one", err, fault.Hints(err), tt.behind)
			}
			want, blamed := "the proxy "+listener.Addr().String()+" (proxy) "+tt.want, strings.HasPrefix(err.Error(), "the proxy ")
			if blamed != (tt.want != "") || blamed && !strings.HasPrefix(err.Error(), want) {
				t.Errorf("RoundTrip() = %v, want %q", err, want)
			}
			if hints := strings.Join(fault.Hints(err), "\n"); strings.Contains(hints, "names another one") != blamed || strings.Contains(hints+err.Error(), "hush") {
				t.Errorf("Hints(%v) = %q", err, hints)
			}
			if late := (*TimeoutError)(nil); errors.As(err, &late) != tt.timeout {
				t.Errorf("RoundTrip() = %v, want a timeout: %t", err, tt.timeout)
			}
		})
	}
}

// Whoever gives up waiting for a proxy hears of that, and not of the proxy.
func TestProxyIsGivenUp(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0") // takes connections, and nobody reads them
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	network, err := New(Config{Proxy: Proxy{HTTPS: ProxyAddress{URL: "http://" + listener.Addr().String(), From: "proxy"}}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://registry.example/v2/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = network.RoundTrip(r); !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "proxy") {
		t.Errorf("RoundTrip() = %v, want the cancellation alone", err)
	}
}
