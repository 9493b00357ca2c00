package deployed_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/layergate/layergate/pkg/account"
	"github.com/layergate/layergate/pkg/check/deployed"
	workloadcheck "github.com/layergate/layergate/pkg/check/workload"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/compose"
	"github.com/layergate/layergate/pkg/workload/kubernetes"
)

// A fixture is a directory with a manifest, a Dockerfile for the configuration of the image where one is judged, and gate.yaml
// with what else is known.
type known struct {
	Names       []string // of the image
	Name        string
	Digests     []string
	Packages    []string
	WantCleared bool `yaml:"wantCleared"`
	Cleared     []deployed.Cleared
}

// read reads a fixture.
func read(t *testing.T, dir string) deployed.Input {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "deployment.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := kubernetes.Read("deployment.yaml", raw, workload.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var k known
	raw, err = os.ReadFile(filepath.Join(dir, "gate.yaml"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if err := yaml.UnmarshalWithOptions(raw, &k, yaml.Strict()); err != nil {
		t.Fatalf("%s: %v", dir, err)
	}
	in := deployed.Input{Files: []workload.File{*f}, Cleared: k.Cleared, WantCleared: k.WantCleared}
	p, built := configuration(t, filepath.Join(dir, "Dockerfile"))
	p.Packages = k.Packages
	if built || len(k.Digests) > 0 {
		in.Image = &deployed.Image{Names: k.Names, Name: k.Name, Digests: k.Digests, Platforms: []deployed.Platform{p}}
		if len(k.Names) == 0 && k.Name == "" {
			in.Image.Names = []string{"registry.example/shop/web:1.2"}
		}
	}
	return in
}

// manifest reads a Compose file, which begins with its services, or else a manifest of Kubernetes.
func manifest(t *testing.T, text string) *workload.File {
	t.Helper()
	read := kubernetes.Read
	if strings.HasPrefix(text, "services") {
		read = compose.Read
	}
	f, err := read("web.yaml", []byte(whole(text)), workload.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// whole is a text with digests in the place of their short names, such as sha256:web.
func whole(text string) string {
	return short.ReplaceAllStringFunc(text, func(name string) string {
		return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(name)))
	})
}

var short = regexp.MustCompile(`\bsha256:[a-z0-9]{1,63}\b`)

// configuration is what the instructions of a Dockerfile say about how an image runs.
func configuration(t *testing.T, path string) (p deployed.Platform, built bool) {
	t.Helper()
	p.Name = "linux/amd64"
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return p, false
	}
	for line := range strings.Lines(string(raw)) {
		switch name, value, _ := strings.Cut(strings.TrimSpace(line), " "); name {
		case "USER":
			p.User = value
		case "VOLUME":
			p.Volumes = append(p.Volumes, value)
		case "EXPOSE":
			n, err := strconv.Atoi(value)
			if err != nil {
				t.Fatal(err)
			}
			p.Ports = append(p.Ports, n)
		}
	}
	return p, true
}

func TestRulesOverFixtures(t *testing.T) {
	t.Parallel()
	for _, r := range deployed.Rules() {
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			for prefix, want := range map[string]bool{"pass": false, "fail": true} {
				dirs, err := filepath.Glob(filepath.Join("testdata", r.ID, prefix+"*"))
				if err != nil || len(dirs) == 0 {
					t.Fatalf("%s has no fixture that is named %s: %v", r.ID, prefix, err)
				}
				for _, dir := range dirs {
					found := deployed.Find(read(t, dir))
					if got := of(found, r.ID); (len(got) > 0) != want {
						t.Errorf("%s: Find() found %d of %s, want some: %t", dir, len(got), r.ID, want)
					}
					for _, f := range found {
						if err := f.Valid(); err != nil || f.Path != "deployment.yaml" || f.Check.Resource != "Deployment/web" || f.Check.Container != "web" || f.Check.Field == "" {
							t.Errorf("%s: %+v is not placed: %v", dir, f, err)
						}
					}
				}
			}
		})
	}
}

// of are the findings of one rule.
func of(found []finding.Finding, id string) []finding.Finding {
	var out []finding.Finding
	for _, f := range found {
		if f.ID == id {
			out = append(out, f)
		}
	}
	return out
}

// rootFindings are the findings about the user, of a manifest and the image.
func rootFindings(in deployed.Input) []finding.Finding {
	return of(workloadcheck.Find(in.Files, workloadcheck.Options{ImageUser: in.ImageUser}), "LG-RUN-001")
}

