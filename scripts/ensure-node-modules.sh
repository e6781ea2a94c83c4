#!/bin/sh
# Makes sure that a package's node_modules are those of its lock file.
# Usage: ensure-node-modules.sh DIRECTORY
set -eu

cd "$1"
if ! command -v npm >/dev/null; then
	echo "the tests need Node.js 20 or later, with npm: https://nodejs.org" >&2
	exit 1
fi
stamp=node_modules/.coscribe-lock
if ! cmp -s package-lock.json "$stamp"; then
	npm ci --no-audit --no-fund
	cp package-lock.json "$stamp"
fi
