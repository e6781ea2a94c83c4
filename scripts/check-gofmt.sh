#!/bin/sh
# Fails, and shows the difference, where a Go file is not formatted.
set -eu

unformatted=$(find . -name node_modules -prune -o -name '*.go' -exec gofmt -l {} +)
[ -z "$unformatted" ] && exit 0
echo "not formatted; run gofmt -w on:" >&2
echo "$unformatted" >&2
exit 1