func TestImageUser(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, manifest, user string
		passwd               string
		want                 string // what is still found; empty for nothing
		information          bool
	}{
		{name: "a number", manifest: pod, user: "10001"},
		{name: "a name, which the kubelet cannot tell", manifest: pod, user: "www-data", want: "nothing keeps the container from running as root"},
		{name: "root", manifest: pod, want: "nothing keeps the container from running as root, and the image runs as root"},
		{name: "root where the manifest says so", manifest: pod + "      securityContext: {runAsUser: 0}\n", user: "10001", want: `the user is "0", which is root`},
		{name: "another image", manifest: strings.Replace(pod, "shop/web", "shop/api", 1), user: "10001", want: "nothing keeps the container from running as root"},
		{name: "Compose, a name", manifest: service, user: "www-data"},
		{name: "Compose, root", manifest: service, user: "root", want: "no user is set, so that the image's user counts, which may be root, and the image runs as root"},
		{name: "Compose, a name of root", manifest: service, user: "app", passwd: "app\n", want: "no user is set, so that the image's user counts, which may be root, and the image runs as root"},
		{name: "Compose, a user of the image", manifest: service + "    user: app\n", passwd: "app:x:1000:1000::/:\n"},
		{name: "Compose, a user that the image does not have", manifest: service + "    user: app\n", passwd: "root:x:0:0::/:\n"},
		{name: "Compose, another name of root", manifest: service + "    user: toor\n", user: "10001", passwd: "toor:x:0:0::/:\n", want: `the user is "toor", whose number is 0 in /etc/passwd`},
		{name: "Compose, a line without a number", manifest: service + "    user: app:app\n", user: "10001", passwd: "app:x\n", want: `the user is "app:app", whose line in /etc/passwd has no number that runtimes can read, which is 0 to them`},
		{name: "Compose, a number that is cut", manifest: service + "    user: \"4294967296\"\n", user: "10001", want: `the user is "4294967296", which is not between 0 and 2147483647: some runtimes take it for root, and others refuse it`},
		{name: "Compose, another name of root in another image", manifest: strings.Replace(service, "shop/web", "shop/api", 1) + "    user: toor\n", passwd: "toor:x:0:0::/:\n"},
		{name: "a number that is cut", manifest: pod + "      securityContext: {runAsUser: 4294967296}\n", user: "10001", want: `the user is "4294967296", which is not between 0 and 2147483647: some runtimes take it for root, and others refuse it`},
		{name: "Compose, another image", manifest: strings.Replace(service, "shop/web", "shop/api", 1), want: "no user is set, so that the image's user counts, which may be root", information: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := manifest(t, tt.manifest)
			in := deployed.Input{Files: []workload.File{*f}, Image: &deployed.Image{
				Names: []string{"registry.example/shop/web:1"}, Platforms: []deployed.Platform{{Name: "linux/amd64", User: tt.user, Accounts: account.Parse(tt.passwd, "", "")}},
			}}
			got := rootFindings(in)
			switch {
			case tt.want == "" && len(got) == 0:
			case len(got) != 1 || got[0].Check.Saw != tt.want || got[0].Check.Information != tt.information:
				t.Errorf("findings = %+v, want %q", got, tt.want)
			case !strings.HasPrefix(got[0].Check.Image, "registry.example/shop/"):
				t.Errorf("the finding has the image %q", got[0].Check.Image)
			}
		})
	}
}

// The image's own HEALTHCHECK counts where the runtime heeds it and the manifest does not say otherwise.
func TestImageChecked(t *testing.T) {
	t.Parallel()
	checked, not := deployed.Platform{Name: "linux/amd64", Checked: true}, deployed.Platform{Name: "linux/arm64"}
	for name, tt := range map[string]struct {
		manifest  string
		platforms []deployed.Platform
		want      int
	}{
		"of the image":              {service, []deployed.Platform{checked}, 0},
		"with another interval":     {service + "    healthcheck: {interval: 5s}\n", []deployed.Platform{checked}, 0},
		"none of the image":         {service, []deployed.Platform{not}, 1},
		"of one of two platforms":   {service, []deployed.Platform{checked, not}, 1},
		"an image that is not read": {service, nil, 1},
		"another image":             {strings.Replace(service, "shop/web", "shop/api", 1), []deployed.Platform{checked}, 1},
		"Kubernetes":                {pod, []deployed.Platform{checked}, 2},
	} {
		in := deployed.Input{Files: []workload.File{*manifest(t, tt.manifest)}, Image: &deployed.Image{Names: []string{"registry.example/shop/web:1"}, Platforms: tt.platforms}}
		got := of(workloadcheck.Find(in.Files, workloadcheck.Options{ImageChecked: in.ImageChecked}), "LG-RUN-023")
		if len(got) != tt.want {
			t.Errorf("%s: findings = %+v, want %d", name, got, tt.want)
		}
	}
	in := deployed.Input{Files: []workload.File{*manifest(t, service+"    healthcheck: {disable: true}\n")}, Image: &deployed.Image{Names: []string{"registry.example/shop/web:1"}, Platforms: []deployed.Platform{checked}}}
	if got := of(workloadcheck.Find(in.Files, workloadcheck.Options{ImageChecked: in.ImageChecked}), "LG-COMPOSE-013"); len(got) != 1 {
		t.Errorf("a check that is switched off: findings = %+v, want one", got)
	}
}

