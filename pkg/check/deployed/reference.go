package deployed

import "strings"

// reference is the name of an image, taken apart as an engine does.
type reference struct {
	repository string // with the registry's host, docker.io where it names none
	tag        string // may be empty
	digest     string // sha256:…; may be empty
}

func parse(text string) reference {
	var r reference
	text, r.digest, _ = strings.Cut(text, "@")
	if i := strings.LastIndexByte(text, ':'); i > strings.LastIndexByte(text, '/') {
		text, r.tag = text[:i], text[i+1:]
	}
	host, path, found := strings.Cut(text, "/")
	switch {
	case !found:
		host, path = "docker.io", "library/"+text
	case !strings.ContainsAny(host, ".:") && host != "localhost":
		host, path = "docker.io", text
	case host == "index.docker.io":
		host = "docker.io"
	}
	if host == "docker.io" && !strings.Contains(path, "/") {
		path = "library/" + path
	}
	r.repository = strings.ToLower(host) + "/" + path
	return r
}

// endsIn tells whether the repository's path is a name, or ends with it behind a slash.
func (r reference) endsIn(name string) bool { return strings.HasSuffix(r.repository, "/"+name) }
