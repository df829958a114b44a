#!/bin/sh
# Makes ./configure. Needed once after a checkout; a release has it already.
set -e
cd "$(dirname "$0")"
for tool in autoreconf automake libtoolize pkg-config; do
  command -v $tool >/dev/null || {
    echo "autogen.sh: $tool is missing. On Debian: apt-get install autoconf automake libtool pkgconf" >&2
    exit 1
  }
done
mkdir -p m4
exec autoreconf --install --force
