#!/usr/bin/env bash
# Makes notifier/web/console/assets/ anew from the versions in package.json; its outcome is committed, so nobody who
# installs the product needs node. Run it after a version was changed, look at the console, and commit both.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
into="$here/../../notifier/web/console/assets"
tests="$here/../../tests/web/console/vendored"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cp "$here/package.json" "$here/codemirror.js" "$work"
cd "$work"
npm install --silent --no-package-lock
icons=(home inbox mail users package chart-line search template adjustments truck-delivery upload player-pause list-check
  shield-lock logout menu-2 sun moon clock alert-triangle)

npx esbuild codemirror.js --bundle --minify --format=iife --global-name=CM --legal-comments=none --outfile="$into/codemirror.min.js"
cp node_modules/htmx.org/dist/htmx.min.js "$into/htmx.min.js"
sed -i '/sourceMappingURL/d' "$into/htmx.min.js"
sed '/sourceMappingURL/d' node_modules/@tabler/core/dist/css/tabler.min.css > "$into/tabler.min.css"
cp node_modules/uplot/dist/uPlot.iife.min.js "$into/uplot.min.js"
cp node_modules/uplot/dist/uPlot.min.css "$into/uplot.min.css"
{
  echo '<svg xmlns="http://www.w3.org/2000/svg">'
  for name in "${icons[@]}"; do
    file="node_modules/@tabler/icons/icons/outline/$name.svg"
    echo "<symbol id=\"$name\" viewBox=\"0 0 24 24\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" stroke-linecap=\"round\" stroke-linejoin=\"round\">"
    sed -n '/<path/p' "$file"
    echo '</symbol>'
  done
  echo '</svg>'
} > "$into/icons.svg"
# @tabler/core ships none: licences/tabler-core.txt is written by hand from the head of its CSS. CodeMirror's other packages, and
# Lezer, style-mod, crelt and w3c-keyname inside of the same bundle, have the same licence and author as codemirror.
mkdir -p "$into/licences" "$tests"
for name in htmx.org @tabler/icons codemirror uplot; do
  cp "$(ls node_modules/$name/LICENSE* | head -1)" "$into/licences/$(echo "$name" | tr -d '@' | tr '/' '-').txt"
done
cp node_modules/axe-core/axe.min.js "$tests/axe.min.js"
cp node_modules/axe-core/LICENSE "$tests/axe-licence.txt"
