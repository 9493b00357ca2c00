package registry

import (
	"bytes"
	"encoding/json"
	"html"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/layergate/layergate/pkg/regex"
)

// maxWebPage is how many bytes of a web page are read, and longestTitle the most characters of its title that are told.
const (
	maxWebPage   = 64 << 10
	longestTitle = 100
)

var pageTitle = regex.New(`(?is)<title[^>]*>(.*?)</title>`)

// nameWebPage puts an error as registries write it (OCI distribution specification, "Error Codes") in the place of a web page that a proxy,
// a login or the pages of a registry answer with. What succeeds stays as it is.
func nameWebPage(resp *http.Response) error {
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind != "text/html" || resp.StatusCode < 300 {
		return nil
	}
	page, err := io.ReadAll(io.LimitReader(resp.Body, maxWebPage))
	resp.Body.Close()
	if err != nil {
		return err
	}
	message := "a web page"
	if m := pageTitle.FindSubmatch(page); m != nil {
		if title := strings.Join(strings.Fields(html.UnescapeString(string(m[1]))), " "); title != "" {
			runes := []rune(title)
			message += ", " + string(runes[:min(len(runes), longestTitle)])
		}
	}
	raw, err := json.Marshal(map[string]any{"errors": []transport.Diagnostic{{Code: "UNKNOWN", Message: message}}})
	if err != nil {
		return err
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(raw)), int64(len(raw))
	resp.Header.Set("Content-Type", "application/json")
	resp.Header.Del("Content-Length")
	return nil
}
