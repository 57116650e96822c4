#!/usr/bin/env bash
# The LeNets on MNIST, three seeds each. $PARE_DATA/mnist holds the four files, else they are fetched. About half an hour on two cores.
set -euo pipefail
cd "$(dirname "$0")/../.."
for seed in 0 1 2; do
    ./pare compress lenet-300-100 --data mnist --recipe deep --max-drop 0.5 --seed "$seed" -o "out/lenet-300-100-$seed"
    ./pare compress lenet5 --data mnist --recipe deep --seed "$seed" -o "out/lenet5-$seed"
done
