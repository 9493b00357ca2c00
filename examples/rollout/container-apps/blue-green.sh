#!/usr/bin/env bash
# Makes a revision of the image that the argument names by its digest, in the mode Multiple, and gives it all requests once
# its probes succeed. When the service is not healthy then, they go back to the revision before and the script fails. That
# one stays active until the next roll-out: "back REVISION" as arguments gives it all requests at any time.
set -euo pipefail
cd "$(dirname "$0")"
. ../lib.sh

app() {
	az containerapp "$@" --resource-group shop --name app
}

turn_to() {
	app ingress traffic set --revision-weight "$1=100" --output none
}

running() {
	[ "$(app revision show --revision "$1" --query properties.healthState --output tsv)" = Healthy ]
}

if [ "${1-}" = back ]; then
	running "${2:?the revision to go back to}" || fail "the revision $2 is not healthy"
	turn_to "$2"
	exit
fi
image=$(by_digest "${1-}")
[ "$(app show --query properties.configuration.activeRevisionsMode --output tsv)" = Multiple ] || fail "the app is not in the mode Multiple: every new revision would get the requests at once"
live=$(app ingress traffic show --query '[?weight==`100`].revisionName | [0]' --output tsv)
[ -n "$live" ] || fail "no single revision gets all requests: name the one that runs with az containerapp ingress traffic set --revision-weight REVISION=100"
next=$(app update --image "$image" --query properties.latestRevisionName --output tsv)
eventually running "$next" || fail "the revision $next of $image is not healthy: the requests stay with $live"
turn_to "$next"
if ! healthy; then
	turn_to "$live"
	fail "the service is not healthy with $image: the requests are back with $live"
fi
app revision list --query "[?properties.active && name != '$next' && name != '$live'].name" --output tsv |
	while read -r old; do app revision deactivate --revision "$old" --output none; done
