#!/usr/bin/env bash
# Makes a revision of the image that the argument names by its digest, in the mode Single: the revision before it gets all requests until
# the probes of the new one succeed. When they do not, the image before comes back and the script fails.
set -euo pipefail
cd "$(dirname "$0")"
. ../lib.sh

property() {
	az containerapp show --resource-group shop --name app --query "$1" --output tsv
}

change_to() {
	az containerapp update --resource-group shop --name app --image "$1" --output none
}

# ready succeeds when the newest revision is one that gets requests.
ready() {
	[ "$(property properties.latestReadyRevisionName)" = "$(property properties.latestRevisionName)" ]
}

image=$(by_digest "${1-}")
before=$(property 'properties.template.containers[0].image')
change_to "$image"
if ! eventually ready; then
	change_to "$before"
	fail "the revision of $image is not ready: $before is back"
fi
