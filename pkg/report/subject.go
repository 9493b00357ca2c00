package report

import "github.com/layergate/layergate/pkg/finding"

// Subject is what was scanned: an image, manifests, or an image and manifests that deploy it.
type Subject struct {
	Image     *Image     `json:"image,omitempty"`
	Manifests *Manifests `json:"manifests,omitempty"`
}

// onlyManifests tells whether no image was scanned.
func (s Subject) onlyManifests() bool { return s.Image == nil && s.Manifests != nil }

// inImage tells whether a finding is in the image, and not in a manifest. One that is in no file, such as a test that failed, is
// the image's.
func (s Subject) inImage(f finding.Finding) bool {
	return s.Manifests == nil || f.Platform != "" || s.Image != nil && f.Path == ""
}

// Image is a scanned image.
type Image struct {
	Source string `json:"source"` // where it was read from, as the user named it
	Name   string `json:"name"`   // the image's name, such as registry.example/app:1.2; empty where it has none
	// Digest is that of the manifest or index, which is what a registry stores. It is empty where the source has no
	// manifest and none was made because nothing was to be pushed.
	Digest    string `json:"digest,omitempty"`
	MediaType string `json:"mediaType,omitempty"` // of the manifest or index that Digest names
	// Base is the image that it was built on; nil where that is not known.
	Base *BaseImage `json:"base,omitempty"`
	// Dockerfile is the text that the lines of layers are of; nil where no Dockerfile is known to have made the image.
	Dockerfile *Dockerfile `json:"dockerfile,omitempty"`
	// Referrers are what refers to the image in the repository that it was read from, where it was to be copied with the image.
	Referrers []Referrer `json:"referrers,omitempty"`
}

// Referrer is a manifest that refers to the image, or to another referrer of it: a signature, an SBOM or another statement.
type Referrer struct {
	Subject string `json:"subject"`        // the digest that it refers to
	Digest  string `json:"digest"`         // of the manifest
	Type    string `json:"type"`           // what it is, by the word of whoever attached it
	Tag     string `json:"tag,omitempty"`  // under which cosign keeps it; empty where the manifest names its subject
	Left    string `json:"left,omitempty"` // why it is left behind; empty where it is copied
}

// Dockerfile is the text of a Dockerfile, in which secrets read ***.
type Dockerfile struct {
	File  string   `json:"file"`           // as locations name it
	Lines []string `json:"lines"`          // without line ends; a long one is cut
	More  int      `json:"more,omitempty"` // how many lines follow that are left out
}

// Manifests are deployment manifests that were checked together.
type Manifests struct {
	Source string     `json:"source"` // where they were read from, as the user named it
	Files  []Manifest `json:"files"`  // sorted by path
	// Skipped is how many files and documents were passed over because they are no manifests.
	Skipped int `json:"skipped,omitempty"`
	// Sets are the names of the sets of rules that were asked for beside the ordinary ones, in order.
	Sets []string `json:"sets,omitempty"`
}

// Manifest is one file of deployment manifests.
type Manifest struct {
	Path     string `json:"path"`               // relative to the repository's root, with forward slashes; - for the standard input
	Platform string `json:"platform,omitempty"` // the orchestrator that it is for: kubernetes, compose, swarm or marathon
	Digest   string `json:"digest"`             // of its content, sha256:…
}

// image is the scanned image; its zero value stands for that of a report about manifests only.
func (s Subject) image() Image {
	if s.Image == nil {
		return Image{}
	}
	return *s.Image
}

// Digest is that of the image; empty where it has none, and for manifests alone.
func (s Subject) Digest() string { return s.image().Digest }

// title returns the name of the image or, if it has none, the place that the subject was read from.
func (s Subject) title() string {
	switch {
	case s.onlyManifests() && s.Manifests.Source == "-":
		return "the standard input"
	case s.onlyManifests():
		return s.Manifests.Source
	case s.image().Name != "":
		return s.Image.Name
	}
	return s.image().Source
}

// subjectWords is how sentences speak of a subject.
type subjectWords struct {
	name    string // where it has no title
	it      string
	their   string
	may     string // the start of a sentence about a clean one
	mayNot  string
	nothing string // what was looked for in it
	// described is the start of a phrase that ends with the title.
	described string
}

func (s Subject) words() subjectWords {
	switch {
	case s.onlyManifests():
		return subjectWords{"the manifests", "them", "their", "They may be deployed", "They may not be deployed", "no failed check", "Findings in the manifests "}
	case s.Manifests != nil:
		return subjectWords{
			"the image and its manifests", "them", "their", "They may be promoted", "They may not be promoted",
			"no known vulnerability and no failed check", "Findings in the manifests and in the container image ",
		}
	}
	return subjectWords{"the image", "it", "its", "It may be promoted", "It may not be promoted", "no known vulnerability", "Vulnerabilities in the container image "}
}

// Name returns the words for the subject in messages, such as the image or the manifests.
func (s Subject) Name() string { return s.words().name }
