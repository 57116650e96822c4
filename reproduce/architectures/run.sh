#!/usr/bin/env bash
# Compact architectures at equal multiply-adds and equal budget: run.sh DATA [SEEDS] (CIFAR-10 as a zip or folder with train/ and test/). EPOCHS and EXAMPLES change the budget.
set -euo pipefail
data=$(realpath "$1") seeds=${2:-1}
cd "$(dirname "$0")/../.."
./pare compare \
    shufflenet-g3 shufflenet-g3-noshuffle shufflenet-g8 shufflenet-g8-noshuffle shufflenet-g1 \
    mobilenet compact-mnet mobilenetv2 squeezenet1.0 vgg16 alexnet \
    --data "$data" --macs 5500000 --epochs "${EPOCHS:-1}" --examples "${EXAMPLES:-40000}" --seeds "$seeds" --batch 32 --lr 0.003 --warmup 0.1 --batch-norm --augment none --threads 1 \
    --mean .485,.456,.406 --std .229,.224,.225 -o out/architectures
cp out/architectures/compare.json out/architectures/compare.html reproduce/architectures/
