#!/usr/bin/env bash
# A trained ResNet-20 on CIFAR-10: run.sh MODEL.onnx DATA (a zip or folder with train/ and test/).
set -euo pipefail
model=$(realpath "$1") data=$(realpath "$2")
cd "$(dirname "$0")/../.."
./pare compress "$model" --data "$data" --mean .485,.456,.406 --std .229,.224,.225 --recipe reproduce/resnet20/recipe.json -o out/resnet20
