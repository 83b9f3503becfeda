#!/bin/sh
# Makes .venv and puts everything in it, from files with hashes only. uv does the work in seconds; where it cannot
# (a private index that only pip knows of, say), plain pip does the same, slower.
set -eu

"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
  echo "kloof needs Python 3.11 or newer; '$PYTHON' is $("$PYTHON" --version 2>&1 || echo not there)." >&2
  echo "Install it (Debian: apt install python3 python3-venv), or name another: make PYTHON=python3.12 …" >&2
  exit 1
}
"$PYTHON" -c 'import venv, ensurepip' 2>/dev/null || {
  echo "kloof needs Python's venv module. On Debian and Ubuntu: apt install python3-venv" >&2
  exit 1
}

say() { printf '%s\n' "$*"; }

say "1/3 Making .venv"
[ -x .venv/bin/python ] || "$PYTHON" -m venv .venv
export PIP_DISABLE_PIP_VERSION_CHECK=1

say "2/3 Installing the locked requirements"
if .venv/bin/python -m pip install -q --require-hashes -r requirements/installer.txt 2>.venv/install.log &&
  .venv/bin/uv pip install -q --python .venv/bin/python --require-hashes -r requirements/dev.txt 2>>.venv/install.log; then
  :
else
  say "    uv could not do it (see .venv/install.log); going on with pip, which takes about a minute"
  .venv/bin/python -m pip install -q --require-hashes -r requirements/dev.txt
fi

say "3/3 Installing kloof itself"
.venv/bin/python -m pip install -q --no-deps --no-build-isolation -e . 2>>.venv/install.log
