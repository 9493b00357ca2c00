package secret_test

import (
	"testing"

	"github.com/layergate/layergate/pkg/secret"
)

// A field of an object that nobody knows is a secret where the last word of its name says so, and its value is none of what stands for one.
func TestSetting(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, value string
		want        string // its type; empty for no secret
	}{
		{"password", "tiger", "a password"},
		{"adminPassword", " hunter2\n", "a password"},
		{"dbpassword", "hunter2", "a password"},
		{"apiToken", "Kq7%rT2vXz9wLm4p", "a secret"},
		{"apiKey", "Kq7%rT2vXz9wLm4p", "a secret"},
		{"jwtSecret", "Kq7%rT2vXz9wLm4p", "a password"},

		{name: "replicas", value: "Kq7%rT2vXz9wLm4p"},
		{name: "passwordStrategy", value: "Kq7%rT2vXz9wLm4p"},
		{name: "tokenAudience", value: "Kq7%rT2vXz9wLm4p"},
		{name: "password", value: "changeme"},
		{name: "existingPassword", value: "shop-live-77"},
		{name: "password", value: "eight characters, 1 digit"},
		{name: "password", value: "one\t2"},
		{name: "password", value: "p-{{.Values.password}}"},
		{name: "password", value: "p-${PASSWORD}9"},
		{name: "password", value: "p-$(PASSWORD)9"},
		{name: "jwtSecret", value: "mysecretkey"},
		{name: "jwtSecret", value: "shop.live/jwt-77"},
		{name: "jwtSecret", value: "SigningKey77"},
		{name: "jwtSecret", value: "Kq%rTvXzwLmpQsBn"},
		{name: "jwtSecret", value: "A1%A1%A1%A1%A1%A1%"},
		{name: "password", value: "DB_PASSWORD"},
		{name: "password", value: "db-credentials"},
	}
	for _, tt := range tests {
		t.Run(tt.name+" "+tt.value, func(t *testing.T) {
			t.Parallel()
			got, ok := secret.Setting(tt.name, tt.value)
			if ok != (tt.want != "") || got.Type != tt.want {
				t.Errorf("Setting(%q, %q) = %+v, %t, want %q", tt.name, tt.value, got, ok, tt.want)
			}
		})
	}
}
