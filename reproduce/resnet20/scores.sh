#!/usr/bin/env bash
# Every pruning score in one shot, without retraining: scores.sh MODEL DATA (the ResNet-20 file, CIFAR-10 as a zip or folder). About ten minutes.
set -euo pipefail
model=$(realpath "$1") data=$(realpath "$2")
cd "$(dirname "$0")/../.."
input=(--data "$data" --mean .485,.456,.406 --std .229,.224,.225)
mkdir -p out
for sparsity in 0.6 0.8 0.9; do
    for score in "magnitude" "magnitude --scope layer" "taylor" "fisher" "obd" "obs --scope layer" "obs"; do
        # shellcheck disable=SC2086
        ./pare prune "$model" "${input[@]}" --sparsity "$sparsity" --score $score --exclude '/conv1*' --exclude '/linear*' -o out/scored.onnx --quiet >/dev/null
        echo "$sparsity $score: $(./pare eval out/scored.onnx "${input[@]}" --quiet | head -1)"
    done
done
