#!/usr/bin/env bash
# Replaces the pods of the deployment, one after the other, by ones of the image that the argument names by its digest. A
# new pod gets requests once its readiness probe succeeds, and an old one goes after that. When the new ones do not become
# ready in time, the old ones come back and the script fails.
set -euo pipefail
cd "$(dirname "$0")"
. ../lib.sh

image=$(by_digest "${1-}")
kubectl apply --filename service.yaml
kubectl set image --local --filename base/deployment.yaml app="$image" --output yaml | kubectl apply --filename -
if ! kubectl --namespace shop rollout status deployment/app --timeout 5m; then
	kubectl --namespace shop rollout undo deployment/app
	kubectl --namespace shop rollout status deployment/app --timeout 5m
	fail "the pods of $image did not become ready: those before them are back"
fi
