using System.Collections.Immutable;
using Pare.Onnx;

namespace Pare.Quantize.Integer;

/// <summary>One layer of a network that was quantized.</summary>
/// <param name="Name">The layer's name.</param>
/// <param name="Output">Its output's value in the float network, which tells layers apart.</param>
/// <param name="Op">Its operator.</param>
/// <param name="Weights">Number of its weights.</param>
/// <param name="Error">|w - rounded| / |w| of its weights; 0 where it stays float.</param>
/// <param name="Reason">Why it stays float; null where it is 8-bit.</param>
public sealed record Int8Layer(string Name, string Output, string Op, long Weights, double Error, string? Reason)
{
    public bool IsInteger => Reason is null;
}

/// <summary>A network in 8 bits, with all its layers in the graph's order.</summary>
public sealed record Int8Result(Model Model, ImmutableArray<Int8Layer> Layers)
{
    /// <summary>The position of each 8-bit layer's node in the model, by the layer's output in the float network.</summary>
    public required IReadOnlyDictionary<string, int> Positions { get; init; }

    /// <summary>The weights that codes were rounded from, by the name of the codes: where training best starts.</summary>
    public required IReadOnlyDictionary<string, Tensor> Real { get; init; }
}

/// <summary>
/// A float network about to become 8-bit (Jacob et al., Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
/// Inference, 2018): which layers can, and which values an executor has to observe for it.
/// </summary>
public sealed class Int8Network
{
    private readonly Int8Plan _plan;

    private Int8Network(Model model, Int8Options options)
    {
        (Float, Options) = (model, options);
        _plan = Int8Plan.Of(model, options);
    }

    /// <summary>Folds and plans.</summary>
    /// <param name="model">A float model that <see cref="GraphSpec.Verify"/> accepts; it is not changed.</param>
    /// <param name="options">How it is quantized.</param>
    /// <exception cref="BadInputException">It is quantized already, its opset cannot be raised, a pattern fits nothing, or no layer can become 8-bit.</exception>
    public static Int8Network Prepare(Model model, Int8Options options)
    {
        options.Validate();
        var prepared = Int8Writer.Prepare(model);
        if (options.Equalize) prepared = Equalization.Apply(prepared);
        var layers = Layer.Of(new GraphIndex(prepared.Graph)).ToList();
        new LayerPatterns(options.Exclude).CheckAllFit(layers);
        var network = new Int8Network(prepared, options);
        if (network._plan.Layers.Count > 0) return network;
        throw new BadInputException(network._plan.Kept is [var first, ..]
            ? $"no layer can become 8-bit; '{first.Name}': {first.Reason}"
            : "the model has no layers to quantize; Conv, Gemm and MatMul with constant float weights are allowed");
    }

    /// <summary>The network as it is quantized: folded, and in an opset that has what is needed. Equal in what it computes, but for the bounds of ReLUs that equalization takes off.</summary>
    public Model Float { get; }

    public Int8Options Options { get; }

    /// <summary>The values to observe.</summary>
    public IReadOnlyList<string> Observed => [.. _plan.Coded];

    /// <summary>Where observed values have their channels, for those that feed a layer with a bias.</summary>
    public IReadOnlyDictionary<string, int> ChannelAxes =>
        _plan.Layers.Where(l => l.Bias is not null).DistinctBy(l => l.Input).ToDictionary(l => l.Input, _ => 1);

    /// <summary>Outputs of the layers that can become 8-bit, in the graph's order.</summary>
    public IReadOnlyList<string> Layers => [.. _plan.Layers.Select(l => l.Layer.Node.Outputs[0])];

    /// <summary>The values of a layer's node and of what is computed with it: its own output and that of the activation behind it.</summary>
    public IReadOnlyList<string> GroupOf(string output) =>
        _plan.Layers.First(l => l.Layer.Node.Outputs[0] == output) is var layer && _plan.AbsorbedBehind(layer.Layer.Node) is { } activation ? [output, activation.Outputs[0]] : [output];

    /// <summary>The network in 8 bits.</summary>
    /// <param name="seen">What was seen of <see cref="Observed"/>.</param>
    /// <param name="undone">Why some layers stay float, by output.</param>
    public Int8Result Write(Calibration seen, IReadOnlyDictionary<string, string>? undone = null)
    {
        var plan = undone is null ? _plan : _plan.Without(undone);
        var written = Int8Writer.Write(Float, plan, Options, seen);
        var reasons = plan.Kept.ToDictionary(k => k.Output, k => k.Reason);
        var layers = Layer.Of(plan.Index).Select(l => Describe(plan.Index, l, written.Errors, reasons));
        var made = written.Model.Graph.Makers();
        return new Int8Result(written.Model, [.. layers])
        {
            Positions = written.Outputs.Where(o => made.ContainsKey(o.Value)).ToDictionary(o => o.Key, o => made[o.Value]),
            Real = written.Real,
        };
    }

    private static Int8Layer Describe(GraphIndex index, Layer layer, IReadOnlyDictionary<string, double> errors, Dictionary<string, string> reasons)
    {
        var output = layer.Node.Outputs[0];
        return new Int8Layer(layer.Name, output, layer.Node.OpType, WeightForm.ReadDense(index, layer.Weight)?.Count ?? 0, errors.GetValueOrDefault(output), reasons.GetValueOrDefault(output));
    }
}
