#!/usr/bin/env bash
# Replaces the tasks of the service, one after the other, by ones of the image that the argument names by its digest. A new
# task runs once its health check succeeds, and an old one goes after that. When a new one fails within the time that stack.yaml
# says (monitor), Swarm rolls back and the script fails.
set -euo pipefail
cd "$(dirname "$0")"
. ../lib.sh

image=$(by_digest "${1-}")
IMAGE=$image timeout 15m docker stack deploy --compose-file stack.yaml --with-registry-auth --resolve-image never --detach=false app

# The client also succeeds when Swarm has rolled back.
now=$(docker service inspect app_app --format '{{.Spec.TaskTemplate.ContainerSpec.Image}}')
[ "$now" = "$image" ] || fail "the tasks of $image were not healthy: $now is back"
