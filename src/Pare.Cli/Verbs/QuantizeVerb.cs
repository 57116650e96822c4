using System.CommandLine;
using Pare.Compress;
using Pare.Data;
using Pare.Onnx;
using Pare.Ort;
using Pare.Profile;
using Pare.Quantize;
using Pare.Quantize.Integer;
using Pare.Recipes;
using Pare.Zoo;

namespace Pare.Cli.Verbs;

/// <summary><c>pare quantize</c>: integer weights, and integer arithmetic where the runtime has it.</summary>
internal static class QuantizeVerb
{
    public static Command Create()
    {
        var model = Models.Argument();
        var output = Opt.Output("The quantized network (.onnx).");
        var scheme = Opt.Choice("--scheme", ["int8", "minmax8", "int4"], "int8", "int8 predicts faster and needs --data; minmax8 stores every weight in 8 bits, int4 in 4, of which matrix products are computed so.");
        var calibration = Opt.Choice("--calibration", ["minmax", "average", "percentile", "entropy", "mse"], "mse", "How int8 chooses ranges of activations.");
        var images = Opt.Whole("--images", "N", 1, 1_000_000, 256, "Calibration examples for int8, drawn from the training part.");
        var rounding = Opt.Choice("--rounding", ["nearest", "gptq", "adaround"], "nearest", "How weights become codes: each to the nearest, or so that a layer's output errs little (gptq, and adaround from there; both need --data).");
        var weightBits = Opt.Whole("--weight-bits", "B", 2, 8, 8, "Bits of a weight for int8. Below 8 they are kept as bytes of which few are used, for the file's sake; train the result to win back what that costs.");
        var edgeBits = Opt.Whole("--edge-bits", "B", 2, 8, 8, "Bits of a weight of the first and the last layer, where --weight-bits is fewer.");
        var keepShared = Opt.Flag("--keep-shared", "Leave shared weights as codebooks, in float; the layers' activations alone become int8.");
        var perTensor = Opt.Flag("--per-tensor", "One scale for a layer's weights instead of one for each output channel.");
        var symmetric = Opt.Flag("--symmetric-activations", "Signed activations (S8S8), with zero point 0 where they lie on both sides of 0; slower on x86.");
        var sizeFirst = Opt.Flag("--size-first", "Keep layers in 8 bits that are not faster so.");
        var maxDrop = Opt.Number("--max-drop", "P", 0, 100, "Points of the metric that may be lost; sensitive layers go back to float until that holds, and where it does not hold on test data, exit code 3 and no output.");
        var accept = AcceptOption.Create();
        var equalize = Opt.Flag("--equalize", "Cross-layer equalization first; helps with --per-tensor.");
        var keepBiases = Opt.Flag("--keep-biases", "No correction of biases for the mean error that rounding makes.");
        var exclude = new Option<string[]>("--exclude") { HelpName = "PATTERN", Description = "Layers to leave float, by name or operator; * and ? stand for any characters. May be repeated." };
        var data = new DataFlags();
        var metric = new MetricFlags();
        return new VerbCommand("quantize", "Integer weights, and 8-bit arithmetic where ONNX Runtime has it.",
            new OptionGroup("Quantizing") { output, scheme, weightBits, edgeBits, calibration, rounding, images, perTensor, symmetric, sizeFirst, maxDrop, accept, equalize, keepBiases, keepShared, exclude }, metric, data)
        {
            Arguments = { model },
            Details = "int8 is measured or undone: layers that are not faster in 8 bits on this machine stay float. The result is plain ONNX (QuantizeLinear, DequantizeLinear). Without labels the metric is agreement with the float network.",
            Examples = ["pare quantize model.onnx --data photos.zip -o int8.onnx", "pare quantize model.onnx --data photos.zip --weight-bits 4 -o int4.onnx && pare train int4.onnx --data photos.zip --epochs 5 -o int4.onnx", "pare quantize model.onnx --scheme minmax8 -o small.onnx"],
            Body = run =>
            {
                var path = run.Get(output);
                OutputFile.Check(path);
                if (run.Get(weightBits) < 8 && run.Get(scheme) != "int8") throw new BadInputException($"--weight-bits {run.Get(weightBits)} with --scheme {run.Get(scheme)}; only int8 has a choice");
                if (run.Get(scheme) == "int8") Int8(run, path);
                else Weights(run, path);
            },
        };

        void Weights(VerbRun run, string path)
        {
            run.Refuse($"--scheme {run.Get(scheme)}", [maxDrop, accept, calibration, edgeBits, keepShared, perTensor, symmetric, sizeFirst, equalize, keepBiases, .. metric]);
            if (run.Get(scheme) == "minmax8") run.Refuse("--scheme minmax8", [rounding, images, .. data]);
            var loaded = Models.LoadFinite(run.Get(model), new ZooOptions { Seed = run.Seed });
            var result = run.Get(scheme) == "int4" ? Int4(run, loaded) : MinMax8.Quantize(loaded.Model, run.Get(exclude));
            run.Cancel.ThrowIfCancellationRequested();
            Models.Save(result.Model, path);
            StepOutput.Show(run, loaded.Model, result, path);
        }

        StepResult Int4(VerbRun run, LoadedModel loaded)
        {
            var method = Enum.Parse<RoundingMethod>(run.Get(rounding), ignoreCase: true);
            if (method == RoundingMethod.Nearest) run.Refuse("--scheme int4 --rounding nearest", [images, .. data]);
            if (method == RoundingMethod.Nearest) return Int4Weights.Quantize(loaded.Model, run.Get(exclude));
            using var progress = run.Progress("quantizing");
            var (examples, preprocess) = data.Examples(run, loaded.Model, run.Get(images));
            var prepared = Int4Weights.Prepare(loaded.Model);
            string[] layers = [.. Layer.Of(new GraphIndex(prepared.Graph)).Select(l => l.Node.Outputs[0])];
            var moments = Moments.Of(prepared, layers, examples, preprocess, new OrtOptions { Threads = run.Threads }, run.Share(progress, "second moments"));
            return Int4Weights.Quantize(prepared, run.Get(exclude), moments, method);
        }

        void Int8(VerbRun run, string path)
        {
            var options = new Int8Options
            {
                Method = Enum.Parse<RangeMethod>(run.Get(calibration), ignoreCase: true), Rounding = Enum.Parse<RoundingMethod>(run.Get(rounding), ignoreCase: true), PerTensor = run.Get(perTensor), SignedActivations = run.Get(symmetric),
                Equalize = run.Get(equalize), CorrectBiases = !run.Get(keepBiases), WeightBits = run.Get(weightBits), EdgeBits = run.Get(edgeBits), KeepShared = run.Get(keepShared), Exclude = run.Get(exclude) ?? [],
            };
            using var progress = run.Progress("quantizing");
            var result = Named(run) is { } arrays ? OnArrays(arrays) : OnData();
            run.Cancel.ThrowIfCancellationRequested();
            if (run.Get(maxDrop) is { } promised && new AcceptanceTest(result.Before.Metric, promised, AcceptOption.Parse(run.Get(accept)), result.Before.Scores).Try(result.After.Scores) is { Accepted: false } refused)
                throw new PromiseException($"the 8-bit network lost {refused.Drop.Points:0.00} points on the test data, with confidence at most {refused.Upper:0.00}; at most {promised} were promised; nothing was written");
            Models.Save(result.Network.Model, path);
            QuantizeOutput.Show(run, result, options, path);

            QuantizationResult OnArrays(IReadOnlyDictionary<string, Tensor> arrays)
            {
                var loaded = Models.LoadFinite(run.Get(model), new ZooOptions { Seed = run.Seed });
                if (run.Get(maxDrop) is { } promised)
                    AcceptanceTest.CheckCount(data.DataName(run), (int)arrays.Values.Max(a => a.Shape is [var count, ..] ? (count + 1) / 2 : 0), Metric.Agreement, promised, AcceptOption.Parse(run.Get(accept)), isShare: false);
                var request = Request(loaded.Model);
                var (tuned, used, distance) = Quantization.Tune(request, arrays);
                return Result(tuned, used, distance.Agreement(request.Model), distance.Agreement(tuned.Result.Model));
            }

            QuantizationResult OnData()
            {
                var (loaded, splits, preprocess) = data.OpenWithModel(run, run.Get(model));
                ModelShape.CheckInput(loaded.Model, splits);
                var request = Request(loaded.Model);
                var judge = new Judge(metric.For(run, loaded.Model, splits.All, splits.Name), loaded.Model, preprocess, request.Run);
                var parts = loaded.Unseen(splits, run.Seed);
                var promise = new Promise { MaxDrop = run.Get(maxDrop), Rule = AcceptOption.Parse(run.Get(accept)) };
                if (promise.MaxDrop is { } promised) AcceptanceTest.CheckCount(splits.Name, parts.Test.Count, judge.Metric, promised, promise.Rule, Evaluator.CountsAnswers(judge.Metric, loaded.Model));
                var before = new Lazy<Score>(() => Score.Of(Judged(loaded.Model, parts.Validation)));
                var (tuned, used) = Quantization.Tune(request, parts, preprocess, m => promise.Drop(judge.Metric, before.Value, Score.Of(Judged(m, parts.Validation))));
                var made = Result(tuned, used, Judged(loaded.Model, parts.Test), Judged(tuned.Result.Model, parts.Test));
                return made with { Network = made.Network with { Model = preprocess.ToMetadata(made.Network.Model) } };

                Evaluation Judged(Model model, IDataset examples) => judge.Of(model, examples, run.Share(progress, "scoring"));
            }

            QuantizationRequest Request(Model loaded) => new()
            {
                Model = loaded, Options = options, Images = run.Get(images), SizeFirst = run.Get(sizeFirst) || options.WeightBits < 8 || options.KeepShared, MaxDrop = run.Get(maxDrop), Seed = run.Seed, Threads = run.Threads,
                Progress = what => run.Share(progress, what), Cancel = run.Cancel,
            };

            static QuantizationResult Result(TuneResult tuned, int used, Evaluation before, Evaluation after) =>
                new(tuned.Result, used, FusionCheck.Of(tuned.Result.Model, new OrtOptions { Threads = 1 }), tuned.Latency, before, after);
        }

        // An .npz that holds an array under the name of each of the model's inputs.
        IReadOnlyDictionary<string, Tensor>? Named(VerbRun run)
        {
            var name = data.DataName(run);
            if (Path.GetExtension(name) != ".npz" || !File.Exists(name) || !Models.IsPath(run.Get(model))) return null;
            var inputs = Models.Load(run.Get(model), new ZooOptions()).Model.Graph.FreeInputs;
            return inputs.Length > 1 || (inputs.Length == 1 && NamedArrays.Names(name).Contains(inputs[0].Name)) ? NamedArrays.Read(name) : null;
        }
    }
}
