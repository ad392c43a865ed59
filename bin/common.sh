# Shared by bin/run and bin/test: plain sentences, the interpreter, Debian packages, the virtual environment.
# Callers set `root` (the checkout) and `me` (the command's name as typed) first.

say() { printf '%s\n' "$*"; }

fail() {
  printf '%s: %s\n' "$me" "$*" >&2
  exit 1
}

is_root() { [ "$(id -u)" -eq 0 ]; }

install_packages() { # Debian package names; fails with a sentence that names them
  if ! is_root || ! command -v apt-get >/dev/null; then
    fail "this machine lacks $*. Install with: apt-get install $* (as root), then start again."
  fi
  say "Installing $* ..."
  local log
  log=$(mktemp)
  if ! { apt-get update -q || true; DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends "$@"; } \
    >"$log" 2>&1 </dev/null; then
    tail -n 15 "$log" >&2
    rm -f "$log"
    fail "apt could not install $*; its last words are above."
  fi
  rm -f "$log"
}

is_python_311() { "$1" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' >/dev/null 2>&1; }

locate_python() { # prints the first working Python 3.11
  local candidate
  for candidate in python3.11 /usr/bin/python3.11 python3; do
    if command -v "$candidate" >/dev/null && is_python_311 "$candidate"; then
      command -v "$candidate"
      return
    fi
  done
  return 1
}

find_python() { # sets `python`
  if ! python=$(locate_python); then
    install_packages python3.11 python3.11-venv
    python=$(locate_python) || fail "Python 3.11 is needed and was not found."
  fi
  if ! "$python" -c 'import ensurepip, venv; ensurepip.version()' >/dev/null 2>&1; then
    install_packages python3.11-venv
    "$python" -c 'import ensurepip, venv; ensurepip.version()' >/dev/null 2>&1 ||
      fail "$python cannot make virtual environments (its venv module is incomplete)."
  fi
}

existing_parent() { # the nearest directory above (or at) a path that exists already
  local path=$1
  while [ ! -d "$path" ]; do path=$(dirname "$path"); done
  printf '%s\n' "$path"
}

require_space() { # megabytes, path
  local place free_kb
  place=$(existing_parent "$2")
  free_kb=$(df -Pk "$place" | awk 'NR == 2 { print $4 }')
  if [ "$free_kb" -lt $(($1 * 1024)) ]; then
    fail "not enough disk space at $place: $1 MB are needed, $((free_kb / 1024)) MB are free."
  fi
}

fingerprint() { # a lock file together with the interpreter it is installed for
  { cat "$root/requirements/$1.txt" && "$root/.venv/bin/python" -V; } | sha256sum | cut -d ' ' -f 1
}

is_installed() { # lock names: true when each one's stamp fits its file
  [ -x "$root/.venv/bin/python" ] || return 1
  local name
  for name in "$@"; do
    [ "$(cat "$root/.venv/.stamp-$name" 2>/dev/null)" = "$(fingerprint "$name")" ] || return 1
  done
}

install_locks() { # lock names
  local name files=()
  for name in "$@"; do files+=(-r "$root/requirements/$name.txt"); done
  say "Installing the pinned Python packages (once, about a minute) ..."
  if ! "$root/.venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check \
    --require-hashes --no-deps "${files[@]}" >"$root/.venv/pip.log" 2>&1 </dev/null; then
    tail -n 20 "$root/.venv/pip.log" >&2
    fail "pip could not install the packages; its last words are above, all of them in .venv/pip.log."
  fi
  for name in "$@"; do fingerprint "$name" >"$root/.venv/.stamp-$name"; done
}

make_venv() { # megabytes needed, lock names
  local megabytes=$1
  shift
  if is_installed "$@"; then return; fi
  find_python
  require_space "$megabytes" "$root"
  mkdir -p "$root/.venv" 2>/dev/null || fail "this user may not write into $root."
  # Two commands started at once must not install into the same place at the same time.
  exec 9>"$root/.venv/.lock"
  if command -v flock >/dev/null; then flock 9; fi
  if ! is_installed "$@"; then
    if ! "$root/.venv/bin/python" -m pip --version >/dev/null 2>&1; then
      say "Making .venv with $("$python" -V) ..."
      "$python" -m venv --clear "$root/.venv" >/dev/null || fail "could not make $root/.venv."
    fi
    install_locks "$@"
  fi
  exec 9>&-
}
