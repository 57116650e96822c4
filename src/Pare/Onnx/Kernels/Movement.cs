using System.Numerics;
using System.Runtime.InteropServices;

namespace Pare.Onnx.Kernels;

/// <summary>Kernels that move elements and do not look at them, one loop for each width in bytes. Shapes are known to fit.</summary>
internal static class Movement
{
    /// <summary>The elements that a view walks over, as a tensor of the view's shape.</summary>
    public static Tensor? Copy(Tensor x, StridedView view) => Packing.Widened(x, wide => wide.Type.Bits() switch
    {
        8 => Copy<byte>(wide, view),
        16 => Copy<ushort>(wide, view),
        32 => Copy<uint>(wide, view),
        64 => Copy<ulong>(wide, view),
        128 => Copy<UInt128>(wide, view),
        _ => null,
    });

    public static Tensor? Concat(Tensor[] parts, int axis)
    {
        var first = parts[0];
        if (first.Type.Bits() < 8 || parts.Any(p => p.Type != first.Type || p.Shape.Length != first.Shape.Length)) return null;
        long[] shape = [.. first.Shape];
        shape[axis] = parts.Sum(p => p.Shape[axis]);
        var outer = (int)shape.Take(axis).Aggregate(1L, (p, d) => p * d);
        var data = new byte[first.Type.SizeBytes(StridedView.Of(shape).Count)];
        var at = 0;
        for (var i = 0; i < outer && data.Length > 0; i++)
        {
            foreach (var part in parts)
            {
                var piece = part.Data.Length / outer;
                part.Data.Span.Slice(i * piece, piece).CopyTo(data.AsSpan(at));
                at += piece;
            }
        }
        return first with { Shape = [.. shape], Data = data };
    }

    /// <summary>Where(condition, x, y) with broadcasting.</summary>
    public static Tensor? Where(Tensor condition, Tensor x, Tensor y)
    {
        if (condition.Type != ElementType.Bool || x.Type != y.Type) return null;
        return x.Type.Bits() switch
        {
            8 => Where<byte>(condition, x, y),
            16 => Where<ushort>(condition, x, y),
            32 => Where<uint>(condition, x, y),
            64 => Where<ulong>(condition, x, y),
            _ => null,
        };
    }

    /// <summary>Gather along an axis. Indices may be of any integer type; the standard's two are the usual ones.</summary>
    public static Tensor? Gather(Tensor data, Tensor indices, int axis) => Packing.Widened(data, wide => wide.Type.Bits() switch
    {
        8 => Gather<byte>(wide, indices, axis),
        16 => Gather<ushort>(wide, indices, axis),
        32 => Gather<uint>(wide, indices, axis),
        64 => Gather<ulong>(wide, indices, axis),
        128 => Gather<UInt128>(wide, indices, axis),
        _ => null,
    });

    private static Tensor? Gather<T>(Tensor data, Tensor indices, int axis) where T : unmanaged => indices.Type switch
    {
        ElementType.Int64 => Gather<T, long>(data, indices, axis),
        ElementType.Int32 => Gather<T, int>(data, indices, axis),
        ElementType.UInt8 => Gather<T, byte>(data, indices, axis),
        ElementType.Int8 => Gather<T, sbyte>(data, indices, axis),
        ElementType.UInt16 => Gather<T, ushort>(data, indices, axis),
        ElementType.Int16 => Gather<T, short>(data, indices, axis),
        ElementType.UInt4 or ElementType.Int4 or ElementType.UInt2 or ElementType.Int2 => Gather<T>(data, Packing.Unpack(indices), axis),
        _ => null,
    };

