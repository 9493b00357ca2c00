package workload

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/workload"
)

// A password is found by its name in custom resources, in the values that they hand to charts, and in texts of a ConfigMap, each in its own line.
func TestSecretsOfCustomResources(t *testing.T) {
	t.Parallel()
	const head = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: x}\n"
	const config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
	for _, tt := range []struct {
		name, text string
		want       []string // line, rule and field of each
	}{
		{"a field", head + "spec:\n  password: hunter2-Real-9x\n  admin: {rootPassword: 48151623, passwd: correcthorse}\n", []string{"5 LG-RUN-022 spec.password password", "6 LG-RUN-022 spec.admin.passwd passwd", "6 LG-RUN-022 spec.admin.rootPassword rootPassword"}},
		{"values of a chart", head + "spec:\n  values:\n    auth:\n      password: hunter2-Real-9x\n      apiKey: ZK39DLQ81MPX\n      clientSecret: Zk39dLq81mPx\n", []string{
			"7 LG-RUN-022 spec.values.auth.password password", "8 LG-RUN-022 spec.values.auth.apiKey apiKey", "9 LG-RUN-022 spec.values.auth.clientSecret clientSecret"}},
		{"values as a text", head + "spec:\n  helm:\n    values: |\n      auth:\n        user: app\n        password: hunter2-Real-9x\n      config: |\n        db:\n          password: hunter3-Real-9x\n", []string{
			"9 LG-RUN-022 spec.helm.values.auth.password password", "12 LG-RUN-022 spec.helm.values.config.db.password password"}},
		{"JSON as a text", head + "spec:\n  config: '{\"db\":{\"password\":\"hunter2-Real-9x\"}}'\n", []string{"5 LG-RUN-022 spec.config.db.password password"}},
		{"parameters", head + "spec: {helm: {parameters: [{name: auth.password, value: hunter2-Real-9x}]}, set: {auth.password: hunter2-Real-9x}}\n", []string{"4 LG-RUN-022 spec.set.auth.password auth.password", "4 LG-RUN-022 value auth.password"}},
		{"a list of pairs in a text", head + "spec:\n  values: |\n    env:\n    - name: DB_PASSWORD\n      value: hunter2-Real-9x\n", []string{"8 LG-RUN-022 value DB_PASSWORD"}},
		{"what has a form, once", head + "spec:\n  values: |\n    password: AKIAQ3EGRIJKLMNOPQ2A\n", []string{"6 LG-RUN-022 spec.values"}},
		{"a ConfigMap", config + "data:\n  a.json: '{\"password\":\"hunter2-Real-9x\"}'\n  values.yaml: |\n    auth:\n      password: hunter2-Real-9x\n  b.yaml: |\n    auth: {\"password\":\"hunter2-Real-9x\"}\n", []string{
			"5 LG-K8S-018 a.json password", "8 LG-K8S-018 values.yaml password", "10 LG-K8S-018 b.yaml password"}},
		{"a list within braces", config + "data:\n  a.yaml: |\n    secret: [ status, secret ]\n    password: { name: x }\n", nil},
		{"references", head + "spec:\n  password: {name: web, key: password}\n  a: {secretName: web-tls, secretRef: web, existingSecret: db-secret-1, passwordKey: admin-password, passwordFile: /run/x, usePassword: 'true', usePasswordFiles: true, password: ''}\n" +
			"  b: {passwordSecretKeyRef: {name: db, key: pg-password}, secret: my-secret-1, clientSecret: oauth2-client, token: web-token-2, secretKey: tls.key, k1: {secretKey: MY_ENV_VAR1}, k2: {secretKey: googleClientId2}, k3: {password: DB2_PASSWORD}, k4: {password: adminPassword}, k5: {password: PASSWORD}, imagePullSecret: regcred, credentials: db-creds, authSecret: basic-auth2}\n" +
			"  c: {password: '${DB_PASSWORD}', rootPassword: '{{ .password }}', adminPassword: <password>, d: {password: $(params.password)}, e: {password: DB_PASSWORD}, f: {password: spec.auth.password}, g: {password: db-credentials}, h: {password: 'a-${X}-9'}}\n" +
			"  i: {passwordExpireWarning: 7, passwordMinLength: 12, tokenExpirationSeconds: 3600, passwordPolicy: strong9, maxPasswordAge: 90, tokenReview: web9-aB3xZ, privateKey: RSA}\n" +
			"  j: {password: 'vault:secret/data/db#password', token: 'op://a/b/c', apiKey: ProjectedToken, clientSecret: FromTheVault, password2: {description: 'The password of the user 1'}}\n", nil},
		{"sentences", head + "spec: {labels2: {password: Your new password 1}, i18n: {password: Password}}\n", nil},
		{"what is encrypted", head + "spec: {encryptedData: {password: AgBy3i4OJSWK9dPzq}, password: 'ENC[AES256_GCM,data:x]'}\nsops: {kms: [{token: AgBy3i4OJSWK9dPzq}]}\n", nil},
		{"what a controller notes", head + "spec: {}\nstatus: {token: Zk39dLq81mPx}\n", nil},
		{"a schema", "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\nspec: {versions: [{schema: {openAPIV3Schema: {properties: {password: {default: hunter2-Real-9x, example: {password: hunter2-Real-9x}}}}}}]}\n", nil},
		{"a schema in a text", config + "data:\n  values.schema.json: '{\"properties\":{\"password\":{\"default\":\"hunter2\",\"password\":\"hunter2-Real-9x\"}}}'\n", nil},
		{"a policy", "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: x}\nspec: {rules: [{validate: {pattern: {spec: {password: hunter2-Real-9x}}}}]}\n", nil},
		{"a dashboard", config + "data:\n  a.json: '{\"panels\":[{\"targets\":[{\"expr\":\"rate(token_total[5m])\",\"refId\":\"A\"}]}],\"uid\":\"k3L9sQ2xZ\",\"templating\":{\"list\":[{\"name\":\"token\",\"label\":\"Token\"}]}}'\n", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, err := readers[workload.Kubernetes]("a.yaml", []byte(tt.text), workload.Options{Platform: workload.Kubernetes})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, found := range Find([]workload.File{*f}, Options{}) {
				if found.ID == "LG-RUN-022" || found.ID == "LG-K8S-018" {
					got = append(got, fmt.Sprintf("%d %s %s", found.Location.Line, found.ID, found.Check.Field))
				}
				if strings.Contains(found.Check.Saw, "hunter") {
					t.Errorf("the finding %q shows the secret", found.Check.Saw)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("secrets (-want +got):\n%s", diff)
			}
		})
	}
}
