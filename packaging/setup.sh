#!/bin/sh
# Gets a fresh machine ready: system packages, .venv, pgviz itself.
#
#   packaging/setup.sh run     what `make run` needs
#   packaging/setup.sh test    that, the linters, the test tools and every optional environment
#
# Run as root it installs what is missing; otherwise it prints the one line that does. A finished set-up leaves a
# stamp in .venv, so that the next call costs milliseconds and an interrupted one is done again.
set -eu

cd "$(dirname "$0")/.."
CONSTRAINTS=packaging/constraints.txt
VENV_PYTHON=.venv/bin/python

say() { printf 'pgviz: %s\n' "$*" >&2; }

stop() {
    say "$*"
    exit 1
}

is_linux() { [ "$(uname -s)" = Linux ]; }

# ---- Python ------------------------------------------------------------------------------------------------------

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14; do
        if is_new_enough "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    stop "no Python 3.11 or newer was found; install one (on Debian 12 or Ubuntu 24.04: apt-get install python3) and try again."
}

# Debian splits ensurepip from Python, into a package that bears the version.
venv_package() {
    is_set_up || is_sound || "$1" -c 'import ensurepip, venv' >/dev/null 2>&1 ||
        "$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'
}

# ---- system packages ---------------------------------------------------------------------------------------------

packages_for() {
    interpreter=$1
    shift
    "$interpreter" -I pgviz/system_libraries.py "$@"
}

# Without these pgviz does not start.
needed_packages() {
    venv_package "$1"
    set -- "$1" offscreen
    if [ -n "${DISPLAY:-}" ]; then set -- "$@" xcb; fi
    if [ -n "${WAYLAND_DISPLAY:-}" ]; then set -- "$@" wayland; fi
    packages_for "$@"
}

# Without these some tests are skipped, and say so.
wanted_packages() {
    [ "$purpose" = test ] || return 0
    [ -n "${DISPLAY:-}" ] || packages_for "$1" xcb
    command -v Xvfb >/dev/null || echo xvfb
    command -v desktop-file-validate >/dev/null || echo desktop-file-utils
    command -v appstreamcli >/dev/null || echo appstream
}

apt_install() {
    say "installing $*"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q >/dev/null || say "apt-get update failed; going on with the lists that are here."
    apt-get install -y -q --no-install-recommends "$@" >/dev/null
}

# Installs packages, or prints the line that does; false if they are still missing.
provide() {
    if ! command -v apt-get >/dev/null; then
        say "missing here (by their Debian names): $*; install them with your package manager."
        return 1
    fi
    if [ "$(id -u)" -eq 0 ] && apt_install "$@"; then return; fi
    say "some system packages are missing; type this line, then try again:"
    echo "sudo apt-get install -y $*" >&2
    return 1
}

provide_system_packages() {
    is_linux || return 0
    needed=$(needed_packages "$1")
    wanted=$(wanted_packages "$1")
    [ -n "$needed$wanted" ] || return 0
    # shellcheck disable=SC2086  # one word per package is meant
    if provide $needed $wanted; then return; fi
    [ -z "$needed" ] || exit 1
}

# ---- .venv -------------------------------------------------------------------------------------------------------

# What a finished set-up depends on. The folder is a part of it because a virtual environment cannot be moved.
fingerprint() {
    pwd
    cksum pyproject.toml "$CONSTRAINTS"
}

is_set_up() {
    [ -x "$VENV_PYTHON" ] && "$VENV_PYTHON" -c '' 2>/dev/null || return 1
    for stamp in ".venv/pgviz-$purpose.stamp" .venv/pgviz-test.stamp; do
        if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(fingerprint)" ]; then return; fi
    done
    return 1
}

# Sound: its Python is new enough, pip starts, and its commands name this folder (they break when it is moved).
is_sound() {
    is_new_enough "$VENV_PYTHON" &&
        "$VENV_PYTHON" -m pip --version >/dev/null 2>&1 &&
        grep -qF "$(pwd)/.venv/bin/python" .venv/bin/pip
}

make_venv() {
    if is_sound; then return; fi
    say "making .venv with $("$1" --version)"
    "$1" -m venv --clear .venv || stop "$1 could not make .venv; see the lines above."
}

install_pgviz() {
    rm -f .venv/pgviz-*.stamp
    what=.
    [ "$purpose" = run ] || what='.[dev,box2d,mujoco,peers,video,tensorboard,onnx,minari]'
    say "installing Python packages into .venv (a minute or two, the first time)"
    "$VENV_PYTHON" -m pip install --disable-pip-version-check -c "$CONSTRAINTS" -e "$what" ||
        stop "pip did not finish; see its lines above, then try again: what it has done is kept."
    fingerprint >".venv/pgviz-$purpose.stamp"
}

purpose=${1:-run}
case $purpose in run | test) ;; *) stop "usage: packaging/setup.sh run|test" ;; esac
python=$(find_python)
provide_system_packages "$python"
is_set_up && exit 0
make_venv "$python"
install_pgviz
