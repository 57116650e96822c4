namespace Pare.Onnx.Kernels;

/// <summary>A way to walk over a tensor's elements: the element at (i, j, ...) stands at Offset + i·Strides[0] + j·Strides[1] + ...</summary>
internal readonly record struct StridedView(long[] Shape, long[] Strides, long Offset)
{
    /// <summary>The elements in their own, row-major order.</summary>
    public static StridedView Of(long[] shape)
    {
        var strides = new long[shape.Length];
        long stride = 1;
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride = checked(stride * shape[i]);
        }
        return new(shape, strides, 0);
    }

    public long Count => Shape.Aggregate(1L, (product, d) => checked(product * d));

    public StridedView Permute(int[] order)
    {
        var (shape, strides) = (Shape, Strides);
        return this with { Shape = [.. order.Select(axis => shape[axis])], Strides = [.. order.Select(axis => strides[axis])] };
    }

    public StridedView Slice(int axis, long first, long count, long step)
    {
        var (shape, strides) = ((long[])[.. Shape], (long[])[.. Strides]);
        shape[axis] = count;
        strides[axis] *= step;
        return new(shape, strides, Offset + first * Strides[axis]);
    }

    /// <summary>Repeats axes of 1, and axes in front, without moving anything. The shapes must broadcast.</summary>
    public StridedView BroadcastTo(long[] shape)
    {
        var rank = Math.Max(shape.Length, Shape.Length);
        var (wide, strides) = (new long[rank], new long[rank]);
        for (var i = 0; i < rank; i++)
        {
            var own = i - (rank - Shape.Length);
            var wanted = i - (rank - shape.Length);
            var size = own < 0 ? 1 : Shape[own];
            wide[i] = size == 1 && wanted >= 0 ? shape[wanted] : size;
            strides[i] = size == 1 ? 0 : Strides[own];
        }
        return new(wide, strides, Offset);
    }

    /// <summary>Views over the same shape with neighbouring axes joined where every view allows it, so that inner loops are long.</summary>
    public static (long[] Shape, StridedView[] Views) Coalesce(params ReadOnlySpan<StridedView> views)
    {
        var shape = views[0].Shape;
        var all = views.ToArray();
        var sizes = new List<long>();
        var strides = all.Select(_ => new List<long>()).ToArray();
        for (var axis = 0; axis < shape.Length; axis++)
        {
            if (shape[axis] == 1) continue;
            var joins = sizes.Count > 0;
            for (var v = 0; joins && v < all.Length; v++) joins = strides[v][^1] == all[v].Strides[axis] * shape[axis];
            if (joins) sizes[^1] *= shape[axis];
            else sizes.Add(shape[axis]);
            for (var v = 0; v < all.Length; v++)
            {
                if (joins) strides[v][^1] = all[v].Strides[axis];
                else strides[v].Add(all[v].Strides[axis]);
            }
        }
        if (sizes.Count == 0)
        {
            sizes.Add(1);
            foreach (var s in strides) s.Add(0);
        }
        long[] joined = [.. sizes];
        return (joined, [.. all.Select((view, v) => new StridedView(joined, [.. strides[v]], view.Offset))]);
    }
}
