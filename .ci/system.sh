#!/bin/sh
# Installs what the tests use and PyPI has not: a browser and docker compose (for `config`, no engine is needed).
# Without root nothing is installed, and the tests that miss something say so.
set -eu
missing=
command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing="$missing chromium"
docker compose version >/dev/null 2>&1 || command -v docker-compose >/dev/null || missing="$missing docker-compose"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "imageo: not here:$missing; the tests that need it are skipped" >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086  # a list of names
install() { apt-get install -y -qq --no-install-recommends $missing >/dev/null; }
install 2>/dev/null || { apt-get update -qq && install; } || {
    echo "imageo: apt-get could not install$missing; without them: .venv/bin/pytest" >&2
    exit 2
}
