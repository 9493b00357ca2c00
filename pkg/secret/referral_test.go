package secret_test

import (
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/secret"
)

// What names a secret, where it is and how it has to be, as projects do in their charts, Compose files and images, is none.
func TestReferences(t *testing.T) {
	t.Parallel()
	for _, kv := range []string{
		// Objects of Kubernetes.
		"TLS_SECRET=web-tls", "DEFAULT_TLS_SECRET=kube-system/default-tls", "INGRESS_TLS_SECRET=shop-tls-8mbdf7882g", "IMAGE_PULL_SECRET=regcred", "CA_SECRET=ca-key-pair", "SERVING_CERT_SECRET=serving-cert",
		"KUBECONFIG_SECRET=hub-kubeconfig", "KUBE_SECRET=k8s-s3-creds", "DB_PASS_SECRET=db-credentials", "SMTP_PASSWORD_SECRET=smtp-credentials", "SSH_PRIVATE_KEY_SECRET=git-ssh-key",
		"LICENSE_SECRET=shop-license", "SECRET_NAME=web-credentials", "TLS_SECRET_NAME=web-tls", "SECRET_NAMESPACE=shop-prod", "SECRET_TYPE=kubernetes.io/tls", "SECRET_LABELS=app=shop",
		"DB_PASSWORD_SECRET_REF=shop-db", "DB_PASSWORD_SECRET_KEY=password", "POSTGRES_PASSWORD_KEY=postgres-password", "S3_ACCESS_KEY_SECRET=s3-credentials", "SECRET_PROVIDER_CLASS=shop-kv",
		"TLS_SECRET=web-2024-2025", "TLS_SECRET=" + strings.Repeat("web.", 63) + "t", // as long as names of Kubernetes are
		// Charts of Argo CD, GitLab, Keycloak, PostgreSQL and others.
		"ARGOCD_REPO_CREDS_SECRET=argocd-repo-creds", "ARGOCD_TLS_SECRET=argocd-server-tls", "global.psql.password.secret=gitlab-postgresql-password", "global.psql.password.key=postgresql-password",
		"global.minio.credentials.secret=gitlab-minio-secret", "auth.existingSecret=keycloak", "auth.existingSecretPasswordKey=admin-password", "secretKeys.adminPasswordKey=postgres-password",
		"KEYCLOAK_EXISTING_SECRET=keycloak-admin-creds", "KC_SPI_PASSWORD_HASHING_ALGORITHM=pbkdf2-sha512", "SECRET_DETECTION_LOG_OPTIONS=--all", "SECRET_DETECTION_EXCLUDED_PATHS=tests",
		"SECRET_DETECTION_HISTORIC_SCAN=full-scan", "KAFKA_SSL_KEYSTORE_CREDENTIALS=broker1_keystore_creds", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_SECRET=sql_alchemy_conn",
		// Vaults and clouds.
		"VAULT_SECRET=secret/data/app", "VAULT_SECRETS_ENGINE=kv", "VAULT_SECRET_MOUNT=secret", "KEY_VAULT_SECRET=db-password", "AWS_SECRET=prod/shop/db", "APP_SECRET=prod/app", "SECRET_BACKEND_ROLE=shop1",
		"DB_PASSWORD=secret/data/app#password", "DB_PASSWORD=sm://projects/1/secrets/db", "CLIENT_SECRET=https://shop.vault.azure.net/secrets/client", "DB_PASSWORD=secretsmanager:prod-db",
		"DB_PASSWORD=arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/db-AbCdEf", "KMS_KEY_ID=arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
		"ENCRYPTION_KEY_ALIAS=alias/prod", "ENCRYPTION_KEY=alias/prod-2", "SIGNING_KEY=awskms:///alias/prod",
		// Files.
		"JWT_SECRET_FILE=/run/secrets/jwt", "POSTGRES_PASSWORD_FILE=/run/secrets/db", "GF_SECURITY_ADMIN_PASSWORD__FILE=/run/secrets/grafana", "PGPASSFILE=/root/.pgpass", "JWT_SECRET=/run/secrets/jwt",
		"GOOGLE_APPLICATION_CREDENTIALS=/var/secrets/key.json", "AWS_WEB_IDENTITY_TOKEN_FILE=/var/run/token", "SECRET_FILENAME=jwt.txt",
		// What is said about them.
		"PASSWORD_MIN_LENGTH=12", "LDAP_PASSWORD_ATTRIBUTE=userPassword", "LDAP_USER_PASSWORD_ATTR=userPassword", "PASSWORD_COLUMN=encrypted_password", "PASSWORD_PARAM=j_password", "PASSWORD_RESET_TIMEOUT_DAYS=three", "PASSWORD_ENCRYPTION=scram-sha-256", "PASSWORD_CHAR_SET=abcd1234", "PASSWORD_HASHERS=django.contrib.auth.hashers.Argon2PasswordHasher",
		"API_KEY_HEADER=X-Api-Key", "API_KEY_LOCATION=header-x1", "TOKEN_REFRESH_INTERVAL=15m-30m-1h", "TOKEN_EXPIRES_IN=15m", "MYSQL_RANDOM_ROOT_PASSWORD=yes", "MYSQL_ALLOW_EMPTY_PASSWORD=1",
		"OAUTH2_PROXY_PASS_HOST_HEADER=keep", "PASS_THROUGH=all", "NGINX_PROXY_PASS=http://app:8080", "TOKEN_BUCKET=shop-bucket-1", "ANTHROPIC_MAX_TOKENS=1000",
	} {
		name, value, _ := strings.Cut(kv, "=")
		if s, ok := secret.Variable(name, value); ok {
			t.Errorf("Variable(%q, %q) = %s", name, value, s.Type)
		}
		if list := secret.Text("ENV " + kv); len(list) > 0 {
			t.Errorf("Text(%q) finds %s", "ENV "+kv, list[0].Type)
		}
	}
}

