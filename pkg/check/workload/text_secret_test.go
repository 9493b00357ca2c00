package workload

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/workload"
)

// Secrets are found wherever a manifest has them, once each, and where they stand.
func TestTextSecrets(t *testing.T) {
	t.Parallel()
	const password = "Hq7vLp93xZa2Kd"
	token := "gh" + "p_" + "9aK3bQ7cR1dS5eT2fU8gV4hW6iX0jY1kZ3lM"
	pod := func(container string) string {
		return "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n    - name: web\n      image: registry.example/web:1\n" + container
	}
	service := func(text string) string { return "services:\n  web:\n    image: registry.example/web:1\n" + text }
	app := func(text string) string {
		return `{"id": "/web", "cpus": 1, "mem": 64, "instances": 1, "container": {"type": "DOCKER", "docker": {"image": "registry.example/web:1"}}, ` + text + "}"
	}
	tests := []struct {
		name     string
		platform workload.Platform
		text     string
		want     []string // of each the resource, the container, the field and what is seen
	}{
		{"arguments", workload.Kubernetes, pod("      args: [--token, TOKEN, --password=PASSWORD, --user, app]\n"),
			[]string{"Pod/web web args HASH: what gitleaks calls github-pat", "Pod/web web args password: password holds a password"}},
		{"a flag and its value", workload.Kubernetes, pod("      command: [mysqladmin, --password, PASSWORD, ping]\n"), []string{"Pod/web web command password: password holds a password"}},
		{"headers of a probe", workload.Kubernetes, pod("      livenessProbe: {httpGet: {port: 80, httpHeaders: [{name: X-Api-Key, value: PASSWORD}, {name: Authorization, value: Bearer PASSWORD}, {name: Accept, value: text/html}]}}\n"),
			[]string{"Pod/web web value X-Api-Key: X-Api-Key holds a secret", "Pod/web web value Authorization: Authorization holds a credential of HTTP"}},
		{"a command of a probe and of a hook", workload.Kubernetes,
			pod("      livenessProbe: {exec: {command: [check, --password=PASSWORD]}}\n      lifecycle: {preStop: {exec: {command: [sh, -c, 'curl -H \"X-Token: TOKEN\" x']}}}\n"),
			[]string{"Pod/web web livenessProbe.exec.command password: password holds a password", "Pod/web web lifecycle.preStop.exec.command: what gitleaks calls curl-auth-header"}},
		{"annotations", workload.Kubernetes, "apiVersion: v1\nkind: Pod\nmetadata: {name: web, annotations: {note: TOKEN, db-password: PASSWORD}}\nspec: {containers: [{name: web, image: 'registry.example/web:1'}]}\n",
			[]string{"Pod/web  metadata.annotations.note note HASH: note holds what gitleaks calls github-pat", "Pod/web  metadata.annotations.db-password db-password: db-password holds a password"}},
		{"a custom resource", workload.Kubernetes, "apiVersion: example.com/v1\nkind: Backup\nmetadata: {name: nightly}\nspec: {target: {url: 's3://bob:PASSWORD@store/x', description: 'password: see the vault'}}\n",
			[]string{"Backup/nightly  spec.target.url: a password in an address of s3"}},
		{"a Secret", workload.Kubernetes, "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\nstringData: {user: app, db-password: PASSWORD, app.ini: \"[db]\\npassword = PASSWORD\\n\"}\ndata: {token: BASE64, enabled: dHJ1ZQ==}\n",
			[]string{"Secret/web  stringData.db-password db-password: db-password holds a password", "Secret/web  stringData.app.ini password: password holds a password", "Secret/web  data.token token HASH: token holds what gitleaks calls github-pat"}},
		{"a variable and a ConfigMap, once each", workload.Kubernetes,
			pod("      env: [{name: DB_PASSWORD, value: PASSWORD}, {name: X, value: TOKEN}]\n") + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {db-password: PASSWORD, x: TOKEN}\n",
			[]string{"Pod/web web DB_PASSWORD: DB_PASSWORD holds a password", "Pod/web web X: X holds what gitleaks calls github-pat"}},
		{"annotations of a ConfigMap", workload.Kubernetes, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web, annotations: {note: TOKEN}}\ndata: {x: z}\n",
			[]string{"ConfigMap/web  metadata.annotations.note note HASH: note holds what gitleaks calls github-pat"}},
		{"a Secret whose data is not encoded", workload.Kubernetes, "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\ndata: {token: TOKEN}\n", []string{"Secret/web  data.token HASH: what gitleaks calls github-pat"}},
		{"a Secret with a password of one word", workload.Kubernetes, "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\nstringData: {admin-secret: correcthorsebatterystaple}\n",
			[]string{"Secret/web  stringData.admin-secret admin-secret: admin-secret holds a password"}},
		{"annotations that are no names of secrets", workload.Kubernetes, "apiVersion: v1\nkind: Pod\nmetadata: {name: web, annotations: {a-password: hq7vlp93xza2kd, b-password: correcthorsebatterystaple, c-secret: hq7vlp93xza2kd, example.com/d-password: PASSWORD}}\nspec: {containers: [{name: web, image: 'registry.example/web:1'}]}\n",
			[]string{"Pod/web  metadata.annotations.a-password a-password: a-password holds a password", "Pod/web  metadata.annotations.b-password b-password: b-password holds a password",
				"Pod/web  metadata.annotations.c-secret c-secret: c-secret holds a password", "Pod/web  metadata.annotations.example.com/d-password example.com/d-password: example.com/d-password holds a password"}},
		{"arguments beside the name of a secret", workload.Kubernetes, pod("      args: ['run --api-token=PASSWORD --tls-secret=web-tls', --password=hq7vlp93xza2kd, --b-token=hq7vlp93xza2kd]\n"),
			[]string{"Pod/web web args api-token: api-token holds a secret", "Pod/web web args password: password holds a password", "Pod/web web args b-token: b-token holds a secret"}},
		{"lists and values of no command", workload.Kubernetes, "apiVersion: example.com/v1\nkind: Backup\nmetadata: {name: nightly}\nspec: {notes: [TOKEN, 'run --password=PASSWORD'], value: 'run --password=PASSWORD', command: {note: 'run --password=PASSWORD'}}\ndata: {x: BASE64}\n",
			[]string{"Backup/nightly  spec.notes HASH: what gitleaks calls github-pat"}},
		{"a list", workload.Kubernetes, "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: web}\n  spec: {containers: [{name: web, image: 'registry.example/web:1', args: [--password=PASSWORD]}]}\n",
			[]string{"Pod/web web args password: password holds a password"}},
		{"names of secrets", workload.Kubernetes, "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app-secret: correcthorsebatterystaple}, annotations: {checksum/secret: 4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945, nginx.example/auth-secret: basic-auth2, vault.example/agent-inject-secret-db: secret/data/db, secret: web-tls}}\n" +
			"spec: {serviceAccountName: secret-reader, imagePullSecrets: [{name: registry-password}], containers: [{name: web, image: 'registry.example/web:1', args: [--tls-secret=shop/web-tls, --image-pull-secret, regcred, --token-ttl=3600s, --password-file=/run/x, --password=$(PASSWORD)]}], volumes: [{name: a, secret: {secretName: web-password}}]}\n", nil},
		{"texts of no name", workload.Kubernetes, "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\nspec: {description: 'password: the password of the user, token=abcd1234efgh'}\n", nil},

		{"a service", workload.Compose, service("    command: [--token, TOKEN]\n    entrypoint: run --password=PASSWORD\n    healthcheck: {test: [CMD, check, --password=PASSWORD]}\n    labels: [note=TOKEN, db-password=PASSWORD, TOKEN]\n"), []string{"service/web web services.web.labels HASH: what gitleaks calls github-pat",
			"service/web web services.web.command HASH: what gitleaks calls github-pat", "service/web web services.web.entrypoint password: password holds a password",
			"service/web web services.web.healthcheck.test password: password holds a password", "service/web web services.web.labels note HASH: note holds what gitleaks calls github-pat", "service/web web services.web.labels db-password: db-password holds a password"}},
		{"a build and hooks", workload.Compose, service("    build: {context: ., args: [DB_PASSWORD=PASSWORD], dockerfile_inline: \"FROM a\\nENV DB_PASSWORD=PASSWORD\\n\"}\n    post_start: [{command: x, environment: [DB_PASSWORD=PASSWORD]}]\n    logging: {driver: x, options: {x-token: TOKEN}}\n"), []string{
			"service/web web services.web.build.dockerfile_inline DB_PASSWORD: DB_PASSWORD holds a password", "service/web web environment DB_PASSWORD: DB_PASSWORD holds a password",
			"service/web web services.web.logging.options.x-token x-token HASH: x-token holds what gitleaks calls github-pat"}},
		{"a volume and a config", workload.Compose, service("    environment: [DB_PASSWORD=PASSWORD]\n") + "volumes: {v: {driver_opts: {type: cifs, o: 'username=app,password=PASSWORD,uid=1'}}}\nconfigs: {c: {content: \"user=app\\npassword=PASSWORD\\n\"}}\n", []string{
			"service/web web DB_PASSWORD: DB_PASSWORD holds a password", "  volumes.v.driver_opts.o password: password holds a password", "  configs.c.content password: password holds a password"}},
		{"variables", workload.Compose, service("    command: ['--password=$${PASSWORD}', '--token=${TOKEN}']\n    labels: {traefik.http.routers.web.rule: 'Host(`a`)'}\n"), nil},

		{"an app", workload.Marathon, app(`"cmd": "server --password=PASSWORD", "labels": {"note": "TOKEN"}, "healthChecks": [{"protocol": "COMMAND", "command": {"value": "check --password=PASSWORD"}}], "secrets": {"db": {"source": "shop/db-password"}}`), []string{
			"app/web  cmd password: password holds a password", "app/web  labels.note note HASH: note holds what gitleaks calls github-pat", "app/web  command.value password: password holds a password"}},
		{"a flag that begins the arguments", workload.Kubernetes, pod("      args: [--password, PASSWORD]\n"), []string{"Pod/web web args password: password holds a password"}},
		{"a server that is given its password", workload.Compose, service("    command: redis-server --requirepass PASSWORD\n    healthcheck: {test: [CMD-SHELL, 'redis-cli --pass PASSWORD ping']}\n"), []string{
			"service/web web services.web.command requirepass: requirepass holds a password", "service/web web services.web.healthcheck.test: a password of a command"}},
		{"a server that reads its password", workload.Compose, service("    command: [redis-server, --requirepass, $$REDIS_PASSWORD, --masterauth, '${MASTER}']\n    entrypoint: sh -c 'redis-server --requirepass \"$$(cat /run/secrets/redis)\"'\n" +
			"    healthcheck: {test: [CMD-SHELL, 'redis-cli -a $$REDIS_PASSWORD --pass \"$${REDIS_PASSWORD}\" ping']}\n"), nil},
		{"a pod", workload.Marathon, `{"id": "/web", "containers": [{"name": "a", "image": {"kind": "DOCKER", "id": "registry.example/a:1"}, "resources": {"cpus": 0.1, "mem": 32}, "exec": {"command": {"shell": "run --password=PASSWORD"}}, ` +
			`"healthCheck": {"exec": {"command": {"shell": "DB_PASSWORD=PASSWORD psql"}}}}, {"name": "b", "image": {"kind": "DOCKER", "id": "registry.example/b:1"}, "resources": {"cpus": 0.1, "mem": 32}, "exec": {"command": {"argv": ["run", "--password", "PASSWORD", "--password-file", "/run/x"]}}}]}`,
			[]string{"pod/web a exec.command.shell password: password holds a password", "pod/web a healthCheck.exec.command.shell DB_PASSWORD: DB_PASSWORD holds a password", "pod/web b exec.command.argv password: password holds a password"}},
		{"texts of no command", workload.Marathon, app(`"cmd": "run", "labels": {"shell": "run --password=PASSWORD"}, "args": null`), []string{"app/web  labels.shell password: password holds a password"}},
	}
	const hash = "1627e7257fcd" // the beginning of the token's digest
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := strings.NewReplacer("{PASSWORD}", "{PASSWORD}", "DB_PASSWORD", "DB_PASSWORD", "(PASSWORD)", "(PASSWORD)", "{TOKEN}", "{TOKEN}", "BASE64", base64.StdEncoding.EncodeToString([]byte(token)), "PASSWORD", password, "TOKEN", token).Replace(tt.text)
			f, err := readers[tt.platform]("a.yaml", []byte(text), workload.Options{Platform: tt.platform})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, found := range Find([]workload.File{*f}, Options{}) {
				if found.ID != "LG-RUN-022" {
					continue
				}
				c := found.Check
				saw, _, _ := strings.Cut(c.Saw, ":")
				got = append(got, strings.ReplaceAll(strings.Join([]string{c.Resource, c.Container, c.Field}, " ")+": "+saw, hash, "HASH"))
				if strings.Contains(c.Saw, password) || strings.Contains(c.Saw, token) {
					t.Errorf("the finding %q shows the secret", c.Saw)
				}
			}
			slices.Sort(tt.want)
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("LG-RUN-022 (-want +got):\n%s", diff)
			}
		})
	}
}

// A secret of one item of a list is where the item is, and one of a flag and the item behind it where the list is.
func TestTextSecretPlaces(t *testing.T) {
	t.Parallel()
	const text = "services:\n  web:\n    image: registry.example/web:1\n    command:\n      - run\n      - --password=Hq7vLp93xZa2Kd\n      - --api-key\n      - Kd2aZx39pLv7qH\n"
	f, err := readers[workload.Compose]("a.yaml", []byte(text), workload.Options{Platform: workload.Compose})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, found := range Find([]workload.File{*f}, Options{}) {
		if found.ID == "LG-RUN-022" {
			got[found.Check.Field] = found.Location.Line
		}
	}
	if diff := cmp.Diff(map[string]int{"services.web.command password": 6, "services.web.command api-key": 4}, got); diff != "" {
		t.Errorf("lines of LG-RUN-022 (-want +got):\n%s", diff)
	}
}
