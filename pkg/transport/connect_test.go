package transport

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

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
