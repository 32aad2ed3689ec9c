#!/bin/sh
# Fetches axe-core, which the accessibility tests inject into the pages, into axe/. It is for tests alone and is not committed.
set -eu
cd "$(dirname "$0")"
version=4.14.1
[ "$(cat axe/version 2>/dev/null)" = "$version" ] && exit 0
mkdir -p axe
cd axe
npm pack --silent "axe-core@$version" >/dev/null
tar xzf "axe-core-$version.tgz" --strip-components=1 package/axe.min.js package/LICENSE
rm "axe-core-$version.tgz"
echo "$version" >version
