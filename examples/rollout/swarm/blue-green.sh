#!/usr/bin/env bash
# Starts the image that the argument names by its digest as the stack (app-blue or app-green) that gets no requests, and turns
# the proxy to it once all its tasks are healthy. When the service is not healthy then, it turns back and the script fails. The
# other stack stays until the next roll-out: "back" as the argument turns the proxy to it at any time.
set -euo pipefail
cd "$(dirname "$0")"
. ../lib.sh

deploy() {
	timeout 10m docker stack deploy --with-registry-auth --resolve-image never --detach=false --compose-file "$@"
}

# slot prints the one that the proxy sends requests to, and nothing before the first roll-out.
slot() {
	docker service inspect proxy_proxy --format '{{range .Spec.TaskTemplate.ContainerSpec.Env}}{{println .}}{{end}}' 2>/dev/null |
		sed -n 's/^SLOT=//p' || true
}

# The client also succeeds when Swarm has rolled the proxy back.
turn_to() {
	SLOT=$1 deploy proxy.yaml proxy && [ "$(slot)" = "$1" ]
}

# serves succeeds when all tasks of a stack run, which they do once their health checks succeed.
serves() {
	[[ $(docker service ls --filter "name=app-$1_app" --format '{{.Replicas}}') =~ ^([1-9][0-9]*)/([0-9]+) ]] &&
		[ "${BASH_REMATCH[1]}" = "${BASH_REMATCH[2]}" ]
}

live=$(slot)
case $live in
blue) next=green ;;
*) next=blue ;;
esac

if [ "${1-}" = back ]; then
	serves "$next" || fail "app-$next does not run"
	turn_to "$next" || fail "the proxy could not be turned to app-$next"
	exit
fi
image=$(by_digest "${1-}")
docker stack rm --detach=false "app-$next" # or Swarm would roll it back to what it ran before
if ! { IMAGE=$image deploy stack.yaml "app-$next" && serves "$next"; }; then
	fail "the tasks of $image are not healthy: the proxy stays with ${live:-nothing}"
fi
if ! { turn_to "$next" && healthy; }; then
	[ -z "$live" ] || turn_to "$live"
	fail "the service is not healthy with $image: it is back with ${live:-nothing, since this was the first}"
fi
