#!/usr/bin/env bash
# Compact architectures at equal multiply-adds and equal budget: run.sh DATA (CIFAR-10 as a zip or folder with train/ and test/).
set -euo pipefail
data=$(realpath "$1")
cd "$(dirname "$0")/../.."
./pare compare \
    shufflenet-g1 shufflenet-g3 shufflenet-g3-noshuffle shufflenet-g8 shufflenet-g8-noshuffle \
    mobilenet compact-mnet mobilenetv2 squeezenet1.0 vgg16 alexnet \
    --data "$data" --macs 5500000 --epochs 8 --examples 10000 --seeds 3 --lr 0.003 --augment photos \
    --mean .485,.456,.406 --std .229,.224,.225 -o out/architectures
cp out/architectures/compare.json out/architectures/compare.html reproduce/architectures/
