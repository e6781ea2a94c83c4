#!/bin/sh
# Makes sure that the tests find PostgreSQL's server programs: installs Debian's
# package where they are missing and that is possible, else says what to do.
set -eu

# The same places as internal/pgtest looks in.
found() {
	IFS=:
	for dir in $PATH; do
		[ -x "$dir/initdb" ] && [ -x "$dir/postgres" ] && return 0
	done
	unset IFS
	for dir in /usr/lib/postgresql/*/bin; do
		[ -x "$dir/initdb" ] && [ -x "$dir/postgres" ] && return 0
	done
	return 1
}

found && exit 0
if [ -n "${COSCRIBE_TEST_POSTGRES:-}" ]; then
	echo "no PostgreSQL server programs; the tests will use the server in COSCRIBE_TEST_POSTGRES"
	exit 0
fi
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
	apt-get update
	DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends postgresql
	found && exit 0
fi
cat >&2 <<'END'
The tests need PostgreSQL's server programs, initdb and postgres, in PATH or in
/usr/lib/postgresql/*/bin. On Debian and its kin: apt-get install postgresql
Or set COSCRIBE_TEST_POSTGRES to the URL of a running server, with a user who may
create databases: postgres://user:password@host/postgres
END
exit 1
