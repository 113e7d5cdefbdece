#!/bin/sh
# Something that does not come from a Python package: `system-package.sh venv`, `chromium` or `fonts`.
# As root on Debian and its kin it is installed; elsewhere this says what to install. Node is not among them: it comes
# with the type checker, by hash (requirements/dev.txt), npm too.
set -u

is_debian() { [ -r /etc/debian_version ] && command -v apt-get >/dev/null; }

install() {
    if is_debian && [ "$(id -u)" = 0 ]; then
        echo "Installing $* with apt-get (once)."
        export DEBIAN_FRONTEND=noninteractive
        apt-get install -qq -y --no-install-recommends "$@" >/dev/null 2>&1 && return
        apt-get update -qq && apt-get install -qq -y --no-install-recommends "$@" >/dev/null
    else
        return 1
    fi
}

python=${PYTHON:-python3}

case "${1:-}" in
venv)
    if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        echo "Referral needs Python 3.11 or later as $python. Elsewhere? Say: make PYTHON=/path/to/python3" >&2
        exit 1
    fi
    "$python" -c 'import ensurepip, venv' 2>/dev/null && exit
    install python3-venv && "$python" -c 'import ensurepip, venv' 2>/dev/null && exit
    echo "$python cannot make virtual environments. On Debian and Ubuntu: sudo apt-get install python3-venv" >&2
    exit 1
    ;;
chromium)
    for name in chromium chromium-browser google-chrome; do
        command -v "$name" >/dev/null && exit
    done
    install chromium && exit
    # Not the end: the tests that need a browser fail, and say so themselves.
    echo "No Chromium here: tests in a browser will fail. On Debian and Ubuntu: sudo apt-get install chromium" >&2
    ;;
fonts)
    # Without letters for Arabic and Chinese, pictures of these pages are rows of boxes.
    [ -n "$(fc-list :lang=ar family 2>/dev/null)" ] && [ -n "$(fc-list :lang=zh-cn family 2>/dev/null)" ] && exit
    install fonts-noto-core fonts-noto-cjk && exit
    echo "No fonts here for Arabic or Chinese. On Debian and Ubuntu: sudo apt-get install fonts-noto-core fonts-noto-cjk" >&2
    exit 1
    ;;
*)
    echo "usage: system-package.sh venv | chromium | fonts" >&2
    exit 2
    ;;
esac
