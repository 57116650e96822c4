using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Pare.Data;
using Pare.Onnx;
using Pare.Profile;

namespace Pare.Ort;

/// <summary>
/// Scores many variants of a network on the same examples. Where all that a change can reach hangs on a single value, the network before that value is run
/// once, and each variant from there on.
/// </summary>
/// <param name="metric">What is measured; agreement is with the network that a variant was made from.</param>
/// <param name="examples">The examples.</param>
/// <param name="preprocess">From their raw values to the networks' input.</param>
/// <param name="options">How networks are run.</param>
public sealed class VariantJudge(Metric metric, IDataset examples, Preprocess preprocess, OrtOptions options)
{
    /// <summary>Values at a cut that are held in memory at most: 512 MB.</summary>
    private const long MaxValues = 1 << 27;

    private static readonly Preprocess AsTheyAre = new() { Scale = 1 };

    private Cut? _last;

    /// <summary>How many examples count.</summary>
    public int Examples => examples.Count;

    /// <summary>How many networks were scored so far.</summary>
    public int Scored { get; private set; }

    /// <summary>A whole network's score.</summary>
    /// <exception cref="BadInputException">The network does not fit the examples.</exception>
    public Evaluation Of(Model model)
    {
        Scored++;
        return new Judge(metric, model, preprocess, options).Of(model, examples);
    }

    /// <summary>A variant's score.</summary>
    /// <param name="variant">Does the same as <paramref name="original"/> for all that does not depend on the changed node.</param>
    /// <param name="original">What it was made from.</param>
    /// <param name="changed">First output of the first node that changed, by its name in the original.</param>
    /// <exception cref="BadInputException">The network does not fit the examples.</exception>
    public Evaluation Of(Model variant, Model original, string changed)
    {
        Scored++;
        var value = Bottlenecks.Before(original.Graph, changed);
        if (value is null || !variant.Graph.Nodes.Any(n => n.Outputs.Contains(value)) || !TryCut(original, value, out var cut))
            return new Judge(metric, original, preprocess, options).Of(variant, examples);
        return new Judge(metric, cut.Tail, AsTheyAre, options).Of(Bottlenecks.Tail(variant, value, cut.Values.Shape.AsSpan()), cut.Values);
    }

    // What stands at a cut: the values for every example, and the network behind it.
    private sealed record Cut(Model Original, string Value, IDataset Values, Model Tail);

    private bool TryCut(Model original, string value, [NotNullWhen(true)] out Cut? cut)
    {
        cut = _last;
        if (cut is not null && ReferenceEquals(cut.Original, original) && cut.Value == value) return true;
        // One cut is held at a time; variants come in the network's order.
        cut = _last = null;
        if (examples is IPointDataset || original.Graph.FreeInputs is not [{ Shape: [{ Value: null }, ..] }] || !IsBatchOfFloats(original, value) || Values(original, value) is not { } values) return false;
        cut = _last = new Cut(original, value, values, Bottlenecks.Tail(original, value, values.Shape.AsSpan()));
        return true;
    }

    // A value whose first dimension is not the batch, or that holds no floats, cannot stand for the examples.
    private static bool IsBatchOfFloats(Model original, string value)
    {
        const int batch = 3;
        var input = original.Graph.FreeInputs[0];
        var types = ShapeInference.Infer(original, new Dictionary<string, ImmutableArray<Dimension>> { [input.Name] = input.Shape!.Value.SetItem(0, batch) });
        return !types.TryGetValue(value, out var type) || (type.Type == ElementType.Float && type.Shape is [{ Value: null or batch }, ..]);
    }

    private FloatDataset? Values(Model original, string value)
    {
        using var head = new Predictor(Bottlenecks.Head(original, value), examples.Shape.AsSpan(), options);
        float[] all = [];
        int[] shape = [];
        var labels = new int[examples.Count];
        foreach (var batch in BatchLoader.Epoch(examples, 64, preprocess, augmentation: null, seed: 0, epoch: 0, shuffle: false))
        {
            var output = head.Run(batch.Inputs, batch.Count)[0];
            var length = output.Floats.Length / batch.Count;
            if (all.Length == 0)
            {
                if (output.Shape.Length < 2 || (long)length * examples.Count > MaxValues) return null;
                all = new float[length * examples.Count];
                shape = [.. output.Shape.Skip(1).Select(d => (int)d)];
            }
            output.Floats.CopyTo(all.AsSpan(batch.Indices[0] * length));
            batch.Labels.CopyTo(labels, batch.Indices[0]);
        }
        return new FloatDataset(all, labels, [.. shape], examples.Classes);
    }
}
