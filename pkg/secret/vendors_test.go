package secret_test

import (
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/secret"
)

// Tokens are found by what their vendors begin them with, at their length, and a part of a longer word is none.
func TestVendorTokens(t *testing.T) {
	t.Parallel()
	hex := strings.Repeat("8f3a1c9e7b2d4f60", 3)
	mixed := strings.Repeat("Xq7vR2mKd9sEpLw3ZtYb", 5)
	small := strings.Repeat("xq7vr2mkd9sepl", 6)
	for _, tt := range []struct{ begin, rest, want string }{
		{"sb" + "p_", hex[:40], "a Supabase access token"},
		{"sb_" + "secret_", mixed[:22] + "_" + mixed[:8], "a Supabase secret key"},
		{"gs" + "k_", mixed[:52], "a Groq API key"},
		{"r8" + "_", mixed[:37], "a Replicate API token"},
		{"xa" + "i-", mixed[:80], "an xAI API key"},
		{"tskey" + "-auth-", "k" + mixed[:11] + "CNTRL-" + mixed[:32], "a Tailscale key"},
		{"fig" + "d_", mixed[:40], "a Figma access token"},
		{"https://discord.com/api/" + "webhooks/", "638222272639199627/" + mixed[:68], "the address of a Discord webhook"},
		{"https://discordapp.com/api/v10/" + "webhooks/", "638222272639199627/" + mixed[:68], "the address of a Discord webhook"},
		{"whs" + "ec_", mixed[:32], "a secret of webhooks"},
		{"ph" + "x_", mixed[:43], "a PostHog personal API key"},
		{"lsv2" + "_pt_", hex[:32] + "_" + hex[:10], "a LangSmith API key"},
		{"CCI" + "PAT_", mixed[:22] + "_" + hex[:40], "a CircleCI token"},
		{"SWMTKN" + "-1-", small[:50] + "-" + small[:25], "a join token of Docker Swarm"},
		{"sk.ey" + "J1", mixed[:60] + "." + mixed[:22], "a Mapbox secret token"},
		{"vc" + "p_", mixed[:56], "a Vercel token"},
		{"", hex[:36] + "NR" + "AL", "a New Relic license key"},
		{"eu01" + "xx", hex[:30] + "NR" + "AL", "a New Relic license key"},
	} {
		token := tt.begin + tt.rest
		got := search(t, "/app/x.js", "const a = '"+token+"';\n")
		if len(got) != 1 || got[0].Class != secret.Token || got[0].Type != tt.want {
			t.Errorf("File(%q) = %+v, want %s", token, got, tt.want)
		}
		for _, other := range []string{token[:len(token)-30], "const x" + token, tt.begin + strings.Repeat("a", len(tt.rest))} {
			if strings.HasPrefix(tt.begin, "https:") && strings.HasPrefix(other, "const") {
				continue // a boundary lies within it
			}
			if got := search(t, "/app/x.js", other); len(got) > 0 {
				t.Errorf("File(%q) = %+v, want nothing", other, got)
			}
		}
	}
}
