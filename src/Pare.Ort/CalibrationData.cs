using System.Collections.Immutable;
using Pare.Data;
using Pare.Onnx;

namespace Pare.Ort;

/// <summary>Calibration examples from data.</summary>
public static class CalibrationData
{
    /// <summary>Values observed at one time, over all examples of a batch; the executor and its copies hold a few times as much.</summary>
    private const double MaxValues = 1 << 24;

    /// <summary>Examples that are run at once, at most.</summary>
    public const int MaxBatch = 32;

    /// <summary>Examples of a data set, for a model with one input.</summary>
    /// <param name="model">The network.</param>
    /// <param name="observed">Its values that will be observed.</param>
    /// <param name="data">The examples, all of which are used.</param>
    /// <param name="preprocess">From their raw values to the model's input.</param>
    /// <exception cref="BadInputException">The model has several inputs, its batch is fixed above the number of examples, or it takes other examples.</exception>
    public static CalibrationInputs Of(Model model, IReadOnlyList<string> observed, IDataset data, Preprocess preprocess)
    {
        if (model.Graph.FreeInputs is not [{ Type: ElementType.Float, Shape: { Length: > 1 } shape } input])
            throw new BadInputException($"the model takes {string.Join(", ", model.Graph.FreeInputs)}; one float tensor with a batch is needed for this data (an .npz may hold one array for each input, under its name)");
        long[] example = [.. DataChecks.Taken(data.Shape.AsSpan(), shape.Length).Select(d => (long)d)];
        if (shape.Length != example.Length + 1 || shape.Skip(1).Zip(example, (d, e) => d.Value is { } wanted && wanted != e).Any(other => other))
            throw new BadInputException($"an example is {string.Join('x', example)}; the model's input is {input}");
        var size = BatchSize(model, observed, new() { [input.Name] = [.. shape.Skip(1).Zip(example, (_, e) => (Dimension)e)] });
        if (shape[0].Value is { } fixedSize) size = (int)fixedSize;
        var whole = shape[0].Value is null ? data.Count : data.Count / size * size;
        if (whole == 0) throw new BadInputException($"{data.Count} examples; the model takes {size} at once, so {size} or more are needed");
        var used = whole == data.Count ? data : data.Take([.. Enumerable.Range(0, whole)]);
        return new CalibrationInputs(Batches, whole);

        IEnumerable<ImmutableArray<Tensor>> Batches() =>
            BatchLoader.Epoch(used, size, preprocess, augmentation: null, seed: 0, epoch: 0, shuffle: false)
                .Select(b => (ImmutableArray<Tensor>)[Tensor.Of(input.Name, [b.Count, .. example], b.Inputs)]);
    }

    /// <summary>Examples as arrays, one for each input, under its name; the first dimension counts the examples.</summary>
    /// <exception cref="BadInputException">An input has no array, or arrays have different numbers of examples.</exception>
    public static CalibrationInputs Of(Model model, IReadOnlyList<string> observed, IReadOnlyDictionary<string, Tensor> arrays, int examples, int maxBatch = MaxBatch)
    {
        var inputs = model.Graph.FreeInputs;
        var given = inputs.Select(i => arrays.TryGetValue(i.Name, out var array) ? Converted(array, i)
            : throw new BadInputException($"input '{i.Name}' has no array; there are {string.Join(", ", arrays.Keys.Order(StringComparer.Ordinal))}")).ToImmutableArray();
        var counts = given.Select(t => t.Shape.Length > 0 ? t.Shape[0] : 0).Distinct().ToList();
        if (counts is not [> 0 and var count]) throw new BadInputException($"the arrays hold {string.Join(", ", given.Select(t => $"{t.Name}: {(t.Shape.Length > 0 ? t.Shape[0] : 0)}"))} examples; all need the same number, 1 or more");
        var size = Math.Min(maxBatch, BatchSize(model, observed, given.ToDictionary(t => t.Name, t => t.Shape.Skip(1).Select(d => (Dimension)d).ToImmutableArray())));
        foreach (var input in inputs)
            if (input.Shape is [{ Value: { } fixedSize }, ..]) size = (int)fixedSize;
        var whole = (int)Math.Min(count, examples) / size * size;
        if (inputs.All(i => i.Shape is not [{ Value: not null }, ..])) whole = (int)Math.Min(count, examples);
        if (whole == 0) throw new BadInputException($"{count} examples; the model takes {size} at once, so {size} or more are needed");
        return new CalibrationInputs(() => Enumerable.Range(0, (whole + size - 1) / size).Select(b => given.Select(t => Rows(t, b * size, Math.Min(size, whole - b * size))).ToImmutableArray()), whole);
    }

    /// <summary>Both halves of the examples; where their number is odd the second has one more.</summary>
    public static (IReadOnlyDictionary<string, Tensor> First, IReadOnlyDictionary<string, Tensor> Second) Halves(IReadOnlyDictionary<string, Tensor> arrays)
    {
        return (arrays.ToDictionary(a => a.Key, a => Part(a.Value, 0, Count(a.Value) / 2)), arrays.ToDictionary(a => a.Key, a => Part(a.Value, Count(a.Value) / 2, Count(a.Value) - Count(a.Value) / 2)));

        static int Count(Tensor array) => array.Shape.Length > 0 ? (int)array.Shape[0] : 0;

        static Tensor Part(Tensor array, int first, int count) => Count(array) == 0 ? array : Rows(array, first, count);
    }

    private static int BatchSize(Model model, IReadOnlyList<string> observed, Dictionary<string, ImmutableArray<Dimension>> examples)
    {
        var types = ShapeInference.Infer(model, examples.ToDictionary(e => e.Key, e => e.Value.Insert(0, 1)));
        var values = observed.Sum(v => types.GetValueOrDefault(v).Sizes is { } sizes ? sizes.Aggregate(1.0, (a, b) => a * b) : 0);
        return (int)Math.Clamp(MaxValues / Math.Max(1, values), 1, MaxBatch);
    }

    private static Tensor Converted(Tensor array, ValueInfo input)
    {
        if (array.Type == input.Type) return array with { Name = input.Name };
        return input.Type switch
        {
            ElementType.Float => Tensor.Of(input.Name, array.Shape.AsSpan(), array.ToFloats()),
            ElementType.Int64 => Tensor.Of(input.Name, array.Shape.AsSpan(), array.ToInt64s()),
            _ => throw new BadInputException($"array '{input.Name}' is {array.Type}, the input is {input}"),
        };
    }

    private static Tensor Rows(Tensor tensor, int first, int count)
    {
        var row = tensor.Data.Length / (int)tensor.Shape[0];
        return tensor with { Shape = tensor.Shape.SetItem(0, count), Data = tensor.Data.Slice(first * row, count * row) };
    }
}
