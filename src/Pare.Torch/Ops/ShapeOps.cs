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
            for (var d = 0; d < shape.Length; d++)
                if (shape[d] == 0) shape[d] = d < call.X.dim() ? call.X.shape[d] : throw call.Bad($"dimension {d} is to be kept, the input has {call.X.dim()}");
        return call.X.reshape(shape);
    }

    /// <summary>Flatten to two dimensions, split at an axis.</summary>
    public static TorchTensor Flatten(OpCall call)
    {
        var axis = call.Node.Int("axis", 1);
        if (axis < 0) axis += call.X.dim();
        var shape = call.X.shape;
        long rows = Product(shape.AsSpan(0, (int)axis)), columns = Product(shape.AsSpan((int)axis));
        return call.X.reshape(rows, columns);
    }

    public static TorchTensor Transpose(OpCall call)
    {
        var order = call.Node.Ints("perm");
        return call.X.permute(order.IsEmpty ? [.. Enumerable.Range(0, (int)call.X.dim()).Reverse().Select(d => (long)d)] : [.. order]);
    }

    public static TorchTensor Concat(OpCall call) => torch.cat(call.All, call.Axis("axis", 1, call.X.dim()));

    private static long Product(ReadOnlySpan<long> dimensions)
    {
        long product = 1;
        foreach (var d in dimensions) product *= d;
        return product;
    }
}
