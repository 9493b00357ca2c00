package secret

// vendorRules are for tokens that begin, or end, with what their vendor has for itself, and that gitleaks' rules lack.
func vendorRules() []*rule {
	return []*rule{
		{id: "supabase-token", typ: "a Supabase access token", keywords: []string{"sbp_"}, pattern: `\b(sbp_(?:v0_|oauth_)?[a-f0-9]{40})\b`, entropy: 3},
		{id: "supabase-secret-key", typ: "a Supabase secret key", keywords: []string{"sb_secret_"}, pattern: `\b(sb_secret_[\w-]{31})(?:[^\w-]|$)`, entropy: 3},
		{id: "groq-key", typ: "a Groq API key", keywords: []string{"gsk_"}, pattern: `\b(gsk_[A-Za-z0-9]{52})\b`, entropy: 3},
		{id: "replicate-token", typ: "a Replicate API token", keywords: []string{"r8_"}, pattern: `\b(r8_[A-Za-z0-9]{37})\b`, entropy: 3.5},
		{id: "xai-key", typ: "an xAI API key", keywords: []string{"xai-"}, pattern: `\b(xai-[A-Za-z0-9]{80})\b`, entropy: 3},
		{id: "tailscale-key", typ: "a Tailscale key", keywords: []string{"tskey-"}, pattern: `\b(tskey-(?:auth|api|client|scim|webhook)-[A-Za-z0-9]{8,32}-[A-Za-z0-9]{20,50})\b`, entropy: 3.5},
		{id: "figma-token", typ: "a Figma access token", keywords: []string{"figd_"}, pattern: `\b(figd_[\w-]{40})(?:[^\w-]|$)`, entropy: 3.5},
		{id: "discord-webhook", typ: "the address of a Discord webhook", keywords: []string{"discord.com/api/", "discordapp.com/api/"}, pattern: `\b(discord(?:app)?\.com/api/(?:v[0-9]{1,2}/)?webhooks/[0-9]{17,20}/[\w-]{60,72})(?:[^\w-]|$)`, entropy: 3},
		{id: "webhook-secret", typ: "a secret of webhooks", keywords: []string{"whsec_"}, pattern: `\b(whsec_(?:[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{32}))(?:[^\w+/=]|$)`, entropy: 3.5}, // of Stripe and Svix
		{id: "posthog-key", typ: "a PostHog personal API key", keywords: []string{"phx_"}, pattern: `\b(phx_[A-Za-z0-9]{40,60})\b`, entropy: 3.5},
		{id: "langsmith-key", typ: "a LangSmith API key", keywords: []string{"lsv2_"}, pattern: `\b(lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10})\b`, entropy: 3},
		{id: "circleci-token", typ: "a CircleCI token", keywords: []string{"ccipat_", "cciprj_"}, pattern: `\b((?:CCIPAT|CCIPRJ)_[A-Za-z0-9]{20,24}_[a-f0-9]{40})\b`, entropy: 3},
		{id: "swarm-token", typ: "a join token of Docker Swarm", keywords: []string{"swmtkn-1-"}, pattern: `\b(SWMTKN-1-[a-z0-9]{49,50}-[a-z0-9]{24,25})\b`, entropy: 3},
		{id: "mapbox-secret-token", typ: "a Mapbox secret token", keywords: []string{"sk.eyj1"}, pattern: `\b(sk\.eyJ1[\w-]{40,200}\.[\w-]{22})(?:[^\w-]|$)`, entropy: 3},
		{id: "vercel-token", typ: "a Vercel token", keywords: []string{"vcp_", "vck_"}, pattern: `\b((?:vcp|vck)_[A-Za-z0-9]{56})\b`, entropy: 3},
		{id: "new-relic-license-key", typ: "a New Relic license key", keywords: []string{"nral"}, pattern: `\b((?:eu01xx[a-f0-9]{30}|[a-f0-9]{36})NRAL)\b`, size: 40, entropy: 3},
	}
}
