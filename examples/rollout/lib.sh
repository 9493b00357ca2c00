# shellcheck shell=bash
# What the scripts of all platforms share.

# by_digest prints its argument where that names an image by its digest, which is all that the gate has cleared: a tag could
# have been moved since.
by_digest() {
	[[ $1 =~ ^[^@[:space:]]+@sha256:[0-9a-f]{64}$ ]] || fail "${1:-nothing} is not an image by its digest, such as registry.example/team/app@sha256:…"
	printf '%s' "$1"
}

# healthy asks the service for its health through its own front door, for at most about two minutes.
healthy() {
	curl --fail --silent --show-error --output /dev/null --max-time 5 --retry 12 --retry-delay 5 --retry-all-errors \
		"${HEALTH_URL:?the address that answers 200 while the service is healthy}"
}

# eventually runs a command every DELAY seconds, until it succeeds or five minutes' worth of attempts are over.
eventually() {
	local attempt
	for ((attempt = 0; attempt < 60; attempt++)); do
		"$@" && return
		sleep "${DELAY:-5}"
	done
	return 1
}

fail() {
	printf '%s: %s\n' "$0" "$1" >&2
	exit 1
}