// What is easily got wrong about an image and the containers that run it, and about those beside it that do not.
func TestFind(t *testing.T) {
	t.Parallel()
	const nonRoot = "securityContext: {runAsNonRoot: true}"
	kube := func(kind, spec string) string {
		return "apiVersion: batch/v1\nkind: " + kind + "\nmetadata: {name: web}\nspec: " + spec + "\n"
	}
	main := func(fields string) string {
		return "{name: web, image: 'registry.example/shop/web:1', " + fields + "}"
	}
	const other = "{name: other, image: 'registry.example/shop/api:1', " + nonRoot + "}"
	inPod := func(fields string, containers ...string) string {
		return "{restartPolicy: Never, " + fields + " containers: [" + strings.Join(containers, ", ") + "]}"
	}
	job := func(pod string) string { return kube("Job", "{template: {spec: "+pod+"}}") }
	tests := []struct {
		name, manifest string
		image          deployed.Platform
		want           []string // rules and containers
	}{
		{name: "a root image that must not be root", manifest: job(inPod("", main(nonRoot))), want: []string{"LG-RUN-102 web"}},
		{name: "the same for the pod", manifest: job(inPod(nonRoot+",", main(""))), want: []string{"LG-RUN-102 web"}},
		{name: "a user with a name", manifest: job(inPod("", main(nonRoot))), image: deployed.Platform{User: "app"}, want: []string{"LG-RUN-102 web"}},
		{name: "a user with a number and a group", manifest: job(inPod("", main(nonRoot))), image: deployed.Platform{User: "10001:app"}},
		{name: "a user of the pod", manifest: job(inPod("securityContext: {runAsNonRoot: true, runAsUser: 10001},", main(""))), image: deployed.Platform{User: "app"}},
		{name: "a command of the manifest", manifest: job(inPod("", main(nonRoot+", command: [/app]"))), want: []string{"LG-RUN-102 web"}},
		{name: "it may be root", manifest: job(inPod("", main("securityContext: {runAsNonRoot: false}")))},
		{name: "it may write anywhere", manifest: job(inPod("", main("securityContext: {readOnlyRootFilesystem: false}"))), image: deployed.Platform{User: "1", Volumes: []string{"/data"}}},
		{
			name: "a volume of the image where another one is mounted, with a slash", image: deployed.Platform{User: "1", Volumes: []string{"/data"}},
			manifest: job(inPod("volumes: [{name: a, emptyDir: {}}],", main("volumeMounts: [{name: a, mountPath: /data/}], securityContext: {readOnlyRootFilesystem: true}"))),
		},
		{
			name: "all can be written to", image: deployed.Platform{User: "1", Volumes: []string{"/data"}},
			manifest: job(inPod("volumes: [{name: a, emptyDir: {}}],", main("volumeMounts: [{name: a, mountPath: /}], securityContext: {readOnlyRootFilesystem: true}"))),
		},
		{name: "an entry point, which may start the server", manifest: job(inPod("", main("securityContext: {readOnlyRootFilesystem: true}, command: [/docker-entrypoint]"))),
			image: deployed.Platform{User: "1", Packages: []string{"squid"}, Entrypoint: []string{"/app"}}, want: []string{"LG-RUN-103 web", "LG-RUN-103 web"}},
		{name: "another program by the image's CMD alone", manifest: job(inPod("", main("securityContext: {readOnlyRootFilesystem: true}"))),
			image: deployed.Platform{User: "1", Packages: []string{"squid"}, Cmd: []string{"/app"}}},
		{name: "a CronJob", manifest: kube("CronJob", "{schedule: '0 1 * * *', jobTemplate: {spec: {template: {spec: "+inPod("", main(nonRoot))+"}}}}"), want: []string{"LG-RUN-102 web"}},
		{name: "beside another image", manifest: job(inPod("initContainers: ["+other+"],", main(nonRoot))), want: []string{"LG-RUN-102 web"}},
		{name: "as an init container of another image", manifest: job(inPod("initContainers: ["+main(nonRoot)+"],", other)), want: []string{"LG-RUN-102 web"}},
		{name: "another image", manifest: job(inPod("", other))},
		{name: "a volume of the image", manifest: job(inPod("", main("securityContext: {readOnlyRootFilesystem: true}"))), image: deployed.Platform{User: "1", Volumes: []string{"/data"}}, want: []string{"LG-RUN-103 web"}},
		{name: "a volume of the image, and one of the host that is not mounted", manifest: job(inPod("volumes: [{name: a, hostPath: {path: /var/log}}],", main("securityContext: {readOnlyRootFilesystem: true}"))), image: deployed.Platform{User: "1", Volumes: []string{"/data"}}, want: []string{"LG-RUN-103 web"}},
		{
			name: "a volume of the image where files of another image are mounted", image: deployed.Platform{User: "1", Volumes: []string{"/data"}}, want: []string{"LG-RUN-103 web"},
			manifest: job(inPod("volumes: [{name: a, image: {reference: 'registry.example/shop/data:1'}}],", main("volumeMounts: [{name: a, mountPath: /data}], securityContext: {readOnlyRootFilesystem: true}"))),
		},
		{
			name: "a volume of the image where another one is mounted", image: deployed.Platform{User: "1", Volumes: []string{"/data"}},
			manifest: job(inPod("volumes: [{name: a, emptyDir: {}}],", main("volumeMounts: [{name: a, mountPath: /data}], securityContext: {readOnlyRootFilesystem: true}"))),
		},
		{name: "a volume of the image on Docker", manifest: service + "    read_only: true\n", image: deployed.Platform{User: "1", Volumes: []string{"/data"}}},
		{name: "a server on Docker", manifest: service + "    read_only: true\n", image: deployed.Platform{User: "1", Packages: []string{"squid"}}, want: []string{"LG-RUN-103 web", "LG-RUN-103 web"}},
		{name: "a server with a volume on Docker", manifest: service + "    read_only: true\n", image: deployed.Platform{User: "1", Packages: []string{"squid"}, Volumes: []string{"/var/spool"}}, want: []string{"LG-RUN-103 web"}},
		{name: "another program than the server", manifest: job(inPod("", main("securityContext: {readOnlyRootFilesystem: true}, command: [/app, nginx.conf]"))),
			image: deployed.Platform{User: "1", Packages: []string{"nginx"}, Entrypoint: []string{"/docker-entrypoint.sh"}, Cmd: []string{"nginx"}}},
		{name: "another program of the image", manifest: job(inPod("", main("securityContext: {readOnlyRootFilesystem: true}"))),
			image: deployed.Platform{User: "1", Packages: []string{"squid"}, Entrypoint: []string{"/app"}}},
		{name: "the server, by a shell", manifest: job(inPod("", main("securityContext: {readOnlyRootFilesystem: true}, command: [sh, -c, 'exec /usr/sbin/squid -N']"))),
			image: deployed.Platform{User: "1", Packages: []string{"squid"}, Entrypoint: []string{"/app"}}, want: []string{"LG-RUN-103 web", "LG-RUN-103 web"}},
		{name: "arguments for the server", manifest: job(inPod("", main("securityContext: {readOnlyRootFilesystem: true}, args: [-N]"))),
			image: deployed.Platform{User: "1", Packages: []string{"squid"}, Entrypoint: []string{"squid"}, Cmd: []string{"/app"}}, want: []string{"LG-RUN-103 web", "LG-RUN-103 web"}},
		{name: "arguments that are another program", manifest: job(inPod("", main("securityContext: {readOnlyRootFilesystem: true}, args: [/app]"))),
			image: deployed.Platform{User: "1", Packages: []string{"squid"}, Cmd: []string{"squid"}}},
		{name: "a script, which may start the server", manifest: job(inPod("", main("securityContext: {readOnlyRootFilesystem: true}, command: [/start.sh]"))),
			image: deployed.Platform{User: "1", Packages: []string{"squid"}, Entrypoint: []string{"/app"}}, want: []string{"LG-RUN-103 web", "LG-RUN-103 web"}},
		{name: "a supervisor, which may start the server", manifest: job(inPod("", main("securityContext: {readOnlyRootFilesystem: true}, command: [/usr/bin/supervisord]"))),
			image: deployed.Platform{User: "1", Packages: []string{"squid"}, Entrypoint: []string{"/app"}}, want: []string{"LG-RUN-103 web", "LG-RUN-103 web"}},
		{name: "a server with a tmpfs", manifest: service + "    read_only: true\n    tmpfs: [/run, /var/spool]\n", image: deployed.Platform{User: "1", Packages: []string{"squid"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := manifest(t, tt.manifest)
			tt.image.Name = "linux/amd64"
			var got []string
			for _, f := range deployed.Find(deployed.Input{Files: []workload.File{*f}, Image: &deployed.Image{
				Names: []string{"registry.example/shop/web:1"}, Platforms: []deployed.Platform{tt.image},
			}}) {
				got = append(got, f.ID+" "+f.Check.Container)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("Find() = %q, want %q", got, tt.want)
			}
		})
	}
}

// An image counts as cleared by the digest of its index or of a manifest in it, and never where a report says that it was blocked.
func TestCleared(t *testing.T) {
	t.Parallel()
	cleared := []deployed.Cleared{
		{Digests: []string{whole("sha256:index"), whole("sha256:amd64"), whole("sha256:arm64")}, Clean: true, Source: "web.json"},
		{Digests: []string{whole("sha256:api")}, Clean: true, Source: "api.json"},
		{Digests: []string{whole("sha256:old")}, Clean: true, Source: "old.json"},
		{Digests: []string{whole("sha256:old")}, Source: "again.json"},
		{Digests: []string{whole("sha256:bad")}, Source: "bad.json"},
		{Digests: []string{""}, Clean: true, Source: "none.json"},
		{Digests: []string{whole("sha256:bad")}, Clean: true, Source: "good.json"},
	}
	run := &deployed.Image{Names: []string{"registry.example/shop/web:1"}, Digests: []string{whole("sha256:run")}}
	tests := []struct {
		name, image string
		run         *deployed.Image
		asked       bool
		saw         string // empty where the image is cleared
	}{
		{name: "a tag", image: "registry.example/shop/web:1", asked: true, saw: "names no digest"},
		{name: "the tag that the run pushes", image: "registry.example/shop/web:1", run: run, asked: true, saw: "names no digest"},
		{name: "a tag of another image", image: "registry.example/shop/api:1", asked: true, saw: "names no digest"},
		{name: "a tag, where nobody asks", image: "registry.example/shop/web:1", run: run},
		{name: "the index", image: "registry.example/shop/web:1@sha256:index", asked: true},
		{name: "a manifest of the index", image: "registry.example/shop/web@sha256:arm64", asked: true},
		{name: "the image of another report", image: "registry.example/shop/api@sha256:api", asked: true},
		{name: "the digest in another repository", image: "mirror.example/api@sha256:api", asked: true},
		{name: "no report", image: "registry.example/shop/db@sha256:db", asked: true, saw: "no report that was given"},
		{name: "no report, where nobody asks", image: "registry.example/shop/db@sha256:db"},
		{name: "cleared by one report, blocked by another", image: "registry.example/shop/old@sha256:old", saw: "the gate blocked"},
		{name: "blocked by one report, cleared by another", image: "registry.example/shop/bad@sha256:bad", asked: true, saw: "the gate blocked"},
		{name: "blocked, and built beside it", image: "registry.example/shop/bad@sha256:bad\n    build: .", saw: "the gate blocked"},
		{name: "the image of the run, and built beside it", image: "registry.example/shop/web@sha256:run\n    build: .", run: run, asked: true},
		{name: "another image than that of the run", image: "registry.example/shop/db@sha256:db", run: run},
		{name: "the image of the run", image: "registry.example/shop/web@sha256:run", run: run, asked: true},
		{name: "another digest of it", image: "registry.example/shop/web@sha256:other", run: run, saw: "this run judges another digest"},
		{name: "another digest of it that a report has cleared", image: "registry.example/shop/web@sha256:index", run: run},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, err := compose.Read("compose.yaml", []byte(whole("services:\n  web:\n    image: "+tt.image+"\n")), workload.Options{})
			if err != nil {
				t.Fatal(err)
			}
			got := of(deployed.Find(deployed.Input{Files: []workload.File{*f}, Image: tt.run, Cleared: cleared, WantCleared: tt.asked}), finding.RuleNotCleared)
			if tt.saw == "" && len(got) > 0 || tt.saw != "" && (len(got) != 1 || !strings.Contains(got[0].Check.Saw, whole(tt.saw))) {
				t.Errorf("Find() = %+v, want %q", got, tt.saw)
			}
		})
	}
}

