#!/usr/bin/env bash
# Set up this checkout: system packages (apt), .venv, and the locked install. `setup.sh run` or `setup.sh test`.
# A second call with nothing changed returns at once.
set -euo pipefail
cd "$(dirname "$0")/.."
profile=${1:-run}
case $profile in
  run) extras=desktop,daemon ;;
  test) extras=desktop,daemon,train,vla,central,test ;;
  *) echo "setup.sh: unknown profile '$profile'; use run or test" >&2; exit 2 ;;
esac
stamp=.venv/.ready-$profile
fingerprint=$(cat pyproject.toml requirements.lock installer/setup.sh installer/packages.txt | cksum; pwd)
[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$fingerprint" ] && exit 0

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
can_be_root() { [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null && sudo -n true 2>/dev/null; }; }
installed() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }
# Since Debian 13 and Ubuntu 24.04 some libraries carry the suffix t64.
available_name() { if apt-cache show "$1" >/dev/null 2>&1; then echo "$1"; else echo "${1}t64"; fi; }

system_packages() {
  local wanted missing=() names=() package
  wanted=$(awk -v p="$profile" '/^#/ {next} $1 == "run" || $1 == p {print $2}' installer/packages.txt)
  has_venv || wanted="python3 python3-venv $wanted"
  for package in $wanted; do
    installed "$package" || installed "${package}t64" || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return 0
  if can_be_root; then
    echo "Installing system packages: ${missing[*]}"
    as_root apt-get update -qq
    for package in "${missing[@]}"; do names+=("$(available_name "$package")"); done
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${names[@]}" >/dev/null
  else
    printf 'These system packages are missing, and neither root nor sudo is there to install them:\n    sudo apt-get install %s\nGoing on without them.\n' "${missing[*]}" >&2
  fi
}

has_venv() { python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
  system_packages
else
  echo "This is not a Debian or Ubuntu system: see installer/packages.txt for the libraries that are needed." >&2
fi
has_venv || { echo "Python 3.11 or newer with its venv module is needed; 'python3 --version' says: $(python3 --version 2>&1)" >&2; exit 1; }
[ -x .venv/bin/python ] || python3 -m venv .venv
echo "Installing the locked packages into .venv"
.venv/bin/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e ".[$extras]"
echo "$fingerprint" > "$stamp"
