#!/bin/sh
# Everything that guards the project, in the order in which it fails fastest. `make check` runs it.
set -u
export PATH="$PWD/.venv/bin:$PATH"
failed=""

guard() {
  name=$1
  shift
  printf '── %s\n' "$name"
  "$@" || failed="$failed
  $name"
}

# The Nu HTML checker and Lighthouse come from npm; where there is no npm, their tests are skipped by name.
judges=tests/browser/tools
installed=$judges/node_modules/.package-lock.json
if command -v npm >/dev/null && { [ ! -f "$installed" ] || [ "$judges/package-lock.json" -nt "$installed" ]; }; then
  npm ci --prefix "$judges" --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
fi

# With --quiet MkDocs does not count its warnings, and --strict lets everything through.
docs() {
  mkdir -p build
  mkdocs build --strict --site-dir build/handbook >build/handbook.log 2>&1 || {
    cat build/handbook.log
    return 1
  }
}

guard "format" ruff format --check --quiet service tests bench
guard "lint" ruff check --quiet service tests bench
guard "templates" djlint --quiet --lint service/kloof
guard "types" mypy
guard "layers" lint-imports --no-cache
guard "surveys" sh -c 'rm -rf build/company && kloof init build/company >/dev/null && kloof --folder build/company surveys check'
guard "docs" docs
guard "tests" pytest -n 2 --dist loadgroup

if [ -s build/skipped.txt ]; then
  printf '\nNot tested on this machine:\n'
  sed 's/^/  /' build/skipped.txt
fi
if [ -n "$failed" ]; then
  printf '\nRed:%s\n' "$failed"
  exit 1
fi
printf '\nAll green.\n'
