using System.Collections.Immutable;
using Pare.Onnx;

namespace Pare.LowRank;

/// <summary>Finds the layers of a model and what can be done to each.</summary>
public static class FactorLayers
{
    /// <summary>Every layer of the model in the graph's order; those that cannot be factorised say why.</summary>
    /// <exception cref="BadInputException">A pattern fits no layer, or shapes contradict each other.</exception>
    public static IReadOnlyList<FactorLayer> Of(Model model, FactorizeOptions options)
    {
        var index = new GraphIndex(model.Graph);
        var layers = Layer.Of(index).ToList();
        var patterns = new LayerPatterns(options.Exclude);
        patterns.CheckAllFit(layers);
        var types = ShapeInference.OfOneExample(model);
        return [.. layers.Select(l => patterns.Fits(l) ? Left(l, "excluded") : Of(index, l, options.Method, v => types.GetValueOrDefault(v).Sizes))];
    }

    private static FactorLayer Left(Layer layer, string reason) => new() { Layer = layer, Reason = reason };

    private static FactorLayer Of(GraphIndex index, Layer layer, FactorMethod? method, Func<string, long[]?> shape)
    {
        var node = layer.Node;
        if (node.OpType == "ConvTranspose") return Left(layer, "transposed convolutions are not factorised");
        if (layer.WeightInput != 1) return Left(layer, "its weight stands on the left");
        if (node.Is("Gemm") && node.Int("transA", 0) != 0) return Left(layer, "its input is transposed");
        if (node.Int("group", 1) != 1) return Left(layer, $"{node.Int("group", 1)} groups");
        if (index.Consumers(layer.Weight) is { Count: > 1 } users) return Left(layer, $"its weight is also that of '{users.First(u => u != node).Label}'");
        if (index.IsOutput(layer.Weight) || node.Inputs.Count(i => i == layer.Weight) > 1) return Left(layer, "its weight is used elsewhere too");
        if (WeightForm.ReadDense(index, layer.Weight) is not { Data.IsEmpty: false } weight) return Left(layer, "its weights are quantized, or in a form that is not known");
        return node.Is("Conv") ? Convolution(layer, weight, method, shape) : Dense(layer, weight, shape);
    }

    private static FactorLayer Dense(Layer layer, Tensor weight, Func<string, long[]?> shape)
    {
        if (weight.Shape.Length != 2) return Left(layer, $"its weight has {weight.Shape.Length} dimensions");
        var inputsFirst = layer.Node.Int("transB", 0) == 0;
        var places = shape(layer.Node.Outputs[0]);
        return new FactorLayer
        {
            Layer = layer, Weight = weight, InputsFirst = inputsFirst, Methods = [FactorMethod.Svd],
            Outputs = (int)weight.Shape[inputsFirst ? 1 : 0], Inputs = (int)weight.Shape[inputsFirst ? 0 : 1],
            HasKnownShape = places is not null, OutputPlaces = places is null ? 1 : Product(places.AsSpan()[..^1]),
        };
    }

    private static FactorLayer Convolution(Layer layer, Tensor weight, FactorMethod? method, Func<string, long[]?> shape)
    {
        if (weight.Shape.Length < 3) return Left(layer, $"its weight has {weight.Shape.Length} dimensions");
        ImmutableArray<int> kernel = [.. weight.Shape.Skip(2).Select(d => (int)d)];
        ImmutableArray<FactorMethod> methods = kernel.All(k => k == 1) ? [FactorMethod.Svd]
            : kernel.Length == 2 ? [FactorMethod.Channel, FactorMethod.Spatial, FactorMethod.Tucker2]
            : [FactorMethod.Channel, FactorMethod.Tucker2];
        if (method is { } asked && methods[0] != FactorMethod.Svd)
        {
            if (!methods.Contains(asked)) return Left(layer, asked == FactorMethod.Svd ? "'svd' takes dense layers and 1x1 convolutions" : "'spatial' needs two spatial dimensions");
            methods = [asked];
        }
        var (input, output) = (shape(layer.Node.Inputs[0]), shape(layer.Node.Outputs[0]));
        var known = input is not null && output is not null && input.Length == weight.Shape.Length && output.Length == weight.Shape.Length;
        return new FactorLayer
        {
            Layer = layer, Weight = weight, Methods = methods, Outputs = (int)weight.Shape[0], Inputs = (int)weight.Shape[1], Kernel = kernel, HasKnownShape = known,
            InputPlaces = known ? input![0] * Product(input.AsSpan(2)) : 1,
            // The first layer of a spatial split has slid along the height only.
            MiddlePlaces = known && kernel.Length == 2 ? output![0] * output[2] * input![3] : 1,
            OutputPlaces = known ? output![0] * Product(output.AsSpan(2)) : 1,
        };
    }

    private static long Product(ReadOnlySpan<long> sizes)
    {
        long product = 1;
        foreach (var size in sizes) product = checked(product * size);
        return product;
    }
}