// Where signed verdicts are asked for, nothing else clears an image, and a report that it was blocked still counts.
func TestSigned(t *testing.T) {
	t.Parallel()
	cleared := []deployed.Cleared{
		{Digests: []string{whole("sha256:unsigned")}, Clean: true, Source: "web.json"},
		{Digests: []string{whole("sha256:blocked")}, Source: "old.json"},
	}
	signed := map[string]string{
		whole("registry.example/web:1@sha256:signed"): "", whole("registry.example/web@sha256:blocked"): "", whole("registry.example/web@sha256:unsigned"): "no verdict is attached",
	}
	tests := []struct {
		name, image string
		run         *deployed.Image
		saw         string // empty where the image is cleared
	}{
		{name: "signed", image: "registry.example/web:1@sha256:signed"},
		{name: "cleared by a report alone", image: "registry.example/web@sha256:unsigned", saw: "no signed verdict clears registry.example/web@sha256:unsigned: no verdict is attached"},
		{name: "blocked by a report", image: "registry.example/web@sha256:blocked", saw: "the gate blocked"},
		{name: "the digest in another repository", image: "mirror.example/web@sha256:signed", saw: "none was looked for"},
		{name: "without a digest", image: "registry.example/web:1", saw: "names no digest"},
		{name: "the image of the run", image: "registry.example/web@sha256:run", run: &deployed.Image{Digests: []string{whole("sha256:run")}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := manifest(t, strings.Replace(service, "registry.example/shop/web:1", tt.image, 1))
			in := deployed.Input{Files: []workload.File{*f}, Image: tt.run, Cleared: cleared, WantCleared: true, Signed: signed}
			got := of(deployed.Find(in), finding.RuleNotCleared)
			if tt.saw == "" && len(got) > 0 || tt.saw != "" && (len(got) != 1 || !strings.Contains(got[0].Check.Saw, whole(tt.saw))) {
				t.Errorf("Find() = %+v, want %q", got, tt.saw)
			}
		})
	}
}

