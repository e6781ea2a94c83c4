#!/bin/sh
# Makes sure that there is a C compiler, without which there is no race detector.
set -eu

cc=$(go env CC)
command -v "${cc%% *}" >/dev/null || "$(dirname "$0")/apt-install.sh" gcc libc6-dev
