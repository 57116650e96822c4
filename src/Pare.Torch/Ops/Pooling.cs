namespace Pare.Torch.Ops;

/// <summary>MaxPool, AveragePool and the global pools over 1 to 3 spatial dimensions.</summary>
internal static class Pooling
{
    public static TorchTensor[] MaxPool(OpCall call)
    {
        var window = WindowOf(call, out var x);
        if (call.Node.Outputs.Length > 1 && call.Node.Outputs[1].Length > 0) throw call.Bad("the output Indices is not supported in training");
        return [Max(call, x, window)];
    }

    private static TorchTensor Max(OpCall call, TorchTensor x, Window window)
    {
        var integers = !x.is_floating_point();
        var values = integers ? x.to(torch.ScalarType.Float32) : x;
        // Torch pads both sides alike and by half a window at most; anything else is padded first.
        if (!window.IsSymmetric || window.Begin.Zip(window.Kernel).Any(p => p.First > p.Second / 2))
        {
            values = window.Pad(values, double.NegativeInfinity);
            window = window with { Begin = new long[window.Rank], End = new long[window.Rank] };
        }
        var ceil = call.Node.Int("ceil_mode", 0) != 0;
        var result = window.Rank switch
        {
            1 => torch.nn.functional.max_pool1d(values, window.Kernel[0], window.Strides[0], window.Begin[0], window.Dilations[0], ceil),
            2 => torch.nn.functional.max_pool2d(values, window.Kernel, window.Strides, window.Begin, window.Dilations, ceil),
            _ => torch.nn.functional.max_pool3d(values, window.Kernel, window.Strides, window.Begin, window.Dilations, ceil),
        };
        return integers ? result.to(x.dtype) : result;
    }

    public static TorchTensor AveragePool(OpCall call)
    {
        var window = WindowOf(call, out var x);
        var countPadding = call.Node.Int("count_include_pad", 0) != 0;
        var ceil = call.Node.Int("ceil_mode", 0) != 0;
        if (window.IsSymmetric && window.Dilations.All(d => d == 1) && window.Begin.Zip(window.Kernel).All(p => p.First <= p.Second / 2))
            return Average(x, window, ceil, countPadding);
        // The sum over each window divided by how many cells of it lie inside.
        var none = window with { Begin = new long[window.Rank], End = new long[window.Rank] };
        var sums = Average(window.Pad(x, 0), none, ceil, true);
        if (countPadding) return sums;
        var shares = Average(window.Pad(torch.ones([1, 1, .. x.shape[2..]], dtype: x.dtype), 0), none, ceil, true);
        return sums / shares;
    }

    public static TorchTensor GlobalAveragePool(OpCall call) => call.X.mean(Spatial(call), keepdim: true);

    public static TorchTensor GlobalMaxPool(OpCall call) => torch.amax(call.X, Spatial(call), keepdim: true);

    private static TorchTensor Average(TorchTensor x, Window window, bool ceil, bool countPadding) => window.Rank switch
    {
        1 => torch.nn.functional.avg_pool1d(x, window.Kernel[0], window.Strides[0], window.Begin[0], ceil, countPadding),
        2 => torch.nn.functional.avg_pool2d(x, window.Kernel, window.Strides, window.Begin, ceil, countPadding),
        _ => torch.nn.functional.avg_pool3d(x, window.Kernel, window.Strides, window.Begin, ceil, countPadding),
    };

    private static Window WindowOf(OpCall call, out TorchTensor x)
    {
        x = call.X;
        var rank = (int)x.dim() - 2;
        if (rank is < 1 or > 3) throw call.Bad($"{rank} spatial dimensions, 1 to 3 are supported");
        return Window.Of(call, Window.PerDimension(call, "kernel_shape", rank, 1), x.shape[2..]);
    }

    private static long[] Spatial(OpCall call) => [.. Enumerable.Range(2, (int)call.X.dim() - 2).Select(d => (long)d)];
}