// An image outside of workloads has to be cleared as one of a workload has.
func TestSignedOutsideOfWorkloads(t *testing.T) {
	t.Parallel()
	f := manifest(t, "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: x}\nspec: {image: registry.example/web@sha256:other}\n")
	for name, tt := range map[string]struct {
		signed map[string]string
		want   int
	}{
		"cleared by a verdict": {map[string]string{whole("registry.example/web@sha256:other"): ""}, 0},
		"without a verdict":    {map[string]string{whole("registry.example/web@sha256:other"): "none is attached"}, 1},
		"not looked for":       {map[string]string{}, 1},
		"without any verdicts": {nil, 1},
	} {
		got := deployed.Find(deployed.Input{Files: []workload.File{*f}, WantCleared: true, Signed: tt.signed})
		if len(got) != tt.want || len(got) > 0 && (got[0].Check.Resource != "Thing/x" || got[0].Check.Field != "spec.image") {
			t.Errorf("%s: Find() = %+v, want %d findings about spec.image of Thing/x", name, got, tt.want)
		}
	}
}

// Nothing that brings files of an image is passed over, and nobody else decides which image it is.
func TestClearedOtherwise(t *testing.T) {
	t.Parallel()
	const cleared, other = "registry.example/web@sha256:signed", "registry.example/other@sha256:other"
	volume := "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  volumes: [{name: v, image: {reference: " + other + "}}]\n  containers:\n  - {name: web, image: " + cleared + ", volumeMounts: [{name: v, mountPath: /v}]}\n"
	tests := []struct{ name, manifest, saw string }{
		{"an image as a volume of a pod", volume, "no report that was given is about " + other},
		{"an image as a volume of a service", "services:\n  web: {image: " + cleared + ", volumes: [{type: image, source: " + other + ", target: /v}]}\n", "no report that was given is about " + other},
		{"a volume that is cleared, too", strings.Replace(volume, other, cleared, 1), ""},
		{"a variable that decides on a volume", "services:\n  web: {image: " + cleared + ", volumes: [{type: image, source: \"${IMAGE:-" + cleared + "}\", target: /v}]}\n", "a variable decides which image runs"},
		{"an image of a custom resource", "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: x}\nspec: {image: " + other + "}\n", "no report that was given is about " + other},
		{"an image of a custom resource that is cleared", "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: x}\nspec: {image: " + cleared + "}\n", ""},
		{"a variable", "services:\n  web:\n    image: ${IMAGE:-" + cleared + "}\n", "a variable decides which image runs"},
		{"an ordinary volume", "services:\n  web: {image: " + cleared + ", volumes: [data:/data]}\nvolumes: {data: {}}\n", ""},
		{"a build alone", "services:\n  web: {build: .}\n", "the image is built where it runs"},
		{"no image at all", "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web}]}\n", "whatever fills it in names the image that runs"},
		{"an image as a volume that nobody mounts", strings.Replace(volume, ", volumeMounts: [{name: v, mountPath: /v}]", "", 1), "no report that was given is about " + other},
		{"a trigger of an annotation", strings.Replace(strings.Replace(volume, other, cleared, 1), "{name: web}", `{name: web, annotations: {image.openshift.io/triggers: '[{"from":{"kind":"ImageStreamTag","name":"x:1"},"fieldPath":"spec.containers[0].image"}]'}}`, 1), "the ImageChange trigger of ImageStreamTag x:1 names the image that runs"},
		{"a file that is included", "services:\n  web: {image: " + cleared + "}\ninclude: [db.yaml]\n", "services come from db.yaml, which was not read"},
		{"a service of another file", "services:\n  web: {extends: {file: db.yaml, service: db}}\n", "services come from db.yaml, which was not read"},
		{"a service without an image", "services:\n  web: {read_only: true}\n", "another file of Compose names the image that runs"},
		{"what an operator fills in", "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: x}\nspec: {podTemplate: {spec: {containers: [{name: a}]}}}\n", ""},
		{"a build beside the image", "services:\n  web: {image: " + cleared + ", build: .}\n", "the image is built where it runs"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := deployed.Input{Files: []workload.File{*manifest(t, tt.manifest)}, Cleared: []deployed.Cleared{{Digests: []string{whole("sha256:signed")}, Clean: true}}, WantCleared: true}
			got := of(deployed.Find(in), finding.RuleNotCleared)
			if tt.saw == "" && len(got) > 0 || tt.saw != "" && (len(got) != 1 || !strings.Contains(got[0].Check.Saw, whole(tt.saw))) {
				t.Errorf("Find() = %+v, want %q", got, tt.saw)
			}
			in.WantCleared = false
			if got := of(deployed.Find(in), finding.RuleNotCleared); len(got) > 0 {
				t.Errorf("Find() where nobody asks = %+v, want nothing", got)
			}
		})
	}
}

