#!/usr/bin/env bash
# Faster on ONNX Runtime: 8 bits without retraining, and half the channels, retrained, then 8 bits. faster.sh MODEL DATA. About half an hour.
set -euo pipefail
model=$(realpath "$1") data=$(realpath "$2")
cd "$(dirname "$0")/../.."
input=(--data "$data" --mean .485,.456,.406 --std .229,.224,.225)
for rounding in nearest gptq adaround; do ./pare quantize "$model" "${input[@]}" --rounding "$rounding" -o "out/int8-$rounding.onnx"; done
./pare compress "$model" "${input[@]}" --recipe reproduce/resnet20/fast.json -o out/fast
./pare bench "$model" out/int8-nearest.onnx out/fast/model.onnx --size 32x32 --threads 1
