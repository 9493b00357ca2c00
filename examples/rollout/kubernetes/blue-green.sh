#!/usr/bin/env bash
# Starts the image that the argument names by its digest in the slot (blue or green) that gets no requests, and turns the service
# to it once all its pods are ready. When the service is not healthy then, it turns back and the script fails. The pods of the other slot
# stay until the next roll-out: "back" as the argument turns the service to them at any time.
set -euo pipefail
cd "$(dirname "$0")"
. ../lib.sh

turn_to() {
	kubectl --namespace shop patch service app --patch "{\"spec\": {\"selector\": {\"slot\": \"$1\"}}}"
}

kubectl apply --filename service.yaml
live=$(kubectl --namespace shop get service app --output 'jsonpath={.spec.selector.slot}')
case $live in
blue) next=green ;;
*) next=blue ;;
esac

if [ "${1-}" = back ]; then
	kubectl --namespace shop rollout status "deployment/app-$next" --timeout 1m
	turn_to "$next"
	exit
fi
image=$(by_digest "${1-}")
kubectl kustomize "$next" | kubectl set image --local --filename - app="$image" --output yaml | kubectl apply --filename -
kubectl --namespace shop rollout status "deployment/app-$next" --timeout 5m || fail "the pods of $image did not become ready: the service stays with ${live:-what it has}"
turn_to "$next"
if ! healthy; then
	[ -z "$live" ] || turn_to "$live"
	fail "the service is not healthy with $image: it is back with ${live:-nothing, since this was the first}"
fi
