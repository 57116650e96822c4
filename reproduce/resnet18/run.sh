#!/usr/bin/env bash
# Every convolution of ResNet-18's body in 8 bits, and what that is worth on one thread. Two minutes.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p out
dotnet run reproduce/resnet18/body.cs out/body.onnx out/body.npy
./pare quantize out/body.onnx --data out/body.npy -o out/body-int8.onnx
./pare bench out/body.onnx out/body-int8.onnx --threads 1
