#!/usr/bin/env bash
# Has Marathon replace the instances of the app by ones of the image that the argument names by its digest: app.json says how
# many at a time, and which health check a new one has to pass before an old one goes. A deployment that does not end is taken
# back, and the script fails.
#
# MARATHON_URL is the address of Marathon, and DCOS_TOKEN the token of a service account that may change the app.
set -euo pipefail
cd "$(dirname "$0")"
. ../lib.sh

marathon() {
	curl --fail --silent --show-error --max-time 30 --header "Authorization: token=${DCOS_TOKEN:?}" --header 'Content-Type: application/json' \
		--request "$1" "${MARATHON_URL:?}/v2/$2" "${@:3}"
}

# ended succeeds when a deployment is not among those that are under way.
ended() {
	marathon GET deployments | jq --exit-status --arg id "$1" 'all(.id != $id)' >/dev/null
}

image=$(by_digest "${1-}")
deployment=$(jq --arg image "$image" --argjson strategy "${UPGRADE_STRATEGY:-null}" \
	'.container.docker.image = $image | .upgradeStrategy = ($strategy // .upgradeStrategy)' app.json |
	marathon PUT apps/team/app --data @- | jq --raw-output .deploymentId)
if ! eventually ended "$deployment"; then
	back=$(marathon DELETE "deployments/$deployment" | jq --raw-output .deploymentId)
	eventually ended "$back" || fail "the instances of $image are not healthy, and those before them are not back yet: see the deployment $back"
	fail "the instances of $image are not healthy: those before them are back"
fi
now=$(marathon GET apps/team/app | jq --raw-output .app.container.docker.image)
[ "$now" = "$image" ] || fail "$now runs, and not $image: somebody else has changed the app"
