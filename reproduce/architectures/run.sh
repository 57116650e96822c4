#!/usr/bin/env bash
# Compact architectures at equal multiply-adds and equal budget: run.sh DATA [SEEDS] (CIFAR-10 as a zip or folder with train/ and test/). Some 13 minutes of a core a run, 11 networks; where it
# stopped the same command goes on. MobileNetV2 keeps 1,280 channels in its last layer, so it cannot be as small as the others.
set -euo pipefail
data=$(realpath "$1") seeds=${2:-3}
cd "$(dirname "$0")/../.."
budget=(--data "$data" --epochs 6 --examples 50000 --seeds "$seeds" --batch 32 --lr 0.002 --warmup 0.1 --batch-norm --augment none --threads 1 --mean .485,.456,.406 --std .229,.224,.225)
./pare compare shufflenet-g3 shufflenet-g3-noshuffle shufflenet-g8 shufflenet-g8-noshuffle shufflenet-g1 squeezenet1.0 mobilenet compact-mnet vgg16 alexnet \
    --macs 1500000 "${budget[@]}" -o out/architectures
./pare compare mobilenetv2 --macs 5500000 "${budget[@]}" -o out/mobilenetv2
for name in architectures mobilenetv2; do
    cp out/$name/compare.json reproduce/architectures/$name.json
    cp out/$name/compare.html reproduce/architectures/$name.html
done
