#!/usr/bin/env bash
# A ShuffleNet a quarter as wide, alone and taught by ResNet-20: run.sh MODEL DATA (CIFAR-10 as a zip or folder with train/ and test/).
# Same start, order, steps and data for every way, three seeds: 12 runs of 2 to 4 minutes on one thread. The best way of teaching is chosen on validation
# data. EPOCHS and SEEDS change the budget; delete out/distillation after that, since what is there is kept.
set -euo pipefail
teacher=$(realpath "$1") data=$(realpath "$2") epochs=${EPOCHS:-1} seeds=${SEEDS:-0 1 2}
cd "$(dirname "$0")/../.."
out=out/distillation
mkdir -p "$out"
input=(--data "$data" --mean .485,.456,.406 --std .229,.224,.225)
budget=(--epochs "$epochs" --batch 128 --lr 0.003 --threads 1)
maps=(--attention relu9=/layer2/layer2.2/Relu_output_0 --attention relu25=/layer3/layer3.2/Relu_output_0)

# learn WAY VERB [options]: the result in $out/WAY-SEED.json; what is there already is kept.
learn() {
    local way=$1 verb=$2 seed
    shift 2
    for seed in $seeds; do
        [ -f "$out/student-$seed.onnx" ] || ./pare zoo shufflenet-g3 --width 0.25 --input 3x32x32 --classes 10 --seed "$seed" -o "$out/student-$seed.onnx" --quiet >&2
        [ -f "$out/$way-$seed.json" ] && continue
        ./pare "$verb" "$out/student-$seed.onnx" "$@" "${input[@]}" "${budget[@]}" --seed "$seed" --json -o "$out/$way-$seed.onnx" >"$out/$way-$seed.part"
        mv "$out/$way-$seed.part" "$out/$way-$seed.json"
    done
}

taught=(--teacher "$teacher")
learn alone train
learn half distill "${taught[@]}" --teacher-share 0.5 --cache "$out/teacher"
learn most distill "${taught[@]}" --teacher-share 0.9 --cache "$out/teacher"
learn attention distill "${taught[@]}" --teacher-share 0.5 "${maps[@]}"

# mean KEY WAY: the mean over the seeds, in percent. The validation score stands one level deeper than the test score.
mean() { for seed in $seeds; do sed -n "s/^$1\"value\": \([0-9.eE+-]*\).*/\1/p" "$out/$2-$seed.json"; done | awk '{ sum += $1 } END { printf "%.2f", 100 * sum / NR }'; }
echo "| way | validation | test |"
echo "|---|---|---|"
for way in alone half most attention; do echo "| $way | $(mean '    ' $way) % | $(mean '  ' $way) % |"; done
best=$(for way in half most attention; do echo "$(mean '    ' $way) $way"; done | sort -rn | head -1 | cut -d' ' -f2)
echo "taught as validation chooses ($best): $(mean '  ' "$best") %, alone: $(mean '  ' alone) %, on test data"
