#!/usr/bin/env bash
# Checks a published release as SECURITY.md tells its users to, with nothing of what built it:
#
#   .github/verify-release.sh VERSION sha256:DIGEST
#
# It needs gh, logged in, cosign 3, and a directory to download to, which is the working directory.
set -euo pipefail

version=${1:?usage: verify-release.sh VERSION DIGEST} digest=${2:?usage: verify-release.sh VERSION DIGEST}
repository=layergate/layergate
image=ghcr.io/$repository@$digest
workflow=$repository/.github/workflows/release.yml
attestation=(--repo "$repository" --signer-workflow "$workflow" --source-ref refs/heads/main --deny-self-hosted-runners)
sbom=https://cyclonedx.org/bom

gh release verify "v$version" --repo "$repository"
gh release download "v$version" --repo "$repository"
sha256sum --check --strict SHA256SUMS
for file in layergate*; do
	gh release verify-asset "v$version" "$file" --repo "$repository"
	gh attestation verify "$file" "${attestation[@]}"
done
for program in layergate-*-*; do
	gh attestation verify "$program" "${attestation[@]}" --predicate-type "$sbom"
done

gh attestation verify "oci://$image" "${attestation[@]}"
gh attestation verify "oci://$image" "${attestation[@]}" --predicate-type "$sbom"
for type in slsaprovenance1 cyclonedx; do
	cosign verify-attestation --type "$type" --certificate-oidc-issuer https://token.actions.githubusercontent.com \
		--certificate-identity "https://github.com/$workflow@refs/heads/main" "$image" >"attestation-$type.json"
done
