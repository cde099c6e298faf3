#!/usr/bin/env bash
# Bring the translations up to date with the texts of the window: lupdate adds what is new and drops what has gone,
# lrelease makes the .qm of each .ts. Translate what is marked "unfinished" (a text editor will do), and call it again.
# `translations.sh [folder of .ts files]`
set -euo pipefail
folder=$(realpath "${1:-$(dirname "$0")/../resources/translations}")
cd "$(dirname "$0")/.."
tools=$(.venv/bin/python -c 'import importlib.util, pathlib; print(pathlib.Path(importlib.util.find_spec("PySide6").origin).parent)')
sources=$(mktemp)
trap 'rm -f "$sources"' EXIT
find vlaarena_desktop -name '*.py' | LC_ALL=C sort > "$sources"
for translation in "$folder"/vlaarena_*.ts; do
  "$tools/lupdate" -tr-function-alias translate+=_tr "@$sources" -ts "$translation" \
    -no-obsolete -locations none -sort-messages
done
"$tools/lrelease" "$folder"/vlaarena_*.ts
