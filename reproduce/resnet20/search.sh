#!/usr/bin/env bash
# The smallest, the fastest and the front of both that a search finds for a trained ResNet-20 under a promise: search.sh MODEL.onnx DATA [MINUTES] [size|latency|both].
set -euo pipefail
model=$(realpath "$1") data=$(realpath "$2") minutes=${3:-60} target=${4:-size}
cd "$(dirname "$0")/../.."
./pare compress "$model" --data "$data" --mean .485,.456,.406 --std .229,.224,.225 --max-drop 1 --target "$target" --minutes "$minutes" -o "out/resnet20-$target"
