#!/bin/sh
# Makes sure that there is a Chromium for the browser tests.
set -eu

for name in chromium chromium-browser google-chrome; do
	command -v "$name" >/dev/null && exit 0
done
"$(dirname "$0")/apt-install.sh" chromium
