namespace Pare.Torch.Ops;

/// <summary>MaxPool, AveragePool and the global pools over 1 to 3 spatial dimensions.</summary>
internal static class Pooling
{
    public static TorchTensor[] MaxPool(OpCall call)
    {
        var window = WindowOf(call, out var x);
        if (call.Node.Outputs.Length > 1 && call.Node.Outputs[1].Length > 0) return MaxWithIndices(call, x, window);
        return [window.Fitted(Max(call, x, window), x.shape[2..])];
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

    /// <summary>The largest values and where they stand, counted over the whole input.</summary>
    private static TorchTensor[] MaxWithIndices(OpCall call, TorchTensor x, Window window)
    {
        if (!window.IsSymmetric) throw call.Bad("the output Indices is supported only where both sides are padded alike");
        var ceil = call.Node.Int("ceil_mode", 0) != 0;
        var (values, places) = window.Rank switch
        {
            1 => torch.nn.functional.max_pool1d_with_indices(x, window.Kernel[0], window.Strides[0], window.Begin[0], window.Dilations[0], ceil),
            2 => torch.nn.functional.max_pool2d_with_indices(x, window.Kernel, window.Strides, window.Begin, window.Dilations, ceil),
            _ => torch.nn.functional.max_pool3d_with_indices(x, window.Kernel, window.Strides, window.Begin, window.Dilations, ceil),
        };
        if (call.Node.Int("storage_order", 0) != 0 && window.Rank == 2)
        {
            var (height, width) = (x.shape[2], x.shape[3]);
            using Scalar row = width, column = height;
            places = torch.remainder(places, row).mul(column).Plus(places.floor_divide(row));
        }
        using Scalar planes = x.shape[0] * x.shape[1], plane = x.shape[2..].Aggregate(1L, (a, b) => a * b);
        var starts = torch.arange(planes).reshape([x.shape[0], x.shape[1], .. Enumerable.Repeat(1L, window.Rank)]).mul(plane);
        return [values, places.Plus(starts)];
    }

    public static TorchTensor AveragePool(OpCall call)
    {
        var window = WindowOf(call, out var x);
        var countPadding = call.Node.Int("count_include_pad", 0) != 0;
        var ceil = call.Node.Int("ceil_mode", 0) != 0;
        if (window.Dilations.Any(d => d != 1)) return DilatedAverage(call, x, window, countPadding);
        if (window.IsSymmetric && window.Begin.Zip(window.Kernel).All(p => p.First <= p.Second / 2))
            return Average(x, window, ceil, countPadding);
        // The sum over each window divided by how many cells of it lie inside.
        var none = window with { Begin = new long[window.Rank], End = new long[window.Rank] };
        var sizes = x.shape[2..];
        var sums = window.Fitted(Average(window.Pad(x, 0), none, ceil, true), sizes);
        if (countPadding) return sums;
        var shares = window.Fitted(Average(window.Pad(torch.ones([1, 1, .. sizes], dtype: x.dtype), 0), none, ceil, true), sizes);
        return sums / shares;
    }

    // As a window over the whole picture: the gradient of a mean would not have the picture's order of memory (see ChannelsLast).
    public static TorchTensor GlobalAveragePool(OpCall call) => call.X.dim() == 4 ? torch.nn.functional.avg_pool2d(call.X, call.X.shape[2..], [1, 1]) : call.X.mean(Spatial(call), keepdim: true);

    public static TorchTensor GlobalMaxPool(OpCall call) => torch.amax(call.X, Spatial(call), keepdim: true);

    private static TorchTensor Average(TorchTensor x, Window window, bool ceil, bool countPadding) => window.Rank switch
    {
        1 => torch.nn.functional.avg_pool1d(x, window.Kernel[0], window.Strides[0], window.Begin[0], ceil, countPadding),
        2 => torch.nn.functional.avg_pool2d(x, window.Kernel, window.Strides, window.Begin, ceil, countPadding),
        _ => torch.nn.functional.avg_pool3d(x, window.Kernel, window.Strides, window.Begin, ceil, countPadding),
    };

    // Torch has no dilated average: a convolution of each channel with ones is one.
    private static TorchTensor DilatedAverage(OpCall call, TorchTensor x, Window window, bool countPadding)
    {
        if (window.Rank != 2) throw call.Bad("dilations are supported over 2 spatial dimensions");
        if (call.Node.Int("ceil_mode", 0) != 0) throw call.Bad("dilations together with ceil_mode are not supported");
        TorchTensor Sums(TorchTensor values) => torch.nn.functional.conv2d(
            window.Pad(values, 0), torch.ones([values.shape[1], 1, .. window.Kernel], dtype: x.dtype), null, window.Strides, [0, 0], window.Dilations, values.shape[1]);
        var cells = countPadding ? null : Sums(torch.ones([1, 1, .. x.shape[2..]], dtype: x.dtype));
        return cells is null ? Sums(x).Times(1.0 / (window.Kernel[0] * window.Kernel[1])) : Sums(x) / cells;
    }

    private static Window WindowOf(OpCall call, out TorchTensor x)
    {
        x = call.X;
        var rank = (int)x.dim() - 2;
        if (rank is < 1 or > 3) throw call.Bad($"{rank} spatial dimensions, 1 to 3 are supported");
        return Window.Of(call, Window.PerDimension(call, "kernel_shape", rank, 1), x.shape[2..]);
    }

    private static long[] Spatial(OpCall call) => [.. Enumerable.Range(2, (int)call.X.dim() - 2).Select(d => (long)d)];
}
