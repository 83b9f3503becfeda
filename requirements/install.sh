#!/bin/sh
# Makes the folder $VENV and puts everything in it, from files with hashes only. uv does the work in seconds; where it
# cannot (a private index that only pip knows of, say), plain pip does the same, slower.
#
# What has no wheel is built with what build.txt brought (--no-build-isolation): left to itself, a build fetches its
# tools without a hash, and nothing says so.
set -eu

VENV=${VENV:-.venv}
here="$VENV/bin/python"
log="$VENV/install.log"
say() { printf '%s\n' "$*"; }

# Nobody named a Python: the one that made the folder stays, else it is the machine's.
if [ -z "${PYTHON:-}" ]; then
  if [ -x "$here" ]; then PYTHON=$here; else PYTHON=python3; fi
fi
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
  echo "kloof needs Python 3.11 or newer; '$PYTHON' is $("$PYTHON" --version 2>/dev/null || echo not there)." >&2
  echo "Install it (Debian: apt install python3 python3-venv), or name another: make PYTHON=python3.12 …" >&2
  exit 1
}
"$PYTHON" -c 'import venv, ensurepip' 2>/dev/null || {
  echo "kloof needs Python's venv module. On Debian and Ubuntu: apt install python3-venv" >&2
  exit 1
}

# One version may stand on a machine twice, so a Python is its version and its place.
identity() { "$1" -c 'import sys; print(sys.version.split()[0], "in", sys.base_prefix)' 2>/dev/null || echo "a Python that is gone"; }
if [ -e "$VENV" ]; then
  [ -f "$VENV/pyvenv.cfg" ] || {
    echo "$VENV is there and is no virtual environment. Name another folder: make VENV=.venv-other …" >&2
    exit 1
  }
  was=$(identity "$here")
  wanted=$(identity "$PYTHON")
  if [ "$was" != "$wanted" ]; then
    say "Making $VENV anew: it was made by $was, and PYTHON is $wanted." \
      "To keep both, give this one a folder of its own: make VENV=.venv-other PYTHON=…"
    rm -rf "$VENV"
  elif [ -f "$VENV/.ready" ] && [ -z "$(find requirements/*.txt pyproject.toml setup.py -newer "$VENV/.ready")" ]; then
    exit 0
  fi
fi

say "1/3 Making $VENV"
[ -x "$here" ] || "$PYTHON" -m venv "$VENV"
export PIP_DISABLE_PIP_VERSION_CHECK=1
pip() { "$here" -m pip install -q "$@"; }

say "2/3 Installing the locked requirements"
if pip --require-hashes -r requirements/build.txt -r requirements/installer.txt 2>"$log" &&
  "$VENV/bin/uv" pip install -q --python "$here" --no-build-isolation --require-hashes -r requirements/dev.txt 2>>"$log"; then
  :
else
  say "    uv could not do it (see $log); going on with pip, which takes about a minute"
  pip --require-hashes -r requirements/build.txt
  pip --require-hashes --no-build-isolation -r requirements/dev.txt
fi

say "3/3 Installing kloof itself"
pip --no-deps --no-build-isolation -e . 2>>"$log"
touch "$VENV/.ready"
