#!/usr/bin/env bash
# Deep Compression's published SqueezeNet: run.sh compressed_SqueezeNet.net PICTURES (a zip or folder of class folders with classes.txt).
set -euo pipefail
published=$(realpath "$1") pictures=$(realpath "$2")
cd "$(dirname "$0")/../.."
mkdir -p out/squeezenet
./pare import "$published" --as squeezenet1.0 -o out/squeezenet/sq.onnx
./pare eval out/squeezenet/sq.onnx --data "$pictures"
./pare pack out/squeezenet/sq.onnx -o out/squeezenet/sq.pare
./pare unpack out/squeezenet/sq.pare -o out/squeezenet/back.onnx
cmp out/squeezenet/sq.onnx out/squeezenet/back.onnx
# Shared again, coarsely where most weights are: 3x3 convolutions with 64 values, the 1x1 behind the squeeze and the last layer with 128.
./pare share out/squeezenet/sq.onnx --bits 8 --layer '*expand3*=6' --layer '*expand1*=7' --layer conv10=7 -o out/squeezenet/coarse.onnx
./pare pack out/squeezenet/coarse.onnx -o out/squeezenet/coarse.pare
./pare eval out/squeezenet/coarse.onnx --data "$pictures"
