#!/usr/bin/env bash
# Makes action.yml that of a release, where the action is the released image instead of being built on the runner:
#
#   .github/pin-action.sh sha256:DIGEST
set -euo pipefail
cd "$(dirname "$0")/.."

image=ghcr.io/layergate/layergate
built='^  image: Dockerfile$'

[[ ${1-} =~ ^sha256:[0-9a-f]{64}$ ]] || { echo "pin-action.sh: '${1-}' is no digest; give one as sha256:DIGEST" >&2; exit 2; }
[ "$(grep -c "$built" action.yml)" = 1 ] || { echo "pin-action.sh: action.yml does not say once that the Dockerfile is built" >&2; exit 1; }
sed -i.before "s|$built|  image: docker://$image@$1|" action.yml
rm action.yml.before
