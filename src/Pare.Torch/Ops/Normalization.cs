namespace Pare.Torch.Ops;

/// <summary>BatchNormalization, Instance- and LayerNormalization, LRN.</summary>
internal static class Normalization
{
    /// <summary>
    /// BatchNormalization over dimension 1. When training, statistics come from the batch, and the running ones move in place (a graph that asks
    /// for training by itself gives the moved ones out instead):
    /// running = running · momentum + batch · (1 − momentum), with the population's variance (ONNX, BatchNormalization-15).
    /// </summary>
    public static TorchTensor[] Batch(OpCall call)
    {
        var (x, scale, bias, mean, variance) = (call.X, call[1], call[2], call[3], call[4]);
        var epsilon = call.Node.Float("epsilon", 1e-5f);
        // One value a channel has no variance: while training such a batch moves nothing.
        if (call.Training ? x.numel() == x.shape[1] : call.Node.Int("training_mode", 0) == 0) return [torch.nn.functional.batch_norm(x, mean, variance, scale, bias, false, 0, epsilon)];
        var momentum = call.Node.Float("momentum", 0.9f);
        // Torch keeps the tensors it is given for the way back, so they must stay as they are after this.
        var (movedMean, movedVariance) = (mean.clone(), variance.clone());
        var y = torch.nn.functional.batch_norm(x, movedMean, movedVariance, scale, bias, true, 1 - (double)momentum, epsilon);
        using var noGradients = torch.no_grad();
        // Torch moves by the sample's variance, n / (n - 1) of the population's.
        var count = (double)(x.numel() / x.shape[1]);
        var kept = variance.Times(momentum);
        var population = count > 1 ? kept.Plus(movedVariance.Minus(kept).Times((count - 1) / count)) : kept;
        if (call.Training)
        {
            mean.copy_(movedMean);
            variance.copy_(population);
        }
        return [y, movedMean, population];
    }

    /// <summary>InstanceNormalization: each channel of each example by its own mean and variance.</summary>
    public static TorchTensor Instance(OpCall call)
    {
        var shape = call.X.shape;
        long[] perChannel = [1, shape[1], .. Enumerable.Repeat(1L, shape.Length - 2)];
        var y = Standardized(call.X, Axes(2, shape.Length), call.Node.Float("epsilon", 1e-5f)).Value;
        return (y * call[1].reshape(perChannel)).Plus(call[2].reshape(perChannel));
    }

    /// <summary>LayerNormalization over the axes from one on. Outputs the result, the mean and 1 / standard deviation.</summary>
    public static TorchTensor[] Layer(OpCall call)
    {
        var x = call.X;
        var axes = Axes(call.Axis("axis", -1, x.dim()), x.dim());
        var (value, mean, inverse) = Standardized(x, axes, call.Node.Float("epsilon", 1e-5f));
        var y = value * call[1];
        return [call.Optional(2) is { } bias ? y.Plus(bias) : y, mean, inverse];
    }

    /// <summary>GroupNormalization; scale and bias are per group before operator set 21, per channel from then on.</summary>
    public static TorchTensor Group(OpCall call)
    {
        var (x, shape, groups) = (call.X, call.X.shape, call.Node.Int("num_groups", 1));
        long[] perChannel = [1, shape[1], .. Enumerable.Repeat(1L, shape.Length - 2)];
        TorchTensor Spread(TorchTensor p) => (p.shape[0] == shape[1] ? p : p.repeat_interleave(shape[1] / groups, 0)).reshape(perChannel);
        var y = Standardized(x.reshape(shape[0], groups, -1), [2], call.Node.Float("epsilon", 1e-5f)).Value.reshape(shape);
        return (y * Spread(call[1])).Plus(Spread(call[2]));
    }

    /// <summary>RMSNormalization over the axes from one on.</summary>
    public static TorchTensor RootMeanSquare(OpCall call)
    {
        var x = call.X;
        var square = x.square().mean(Axes(call.Axis("axis", -1, x.dim()), x.dim()), keepdim: true);
        return x / square.Plus(call.Node.Float("epsilon", 1e-5f)).sqrt() * call[1];
    }

    /// <summary>MeanVarianceNormalization over the given axes.</summary>
    public static TorchTensor MeanVariance(OpCall call)
    {
        long[] axes = call.Node.Has("axes") ? [.. call.Node.Ints("axes")] : [0, 2, 3];
        return call.X.Minus(call.X.mean(axes, keepdim: true)) / call.X.var(axes, unbiased: false, keepdim: true).sqrt().Plus(1e-9);
    }

    /// <summary>
    /// Local response normalization across channels: x / (bias + alpha · mean of squares around the channel)^beta, the
    /// mean taken over "size" channels, those outside counting as zero.
    /// </summary>
    public static TorchTensor AcrossChannels(OpCall call)
    {
        var (x, size) = (call.X, call.Node.Int("size", 1));
        var squares = x.square().reshape(x.shape[0], 1, x.shape[1], -1);
        var padded = torch.nn.functional.pad(squares, [0, 0, (size - 1) / 2, size / 2]);
        var means = torch.nn.functional.avg_pool2d(padded, [size, 1], [1, 1]).reshape(x.shape);
        return x / means.Times(call.Node.Float("alpha", 1e-4f)).Plus(call.Node.Float("bias", 1)).pow(Scalars.Of(call.Node.Float("beta", 0.75f)));
    }

    private static (TorchTensor Value, TorchTensor Mean, TorchTensor Inverse) Standardized(TorchTensor x, long[] axes, float epsilon)
    {
        var mean = x.mean(axes, keepdim: true);
        var inverse = x.var(axes, unbiased: false, keepdim: true).Plus(epsilon).rsqrt();
        return (x.Minus(mean) * inverse, mean, inverse);
    }

    private static long[] Axes(long from, long rank) => [.. Enumerable.Range((int)from, (int)(rank - from)).Select(d => (long)d)];
}