    private static Tensor Gather<T, TIndex>(Tensor data, Tensor indices, int axis) where T : unmanaged where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        long[] shape = [.. data.Shape.Take(axis), .. indices.Shape, .. data.Shape.Skip(axis + 1)];
        var outer = (int)data.Shape.Take(axis).Aggregate(1L, (p, d) => p * d);
        var inner = (int)data.Shape.Skip(axis + 1).Aggregate(1L, (p, d) => p * d);
        var count = (int)data.Shape[axis];
        var source = MemoryMarshal.Cast<byte, T>(data.Data.Span);
        var places = MemoryMarshal.Cast<byte, TIndex>(indices.Data.Span);
        var result = new T[StridedView.Of(shape).Count];
        var at = 0;
        for (var o = 0; o < outer; o++)
        {
            var block = source.Slice(o * count * inner, count * inner);
            foreach (var place in places)
            {
                var i = int.CreateSaturating(place);
                if (i < 0) i += count;
                if ((uint)i >= (uint)count) throw new BadInputException($"tensor '{indices.Name}' holds index {place}, '{data.Name}' has {count} elements on axis {axis}");
                if (inner == 1) result[at] = block[i];
                else block.Slice(i * inner, inner).CopyTo(result.AsSpan(at));
                at += inner;
            }
        }
        return Tensor.Create("", data.Type, shape, result);
    }

    private static Tensor Copy<T>(Tensor x, StridedView view) where T : unmanaged
    {
        var source = MemoryMarshal.Cast<byte, T>(x.Data.Span);
        var result = new T[view.Count];
        var (shape, views) = StridedView.Coalesce(view);
        if (TiledCopy.Applies(views[0]))
        {
            TiledCopy.Run(source, views[0], result);
            return Tensor.Create("", x.Type, view.Shape, result);
        }
        var rows = new Rows(shape, views);
        var (length, stride) = (rows.Length, rows.Stride(0));
        for (var at = 0; rows.Next(); at += length)
        {
            var target = result.AsSpan(at, length);
            var start = rows.Offset(0);
            if (stride == 1) source.Slice(start, length).CopyTo(target);
            else if (stride == 0) target.Fill(source[start]);
            else
                for (var i = 0; i < target.Length; i++) target[i] = source[start + i * stride];
        }
        return Tensor.Create("", x.Type, view.Shape, result);
    }

    private static Tensor Where<T>(Tensor condition, Tensor x, Tensor y) where T : unmanaged
    {
        var shape = Broadcasting.Shape(condition, x, y);
        var (joined, views) = StridedView.Coalesce(StridedView.Of(shape), Broadcasting.View(condition, shape), Broadcasting.View(x, shape), Broadcasting.View(y, shape));
        var result = new T[views[0].Count];
        var mask = condition.Data.Span;
        var left = MemoryMarshal.Cast<byte, T>(x.Data.Span);
        var right = MemoryMarshal.Cast<byte, T>(y.Data.Span);
        var rows = new Rows(joined, views);
        int dm = rows.Stride(1), da = rows.Stride(2), db = rows.Stride(3);
        while (rows.Next())
        {
            var target = result.AsSpan(rows.Offset(0), rows.Length);
            int m = rows.Offset(1), a = rows.Offset(2), b = rows.Offset(3);
            if ((dm, da, db) == (1, 1, 1)) Select(mask.Slice(m, target.Length), left.Slice(a, target.Length), right.Slice(b, target.Length), target);
            else
                for (var i = 0; i < target.Length; i++, m += dm, a += da, b += db) target[i] = mask[m] != 0 ? left[a] : right[b];
        }
        return Tensor.Create("", x.Type, shape, result);
    }

    // Both sides are loaded first, so that the choice needs no branch: masks are hard to predict.
    private static void Select<T>(ReadOnlySpan<byte> mask, ReadOnlySpan<T> left, ReadOnlySpan<T> right, Span<T> target) where T : unmanaged
    {
        for (var i = 0; i < target.Length && i < mask.Length && i < left.Length && i < right.Length; i++)
        {
            var (a, b) = (left[i], right[i]);
            target[i] = mask[i] != 0 ? a : b;
        }
    }
}