const pod = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
    - name: web
      image: registry.example/shop/web:1
`

const service = `services:
  web:
    image: registry.example/shop/web:1
`

// A service that is built from the image's own Dockerfile runs the image; where nothing tells, that is said.
func TestBuiltBesideTheManifest(t *testing.T) {
	t.Parallel()
	own := workload.Build{Context: "shop", Dockerfile: "shop/Dockerfile"}
	prod := workload.Build{Context: ".", Dockerfile: "docker/web", Target: "prod"}
	tests := []struct {
		name, service string
		image         workload.Build
		deploys       bool
		unclear       bool
	}{
		{name: "short", service: "{build: .}", image: own, deploys: true},
		{name: "with slashes", service: "{build: ./}", image: own, deploys: true},
		{name: "from above", service: "{build: {context: ../shop}}", image: own, deploys: true},
		{name: "with the name of another image", service: "{build: ., image: shop-web}", image: own, deploys: true},
		{name: "a stage", service: "{build: {context: .., dockerfile: docker/web, target: prod}}", image: prod, deploys: true},
		{name: "a Dockerfile by a path of its own", service: "{build: {context: .., dockerfile: ../docker/web, target: prod}}", image: prod},
		{name: "another stage", service: "{build: {context: .., dockerfile: docker/web, target: test}}", image: prod},
		{name: "the last stage", service: "{build: {context: .., dockerfile: docker/web}}", image: prod},
		{name: "another context", service: "{build: ./api}", image: own},
		{name: "a Dockerfile by an absolute path", service: "{build: {context: ., dockerfile: /srv/a/../Dockerfile}}", image: workload.Build{Context: "shop", Dockerfile: "/srv/Dockerfile"}, deploys: true},
		{name: "another Dockerfile", service: "{build: {context: ., dockerfile: api.Dockerfile}}", image: own},
		{name: "a default of a variable", service: "{build: {context: '${DIR:-.}'}}", image: own, deploys: true},
		{name: "a variable", service: "{build: {context: '${DIR}'}}", image: own, unclear: true},
		{name: "a stage of a variable", service: "{build: {context: ., target: '${STAGE}'}}", image: own, unclear: true},
		{name: "a Dockerfile in the manifest", service: "{build: {context: ., dockerfile_inline: FROM scratch}}", image: own, unclear: true},
		{name: "a context from elsewhere", service: "{build: 'https://git.example/web.git'}", image: own, unclear: true},
		{name: "nobody says what the image is built from", service: "{build: .}", unclear: true},
		{name: "another image, which is named", service: "{build: ./api, image: registry.example/shop/api}"},
		{name: "the image by its name", service: "{build: ., image: 'registry.example/shop/web:2'}", deploys: true},
		{name: "another digest", service: "{build: ., image: 'registry.example/shop/web@sha256:ab'}", image: own},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, err := compose.Read("shop/compose.yaml", []byte(whole("services:\n  web: "+tt.service+"\n")), workload.Options{})
			if err != nil {
				t.Fatal(err)
			}
			in := deployed.Input{Files: []workload.File{*f}, Image: &deployed.Image{
				Names: []string{"registry.example/shop/web:1"}, Build: tt.image, Platforms: []deployed.Platform{{Name: "linux/amd64", User: "10001"}},
			}}
			if got := in.ImageUser(&f.Workloads[0].Containers[0], "").Kind == account.Numeric; got != tt.deploys {
				t.Errorf("the service runs the image: %t, want %t", got, tt.deploys)
			}
			if got := in.Unclear(); (len(got) > 0) != tt.unclear {
				t.Errorf("Unclear() = %q, want some: %t", got, tt.unclear)
			}
			in.WantCleared = true
			built := !strings.Contains(tt.service, "image:")
			if got := of(deployed.Find(in), finding.RuleNotCleared); built && (len(got) != 1 || got[0].Check.Field != "build") {
				t.Errorf("what is built where it runs counts as cleared: %+v", got)
			}
		})
	}
}

// A container runs the image by its digest, whatever its name is, or by the name of its repository.
func TestDeploys(t *testing.T) {
	t.Parallel()
	tests := []struct {
		image                string
		deploys, namesDigest bool
	}{
		{image: "registry.example/shop/web:2", deploys: true},
		{image: "Registry.example/shop/web", deploys: true},
		{image: "registry.example/shop/api:1"},
		{image: "other.example/a/front", deploys: true},
		{image: "other.example/a/back"},
		{image: "other.example/a/front@sha256:web", deploys: true, namesDigest: true},
		{image: "mirror.example/x@sha256:web", deploys: true},
		{image: "registry.example/shop/web@sha256:other", namesDigest: true},
		{image: ""},
	}
	for _, tt := range tests {
		f := manifest(t, strings.Replace(pod, "registry.example/shop/web:1", `"`+tt.image+`"`, 1))
		in := deployed.Input{Files: []workload.File{*f}, Image: &deployed.Image{
			Names: []string{"registry.example/shop/web:1", ""}, Name: "front", Digests: []string{whole("sha256:web")}, Platforms: []deployed.Platform{{Name: "linux/amd64"}, {Name: "linux/arm64", User: "10001"}},
		}}
		if got := in.ImageUser(&f.Workloads[0].Containers[0], "").Kind; (got == account.Root) != tt.deploys || !tt.deploys && got != account.None {
			t.Errorf("%q runs as %v by the image, want the worst of its platforms: %t", tt.image, got, tt.deploys)
		}
		if got := in.NamesDigest(); got != tt.namesDigest {
			t.Errorf("NamesDigest() of %q = %t, want %t", tt.image, got, tt.namesDigest)
		}
		if got := in.Unclear(); len(got) > 0 {
			t.Errorf("Unclear() of %q = %q, want none", tt.image, got)
		}
	}
}

// A finding says where the image is named, what to do instead, and no password.
func TestWants(t *testing.T) {
	t.Parallel()
	run := &deployed.Image{Names: []string{"registry.example/shop/web:1"}, Digests: []string{whole("sha256:run"), whole("sha256:amd64")}}
	tests := []struct {
		name, image string
		in          deployed.Input
		want        string
	}{
		{name: "another digest than the run's", image: "registry.example/shop/web@sha256:other", in: deployed.Input{Image: run}, want: "deploy the image by the digest sha256:run"},
		{name: "a run without a digest yet", image: "registry.example/shop/web@sha256:other", in: deployed.Input{Image: &deployed.Image{Names: run.Names}}, want: "deploy an image by the digest that the gate has cleared"},
		{name: "a variable", image: "${IMAGE:-registry.example/web}", in: deployed.Input{WantCleared: true}, want: "write the image into the file, with its digest"},
		{name: "no verdict", image: "registry.example/web:1@sha256:web", in: deployed.Input{WantCleared: true, Signed: map[string]string{}},
			want: "let layergate gate judge registry:registry.example/web:1@sha256:web and push it to registry.example/web:1 with a signing key, which attaches its verdict"},
		{name: "no verdict about a digest of another algorithm", image: "registry.example/web@sha512:" + strings.Repeat("ab", 64), in: deployed.Input{WantCleared: true, Signed: map[string]string{}},
			want: "let layergate gate judge registry:registry.example/web@sha512:" + strings.Repeat("ab", 64) + " and push it to registry.example/web with a signing key, which attaches its verdict"},
		{name: "a password", image: "ci:Hq7vLp93xZa2Kd@registry.example/web@sha256:web", in: deployed.Input{WantCleared: true, Signed: map[string]string{}},
			want: "let layergate gate judge ***@registry.example/web@sha256:web and push it to ***@registry.example/web with a signing key, which attaches its verdict"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.in.Files = []workload.File{*manifest(t, strings.Replace(service, "registry.example/shop/web:1", tt.image, 1))}
			got := of(deployed.Find(tt.in), finding.RuleNotCleared)
			if len(got) != 1 || got[0].Check.Wants != whole(tt.want) {
				t.Fatalf("Find() = %+v, want %q", got, whole(tt.want))
			}
			if at := got[0].Location; at == nil || at.File != "web.yaml" || at.Line != 3 || at.EndLine != 3 || at.Column != 5 {
				t.Errorf("it is at %+v, want the image", at)
			}
		})
	}
	if rules := deployed.Rules(); len(rules) != 4 || rules[0].ID != finding.RuleNotCleared {
		t.Errorf("Rules() = %+v", rules)
	}
}

// What is wrong is said of the platform where it is, each once.
func TestSaysWhere(t *testing.T) {
	t.Parallel()
	const job = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - {name: web, image: 'registry.example/shop/web:1', ports: [{containerPort: 80}], securityContext: {runAsNonRoot: true, readOnlyRootFilesystem: true}}\n"
	tests := []struct {
		name      string
		platforms []deployed.Platform
		want      []string
	}{
		{name: "root", platforms: []deployed.Platform{{}}, want: []string{"the image runs as root, runAsNonRoot is true and no runAsUser is set"}},
		{name: "root by its name", platforms: []deployed.Platform{{User: "root:app"}}, want: []string{"the image's USER is root, runAsNonRoot is true and no runAsUser is set"}},
		{name: "a name", platforms: []deployed.Platform{{User: "app:app"}}, want: []string{"the image's USER is app, a name, runAsNonRoot is true and no runAsUser is set"}},
		{name: "the second platform", platforms: []deployed.Platform{{Name: "linux/amd64", User: "1"}, {Name: "linux/arm64"}}, want: []string{"on linux/arm64 the image runs as root, runAsNonRoot is true and no runAsUser is set"}},
		{name: "a port", platforms: []deployed.Platform{{User: "1", Ports: []int{8080}}}, want: []string{"the image declares port 8080, and not 80"}},
		{name: "ports", platforms: []deployed.Platform{{User: "1", Ports: []int{8443, 8080}}}, want: []string{"the image declares ports 8080, 8443, and not 80"}},
		{name: "a port of two platforms", platforms: []deployed.Platform{{Name: "linux/amd64", User: "1", Ports: []int{8080}}, {Name: "linux/arm64", User: "1", Ports: []int{8080}}}, want: []string{"on linux/amd64 the image declares port 8080, and not 80"}},
		{name: "volumes of two platforms", platforms: []deployed.Platform{{User: "1", Volumes: []string{"/b", "/a"}}, {User: "1", Volumes: []string{"/b"}}}, want: []string{
			"the root file system is read-only, and nothing that can be written is mounted at /a", "the root file system is read-only, and nothing that can be written is mounted at /b",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := manifest(t, job)
			f.Workloads[0].Containers[0].Ports = append(f.Workloads[0].Containers[0].Ports, workload.Port{}) // one that a variable decides
			var got []string
			for _, f := range deployed.Find(deployed.Input{Files: []workload.File{*f}, Image: &deployed.Image{Names: []string{"registry.example/shop/web:1"}, Platforms: tt.platforms}}) {
				got = append(got, f.Check.Saw)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("Find() says %q, want %q", got, tt.want)
			}
		})
	}
}

// A build whose context is not known is nobody's.
func TestUnknownContext(t *testing.T) {
	t.Parallel()
	c := workload.Container{}
	c.Build.Set, c.Build.Value = true, workload.Build{Dockerfile: "Dockerfile"}
	in := deployed.Input{Image: &deployed.Image{Build: workload.Build{Context: ".", Dockerfile: "Dockerfile"}, Platforms: []deployed.Platform{{}}}}
	if got := in.ImageUser(&c, "").Kind; got != account.None {
		t.Errorf("ImageUser() = %v, want that the container is of another image", got)
	}
}
