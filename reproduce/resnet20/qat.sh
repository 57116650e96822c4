#!/usr/bin/env bash
# Quantization-aware training of ResNet-20: 4-bit and 2-bit weights with 8-bit activations, and pruned, shared and 8-bit together. qat.sh MODEL DATA.
set -euo pipefail
model=$(realpath "$1") data=$(realpath "$2")
cd "$(dirname "$0")/../.."
input=(--data "$data" --mean .485,.456,.406 --std .229,.224,.225)
mkdir -p out
for bits in 4 2; do
    ./pare quantize "$model" "${input[@]}" --weight-bits "$bits" -o "out/rounded-w$bits.onnx" --quiet | tail -2
    ./pare compress "$model" "${input[@]}" --recipe "reproduce/resnet20/w$bits.json" -o "out/w$bits"
done
./pare compress "$model" "${input[@]}" --recipe reproduce/resnet20/together.json -o out/together
