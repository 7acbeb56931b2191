#!/bin/sh
# Rebuild the web app from its lock file and fail if the committed build differs, byte for byte.
#
#   scripts/check_web_build.sh            checks; leaves the committed build as it is
#   scripts/check_web_build.sh --update   takes the fresh build as the new one
#
# Needs Node 20.19 or newer and npm. Compares folders, not commits, so it also works before anything is committed.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
built="$root/src/steward/surfaces/ui/dist"
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT INT TERM

cd "$root/web"

# The lock file must work with any registry: it names no tarball addresses. Funding links are all it may hold.
if grep -n '"resolved"' package-lock.json || grep -n 'registry' package-lock.json; then
    echo "web/package-lock.json names a registry; see web/.npmrc." >&2
    exit 1
fi

npm ci --no-audit --no-fund
npm run check
npm test
npx vite build --outDir "$fresh" --emptyOutDir

if [ "${1:-}" = "--update" ]; then
    rm -rf "$built"
    mkdir -p "$built"
    cp -R "$fresh"/. "$built"/
    echo "The built web app was replaced."
elif diff -r "$fresh" "$built"; then
    echo "The built web app matches its source."
else
    echo "The built web app differs from its source: run scripts/check_web_build.sh --update and commit the result." >&2
    exit 1
fi
