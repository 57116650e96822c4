using System.Collections.Immutable;

namespace Pare.Data;

/// <summary>Whether data suits a network.</summary>
public static class DataChecks
{
    /// <summary>Refuses data that a network cannot be trained or judged on.</summary>
    /// <param name="splits">The data.</param>
    /// <param name="inputShape">Shape of one input without the batch; -1 for a length that is free. One dimension takes examples of any shape with as many values.</param>
    /// <param name="outputs">Number of class scores, or null where the output is no such vector.</param>
    /// <exception cref="BadInputException">Another shape, a label without an output, or only one class.</exception>
    public static void Fits(DataSplits splits, ImmutableArray<int> inputShape, int? outputs)
    {
        FitsInput(splits, inputShape);
        if (outputs is { } count) FitsOutputs(splits, count);
    }

    /// <summary>An example's shape as an input takes it: as it is, or with all values in a row where the input has one dimension besides the batch.</summary>
    /// <param name="inputRank">Dimensions of the input, the batch included.</param>
    public static ImmutableArray<int> Taken(ReadOnlySpan<int> example, int inputRank)
    {
        if (inputRank != 2) return [.. example];
        var values = 1;
        foreach (var length in example) values = checked(values * length);
        return [values];
    }

    private static void FitsInput(DataSplits splits, ImmutableArray<int> wanted)
    {
        var shape = splits.All.Shape;
        var isSame = wanted.Length == shape.Length && wanted.Zip(shape, (w, s) => w < 0 || w == s).All(same => same);
        var isFlat = wanted.Length == 1 && (wanted[0] < 0 || wanted[0] == shape.Aggregate(1, (a, b) => a * b));
        if (isSame || isFlat) return;
        var hint = splits.Name == Synthetic.Glyphs.Name ? "; these are Pare's own, taken where --data names no others"
            : shape.Length == 3 && wanted.Length == 3 ? "; see --size, --resize, --crop and --channels" : "";
        throw new BadInputException($"data '{splits.Name}' has examples of {Describe(shape)}, the network takes {Describe(wanted)}{hint}");
    }

    private static void FitsOutputs(DataSplits splits, int outputs)
    {
        var all = splits.All;
        var (first, several) = (int.MinValue, false);
        for (var i = 0; i < all.Count; i++)
        {
            var label = all.Label(i);
            if (label >= outputs)
                throw new BadInputException($"data '{splits.Name}' example {i} has label {label}{NameOf(all, label)}, the network has {outputs} outputs (0 to {outputs - 1})");
            if (first == int.MinValue) first = label;
            several |= label != first;
        }
        if (first >= 0 && !several)
            throw new BadInputException($"data '{splits.Name}' has only one class: all {all.Count} examples have label {first}{NameOf(all, first)}; at least two are needed");
    }

    private static string NameOf(IDataset data, int label) =>
        label < data.Classes.Length && data.Classes[label] != label.ToString() ? $" '{data.Classes[label]}'" : "";

    private static string Describe(ImmutableArray<int> shape) =>
        string.Join('x', shape.Select(n => n < 0 ? "?" : n.ToString())) + (shape.Length == 3 ? " (channels x height x width)" : "");
}
