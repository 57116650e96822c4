#!/usr/bin/env bash
# The landmark cascade on drawn faces: trained, scored, compressed. run.sh [PHOTOS] also marks the faces in a folder of photos.
set -euo pipefail
photos=${1:+$(realpath "$1")}
cd "$(dirname "$0")/../.."
./pare landmarks train -o out/landmarks/cascade
./pare landmarks eval -c out/landmarks/cascade
./pare landmarks compress -c out/landmarks/cascade --recipe reproduce/landmarks/recipe.json -o out/landmarks/small
if [ -n "$photos" ]; then ./pare landmarks detect "$photos" -c out/landmarks/cascade --truth "$photos" -o out/landmarks/marked; fi
