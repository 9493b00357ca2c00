package vex

import (
	"slices"
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/layergate/layergate/pkg/imageref"
)

// Image is the image that statements can be about.
type Image struct {
	Name      string            // such as registry.example/team/app:1.2; empty where it has none
	Digest    string            // of its manifest or index; empty where it has none yet
	Platforms map[string]string // digests of the platforms' manifests, by os/arch[/variant]; empty where they have none yet
}

// digests are those under which a platform of the image is known.
func (i Image) digests(platform string) []string {
	var out []string
	for _, d := range []string{i.Digest, i.Platforms[platform]} {
		if d != "" {
			out = append(out, d)
		}
	}
	return out
}

// names are the spellings of the image's repository, and its tag.
func (i Image) names() (repositories []string, tag string) {
	name := imageref.Split(i.Name)
	repository := strings.ToLower(name.Repository)
	if repository == "" {
		return nil, ""
	}
	host, path, found := strings.Cut(repository, "/")
	switch {
	case !found:
		host, path = "docker.io", "library/"+repository
	case !strings.ContainsAny(host, ".:") && host != "localhost":
		host, path = "docker.io", repository
	}
	hosts := []string{host}
	if host == "docker.io" || host == "index.docker.io" {
		hosts = []string{"docker.io", "index.docker.io"}
		repositories = append(repositories, strings.TrimPrefix(path, "library/"), path)
	}
	for _, host := range hosts {
		repositories = append(repositories, host+"/"+path)
	}
	return repositories, name.Tag
}

// is tells whether a component is the image, on a platform: by a digest, or by a package URL of the type oci or docker.
func (i Image) is(c component, platform string) bool {
	digests := i.digests(platform)
	for _, d := range c.digests {
		if slices.Contains(digests, d) {
			return true
		}
	}
	for _, purl := range c.purls {
		if p, err := packageurl.FromString(purl); err == nil && i.isNamed(p, platform) {
			return true
		}
	}
	return false
}

// isNamed compares the image with a package URL (https://github.com/package-url/purl-spec, types oci and docker). A digest
// decides alone. Else all that the URL says has to fit, and what it leaves out may be anything.
func (i Image) isNamed(p packageurl.PackageURL, platform string) bool {
	if p.Type != packageurl.TypeOCI && p.Type != packageurl.TypeDocker {
		return false
	}
	if strings.HasPrefix(p.Version, "sha256:") {
		return slices.Contains(i.digests(platform), p.Version)
	}
	repositories, tag := i.names()
	if len(repositories) == 0 {
		return false
	}
	wanted := strings.ToLower(strings.TrimPrefix(p.Namespace+"/"+p.Name, "/"))
	named := func(r string) bool { return r == wanted || strings.HasSuffix(r, "/"+wanted) }
	if !slices.ContainsFunc(repositories, named) || p.Version != "" && p.Version != tag {
		return false
	}
	_, architecture, _ := strings.Cut(platform, "/")
	for key, value := range p.Qualifiers.Map() {
		fits := false
		switch key {
		case "repository_url":
			url := strings.TrimSuffix(strings.ToLower(value), "/")
			fits = slices.Contains(repositories, url) || slices.Contains(repositories, url+"/"+wanted)
		case "tag":
			fits = value == tag
		case "arch":
			fits = value == architecture || strings.HasPrefix(architecture, value+"/")
		case "os":
			fits = strings.HasPrefix(platform, value+"/")
		}
		if !fits {
			return false
		}
	}
	return true
}
