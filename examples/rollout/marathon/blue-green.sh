#!/usr/bin/env bash
# As rolling.sh, with all new instances beside all old ones: no old one goes before every new one is healthy. Marathon itself has
# no switch for the requests: for a moment both get some. marathon-lb's zdd.py turns them by colour.
set -euo pipefail
UPGRADE_STRATEGY='{"minimumHealthCapacity": 1, "maximumOverCapacity": 1}' exec "$(dirname "$0")/rolling.sh" "$@"
