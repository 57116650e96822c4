namespace Pare.Onnx.Kernels;

/// <summary>Numpy broadcasting of constants.</summary>
internal static class Broadcasting
{
    /// <summary>The shape that all broadcast to.</summary>
    /// <exception cref="BadInputException">They do not fit.</exception>
    public static long[] Shape(params ReadOnlySpan<Tensor> tensors)
    {
        long[] shape = [];
        foreach (var tensor in tensors)
        {
            var wide = new long[Math.Max(shape.Length, tensor.Shape.Length)];
            for (var i = 1; i <= wide.Length; i++)
            {
                var a = i <= shape.Length ? shape[^i] : 1;
                var b = i <= tensor.Shape.Length ? tensor.Shape[^i] : 1;
                if (a != b && a != 1 && b != 1) throw new BadInputException($"shapes [{string.Join(',', shape)}] and [{string.Join(',', tensor.Shape)}] of '{tensor.Name}' do not broadcast");
                wide[^i] = a == 1 ? b : a;
            }
            shape = wide;
        }
        return shape;
    }

    public static StridedView View(Tensor tensor, long[] shape) => StridedView.Of([.. tensor.Shape]).BroadcastTo(shape);
}
