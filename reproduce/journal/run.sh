#!/usr/bin/env bash
# The README's first command, killed with -9 at 20 random moments and started again each time, against the run that was never killed. run.sh [KILLS]
set -euo pipefail
kills=${1:-20}
cd "$(dirname "$0")/../.."
rm -rf out/whole out/killed
./pare compress lenet5 -o out/whole --quiet
for ((k = 1; k <= kills; k++)); do
    # setsid: the tool and everything it started die together.
    setsid ./pare compress lenet5 -o out/killed --quiet >/dev/null 2>&1 &
    process=$!
    sleep "$((5 + RANDOM % 16)).$((RANDOM % 10))"
    if ! kill -9 -- "-$process" 2>/dev/null; then break; fi
    wait "$process" 2>/dev/null || true
    echo "killed $k: $(ls out/killed/.journal/*.onnx 2>/dev/null | wc -l) steps begun"
done
./pare compress lenet5 -o out/killed --quiet
cmp out/whole/model.onnx out/killed/model.onnx
cmp out/whole/model.pare out/killed/model.pare
echo "equal to the byte"
