using System.Collections.Immutable;
using Pare.Onnx;

namespace Pare.Ort;

/// <summary>Examples as a model takes them: each a tensor for every input, several examples at once.</summary>
/// <param name="Batches">A pass over the examples, the same each time.</param>
/// <param name="Count">Number of examples.</param>
public sealed record CalibrationInputs(Func<IEnumerable<ImmutableArray<Tensor>>> Batches, int Count);

/// <summary>
/// Shows the values of a network on examples: it runs with these values as further outputs, a part of them at a time where all together
/// would take too much memory.
/// </summary>
public static class ValueObserver
{
    /// <summary>Bytes of observed values that are held at one time.</summary>
    private const long MaxBytes = 256L << 20;

    /// <summary>Runs the network over the examples.</summary>
    /// <param name="model">The network.</param>
    /// <param name="values">Names of values, inputs among them.</param>
    /// <param name="inputs">The examples.</param>
    /// <param name="see">Given each value of each batch, under its name.</param>
    /// <param name="options">How to run the network.</param>
    /// <param name="progress">Told the share that is done.</param>
    /// <exception cref="BadInputException">The network does not take the examples.</exception>
    public static void Observe(Model model, IReadOnlyList<string> values, CalibrationInputs inputs, Action<Tensor> see, OrtOptions? options = null, IProgress<double>? progress = null)
    {
        var parts = Parts(model, values, inputs);
        for (var part = 0; part < parts.Count; part++)
        {
            var start = part;
            Run(model, parts[part], inputs, see, options, share => progress?.Report((start + share) / parts.Count));
        }
    }

    private static void Run(Model model, IReadOnlyList<string> part, CalibrationInputs inputs, Action<Tensor> see, OrtOptions? options, Action<double> progress)
    {
        var given = model.Graph.Inputs.Select(i => i.Name).ToHashSet();
        using var session = new OrtModel(WithOutputs(model, [.. part.Where(v => !given.Contains(v))]), options);
        var done = 0;
        foreach (var batch in inputs.Batches())
        {
            foreach (var input in batch.Where(t => part.Contains(t.Name))) see(input);
            var wanted = part.ToHashSet();
            foreach (var output in session.Run(batch).Where(t => wanted.Contains(t.Name))) see(output);
            done += (int)batch[0].Shape[0];
            progress((double)done / inputs.Count);
        }
    }

    /// <summary>The model with further values as outputs.</summary>
    private static Model WithOutputs(Model model, IReadOnlyList<string> values)
    {
        var known = model.Graph.Outputs.Select(o => o.Name).ToHashSet();
        return model with { Graph = model.Graph with { Outputs = model.Graph.Outputs.AddRange(values.Where(v => !known.Contains(v)).Select(v => ValueInfo.Of(v, ElementType.Float) with { Shape = null })) } };
    }

    // Values one after the other, until they would take too much; what is not known counts nothing.
    private static List<List<string>> Parts(Model model, IReadOnlyList<string> values, CalibrationInputs inputs)
    {
        var first = inputs.Batches().First();
        var types = ShapeInference.Infer(model, first.ToDictionary(t => t.Name, t => t.Shape.Select(d => (Dimension)d).ToImmutableArray()));
        var parts = new List<List<string>>();
        var held = 0.0;
        foreach (var value in values.Distinct())
        {
            var bytes = types.GetValueOrDefault(value).Sizes is { } sizes ? sizes.Aggregate((double)sizeof(float), (a, b) => a * b) : 0;
            if (parts.Count == 0 || held + bytes > MaxBytes) (held, _) = (0, Add());
            parts[^1].Add(value);
            held += bytes;
        }
        return parts;

        bool Add()
        {
            parts.Add([]);
            return true;
        }
    }
}
