package vex

import (
	"slices"
	"strings"

	"github.com/package-url/packageurl-go"

	"github.com/layergate/layergate/pkg/imageref"
)

// Image is the image that statements can be about.
type Image struct {
	Names     []string          // such as registry.example/team/app:1.2; a statement that names the image has to fit all of them
	Digest    string            // of its manifest or index; empty where it has none yet
	Platforms map[string]string // digests of the platforms' manifests, by os/arch[/variant]; empty where they have none yet
}

// digests are those under which a platform of the image is known. No statement names an empty one.
func (i Image) digests(platform string) []string { return []string{i.Digest, i.Platforms[platform]} }

// spellings are those of the repository of a name of an image, and its tag.
func spellings(image string) (repositories []string, tag string) {
	name := imageref.Split(image)
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
	if len(c.digests) > 0 {
		digests := i.digests(platform)
		return slices.ContainsFunc(c.digests, func(d string) bool { return slices.Contains(digests, d) })
	}
	return c.runsOn(platform) && slices.ContainsFunc(c.purls, func(text string) bool {
		purl, _ := packageurl.FromString(text) // what is none has no type
		return i.isMeant(purl, c.release, platform)
	})
}

// isMeant compares the image with a package URL (https://github.com/package-url/purl-spec, types oci and docker). A digest
// decides alone. Else all that the URL says has to fit, and what it leaves out may be anything.
func (i Image) isMeant(p packageurl.PackageURL, r release, platform string) bool {
	switch {
	case p.Type != packageurl.TypeOCI && p.Type != packageurl.TypeDocker, p.Subpath != "":
		return false
	case strings.HasPrefix(p.Version, "sha256:"):
		return slices.Contains(i.digests(platform), p.Version)
	case r.versions != "": // tags have no order
		return false
	}
	named := slices.DeleteFunc(slices.Clone(i.Names), func(name string) bool { return name == "" })
	return len(named) > 0 && !slices.ContainsFunc(named, func(name string) bool { return !isNamed(name, p, r.version, platform) })
}

// isNamed compares a name of an image with a package URL.
func isNamed(image string, p packageurl.PackageURL, version, platform string) bool {
	repositories, tag := spellings(image)
	if p.Version != "" && p.Version != tag || version != "" && version != tag {
		return false
	}
	qualifiers := p.Qualifiers.Map()
	wanted := strings.ToLower(strings.TrimPrefix(p.Namespace+"/"+p.Name, "/"))
	if url, ok := qualifiers["repository_url"]; ok || p.Type == packageurl.TypeDocker { // which is of Docker Hub where it says nothing else
		url = strings.TrimSuffix(strings.ToLower(url), "/")
		whole := func(r string) bool {
			return r == strings.TrimPrefix(url+"/"+wanted, "/") || r == url && strings.HasSuffix(r, "/"+wanted)
		}
		if !slices.ContainsFunc(repositories, whole) {
			return false
		}
	} else if !slices.ContainsFunc(repositories, func(r string) bool { return r == wanted || strings.HasSuffix(r, "/"+wanted) }) {
		return false
	}
	_, architecture, _ := strings.Cut(platform, "/")
	for key, value := range qualifiers {
		fits := false
		switch key {
		case "repository_url":
			fits = true
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
