using Pare.Onnx;

namespace Pare.Torch.Ops;

/// <summary>
/// Computes one operator. The results are new handles, never an input's own; everything else a kernel makes is freed by
/// its caller. Values may share memory, so kernels do not write to their inputs.
/// </summary>
internal delegate TorchTensor[] Kernel(OpCall call);

/// <summary>One evaluation of a node.</summary>
/// <param name="Node">The node; its attributes steer the kernel.</param>
/// <param name="Inputs">Its inputs; null where one is left out.</param>
/// <param name="Opset">Version of the standard's operator set the graph is written in.</param>
/// <param name="Training">True where statistics come from the batch and dropout drops.</param>
/// <param name="Types">The ONNX type of a value, where the file says it; Undefined elsewhere.</param>
internal sealed record OpCall(Node Node, TorchTensor?[] Inputs, long Opset, bool Training, Func<string, ElementType> Types)
{
    /// <summary>The first input.</summary>
    public TorchTensor X => this[0];

    /// <summary>An input that must be there.</summary>
    public TorchTensor this[int index] => Optional(index) ?? throw Bad($"input {index} is left out, it is needed");

    /// <summary>An input that may be left out.</summary>
    public TorchTensor? Optional(int index) => index < Inputs.Length ? Inputs[index] : null;

    /// <summary>The ONNX type of an input, where the file says it; Undefined elsewhere and where the input is left out.</summary>
    public ElementType TypeOf(int index) => Node.Input(index) is { Length: > 0 } name ? Types(name) : ElementType.Undefined;

    /// <summary>All inputs of an operator that takes any number.</summary>
    public TorchTensor[] All => [.. Enumerable.Range(0, Inputs.Length).Select(i => this[i])];

    /// <summary>The elements of a small integer input.</summary>
    public long[] Longs(int index) => Longs(this[index]);

    /// <summary>
    /// Integers that older operator sets give as an attribute and newer ones as an input; null where neither is there.
    /// </summary>
    public long[]? LongsOf(int input, string attribute) =>
        Optional(input) is { } tensor ? Longs(tensor) : Node.Has(attribute) ? [.. Node.Ints(attribute)] : null;

    /// <summary>The elements of a small numeric input as doubles; null where it is left out.</summary>
    public double[]? Doubles(int index)
    {
        if (Optional(index) is not { } tensor) return null;
        return tensor.numel() == 0 ? [] : tensor.detach().to(torch.ScalarType.Float64).contiguous().data<double>().ToArray();
    }

    /// <summary>An axis attribute, counted from the front.</summary>
    public int Axis(string attribute, long otherwise, long rank) => Axis(Node.Int(attribute, otherwise), rank);

    /// <summary>An axis counted from the front.</summary>
    public int Axis(long axis, long rank) => axis >= -rank && axis < Math.Max(rank, 1)
        ? (int)(axis < 0 ? axis + rank : axis)
        : throw Bad($"axis {axis} is outside a value of rank {rank}");

    public BadInputException Bad(string found) => new($"node {Node}: {found}");

    private static long[] Longs(TorchTensor tensor) =>
        tensor.numel() == 0 ? [] : tensor.detach().to(torch.ScalarType.Int64).contiguous().data<long>().ToArray();
}