// Under the names of the test before, and such as those, a secret stays one: what has not the form of a name, and what somebody may
// have thought up where the name does not tell.
func TestNoReferences(t *testing.T) {
	t.Parallel()
	for _, kv := range []string{
		"DB_PASSWORD=hunter2", "DB_PASSWORD=web-tls", "DB_PASSWORD=db-credentials", "DB_PASSWORD=prod/db", "DB_PASSWORD_KEY=hunter2", "DB_PASSWORD_KEY=summer", "TLS_SECRET=web-83749281-28374192", "DB_SECRET=hunter2", "API_SECRET=prod",
		"SECRET=shop-tls", "JWT_SECRET_KEY=shop-secret", "API_KEY=prod-secret-kt7qp2", "TLS_SECRET=web-28374-19283", "TLS_SECRET=" + strings.Repeat("web.", 63) + "tl",
		"TLS_SECRET=hunter2", "TLS_SECRET=9f8e7d6c5b4a39281706f5e4d3c2b1a0", "TLS_SECRET=3f2504e0-4f89-11d3-9a0c-0305e82c3301", "TLS_SECRET=Xk9!vTq2", "TLS_SECRET=abcd-ef12-34gh-56ij",
		"TLS_SECRET=qwxzjkvbnmplkjhgfdsaqwertz", "TLS_SECRET=web-9f8e7d6c5b4a39281706", "TLS_SECRET=83749-28374-19283", "TLS_SECRET=83749281", "IMAGE_PULL_SECRET=Hq7vLp93xZa2Kd", "IMAGE_PULL_SECRET=regcred2",
		`PULL_SECRET={"auths":{"r.internal":{"auth":"YTpi"}}}`, "VAULT_SECRET=s.9f8e7d6c5b4a39281706f5e4", "VAULT_SECRET_ID=3f2504e0-4f89-11d3-9a0c-0305e82c3301", "KEYCLOAK_EXISTING_SECRET=Hq7vLp93xZa2Kd",
		"JWT_SECRET=mysecretkey", "JWT_SECRET=my-jwt-secret", "CLIENT_SECRET=shop-client", "APP_SECRET=shop-app-secret", "SESSION_SECRET=keyboard cat", "ACCESS_TOKEN_SECRET=my-refresh-secret",
		"HASURA_GRAPHQL_ADMIN_SECRET=my-admin-secret", "GRAYLOG_PASSWORD_SECRET=somepasswordpepper", "GRAYLOG_PASSWORD_SECRET=correct-horse-battery-staple", "NEXTAUTH_SECRET=shop-auth",
		"WEBHOOK_SECRET=shop-webhook", "REGISTRY_HTTP_SECRET=haHAIamRandom", "AWS_SECRET=Prod/shop/9f8e7d6c5b4a", "PASSWORD_SECRET=Hq7vLp93xZa2Kd", "SSH_SECRET=ssh", "DB_PASSWORD=https://bob:hunter2@vault.internal",
		"DB_PASSWORD=p://hunter2?x", "KAFKA_SSL_KEYSTORE_CREDENTIALS=Hq7vLp93xZa2Kd", "CREDENTIALS=alice1234pw", "GIT_CREDENTIALS=alice-1234pw", "ENCRYPTION_KEY=Hq7vLp93xZa2Kd", "SECRET=hunter2", "PASSWORD_PROD=hunter2",
		"PASSWORD_ADMIN=hunter2", "SECRET_KEY_BASE=Hq7vLp93xZa2Kd", "INTRUSION_DETECTION_PASSWORD=hunter2", "SECRET_SCANNING_TOKEN=Hq7vLp93xZa2Kd",
	} {
		name, value, _ := strings.Cut(kv, "=")
		if _, ok := secret.Variable(name, value); !ok {
			t.Errorf("Variable(%q, %q) finds nothing", name, value)
		}
	}
}
