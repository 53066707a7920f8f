#!/bin/sh
# Makes .venv hold what a lock file names, and imageo itself, editable: .ci/bootstrap.sh locks/run.txt
set -eu
cd "$(dirname "$0")/.."
lock=$1
python=${PYTHON:-python3}

fail() {
    echo "imageo: $*" >&2
    exit 2
}

# Debian keeps pip out of a bare python3. Its wheel needs no installation, so this works without root too.
pip_of_debian() {
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    for attempt in first second; do
        (cd "$folder" && apt-get download -qq -o APT::Sandbox::User=root python3-pip-whl >&2) && break
        [ "$attempt" = first ] && [ "$(id -u)" = 0 ] && apt-get update -qq >&2 && continue
        return 1
    done
    dpkg-deb -x "$folder"/python3-pip-whl_*.deb "$folder"
    wheel=$(ls "$folder"/usr/share/python-wheels/pip-*.whl)
    .venv/bin/python "$wheel/pip" install -q --no-index --no-deps "$wheel"
}

command -v "$python" >/dev/null ||
    fail "there is no $python here: install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3.12 demo"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$("$python" --version) is too old, imageo needs 3.11 or newer; name one: make PYTHON=/path/to/python3.12 demo"

echo "imageo: installing the packages of $lock into .venv" >&2
.venv/bin/python -c '' 2>/dev/null || "$python" -m venv --without-pip --clear .venv
.venv/bin/python -m pip --version >/dev/null 2>&1 ||
    .venv/bin/python -m ensurepip --default-pip >/dev/null 2>/dev/null ||
    pip_of_debian ||
    fail "this Python has no pip and no ensurepip: ask for the package python3-venv (apt-get install python3-venv), then try again"

# uv reads no pip.conf: tell it what pip was told. Hashes are locked, so pip's rule, best match, is safe.
told() {
    .venv/bin/python -m pip config get "$1" 2>/dev/null || true
}
index=${UV_DEFAULT_INDEX:-${PIP_INDEX_URL:-$(told global.index-url)}}
extra=${UV_INDEX:-${PIP_EXTRA_INDEX_URL:-$(told global.extra-index-url)}}
[ -z "$index" ] || export UV_DEFAULT_INDEX="$index"
[ -z "$extra" ] || export UV_INDEX="$extra" UV_INDEX_STRATEGY=unsafe-best-match

# uv is some ten times as fast; where it cannot be had, or finds no way to the index, pip does the same.
pip() {
    .venv/bin/python -m pip "$@" -qq --disable-pip-version-check
}
install() {
    { [ -x .venv/bin/uv ] && .venv/bin/uv pip install -q --python .venv/bin/python "$@"; } || pip install "$@"
}

pip install --require-hashes -r locks/install.txt || echo "imageo: without uv this takes a minute" >&2
install --require-hashes -r locks/build.txt -r "$lock" ||
    fail "the packages of $lock cannot be had: is there a way to a package index? (.venv/bin/pip config list)"
install --no-deps --no-build-isolation -e .
