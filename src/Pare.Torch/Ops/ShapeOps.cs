using Pare.Onnx;

namespace Pare.Torch.Ops;

/// <summary>Operators that move elements without computing: Reshape, Flatten, Transpose, Concat and the like.</summary>
internal static class ShapeOps
{
    public static TorchTensor Identity(OpCall call) => call.X.alias();

    /// <summary>Reshape: −1 is worked out, 0 keeps the input's dimension unless allowzero is set.</summary>
    public static TorchTensor Reshape(OpCall call)
    {
        var shape = call.LongsOf(1, "shape") ?? throw call.Bad("the new shape is left out, it is needed");
        if (call.Node.Int("allowzero", 0) == 0)
        {
            for (var d = 0; d < shape.Length; d++)
                if (shape[d] == 0) shape[d] = d < call.X.dim() ? call.X.shape[d] : throw call.Bad($"dimension {d} is to be kept, the input has {call.X.dim()}");
        }
        return ChannelsLast.Reshape(call.X, shape);
    }

    /// <summary>Flatten to two dimensions, split at an axis.</summary>
    public static TorchTensor Flatten(OpCall call)
    {
        var axis = (int)call.Node.Int("axis", 1);
        if (axis < 0) axis += (int)call.X.dim();
        var shape = call.X.shape;
        if (axis < 0 || axis > shape.Length) throw call.Bad($"axis {axis} is outside a value of rank {shape.Length}");
        return call.X.reshape(Product(shape.AsSpan(0, axis)), Product(shape.AsSpan(axis)));
    }

    public static TorchTensor Transpose(OpCall call)
    {
        var order = call.Node.Ints("perm");
        return call.X.permute(order.IsEmpty ? [.. Enumerable.Range(0, (int)call.X.dim()).Reverse().Select(d => (long)d)] : [.. order]);
    }

    public static TorchTensor Concat(OpCall call) => torch.cat(call.All, call.Axis("axis", 1, call.X.dim()));

    /// <summary>Split into parts of given sizes, or into as equal ones as there are outputs, the last one smaller.</summary>
    public static TorchTensor[] Split(OpCall call)
    {
        var axis = call.Axis("axis", 0, call.X.dim());
        var size = call.X.shape[axis];
        var sizes = call.LongsOf(1, "split");
        if (sizes is null)
        {
            var count = (int)call.Node.Int("num_outputs", call.Node.Outputs.Length);
            var part = (size + count - 1) / count;
            sizes = [.. Enumerable.Range(0, count).Select(i => Math.Clamp(size - (i * part), 0, part))];
        }
        if (sizes.Sum() != size) throw call.Bad($"parts of {string.Join(", ", sizes)} are asked for along an axis of {size}");
        var parts = new TorchTensor[sizes.Length];
        long start = 0;
        for (var i = 0; i < sizes.Length; start += sizes[i++]) parts[i] = call.X.narrow(axis, start, sizes[i]);
        return parts;
    }

    /// <summary>Removes axes of length 1: the given ones, or all.</summary>
    public static TorchTensor Squeeze(OpCall call)
    {
        var shape = call.X.shape;
        var axes = call.LongsOf(1, "axes")?.Select(a => call.Axis(a, shape.Length)).ToHashSet()
            ?? [.. Enumerable.Range(0, shape.Length).Where(d => shape[d] == 1)];
        if (axes.Where(a => shape[a] != 1).Take(1).ToArray() is [var wrong]) throw call.Bad($"axis {wrong} has length {shape[wrong]}, only 1 can be removed");
        return call.X.reshape([.. shape.Where((_, d) => !axes.Contains(d))]);
    }

    /// <summary>Adds axes of length 1 at the given places of the result.</summary>
    public static TorchTensor Unsqueeze(OpCall call)
    {
        var axes = call.LongsOf(1, "axes") ?? throw call.Bad("the axes are left out, they are needed");
        var rank = call.X.dim() + axes.Length;
        return axes.Select(a => call.Axis(a, rank)).Order().Aggregate(call.X, (x, axis) => x.unsqueeze(axis));
    }

    /// <summary>Broadcasts the input and the given shape to each other.</summary>
    public static TorchTensor Expand(OpCall call)
    {
        long[] shape = call.Longs(1), own = call.X.shape;
        var rank = Math.Max(shape.Length, own.Length);
        var target = new long[rank];
        for (var d = 1; d <= rank; d++)
        {
            var (a, b) = (d <= own.Length ? own[^d] : 1, d <= shape.Length ? shape[^d] : 1);
            target[^d] = a == 1 ? b : a;
        }
        return call.X.expand(target);
    }

    public static TorchTensor Tile(OpCall call) => call.X.repeat(call.Longs(1));

    public static TorchTensor Shape(OpCall call)
    {
        var shape = call.X.shape;
        int Place(string attribute, long otherwise)
        {
            var place = call.Node.Int(attribute, otherwise);
            return (int)Math.Clamp(place < 0 ? place + shape.Length : place, 0, shape.Length);
        }
        var (start, end) = (Place("start", 0), Place("end", shape.Length));
        return torch.tensor(start < end ? shape[start..end] : []);
    }

    public static TorchTensor Size(OpCall call) => torch.tensor(call.X.numel());

    /// <summary>Filled with the one element of the attribute "value", 0 where it is left out.</summary>
    public static TorchTensor ConstantOfShape(OpCall call)
    {
        var value = call.Node.Tensor("value")?.ToTorch() ?? torch.zeros(1);
        using var number = value.reshape().ToScalar();
        return torch.full(call.Longs(0), number, value.dtype);
    }

    public static TorchTensor Range(OpCall call)
    {
        using Scalar start = call.X.ToScalar(), limit = call[1].ToScalar(), delta = call[2].ToScalar();
        return torch.arange(start, limit, delta, call.X.dtype);
    }

    public static TorchTensor DepthToSpace(OpCall call)
    {
        var (shape, b) = (call.X.shape, call.Node.Int("blocksize", 1));
        long n = shape[0], c = shape[1] / (b * b), h = shape[2], w = shape[3];
        var apart = call.Node.Text("mode", "DCR") == "CRD"
            ? call.X.reshape(n, c, b, b, h, w).permute(0, 1, 4, 2, 5, 3)
            : call.X.reshape(n, b, b, c, h, w).permute(0, 3, 4, 1, 5, 2);
        return apart.reshape(n, c, h * b, w * b);
    }

    public static TorchTensor SpaceToDepth(OpCall call)
    {
        var (shape, b) = (call.X.shape, call.Node.Int("blocksize", 1));
        long n = shape[0], c = shape[1], h = shape[2] / b, w = shape[3] / b;
        return call.X.reshape(n, c, h, b, w, b).permute(0, 3, 5, 1, 2, 4).reshape(n, c * b * b, h, w);
    }

    private static long Product(ReadOnlySpan<long> dimensions)
    {
        long product = 1;
        foreach (var d in dimensions) product *= d;
        return product;
    }
}
