using System.Collections.Immutable;
using Pare.Data;
using Pare.Onnx;

namespace Pare.Ort;

/// <summary>What to put where a model leaves the shapes of its inputs open.</summary>
public sealed record InputOptions
{
    /// <summary>Examples in one run, at least 1; null for 1, or for the model's own number where it is fixed.</summary>
    public int? Batch { get; init; }

    /// <summary>Shape of one example without the batch; fills in what the model's only input leaves open.</summary>
    public ImmutableArray<int>? ExampleShape { get; init; }

    /// <summary>Size of pictures, for inputs of four dimensions that leave it open.</summary>
    public PictureSize? Size { get; init; }
}

/// <summary>
/// Inputs to time a model on: uniform random numbers in [0, 1) for floats, zeros for integers and truth values. Equal shapes get equal data.
/// </summary>
public static class RandomInputs
{
    private const int PictureChannels = 3;

    /// <summary>A tensor for every input.</summary>
    /// <exception cref="BadInputException">An input is no tensor of numbers, a length stays open, or the model fixes another batch.</exception>
    public static ImmutableArray<Tensor> Of(IReadOnlyList<ValueInfo> inputs, InputOptions options) =>
        [.. Shapes(inputs, options).Zip(inputs, (shape, input) => Make(input.Name, input.Type, [.. shape.Select(d => d.Value!.Value)]))];

    /// <summary>
    /// The shapes of the inputs without anything open. An open first dimension is the batch; other open dimensions are a picture's.
    /// </summary>
    /// <exception cref="BadInputException">A length stays open, or the model fixes another batch.</exception>
    public static IReadOnlyList<ImmutableArray<Dimension>> Shapes(IReadOnlyList<ValueInfo> inputs, InputOptions options)
    {
        if (options.Batch < 1) throw new BadInputException($"batch {options.Batch}; at least 1 is needed");
        if (options.Batch is { } asked && inputs.FirstOrDefault(i => i.Shape is [{ Value: { } own }, ..] && own != asked) is { } fixedInput && !inputs.Any(HasOpenBatch))
            throw new BadInputException($"batch {asked}; input {fixedInput} allows no other than its own");
        return [.. inputs.Select(i => Closed(i, inputs.Count == 1, options))];
    }

    /// <summary>
    /// Examples in one run: the length of the first dimension where that is open, or where all inputs and outputs share it; else 1, since
    /// nothing says that the model takes several.
    /// </summary>
    public static int Examples(IReadOnlyList<ValueInfo> inputs, IReadOnlyList<ValueInfo> outputs, InputOptions options)
    {
        if (inputs.Any(HasOpenBatch)) return options.Batch ?? 1;
        var firsts = inputs.Concat(outputs).Select(v => v.Shape is [{ Value: { } first }, ..] ? first : 0).Distinct().ToList();
        return firsts is [> 0 and <= int.MaxValue and var shared] ? (int)shared : 1;
    }

    private static bool HasOpenBatch(ValueInfo input) => input.Shape is [{ Value: null }, ..];

    private static ImmutableArray<Dimension> Closed(ValueInfo input, bool alone, InputOptions options)
    {
        if (input.Shape is not { } shape || input.Type.Bits() == 0) throw new BadInputException($"input {input} is no tensor of numbers with a known number of dimensions; only such can be made up");
        if (shape.Length == 0) return shape;
        var batch = new Dimension(options.Batch ?? 1);
        var symbol = HasOpenBatch(input) ? shape[0].Symbol : null;
        shape = [.. shape.Select((d, i) => d.Value is null && (i == 0 || (symbol is not null && d.Symbol == symbol)) ? batch : d)];
        if (alone && options.ExampleShape is { } example && DataChecks.Taken(example.AsSpan(), shape.Length) is var taken && taken.Length == shape.Length - 1)
            shape = [shape[0], .. shape.Skip(1).Zip(taken, (own, given) => own.Value is null ? given : own)];
        if (options.Size is { } size && shape.Length == 4) shape = WithSize(input, shape, size);
        if (shape.All(d => d.Value is not null)) return shape;
        throw new BadInputException(shape.Length == 4
            ? $"input {input} leaves the size of an example open; it must be given"
            : $"input {input} leaves more open than its batch; only the size of pictures can be given");
    }

    // Channels come last where they alone are fixed, else first.
    private static ImmutableArray<Dimension> WithSize(ValueInfo input, ImmutableArray<Dimension> shape, PictureSize size)
    {
        // In whichever order they stand.
        // In whichever order they stand.
        if (shape.All(d => d.Value is not null) && shape.Skip(1).Count(d => d.Value == size.Height || d.Value == size.Width) < 2)
            throw new BadInputException($"input {input} fixes its size; {size} was asked for");
        long[] wanted = shape[3].Value is not null && shape[1].Value is null ? [0, size.Height, size.Width, PictureChannels] : [0, PictureChannels, size.Height, size.Width];
        return [.. shape.Select((d, i) => d.Value is null ? wanted[i] : d)];
    }

    private static Tensor Make(string name, ElementType type, long[] shape)
    {
        var count = shape.Aggregate(1L, (a, b) => checked(a * b));
        if (count > Array.MaxLength / 16) throw new BadInputException($"input '{name}' of [{string.Join(',', shape)}] has {count} elements; at most {Array.MaxLength / 16} can be made up");
        var random = new Random(0);
        return type switch
        {
            ElementType.Float => Tensor.Of(name, shape, Drawn(random.NextSingle)),
            ElementType.Double => Tensor.Create(name, type, shape, Drawn(random.NextDouble)),
            ElementType.Float16 => Tensor.Create(name, type, shape, Drawn(() => (Half)random.NextSingle())),
            // The upper half of a float32.
            ElementType.BFloat16 => Tensor.Create(name, type, shape, Drawn(() => (ushort)(BitConverter.SingleToUInt32Bits(random.NextSingle()) >> 16))),
            _ => new Tensor { Name = name, Type = type, Shape = [.. shape], Data = new byte[type.SizeBytes(count)] },
        };

        T[] Drawn<T>(Func<T> next)
        {
            var values = new T[count];
            for (var i = 0; i < values.Length; i++) values[i] = next();
            return values;
        }
    }
}
