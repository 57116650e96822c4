using System.Collections.Immutable;
using Pare.Onnx;
using Pare.Quantize.Integer;

namespace Pare.Quantize;

/// <summary>
/// Weights in 4 bits. Those of matrix products have a scale for each 32 inputs of an output: <c>MatMul(x, DequantizeLinear(codes, scales))</c>, which
/// ONNX Runtime fuses to MatMulNBits; Gemm becomes MatMul and Sub of the negative bias, since only the former is fused. Those of convolutions have a
/// scale for each output channel, for storage: the runtime computes them in float.
/// </summary>
public static class Int4Weights
{
    /// <summary>First version of the standard's operators that has blocks and 4 bits.</summary>
    private const int MinOpset = 21;

    /// <summary>The float model as it is quantized: folded, and in an opset that has what is needed. Equal in what it computes.</summary>
    /// <exception cref="BadInputException">It is quantized already, or its opset cannot be raised.</exception>
    public static Model Prepare(Model model)
    {
        AlreadyQuantized.Refuse(model);
        return OpsetRaise.WithConstantInitializers(OpsetRaise.To(Simplify.Run(model), MinOpset));
    }

    /// <summary>Quantizes the weights, under the scales with the smallest squared error.</summary>
    /// <param name="model">A float model; it is not changed.</param>
    /// <param name="exclude">Patterns of layers to leave alone, by name, weight or operator; * and ? stand for any characters.</param>
    /// <param name="moments">Second moments of the inputs of <see cref="Prepare"/>'s layers, by the layer's output; layers without them are rounded to the nearest code.</param>
    /// <param name="method">How weights become codes where moments are known.</param>
    /// <exception cref="BadInputException">There is no such layer, a weight is not finite, or the opset cannot be raised.</exception>
    public static StepResult Quantize(
        Model model, IReadOnlyList<string>? exclude = null, IReadOnlyDictionary<string, InputMoments>? moments = null, RoundingMethod method = RoundingMethod.Gptq)
    {
        model = Prepare(model);
        var index = new GraphIndex(model.Graph);
        var patterns = new LayerPatterns(exclude ?? []);
        var layers = Layer.Of(index).ToList();
        patterns.CheckAllFit(layers);

        var names = new FreshNames(model.Graph);
        var blocks = new Dictionary<(string Weight, bool Transposed, float Alpha), string>();
        var kernels = new Dictionary<string, WeightForm>();
        var written = new Dictionary<Node, ImmutableArray<Node>>(ReferenceEqualityComparer.Instance);
        var (tensors, constants, changes, left) = (new List<Tensor>(), new List<Node>(), new List<LayerChange>(), new List<string>());
        foreach (var layer in layers.Where(l => !patterns.Fits(l)))
        {
            var seen = moments?.GetValueOrDefault(layer.Node.Outputs[0]);
            if (layer.Node.Is("Conv") && WeightForm.ReadDense(index, layer.Weight) is { Data.IsEmpty: false } kernel)
            {
                kernel.ThrowUnlessFinite();
                var coded = Channels(kernel, (int)layer.Node.Int("group", 1), seen, method);
                kernels[layer.Weight] = coded.Form(layer.Weight);
                changes.Add(new LayerChange(layer.Name, kernel.Count, coded.Kept(), 4) { Rounding = new(coded.Error(), true, "output channels") });
            }
            else if (MatrixOf(index, layer) is { } weight)
            {
                weight.ThrowUnlessFinite();
                var codes = Blocks4.Of(weight, seen, method);
                var key = (layer.Weight, layer.Node.Int("transB", 0) != 0, layer.Node.Float("alpha", 1));
                if (!blocks.TryGetValue(key, out var name))
                {
                    blocks[key] = name = names.Of($"{layer.Weight}.int4");
                    var form = codes.Form(name);
                    tensors.AddRange(form.Tensors);
                    constants.AddRange(form.Nodes);
                }
                written[layer.Node] = Product(index, layer, name, names, tensors);
                changes.Add(new LayerChange(layer.Name, weight.Count, codes.Kept, 4) { Rounding = new(codes.Error, true, "blocks of 32") });
            }
            else
            {
                left.Add(layer.Name);
            }
        }
        if (changes.Count == 0) throw new BadInputException("the model has no Conv, MatMul or Gemm with constant float weights to quantize to 4 bits");
        var graph = model.Graph with
        {
            Nodes = [.. constants, .. model.Graph.Nodes.SelectMany(n => written.TryGetValue(n, out var others) ? others : [n])],
            Initializers = model.Graph.Initializers.AddRange(tensors),
        };
        return new StepResult(Simplify.Run(WeightForm.Replace(model with { Graph = graph }, kernels)), "quantize", changes) { LeftAlone = left };
    }

    private static LinearWeight Channels(Tensor kernel, int groups, InputMoments? moments, RoundingMethod method)
    {
        var (channels, length) = ((int)kernel.Shape[0], (int)(kernel.Count / kernel.Shape[0]));
        var weight = new LinearWeight(kernel, [.. Enumerable.Range(0, channels).Select(c => Affine.LeastError(kernel.Floats.Slice(c * length, length), CodeRange.Int4))], 0);
        return moments is null || method == RoundingMethod.Nearest ? weight : weight.Compensated(0, groups, moments, method);
    }

    // The weight as [inputs, outputs], with Gemm's alpha in it.
    private static Tensor? MatrixOf(GraphIndex index, Layer layer)
    {
        if (layer.Node.OpType is not ("MatMul" or "Gemm") || layer.WeightInput != 1 || layer.Node.Int("transA", 0) != 0) return null;
        if (WeightForm.ReadDense(index, layer.Weight) is not { Shape.Length: 2, Data.IsEmpty: false } weight) return null;
        if (layer.Bias.Length > 0 && (Bias(index, layer) is null || layer.Node.Float("beta", 1) != 1)) return null;
        var alpha = layer.Node.Float("alpha", 1);
        var transposed = layer.Node.Int("transB", 0) != 0;
        if (alpha == 1 && !transposed) return weight;
        var (rows, columns) = ((int)weight.Shape[0], (int)weight.Shape[1]);
        var matrix = transposed ? Matrix.Transposed(weight.Floats, rows, columns) : weight.Floats.ToArray();
        foreach (ref var value in matrix.AsSpan()) value *= alpha;
        return Tensor.Of(weight.Name, transposed ? [columns, rows] : [rows, columns], matrix);
    }

    private static Tensor? Bias(GraphIndex index, Layer layer) => layer.Bias.Length > 0 && index.Constant(layer.Bias) is { Type: ElementType.Float } bias ? bias : null;

    private static ImmutableArray<Node> Product(GraphIndex index, Layer layer, string weight, FreshNames names, List<Tensor> tensors)
    {
        var node = layer.Node;
        if (Bias(index, layer) is not { } bias) return [new Node { OpType = "MatMul", Name = node.Name, Inputs = [node.Inputs[0], weight], Outputs = node.Outputs }];
        var (product, negative) = (names.Of($"{node.Outputs[0]}.product"), names.Of($"{node.Outputs[0]}.negative"));
        // ONNX Runtime would make a Gemm of a MatMul and an Add first, and not see the codes: a difference it leaves alone.
        tensors.Add(Tensor.Of(negative, bias.Shape.AsSpan(), [.. bias.Floats.ToArray().Select(b => -b)]));
        return
        [
            new Node { OpType = "MatMul", Name = node.Name, Inputs = [node.Inputs[0], weight], Outputs = [product] },
            new Node { OpType = "Sub", Inputs = [product, negative], Outputs = node.Outputs },
        ];
    }
}
