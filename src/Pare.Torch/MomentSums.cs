using Pare.Onnx;
using Pare.Torch.Ops;

namespace Pare.Torch;

/// <summary>
/// Adds up second moments of layers' inputs (<see cref="InputMoments"/>) from the values that any executor shows. A convolution's patches are
/// taken evenly over its examples, a few times as many as a matrix has rows, since more of them say nothing new.
/// </summary>
public sealed class MomentSums : IDisposable
{
    /// <summary>Patches that are aimed at, for each row of the matrix, and at least: with an eighth of these, what is chosen by them overfits badly.</summary>
    private const int PatchesPerInput = 16, MinPatches = 65536;

    private readonly List<Layer> _layers = [];
    private readonly Dictionary<string, Sum> _sums = [];
    private readonly int _examples;

    /// <param name="model">The network.</param>
    /// <param name="outputs">Outputs of the layers in question: Conv of 1 or 2 spatial dimensions, Gemm, MatMul with a constant weight on the right. Others are passed over.</param>
    /// <param name="examples">How many examples will be shown.</param>
    public MomentSums(Model model, IReadOnlyList<string> outputs, int examples)
    {
        _examples = examples;
        var index = new GraphIndex(model.Graph);
        var wanted = outputs.ToHashSet();
        foreach (var layer in Layer.Of(index).Where(l => wanted.Contains(l.Node.Outputs[0]) && l.WeightInput == 1))
        {
            if (ShapeOf(index, layer) is not { } shape) continue;
            _layers.Add(layer);
            _sums[layer.Node.Outputs[0]] = new Sum(shape.Groups, shape.Inputs, shape.Kernel);
        }
    }

    /// <summary>The values to show.</summary>
    public IReadOnlyList<string> Inputs => [.. _layers.Select(l => l.Node.Inputs[0]).Distinct()];

    /// <summary>Takes a value of a batch of examples.</summary>
    public void Add(Tensor value)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        var x = value.ToTorch();
        foreach (var layer in _layers.Where(l => l.Node.Inputs[0] == value.Name)) _sums[layer.Node.Outputs[0]].Add(layer.Node, x, _examples);
    }

    /// <summary>The moments of each layer, by its output. A layer whose input was not shown has none.</summary>
    public IReadOnlyDictionary<string, InputMoments> ToMoments() => _sums.Where(s => s.Value.Samples > 0).ToDictionary(s => s.Key, s => s.Value.ToMoments());

    public void Dispose()
    {
        foreach (var sum in _sums.Values) sum.Dispose();
    }

    private static (int Groups, int Inputs, long[] Kernel)? ShapeOf(GraphIndex index, Layer layer)
    {
        if (WeightForm.ReadDense(index, layer.Weight) is not { Shape: { Length: > 1 } shape }) return null;
        return layer.Node.OpType switch
        {
            "Conv" when shape.Length is 3 or 4 => ((int)layer.Node.Int("group", 1), (int)shape.Skip(1).Aggregate(1L, (a, b) => a * b), [.. shape.Skip(2)]),
            "MatMul" when shape.Length == 2 => (1, (int)shape[0], []),
            "Gemm" when shape.Length == 2 && layer.Node.Int("transA", 0) == 0 => (1, (int)shape[layer.Node.Int("transB", 0) != 0 ? 1 : 0], []),
            _ => null,
        };
    }

    /// <summary>The sums of one layer.</summary>
    private sealed class Sum(int groups, int inputs, long[] kernel) : IDisposable
    {
        private readonly IReadOnlyList<MomentBlock> _blocks = InputMoments.Plan(groups, inputs);
        private TorchTensor[]? _sums, _means;
        private long _seen;

        public long Samples { get; private set; }

        public void Add(Node node, TorchTensor x, int examples)
        {
            // [group, inputs, patches]
            var patches = kernel.Length == 0 ? x.reshape(1, -1, inputs).transpose(1, 2) : Unfold(node, x);
            var stride = Math.Max(1, examples * (patches.shape[2] / Math.Max(1, x.shape[0])) / Math.Max(MinPatches, (long)PatchesPerInput * inputs));
            var first = (stride - _seen % stride) % stride;
            _seen += patches.shape[2];
            if (first >= patches.shape[2]) return;
            patches = patches.slice(2, first, patches.shape[2], stride);
            Samples += patches.shape[2];
            _sums ??= [.. _blocks.Select(b => torch.zeros(b.Size, b.Size).DetachFromDisposeScope())];
            _means ??= [.. _blocks.Select(b => torch.zeros(b.Size).DetachFromDisposeScope())];
            for (var i = 0; i < _blocks.Count; i++)
            {
                var part = patches[_blocks[i].Group].slice(0, _blocks[i].First, _blocks[i].First + _blocks[i].Size, 1);
                _sums[i].add_(part.matmul(part.t()), Scalars.One);
                _means[i].add_(part.sum(1), Scalars.One);
            }
        }

        public InputMoments ToMoments()
        {
            for (var i = 0; i < _blocks.Count; i++)
            {
                using Scalar samples = Samples;
                using TorchTensor second = _sums![i].div(samples), first = _means![i].div(samples);
                second.data<float>().CopyTo(_blocks[i].Values);
                first.data<float>().CopyTo(_blocks[i].Means);
            }
            return new InputMoments(_blocks, Samples);
        }

        private TorchTensor Unfold(Node node, TorchTensor x)
        {
            var call = new OpCall(node, [x], 0, false, _ => ElementType.Undefined);
            var window = Window.Of(call, kernel, x.shape[2..]);
            x = window.Pad(x, 0);
            // One spatial dimension is two, one of which is 1.
            var isFlat = window.Rank == 1;
            if (isFlat) x = x.unsqueeze(2);
            var columns = torch.nn.functional.unfold(x, Pair(kernel), Pair(window.Dilations), (0, 0), Pair(window.Strides));
            return columns.reshape(x.shape[0], groups, inputs, -1).permute(1, 2, 0, 3).reshape(groups, inputs, -1);

            (long, long) Pair(long[] values) => isFlat ? (1, values[0]) : (values[0], values[1]);
        }

        public void Dispose()
        {
            foreach (var sum in (_sums ?? []).Concat(_means ?? [])) sum.Dispose();
        }
    }
}
