using System.Collections.Immutable;
using Pare.Data;
using Pare.Onnx;

namespace Pare.Ort;

/// <summary>
/// A model with one float input, seen as a function from examples to numbers. Where the model's batch is fixed, examples are
/// given to it in portions of that size, the last one filled up with zeros.
/// </summary>
public sealed class Predictor : IDisposable
{
    private readonly OrtModel _model;
    private readonly string _input;
    private readonly int? _fixedBatch;

    /// <summary>Loads a model for examples of one shape.</summary>
    /// <param name="model">The network.</param>
    /// <param name="exampleShape">Shape of one example without the batch, such as channels, height, width.</param>
    /// <param name="options">How to run it.</param>
    /// <exception cref="BadInputException">The model has several inputs, or its input is not a float tensor that holds such examples.</exception>
    public Predictor(Model model, ReadOnlySpan<int> exampleShape, OrtOptions? options = null)
    {
        _model = new OrtModel(model, options);
        try
        {
            if (_model.Inputs is not [{ Type: ElementType.Float, Shape: { } shape } input])
                throw new BadInputException($"the model takes {string.Join(", ", _model.Inputs)}; one float tensor is needed");
            ExampleShape = DataChecks.Taken(exampleShape, shape.Length);
            if (shape.Length == 0 || !Fits(shape.AsSpan()[1..], ExampleShape.AsSpan()))
                throw new BadInputException($"an example is {string.Join('x', exampleShape.ToArray())}; the model's input is {input}");
            _input = input.Name;
            _fixedBatch = shape[0].Value is { } batch ? checked((int)batch) : null;
            ExampleLength = ExampleShape.Aggregate(1, (a, b) => checked(a * b));
        }
        catch
        {
            _model.Dispose();
            throw;
        }
    }

    /// <summary>Shape of one example as the model takes it, without the batch.</summary>
    public ImmutableArray<int> ExampleShape { get; }

    /// <summary>Number of values in one example.</summary>
    public int ExampleLength { get; }

    /// <summary>Every output for the given examples, each with its examples first: [count, ...].</summary>
    /// <param name="examples"><paramref name="count"/> examples, one after the other.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="BadInputException">The model fails, or an output does not hold one row an example.</exception>
    public ImmutableArray<Tensor> Run(float[] examples, int count)
    {
        if (examples.Length != (long)count * ExampleLength)
            throw new ArgumentException($"{examples.Length} values given; {count} examples of {ExampleLength} are needed", nameof(examples));
        if (_fixedBatch is not { } batch || batch == count) return RunOnce(examples, count);
        var portions = new List<ImmutableArray<Tensor>>();
        for (var start = 0; start < count; start += batch)
        {
            var portion = new float[batch * ExampleLength];
            examples.AsSpan(start * ExampleLength, Math.Min(batch, count - start) * ExampleLength).CopyTo(portion);
            portions.Add(RunOnce(portion, batch));
        }
        return [.. _model.Outputs.Select((_, i) => Join([.. portions.Select(p => p[i])], count))];
    }

    /// <summary>The first output for the given examples, one row of floats an example.</summary>
    public float[] Predict(ReadOnlySpan<float> examples, int count) => Run(examples.ToArray(), count)[0].Floats.ToArray();

    public void Dispose() => _model.Dispose();

    private ImmutableArray<Tensor> RunOnce(float[] examples, int count)
    {
        var input = Tensor.Of(_input, [count, .. ExampleShape.Select(d => (long)d)], examples);
        var outputs = _model.Run(input);
        foreach (var output in outputs)
            if (output.Type != ElementType.Float || output.Shape.Length == 0 || output.Shape[0] != count)
                throw new BadInputException($"output '{output.Name}' is {output.Type}[{string.Join(',', output.Shape)}]; floats with the batch of {count} as first dimension are needed");
        return outputs;
    }

    private static bool Fits(ReadOnlySpan<Dimension> input, ReadOnlySpan<int> example)
    {
        if (input.Length != example.Length) return false;
        for (var i = 0; i < input.Length; i++)
            if (input[i].Value is { } wanted && wanted != example[i]) return false;
        return true;
    }

    private static Tensor Join(ImmutableArray<Tensor> parts, int count)
    {
        var rowBytes = parts[0].Data.Length / (int)parts[0].Shape[0];
        var data = new byte[(long)rowBytes * count];
        var at = 0;
        foreach (var part in parts)
        {
            var bytes = Math.Min(part.Data.Length, data.Length - at);
            part.Data.Span[..bytes].CopyTo(data.AsSpan(at));
            at += bytes;
        }
        return parts[0] with { Shape = parts[0].Shape.SetItem(0, count), Data = data };
    }
}
