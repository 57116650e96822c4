using System.Runtime.InteropServices;
using Pare.Onnx;

namespace Pare.Quantize;

public static partial class Sharer
{
    /// <summary>
    /// Shares a part of each layer's weights for good, those whose codes are the most certain first, and leaves the others
    /// free: <c>Where(frozen, Gather(codebook, codes), free)</c>, an ordinary graph to go on training. Called again with a
    /// larger fraction after training, it finds codes for the free weights against the codebook as it is now. Weights that
    /// are frozen keep their codes, and their centroids the values that training gave them; other centroids are found anew.
    /// At fraction 1 the plain shared form is left. Layers in the plain shared form stay as they are.
    /// </summary>
    /// <param name="model">A dense or partly shared model; it is not changed.</param>
    /// <param name="options">How far to freeze, and how to share.</param>
    /// <param name="importance">As in <see cref="Share"/>; the name may also be that of the free part.</param>
    /// <exception cref="BadInputException">As in <see cref="Share"/>; or the model's operators are older than version 9, which has no Where.</exception>
    public static StepResult Freeze(Model model, FreezeOptions options, IReadOnlyDictionary<string, float[]>? importance = null)
    {
        options.Validate();
        if (options.Fraction < 1 && model.OpsetVersion < PartlySharedWeight.MinOpset)
            throw new BadInputException($"the model uses operator set {model.OpsetVersion}; freezing in parts needs {PartlySharedWeight.MinOpset} or later");
        var index = new GraphIndex(model.Graph);
        var forms = new Dictionary<string, WeightForm>();
        var changes = new List<LayerChange>();
        foreach (var (layer, weights) in LayerWeights.Of(index, options.Sharing))
        {
            if (SharedWeight.Find(index, weights.Name) is not null) continue;
            var partly = PartlySharedWeight.Find(index, weights.Name);
            var entries = options.Sharing.Entries(layer);
            var step = FreezingStep.Take(weights.Floats, partly, entries, options, ImportanceOf(weights, importance));
            forms[weights.Name] = step.Form(weights.Name, weights.Shape.AsSpan(), model.OpsetVersion);
            changes.Add(step.Codes.Change(layer.Name, step.FrozenShare));
            if (options.Fraction >= 1 && ChangeBias(index, layer, options.Sharing, model.OpsetVersion) is var (name, form)) forms[name] = form;
        }
        return new StepResult(WeightForm.Replace(model, forms), "freeze", changes);
    }

    /// <summary>One layer after a step of freezing.</summary>
    /// <param name="Weights">The values before the step.</param>
    /// <param name="Codes">Codes of all weights; those of free ones are where they would go now.</param>
    /// <param name="Frozen">The weights whose codes are final; zeros are from the start.</param>
    /// <param name="FrozenShare">Share of the weights that are not zero which are frozen.</param>
    private sealed record FreezingStep(float[] Weights, SharedCodes Codes, bool[] Frozen, double FrozenShare)
    {
        public static FreezingStep Take(ReadOnlySpan<float> weights, PartlySharedWeight? partly, int entries, FreezeOptions options, float[]? importance)
        {
            var values = weights.ToArray();
            var frozen = partly is null ? new bool[values.Length] : MemoryMarshal.Cast<byte, bool>(partly.Frozen.Data.Span).ToArray();
            for (var i = 0; i < values.Length; i++) frozen[i] |= values[i] == 0;
            var free = Survivors.Of(values, importance, frozen);
            var survivors = Survivors.Of(values, importance);
            var codebook = survivors.Count == 0 ? null : partly is null
                ? FindCodebook(free.Sort(), survivors.Count < values.Length ? entries - 1 : entries, options.Sharing, survivors.Lambda(options.Sharing))
                : Update(partly.Shared.Codebook.Floats, values, frozen, free, survivors.Lambda(options.Sharing));

            var codes = new byte[values.Length];
            var candidates = new List<(double Cost, int Index)>(free.Count);
            for (var i = 0; i < values.Length; i++)
            {
                if (values[i] == 0) continue;
                double v = importance is null ? 1 : importance[i];
                var code = frozen[i] ? codebook!.Centroids.BinarySearch(values[i]) : codebook!.Encode(values[i], v);
                codes[i] = (byte)code;
                if (!frozen[i]) candidates.Add((codebook.Cost(values[i], v, code), i));
            }
            var before = survivors.Count - candidates.Count;
            // The margin keeps 0.3 of 10 weights at 3.
            var target = (int)Math.Ceiling(options.Fraction * survivors.Count - 1e-9);
            var distortion = 0.0;
            candidates.Sort();
            foreach (var (_, i) in candidates.Take(Math.Max(0, target - before)))
            {
                frozen[i] = true;
                var error = (double)values[i] - codebook!.Centroids[codes[i]];
                distortion += error * error * (importance is null ? 1 : importance[i]);
            }
            var share = survivors.Count == 0 ? 1 : (double)Math.Max(target, before) / survivors.Count;
            return new(values, SharedCodes.Of(values, codes, codebook is null ? [] : codebook.Centroids, distortion), frozen, share);
        }

        public WeightForm Form(string name, ReadOnlySpan<long> shape, long opset)
        {
            if (FrozenShare >= 1) return SharedWeight.Form(name, shape, Codes.Codebook, Codes.Codes, opset);
            var free = new float[Weights.Length];
            var codes = new byte[Weights.Length];
            for (var i = 0; i < free.Length; i++)
            {
                if (Frozen[i]) codes[i] = Codes.Codes[i];
                else free[i] = Weights[i];
            }
            return PartlySharedWeight.Form(name, shape, Codes.Codebook, codes, Frozen, free, opset);
        }

        // Centroids that frozen weights hold stay; the free weights choose among all of them and move the others.
        private static Codebook Update(ReadOnlySpan<float> trained, float[] values, bool[] frozen, Survivors free, double lambda)
        {
            float[] centroids = [.. trained.ToArray().Where(c => c != 0).Distinct().Order()];
            var held = new long[centroids.Length];
            for (var i = 0; i < values.Length; i++)
                if (frozen[i] && values[i] != 0) held[Array.BinarySearch(centroids, values[i])]++;
            return EntropyKMeans1D.Cluster(free.Sort(), centroids, lambda, held);
        }
    }
}
