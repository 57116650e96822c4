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
