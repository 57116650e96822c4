#!/usr/bin/env bash
# One target over layers by measured curves, without retraining: sensitivity.sh MODEL DATA (the ResNet-20 file, CIFAR-10 as a zip or folder).
# Curves are measured on 1,000 pictures of the half of the test part that choices are made on; scores are from the other half. About a quarter of an hour.
set -euo pipefail
model=$(realpath "$1") data=$(realpath "$2")
cd "$(dirname "$0")/../.."
input=(--data "$data" --mean .485,.456,.406 --std .229,.224,.225 --threads 1 --quiet)
mkdir -p out
score() { echo "$1: $(./pare eval "$2" "${input[@]}" --part unseen | head -1)"; }

score "as it was" "$model"
./pare sensitivity "$model" "${input[@]}" --metric top1 --methods sparsity,bits,rank -o out/top1.json
./pare sensitivity "$model" "${input[@]}" --metric agreement --methods sparsity,bits,rank -o out/agreement.json

for sparsity in 0.5 0.6 0.7; do
    for how in "--scope global" "--scope layer" "--by out/top1.json" "--by out/agreement.json"; do
        # shellcheck disable=SC2086
        ./pare prune "$model" --sparsity "$sparsity" $how -o out/pruned.onnx --quiet >/dev/null
        score "$sparsity zeros, $how" out/pruned.onnx
    done
done

for bits in 4 3; do
    ./pare share "$model" --bits "$bits" -o out/shared.onnx --quiet >/dev/null
    ./pare pack out/shared.onnx -o out/shared.pare --quiet >/dev/null
    bytes=$(wc -c <out/shared.pare)
    score "$bits bits, $bytes bytes packed" out/shared.onnx
    for by in top1 agreement; do
        ./pare share "$model" --bytes "$bytes" --by "out/$by.json" -o out/mixed.onnx --quiet >/dev/null
        ./pare pack out/mixed.onnx -o out/mixed.pare --quiet >/dev/null
        score "mixed bits by $by, $(wc -c <out/mixed.pare) bytes packed" out/mixed.onnx
    done
done

for macs in 0.8 0.6; do
    for how in "" "--by out/top1.json" "--by out/agreement.json"; do
        # shellcheck disable=SC2086
        ./pare factorize "$model" --macs "$macs" $how -o out/thin.onnx --threads 1 --quiet >/dev/null
        score "$macs of the multiply-adds, ${how:-by energy}" out/thin.onnx
    done
done
