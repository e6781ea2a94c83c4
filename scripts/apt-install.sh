#!/bin/sh
# Installs Debian packages, for the ensure-*.sh beside it, or says to do so.
# Usage: apt-install.sh PACKAGE...
set -eu

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
	echo "please install these packages, or what your system has in their place: $*" >&2
	exit 1
fi
apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@"
