#!/usr/bin/env bash
# AlexNet with random weights, no data: pruned to the shares of Deep Compression's table 4, shared with 8 and 5 bits, packed and unpacked.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p out/alexnet && cd out/alexnet
pare=../../pare
$pare zoo alexnet -o dense.onnx
time $pare prune dense.onnx --layer conv1=.16 --layer conv2=.62 --layer conv3=.65 --layer conv4=.63 --layer conv5=.63 \
    --layer fc6=.91 --layer fc7=.91 --layer fc8=.75 -o pruned.onnx
time $pare share pruned.onnx --layer Conv=8 --bits 5 -o shared.onnx
time $pare pack shared.onnx -o shared.pare
time $pare unpack shared.pare -o back.onnx
cmp shared.onnx back.onnx
