//go:build e2e

package report

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// azureHost is the page of a run in Azure Pipelines with the tab in a frame, as azure-devops-extension-sdk speaks with it.
const azureHost = `<!DOCTYPE html><title>host</title><iframe id="tab" src="/tab/index.html" width="1200" height="900"></iframe>
<script>
addEventListener('message', ({ data, source }) => {
	const { id, instanceId, methodName, params, handshakeToken } = JSON.parse(data);
	const say = (result) => source.postMessage(JSON.stringify({ id, result, handshakeToken }), '*');
	switch (instanceId + '.' + methodName) {
	case 'DevOps.HostControl.initialHandshake': return say({ initialConfig: { onBuildChanged: { __proxyFunctionId: 2, _channelId: 1 } } });
	case 'DevOps.HostControl.getAccessToken': return say({ token: 'secret' });
	case 'DevOps.ServiceManager.getService': return say({ getServiceLocation: { __proxyFunctionId: 3, _channelId: 1 } });
	case '__proxyFunctions.proxy3': return say(location.origin + '/team/');
	case '__proxyFunctions.proxy2':
		say(null);
		source.postMessage(JSON.stringify({ id: 1, instanceId: '__proxyFunctions', methodName: 'proxy' + params[0].__proxyFunctionId, params: [{ id: 42, project: { id: 'shop' } }] }), '*');
	}
});
</script>`

// The tab shows the page of each image of a run, which filters there and leads to its own places, and reaches nothing of Azure
// DevOps.
func TestAzureTab(t *testing.T) {
	pages := map[string]*Report{"web": shopReport(), "worker": policyReport()}
	mux := http.NewServeMux()
	mux.Handle("/tab/", http.StripPrefix("/tab/", http.FileServer(http.Dir("../../cmd/azure-task/tab"))))
	mux.HandleFunc("/host", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, azureHost) })
	mux.HandleFunc("/team/", func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/team/shop/_apis/build/builds/42/attachments/layergate.html")
		switch page := pages[strings.TrimPrefix(name, "/")]; {
		case r.Header.Get("Authorization") != "Bearer secret":
			w.WriteHeader(http.StatusUnauthorized)
		case name == "":
			var list struct {
				Value []map[string]any `json:"value"`
			}
			for name := range pages {
				self := map[string]string{"href": "http://" + r.Host + r.URL.Path + "/" + name}
				list.Value = append(list.Value, map[string]any{"name": name, "_links": map[string]any{"self": self}})
			}
			_ = json.NewEncoder(w).Encode(list)
		case page != nil:
			_, _ = w.Write(render(t, HTML, page))
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)

	b := newBrowser(t)
	b.do(chromedp.Navigate(server.URL + "/host"))
	inTab := func(expression string) string { return "(({ document }) => " + expression + ")(tab.contentWindow)" }
	if _, err := chromedp.Run(b, chromedp.Poll[bool](inTab(`document.getElementById('report')?.srcdoc.length > 1000`))); err != nil {
		t.Fatal(err)
	}
	if got := value[[]string](b, inTab(`[...document.getElementById('pages').options].map((option) => option.text)`)); !slices.Equal(got, []string{
		"Blocked: registry.example/shop/web:1.8.0", "Blocked: registry.example:5000/team/app:1.2",
	}) {
		t.Errorf("the tab offers %q, want both images", got)
	}
	if got := value[string](b, inTab(`document.getElementById('report').contentDocument === null && document.getElementById('message').hidden ? 'apart' : 'open'`)); got != "apart" {
		t.Errorf("the frame with the report is %s to the tab, want it apart", got)
	}

	b.enterFrame("://") // as the DevTools protocol writes the origin of a sandbox
	if got := value[string](b, `origin + ' ' + document.title`); got != "null Blocked: registry.example/shop/web:1.8.0" {
		t.Errorf("the frame shows %q, want the first page without an origin", got)
	}
	b.choose("layer", "layer:5")
	b.want("a layer", "lodash", "axios")
	b.run(`document.querySelector('.margin a[href="#group-2"]').click()`)
	if got := value[string](b, `document.activeElement.closest('li')?.id + ' ' + document.title`); got != "group-2 Blocked: registry.example/shop/web:1.8.0" {
		t.Errorf("a link to a row leads to %q", got)
	}
	b.quiet()
}

// enterFrame has statements evaluated in the frame that came last of those with an origin.
func (b *browser) enterFrame(origin string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.places {
		if p.Origin == origin {
			b.place = p.ID
		}
	}
	if b.place == 0 {
		b.t.Fatalf("there is no frame with the origin %s", origin)
	}
}
