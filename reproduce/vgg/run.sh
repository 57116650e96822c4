#!/usr/bin/env bash
# A VGG-shaped network trained on CIFAR-10, then half of its multiply-adds by low rank: run.sh DATA (CIFAR-10 as a zip or folder with train/ and test/). About an hour and a half of one core.
set -euo pipefail
data=$(realpath "$1")
cd "$(dirname "$0")/../.."
mkdir -p out/vgg
pixels=(--data "$data" --mean .485,.456,.406 --std .229,.224,.225 --threads 1)
./pare zoo vgg16 --width 0.25 --input 3x32x32 --classes 10 -o out/vgg/start.onnx
./pare train out/vgg/start.onnx "${pixels[@]}" --epochs 12 --lr 0.003 --augment photos -o out/vgg/first.onnx
./pare train out/vgg/first.onnx "${pixels[@]}" --epochs 8 --lr 0.001 --augment photos -o out/vgg/whole.onnx
./pare compress out/vgg/whole.onnx "${pixels[@]}" --recipe reproduce/vgg/half.json -o out/vgg/half
./pare bench out/vgg/whole.onnx out/vgg/half/model.onnx --threads 1
