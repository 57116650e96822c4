using Pare.Onnx;

namespace Pare.Zoo;

/// <summary>
/// A value on its way through a network that is being built: <see cref="Channels"/> maps of <see cref="Height"/> x
/// <see cref="Width"/>, or after <see cref="Flatten"/> a plain vector. Each method adds one layer and returns what comes out; using a value twice is
/// how a network branches.
/// </summary>
public sealed record Features
{
    private readonly GraphBuilder _builder;

    internal Features(GraphBuilder builder, string name, int channels, int height, int width, bool isFlat = false)
    {
        _builder = builder;
        (Name, Channels, Height, Width, IsFlat) = (name, channels, height, width, isFlat);
    }

    public string Name { get; private init; }
    public int Channels { get; private init; }
    public int Height { get; private init; }
    public int Width { get; private init; }

    /// <summary>True for a vector of <see cref="Channels"/> numbers.</summary>
    public bool IsFlat { get; private init; }

    /// <summary>Convolution with a square kernel; weights [channels, in / groups, kernel, kernel]. As many groups as channels make it depthwise.</summary>
    public Features Conv(string name, int channels, int kernel, int stride = 1, int pad = 0, int groups = 1, bool bias = true, Init init = Init.He)
    {
        if (Channels % groups != 0 || channels % groups != 0)
            throw new BadInputException($"layer '{name}': {Channels} channels in and {channels} out do not divide into {groups} groups");
        var weight = _builder.Weight(name, init, channels, Channels / groups, kernel, kernel);
        ReadOnlySpan<string> inputs = bias ? [Name, weight, _builder.Vector(name, "bias", channels, 0)] : [Name, weight];
        var attributes = Window(stride, pad);
        if (groups > 1) attributes.Add(NodeAttribute.Of("group", groups));
        _builder.Add("Conv", name, inputs, [.. attributes]);
        return Slide(name, kernel, stride, pad, ceil: false) with { Channels = channels };
    }

    /// <summary>Fully connected layer on everything there is, flattened first where needed; weights [units, in].</summary>
    public Features Dense(string name, int units, Init init = Init.He)
    {
        if (!IsFlat) return Flatten().Dense(name, units, init);
        if (units < 1) throw new BadInputException($"layer '{name}' would have {units} outputs; at least 1 is needed");
        _builder.Add("Gemm", name, [Name, _builder.Weight(name, init, units, Channels), _builder.Vector(name, "bias", units, 0)], NodeAttribute.Of("transB", 1));
        return this with { Name = name, Channels = units };
    }

    /// <summary>True for small pictures, with a side below 64: networks made for photographs then leave their first strides out.</summary>
    public bool IsSmall => Math.Min(Height, Width) < 64;

    /// <summary>Convolution without bias, and batch normalisation in its place.</summary>
    public Features ConvNorm(string name, int channels, int kernel, int stride = 1, int pad = 0, int groups = 1) =>
        Conv(name, channels, kernel, stride, pad, groups, bias: false).BatchNorm(name + ".norm");

    public Features Relu() => Same("Relu", "relu");

    /// <summary>ReLU cut off at 6.</summary>
    public Features Relu6()
    {
        var name = _builder.Number("relu");
        _builder.Add("Clip", name, [Name, _builder.Scalar("zero", 0), _builder.Scalar("six", 6)]);
        return this with { Name = name };
    }

    /// <summary>
    /// Channel shuffle (Zhang et al. 2018, section 3.1): channel i of group g becomes the g-th of the i-th row, so that the next
    /// grouped convolution sees a part of every group.
    /// </summary>
    public Features Shuffle(int groups)
    {
        if (Channels % groups != 0) throw new BadInputException($"{Channels} channels do not divide into {groups} groups to shuffle");
        var (split, swapped, joined) = (_builder.Number("split"), _builder.Number("swap"), _builder.Number("shuffle"));
        _builder.Add("Reshape", split, [Name, _builder.Shape(0, groups, Channels / groups, Height, Width)]);
        _builder.Add("Transpose", swapped, [split], NodeAttribute.Of("perm", (ReadOnlySpan<long>)[0, 2, 1, 3, 4]));
        _builder.Add("Reshape", joined, [swapped, _builder.Shape(0, Channels, Height, Width)]);
        return this with { Name = joined };
    }

    /// <summary>Adds channels of zeros, half before and half after, until there are so many.</summary>
    public Features PadChannels(int channels)
    {
        if (channels < Channels) throw new ArgumentException($"there are {Channels} channels already", nameof(channels));
        if (channels == Channels) return this;
        var (name, before) = (_builder.Number("pad"), (channels - Channels) / 2);
        _builder.Add("Pad", name, [Name, _builder.Shape(0, before, 0, 0, 0, channels - Channels - before, 0, 0)]);
        return this with { Name = name, Channels = channels };
    }

