using System.Collections.Immutable;
using Pare.Onnx;

namespace Pare.Profile;

/// <summary>What a model costs in space and in work, node by node and in total. Nothing is run.</summary>
public sealed record ModelProfile
{
    /// <summary>The nodes that depend on the input, in the graph's order.</summary>
    public required ImmutableArray<NodeProfile> Nodes { get; init; }

    /// <summary>Trainable numbers; shared or quantized weights count as the weights they stand for.</summary>
    public required long Parameters { get; init; }

    /// <summary>Bytes of all parameters as float32: the size that compression is measured against.</summary>
    public long WeightBytes => checked(Parameters * sizeof(float));

    /// <summary>Bytes of all constants as the file stores them.</summary>
    public required long StoredBytes { get; init; }

    /// <summary>Weights of the layers that are not zero.</summary>
    public required long NonZero { get; init; }

    /// <summary>Multiply-adds of convolutions, dense layers and matrix products, as far as they can be told.</summary>
    public required long Macs { get; init; }

    /// <summary>Most bytes that values between operators take at one time, in the best order of the nodes that was found; null where a shape is unknown.</summary>
    public required long? PeakActivationBytes { get; init; }

    /// <summary>The same in the graph's own order.</summary>
    public required long? PeakBytesInGraphOrder { get; init; }

    /// <summary>The nodes whose multiply-adds cannot be told: their shapes are unknown, or Pare does not know what they do.</summary>
    public ImmutableArray<string> Uncounted => [.. Nodes.Where(n => n.Macs is null).Select(n => $"{n.OpType} '{n.Name}'")];

    /// <summary>Profiles a model.</summary>
    /// <param name="model">Any model; what cannot be counted is named in <see cref="Uncounted"/>.</param>
    /// <param name="inputShapes">Shapes of inputs by name, in place of those the model states. An unknown first dimension counts as 1: one example.</param>
    /// <exception cref="BadInputException">Shapes contradict each other.</exception>
    public static ModelProfile Of(Model model, IReadOnlyDictionary<string, ImmutableArray<Dimension>>? inputShapes = null)
    {
        var index = new GraphIndex(model.Graph);
        var types = ShapeInference.OfOneExample(model, inputShapes);
        var constants = new Constants(index);
        var layers = Layer.Of(index).ToDictionary(l => l.Node.Outputs[0], l => l.Weight);
        ImmutableArray<NodeProfile> nodes = [.. model.Graph.Nodes.Index().Where(n => !constants.IsMadeBy(n.Item)).Select(n => Profile(n.Item, n.Index))];
        var peak = PeakMemory.Of(model.Graph, constants.Contains, SizeBytes);
        return new ModelProfile
        {
            Nodes = nodes,
            Parameters = nodes.Sum(n => n.Parameters),
            StoredBytes = model.Graph.AllTensors().Sum(t => (long)t.Data.Length),
            NonZero = nodes.Sum(n => n.Weights?.NonZero ?? 0),
            Macs = nodes.Sum(n => n.Macs ?? 0),
            PeakActivationBytes = peak?.InBestOrder,
            PeakBytesInGraphOrder = peak?.InGraphOrder,
        };

        NodeProfile Profile(Node node, int position)
        {
            long parameters = 0, bytes = 0;
            WeightProfile? weights = null;
            foreach (var input in TrainableInputs.Of(node))
            {
                var value = node.Input(input);
                if (!constants.Contains(value) || !TrainableInputs.IsTrainable(node, types.GetValueOrDefault(value)) || !constants.Claim(WeightForm.Behind(index, value))) continue;
                parameters += TrainableInputs.Count(types.GetValueOrDefault(value));
                bytes += constants.ClaimStoredBytes(value);
                if (layers.GetValueOrDefault(node.Outputs[0]) == value) weights = WeightProfile.Of(Floats(WeightValues.Resolve(index, value)), CodesOf(value));
            }
            return new NodeProfile
            {
                Name = node.Label,
                OpType = node.OpType,
                Index = position,
                OutputShape = types.GetValueOrDefault(node.Outputs[0]).Shape,
                Parameters = parameters,
                StoredBytes = bytes,
                Weights = weights,
                Macs = MacCount.Of(node, value => types.GetValueOrDefault(value).Sizes),
            };
        }

        // The integers that a quantized weight is made from.
        Tensor? CodesOf(string value) => index.Producer(WeightForm.Behind(index, value)) is { } maker && maker.Is("DequantizeLinear") ? index.Constant(maker.Inputs[0]) : null;

        long? SizeBytes(string value) => types.GetValueOrDefault(value) is { Sizes: { } sizes } type && type.Type.Bits() > 0
            ? type.Type.SizeBytes(sizes.Aggregate(1L, (a, b) => checked(a * b))) : null;
    }

    private static ReadOnlySpan<float> Floats(Tensor tensor) => tensor.Type == ElementType.Float ? tensor.Floats : tensor.ToFloats();

    /// <summary>Multiply-adds of each node for one example, by the name of its first output; without those that cannot be told.</summary>
    /// <exception cref="BadInputException">Shapes contradict each other.</exception>
    public static IReadOnlyDictionary<string, long> MacsByNode(Model model)
    {
        var types = ShapeInference.OfOneExample(model);
        var constants = new Constants(new GraphIndex(model.Graph));
        var macs = new Dictionary<string, long>();
        foreach (var node in model.Graph.Nodes.Where(n => n.Outputs.Length > 0 && !constants.IsMadeBy(n)))
            if (MacCount.Of(node, value => types.GetValueOrDefault(value).Sizes) is { } count) macs[node.Outputs[0]] = count;
        return macs;
    }
}
