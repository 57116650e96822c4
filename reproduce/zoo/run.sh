#!/usr/bin/env bash
# Every network of the zoo in its small form, with seeded weights, in 8 bits where they are faster: none may end slower. run.sh DATA (CIFAR-10 as a zip or folder).
set -euo pipefail
data=$(realpath "$1")
cd "$(dirname "$0")/../.."
mkdir -p out/zoo
for net in alexnet vgg16 squeezenet1.0 squeezenet1.1 shufflenet-g1 shufflenet-g2 shufflenet-g3 shufflenet-g4 shufflenet-g8 mobilenet compact-mnet mobilenetv2 resnet20 resnet56; do
    ./pare zoo "$net" --input 3x32x32 --classes 10 -o "out/zoo/$net.onnx" --quiet >/dev/null
    ./pare quantize "out/zoo/$net.onnx" --data "$data" --images 64 --threads 1 -o "out/zoo/$net-int8.onnx" --quiet >/dev/null
    ./pare bench "out/zoo/$net.onnx" "out/zoo/$net-int8.onnx" --size 32x32 --threads 1 --quiet
done
