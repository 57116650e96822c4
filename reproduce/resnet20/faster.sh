#!/usr/bin/env bash
# Faster on ONNX Runtime: 8 bits without retraining, branches less and 8 bits, and half of the multiply-adds. faster.sh MODEL DATA. About an hour on one thread.
set -euo pipefail
model=$(realpath "$1") data=$(realpath "$2")
cd "$(dirname "$0")/../.."
input=(--data "$data" --mean .485,.456,.406 --std .229,.224,.225)
for rounding in nearest gptq adaround; do ./pare quantize "$model" "${input[@]}" --rounding "$rounding" -o "out/int8-$rounding.onnx"; done
for recipe in fast half; do ./pare compress "$model" "${input[@]}" --recipe "reproduce/resnet20/$recipe.json" --threads 1 -o "out/$recipe"; done
./pare quantize out/half/model.onnx "${input[@]}" -o out/half-int8.onnx
./pare bench "$model" out/int8-nearest.onnx out/fast/model.onnx out/half/model.onnx out/half-int8.onnx --size 32x32 --threads 1
