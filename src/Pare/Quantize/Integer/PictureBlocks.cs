using Pare.Onnx;

namespace Pare.Quantize.Integer;

/// <summary>
/// A convolution of a picture in steps of two as one of 2x2 blocks in steps of one: SpaceToDepth makes the channels of four pixels those of one, and the kernel is
/// put in that order. The same sums of the same codes; but 8-bit kernels gather three channels at a time slowly, twelve fast.
/// </summary>
public static class PictureBlocks
{
    /// <summary>Channels of a picture; more are gathered fast enough as they are.</summary>
    private const int MaxChannels = 4;

    /// <summary>The network with all such convolutions on codes in blocks; itself where there is none.</summary>
    /// <param name="model">A network with QuantizeLinear and DequantizeLinear, as <see cref="Int8Network.Write"/> makes it.</param>
    public static Model Apply(Model model)
    {
        var index = new GraphIndex(model.Graph);
        var types = ShapeInference.OfOneExample(model);
        var names = new FreshNames(model.Graph);
        var tensors = new List<Tensor>();
        var nodes = model.Graph.Nodes.SelectMany(n => Convolution.Of(index, n, v => types.GetValueOrDefault(v).Sizes) is { } found ? found.InBlocks(names, tensors) : [n]).ToList();
        if (tensors.Count == 0) return model;
        return Simplify.Run(model with { Graph = model.Graph with { Nodes = [.. nodes], Initializers = model.Graph.Initializers.AddRange(tensors) } });
    }

    /// <param name="Node">In steps of two, without groups or holes.</param>
    /// <param name="Input">The DequantizeLinear of its input.</param>
    /// <param name="Kernel">That of its weights, whose zero point is 0.</param>
    /// <param name="Codes">The weights' codes, [out, in, height, width].</param>
    /// <param name="Pads">Above, left, below and right, so that whole blocks are what the convolution sees.</param>
    private sealed record Convolution(Node Node, Node Input, Node Kernel, Tensor Codes, long[] Pads)
    {
        public static Convolution? Of(GraphIndex index, Node node, Func<string, long[]?> shape)
        {
            if (!node.Is("Conv") || node.Int("group", 1) != 1 || node.Text("auto_pad", "NOTSET") != "NOTSET" || !node.Ints("strides").SequenceEqual([2L, 2L]) || node.Ints("dilations").Any(d => d != 1)) return null;
            if (index.Producer(node.Inputs[0]) is not { OpType: "DequantizeLinear" } input || index.Producer(node.Inputs[1]) is not { OpType: "DequantizeLinear" } kernel) return null;
            if (index.Constant(kernel.Inputs[0]) is not { Type: ElementType.Int8, Shape: [_, <= MaxChannels, _, _] } codes) return null;
            if (kernel.Input(2) is { Length: > 0 } zero && (index.Constant(zero) is not { } point || point.Data.Span.ContainsAnyExcept((byte)0))) return null;
            if (shape(node.Inputs[0]) is not [_, _, var height, var width] || shape(node.Outputs[0]) is not [_, _, var rows, var columns]) return null;
            long[] given = node.Ints("pads").Length == 4 ? [.. node.Ints("pads")] : [0, 0, 0, 0];
            long[] pads = [given[0], given[1], 2 * (rows - 1) + Even(codes.Shape[2]) - given[0] - height, 2 * (columns - 1) + Even(codes.Shape[3]) - given[1] - width];
            return pads.All(p => p >= 0) ? new Convolution(node, input, kernel, codes, pads) : null;
        }

        public IEnumerable<Node> InBlocks(FreshNames names, List<Tensor> tensors)
        {
            var codes = Input.Inputs[0];
            if (Pads.Any(p => p > 0))
            {
                var (pads, padded) = (names.Of($"{codes}.pads"), names.Of($"{codes}.padded"));
                tensors.Add(Tensor.Of(pads, [8], (long[])[0, 0, Pads[0], Pads[1], 0, 0, Pads[2], Pads[3]]));
                yield return new Node { OpType = "Pad", Inputs = [codes, pads, .. Input.Inputs.Skip(2)], Outputs = [padded] };
                codes = padded;
            }
            var (blocks, real) = (names.Of($"{Input.Inputs[0]}.blocks"), names.Of($"{Input.Outputs[0]}.blocks"));
            yield return new Node { OpType = "SpaceToDepth", Inputs = [codes], Outputs = [blocks], Attributes = [NodeAttribute.Of("blocksize", 2L)] };
            yield return Input with { Name = "", Inputs = Input.Inputs.SetItem(0, blocks), Outputs = [real] };
            var weights = Rearranged(names.Of($"{Codes.Name}.blocks"));
            tensors.Add(weights);
            var kernel = names.Of($"{Kernel.Outputs[0]}.blocks");
            yield return Kernel with { Name = "", Inputs = Kernel.Inputs.SetItem(0, weights.Name), Outputs = [kernel] };
            yield return (Node with { Inputs = Node.Inputs.SetItem(0, real).SetItem(1, kernel) })
                .With(NodeAttribute.Of("kernel_shape", [weights.Shape[2], weights.Shape[3]])).With(NodeAttribute.Of("strides", [1L, 1L])).With(NodeAttribute.Of("pads", [0L, 0L, 0L, 0L]));
        }

        // Channel (i, j, c) of a block is channel c of its pixel in row i and column j (ONNX, SpaceToDepth-13).
        private Tensor Rearranged(string name)
        {
            var (outputs, channels, height, width) = ((int)Codes.Shape[0], (int)Codes.Shape[1], (int)Codes.Shape[2], (int)Codes.Shape[3]);
            var (rows, columns) = ((height + 1) / 2, (width + 1) / 2);
            var from = Codes.Data.Span;
            var to = new byte[outputs * 4 * channels * rows * columns];
            for (var o = 0; o < outputs; o++)
                for (var c = 0; c < channels; c++)
                    for (var y = 0; y < height; y++)
                        for (var x = 0; x < width; x++)
                        {
                            var channel = (y % 2 * 2 + x % 2) * channels + c;
                            to[((o * 4 * channels + channel) * rows + y / 2) * columns + x / 2] = from[((o * channels + c) * height + y) * width + x];
                        }
            return new Tensor { Name = name, Type = ElementType.Int8, Shape = [outputs, 4 * channels, rows, columns], Data = to };
        }

        private static long Even(long length) => length + length % 2;
    }
}
