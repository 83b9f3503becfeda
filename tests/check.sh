#!/bin/sh
# Everything that guards the project, in the order in which it fails fastest. `make check` runs it.
# With `quick` it leaves out what wants a browser, a server, npm or patience; `make quick` runs that.
set -u
PATH="$(cd "${VENV:-.venv}/bin" && pwd):$PATH"
export PATH
failed=""

guard() {
  name=$1
  shift
  printf '── %s\n' "$name"
  "$@" || failed="$failed
  $name"
}

# The Nu HTML checker and Lighthouse come from npm; where there is no npm, their tests are skipped by name.
judges() {
  tools=tests/browser/tools
  installed=$tools/node_modules/.package-lock.json
  if command -v npm >/dev/null && { [ ! -f "$installed" ] || [ "$tools/package-lock.json" -nt "$installed" ]; }; then
    npm ci --prefix "$tools" --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
  fi
}

# With --quiet MkDocs does not count its warnings, and --strict lets everything through.
docs() {
  mkdir -p build
  mkdocs build --strict --site-dir build/handbook >build/handbook.log 2>&1 || {
    cat build/handbook.log
    return 1
  }
}

# Where nothing is compiled yet, each worker of the tests would compile all that it imports, for a quarter of a minute.
# One process does it once, beside the types, which keep only one core busy.
compiled() {
  tag=$(python -c 'import sys; print(sys.implementation.cache_tag)')
  ls tests/__pycache__/conftest."$tag"*.pyc >/dev/null 2>&1 || pytest --collect-only --quiet >/dev/null 2>&1
}

# Three workers on two cores, browsers, servers and databases: what rests on the machine and not on the code may fail
# there. Up to five tests get one more try, alone; who passes then is named below, and who fails twice is red.
tests() {
  pytest "$@" && return
  [ $? -eq 1 ] || return 1
  python - .pytest_cache/v/cache/lastfailed <<'COUNT' || { rm -f build/again.txt; return 1; }
import json, sys
failed = json.load(open(sys.argv[1]))
print(*failed, sep="\n", file=open("build/again.txt", "w"))
sys.exit(len(failed) > 5)
COUNT
  skipped=$(cat build/skipped.txt)
  printf '── once more, alone\n'
  pytest --last-failed --last-failed-no-failures=none || rm build/again.txt
  printf '%s\n' "$skipped" | sed '/^$/d' >build/skipped.txt
  [ -f build/again.txt ] && { [ -z "$skipped" ] || [ "${CI:-}" != true ]; }
}

mkdir -p build
rm -f build/again.txt
compiled &
compiling=$!
guard "format" ruff format --check --quiet service tests bench
guard "lint" ruff check --quiet service tests bench
guard "types" mypy
guard "layers" lint-imports --no-cache
if [ "${1:-}" = quick ]; then
  wait $compiling
  guard "tests" tests -n 2 --dist loadgroup --ignore=tests/browser --ignore=tests/integration --hypothesis-profile=quick -m "not (browser or postgresql or java or slow)"
else
  judges
  guard "templates" djlint --quiet --lint service/kloof
  guard "surveys" sh -c 'rm -rf build/company && kloof init build/company >/dev/null && kloof --folder build/company surveys check'
  guard "docs" docs
  wait $compiling
  # Of three workers on two cores one waits at times, for a browser, a lease or a lock, and both cores have work.
  guard "tests" tests -n 3 --dist loadgroup
fi

if [ -s build/skipped.txt ]; then
  printf '\nNot tested on this machine:\n'
  sed 's/^/  /' build/skipped.txt
fi
if [ -s build/again.txt ]; then
  printf '\nFailed beside others, and passed alone:\n'
  sed 's/^/  /' build/again.txt
fi
if [ -n "$failed" ]; then
  printf '\nRed:%s\n' "$failed"
  exit 1
fi
printf '\nAll green.\n'
