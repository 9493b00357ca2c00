# What the scripts beside this one share: the repository's root as the working directory, and two functions. It is sourced,
# by bash.
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

# step says what begins.
step() { printf '\n== %s\n' "$*"; }

# skipped says what is not done, and why. .ci/run says all of it again at its end.
skipped() { printf -- '-- skipped: %s\n' "$*" | tee -a "${LAYERGATE_CI_SKIPPED:-/dev/null}"; }