    /// <summary>Dropout of one half, as a node that only training heeds.</summary>
    public Features Dropout() => Same("Dropout", "drop");

    /// <summary>Dropout of the given share.</summary>
    public Features Dropout(float share)
    {
        var name = _builder.Number("drop");
        _builder.Add("Dropout", name, [Name, _builder.Scalar($"{name}.share", share)]);
        return this with { Name = name };
    }

    /// <summary>Normalisation across neighbouring channels (Krizhevsky et al. 2012, section 3.3, with k = 1 as in Caffe).</summary>
    public Features LocalResponseNorm(int size = 5, float alpha = 1e-4f, float beta = 0.75f) =>
        Same("LRN", "norm", NodeAttribute.Of("size", size), NodeAttribute.Of("alpha", alpha), NodeAttribute.Of("beta", beta));

    /// <summary>Batch normalisation, starting as the identity.</summary>
    public Features BatchNorm(string name)
    {
        _builder.Add("BatchNormalization", name,
            [Name, _builder.Vector(name, "scale", Channels, 1), _builder.Vector(name, "bias", Channels, 0), _builder.Vector(name, "mean", Channels, 0), _builder.Vector(name, "var", Channels, 1)]);
        return this with { Name = name };
    }

    /// <summary>Largest value of each window; with <paramref name="ceil"/> the last window may reach over the edge, as Caffe pools.</summary>
    public Features MaxPool(int kernel, int stride = 0, int pad = 0, bool ceil = false) => Pool("MaxPool", kernel, stride, pad, ceil);

    /// <summary>Mean of each window.</summary>
    public Features AveragePool(int kernel, int stride = 0, int pad = 0, bool ceil = false) => Pool("AveragePool", kernel, stride, pad, ceil);

    /// <summary>Mean of each whole map.</summary>
    public Features GlobalAveragePool() => Same("GlobalAveragePool", "pool") with { Height = 1, Width = 1 };

    /// <summary>All maps as one vector.</summary>
    public Features Flatten() => Same("Flatten", "flat") with { Channels = checked(Channels * Height * Width), Height = 1, Width = 1, IsFlat = true };

    /// <summary>The sum with a value of the same shape: a residual connection.</summary>
    public Features Add(Features other)
    {
        if ((Channels, Height, Width) != (other.Channels, other.Height, other.Width))
            throw new ArgumentException($"'{Name}' and '{other.Name}' have different shapes", nameof(other));
        var name = _builder.Number("add");
        _builder.Add("Add", name, [Name, other.Name]);
        return this with { Name = name };
    }

    /// <summary>The maps of both, these first.</summary>
    public Features Concat(Features other)
    {
        if ((Height, Width) != (other.Height, other.Width)) throw new ArgumentException($"'{Name}' and '{other.Name}' have maps of different sizes", nameof(other));
        var name = _builder.Number("concat");
        _builder.Add("Concat", name, [Name, other.Name], NodeAttribute.Of("axis", 1));
        return this with { Name = name, Channels = Channels + other.Channels };
    }

    private Features Same(string opType, string stem, params ReadOnlySpan<NodeAttribute> attributes)
    {
        var name = _builder.Number(stem);
        _builder.Add(opType, name, [Name], attributes);
        return this with { Name = name };
    }

    private Features Pool(string opType, int kernel, int stride, int pad, bool ceil)
    {
        if (stride == 0) stride = kernel;
        var name = _builder.Number("pool");
        var attributes = Window(stride, pad);
        attributes.Insert(0, NodeAttribute.Of("kernel_shape", (ReadOnlySpan<long>)[kernel, kernel]));
        var result = Slide(name, kernel, stride, pad, ceil);
        // Written only where it makes a difference: not every runtime reads it.
        if (ceil && result != Slide(name, kernel, stride, pad, ceil: false)) attributes.Add(NodeAttribute.Of("ceil_mode", 1));
        _builder.Add(opType, name, [Name], [.. attributes]);
        return result;
    }

    private static List<NodeAttribute> Window(int stride, int pad)
    {
        List<NodeAttribute> attributes = [];
        if (stride != 1) attributes.Add(NodeAttribute.Of("strides", (ReadOnlySpan<long>)[stride, stride]));
        if (pad != 0) attributes.Add(NodeAttribute.Of("pads", (ReadOnlySpan<long>)[pad, pad, pad, pad]));
        return attributes;
    }

    private Features Slide(string name, int kernel, int stride, int pad, bool ceil)
    {
        if (Math.Min(Height, Width) + 2 * pad < kernel)
            throw new BadInputException($"layer '{name}': its input of {Height}x{Width} is smaller than the window of {kernel}x{kernel}; a larger input shape is needed");
        return this with { Name = name, Height = Steps(Height), Width = Steps(Width) };

        int Steps(int size) => (size + 2 * pad - kernel + (ceil ? stride - 1 : 0)) / stride + 1;
    }
}
