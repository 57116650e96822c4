namespace Pare.Torch.Ops;

/// <summary>The Reduce operators: one value for each group of elements along some axes.</summary>
internal static class Reductions
{
    public static TorchTensor Sum(OpCall call) => Over(call, Sum);

    public static TorchTensor Mean(OpCall call) => Over(call, (x, axes, keep) => x.is_floating_point()
        ? x.mean(axes, keep)
        : Elementwise.TowardsZero(Sum(x, axes, keep), torch.tensor(axes.Aggregate(1L, (n, a) => n * x.shape[a]))).to(x.dtype));

    public static TorchTensor Max(OpCall call) => Over(call, (x, axes, keep) => torch.amax(x, axes, keep));

    public static TorchTensor Min(OpCall call) => Over(call, (x, axes, keep) => torch.amin(x, axes, keep));

    public static TorchTensor L1(OpCall call) => Over(call, (x, axes, keep) => Sum(x.abs(), axes, keep));

    // Torch's own norm has a gradient where all elements are 0; that of a square root is none.
    public static TorchTensor L2(OpCall call) => Over(call, (x, axes, keep) => x.is_floating_point()
        ? torch.linalg.vector_norm(x, 2, axes, keep)
        : Elementwise.To(Sum(x.square(), axes, keep).sqrt(), x.dtype));

    public static TorchTensor SumSquare(OpCall call) => Over(call, (x, axes, keep) => Sum(x.square(), axes, keep));

    public static TorchTensor LogSum(OpCall call) => Over(call, (x, axes, keep) => Sum(x, axes, keep).log());

    public static TorchTensor LogSumExp(OpCall call) => Over(call, (x, axes, keep) =>
    {
        // Shifted by the largest element, so that no power overflows.
        var largest = torch.amax(x, axes, keepdim: true).detach();
        var sum = Sum(x.Minus(largest).exp(), axes, true).log().Plus(largest);
        return keep ? sum : sum.reshape(Kept(x.shape, axes));
    });

    public static TorchTensor Product(OpCall call) => Over(call, (x, axes, keep) =>
    {
        var product = axes.OrderDescending().Aggregate(x, (p, axis) => p.prod(axis, keep, x.dtype));
        return axes.Length == 0 ? x.alias() : product;
    });

    /// <summary>Index of the largest element along an axis.</summary>
    public static TorchTensor ArgMax(OpCall call) => Arg(call, (x, axis, keep) => x.argmax(axis, keep));

    /// <summary>Index of the smallest element along an axis.</summary>
    public static TorchTensor ArgMin(OpCall call) => Arg(call, (x, axis, keep) => x.argmin(axis, keep));

    public static TorchTensor CumSum(OpCall call)
    {
        var axis = call.Axis(call.Longs(1)[0], call.X.dim());
        var reverse = call.Node.Int("reverse", 0) != 0;
        var x = reverse ? call.X.flip([axis]) : call.X;
        var sum = x.cumsum(axis, x.dtype);
        if (call.Node.Int("exclusive", 0) != 0) sum = sum.Minus(x);
        return reverse ? sum.flip([axis]) : sum;
    }

    private static TorchTensor Arg(OpCall call, Func<TorchTensor, long, bool, TorchTensor> best)
    {
        var x = call.X;
        var axis = call.Axis("axis", 0, x.dim());
        var keep = call.Node.Int("keepdims", 1) != 0;
        if (call.Node.Int("select_last_index", 0) == 0) return best(x, axis, keep);
        using Scalar last = x.shape[axis] - 1, minus = -1L;
        return best(x.flip([axis]), axis, keep).mul(minus).add(last, Scalars.One);
    }

    private static TorchTensor Over(OpCall call, Func<TorchTensor, long[], bool, TorchTensor> reduce)
    {
        var axes = call.LongsOf(1, "axes") ?? [];
        if (axes.Length == 0)
        {
            // No axes: nothing is reduced where the node says so, else everything.
            if (call.Node.Int("noop_with_empty_axes", 0) != 0) return call.X.alias();
            axes = [.. Enumerable.Range(0, (int)call.X.dim()).Select(d => (long)d)];
        }
        axes = [.. axes.Select(a => (long)call.Axis(a, call.X.dim()))];
        return call.X.dim() == 0 ? reduce(call.X.reshape(1), [0], false) : reduce(call.X, axes, call.Node.Int("keepdims", 1) != 0);
    }

    private static TorchTensor Sum(TorchTensor x, long[] axes, bool keep) => x.sum(axes, keep, x.dtype);

    private static long[] Kept(long[] shape, long[] axes) => [.. shape.Where((_, d) => !axes.Contains(d))];
}
