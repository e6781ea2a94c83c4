#!/bin/sh
# Runs each fuzz target of each package in turn.
# Usage: fuzz.sh TIME-FOR-EACH
set -eu

go list -f '{{.Dir}}{{range .TestGoFiles}} {{.}}{{end}}{{range .XTestGoFiles}} {{.}}{{end}}' ./... |
	while read -r dir files; do
		[ -n "$files" ] || continue
		# Word splitting of $files is wanted.
		# shellcheck disable=SC2086
		names=$(cd "$dir" && sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(f \*testing\.F).*/\1/p' $files)
		for name in $names; do
			echo "== $dir $name"
			go test -run='^$' -fuzz="^$name\$" -fuzztime="$1" "$dir" </dev/null
		done
	done
