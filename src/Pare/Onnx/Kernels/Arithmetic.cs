using System.Numerics;
using System.Runtime.InteropServices;

namespace Pare.Onnx.Kernels;

/// <summary>Arithmetic on constants, for the types that numbers are computed in.</summary>
internal static class Arithmetic
{
    /// <summary>Add, Sub, Mul or Div with broadcasting; null for types not covered and for a division by integer zero.</summary>
    public static Tensor? Binary(string op, Tensor a, Tensor b)
    {
        if (a.Type != b.Type) return null;
        return a.Type switch
        {
            ElementType.Float => Binary<float>(op, a, b),
            ElementType.Double => Binary<double>(op, a, b),
            ElementType.Float16 => Binary<Half>(op, a, b),
            ElementType.Int64 => Binary<long>(op, a, b),
            ElementType.Int32 => Binary<int>(op, a, b),
            ElementType.UInt8 => Binary<byte>(op, a, b),
            ElementType.Int8 => Binary<sbyte>(op, a, b),
            _ => null,
        };
    }

    public static Tensor? Equal(Tensor a, Tensor b)
    {
        if (a.Type != b.Type) return null;
        return a.Type switch
        {
            ElementType.Float => Equal<float>(a, b),
            ElementType.Double => Equal<double>(a, b),
            ElementType.Int64 => Equal<long>(a, b),
            ElementType.Int32 => Equal<int>(a, b),
            ElementType.UInt8 or ElementType.Bool => Equal<byte>(a, b),
            ElementType.Int8 => Equal<sbyte>(a, b),
            _ => null,
        };
    }

    public static Tensor? Negate(Tensor x) => x.Type switch
    {
        ElementType.Float => Map<float, float>(x, x.Type, v => -v),
        ElementType.Double => Map<double, double>(x, x.Type, v => -v),
        ElementType.Int64 => Map<long, long>(x, x.Type, v => -v),
        ElementType.Int32 => Map<int, int>(x, x.Type, v => -v),
        _ => null,
    };

    public static Tensor? SquareRoot(Tensor x) => x.Type switch
    {
        ElementType.Float => Map<float, float>(x, x.Type, MathF.Sqrt),
        ElementType.Double => Map<double, double>(x, x.Type, Math.Sqrt),
        _ => null,
    };

    private static Tensor? Binary<T>(string op, Tensor a, Tensor b) where T : unmanaged, INumber<T> => op switch
    {
        "Add" => Combine<T, T, Sum<T>>(a, b, a.Type),
        "Sub" => Combine<T, T, Difference<T>>(a, b, a.Type),
        "Mul" => Combine<T, T, Product<T>>(a, b, a.Type),
        "Div" when T.One / (T.One + T.One) == T.Zero && MemoryMarshal.Cast<byte, T>(b.Data.Span).Contains(T.Zero) => null,
        "Div" => Combine<T, T, Quotient<T>>(a, b, a.Type),
        _ => null,
    };

    private static Tensor Equal<T>(Tensor a, Tensor b) where T : unmanaged, INumber<T> => Combine<T, bool, Equality<T>>(a, b, ElementType.Bool);

    private static Tensor Combine<T, TResult, TOperation>(Tensor a, Tensor b, ElementType type)
        where T : unmanaged where TResult : unmanaged where TOperation : struct, IOperation<T, TResult>
    {
        var shape = Broadcasting.Shape(a, b);
        var (joined, views) = StridedView.Coalesce(StridedView.Of(shape), Broadcasting.View(a, shape), Broadcasting.View(b, shape));
        var result = new TResult[views[0].Count];
        var left = MemoryMarshal.Cast<byte, T>(a.Data.Span);
        var right = MemoryMarshal.Cast<byte, T>(b.Data.Span);
        var rows = new Rows(joined, views);
        while (rows.Next())
        {
            var target = result.AsSpan(rows.Offset(0), rows.Length);
            int i = rows.Offset(1), j = rows.Offset(2), di = rows.Stride(1), dj = rows.Stride(2);
            for (var k = 0; k < target.Length; k++, i += di, j += dj) target[k] = TOperation.Apply(left[i], right[j]);
        }
        return Tensor.Create("", type, shape, result);
    }

    private static Tensor Map<T, TResult>(Tensor x, ElementType type, Func<T, TResult> f) where T : unmanaged where TResult : unmanaged
    {
        var source = MemoryMarshal.Cast<byte, T>(x.Data.Span);
        var result = new TResult[source.Length];
        for (var i = 0; i < result.Length; i++) result[i] = f(source[i]);
        return Tensor.Create("", type, x.Shape.AsSpan(), result);
    }

    private interface IOperation<T, TResult>
    {
        static abstract TResult Apply(T a, T b);
    }

    private struct Sum<T> : IOperation<T, T> where T : INumber<T>
    {
        public static T Apply(T a, T b) => unchecked(a + b);
    }

    private struct Difference<T> : IOperation<T, T> where T : INumber<T>
    {
        public static T Apply(T a, T b) => unchecked(a - b);
    }

    private struct Product<T> : IOperation<T, T> where T : INumber<T>
    {
        public static T Apply(T a, T b) => unchecked(a * b);
    }

    private struct Quotient<T> : IOperation<T, T> where T : INumber<T>
    {
        // The smallest integer divided by -1 does not fit; it wraps, as it does in C.
        public static T Apply(T a, T b) => T.One / (T.One + T.One) == T.Zero && b == -T.One && b != T.One ? unchecked(-a) : a / b;
    }

    private struct Equality<T> : IOperation<T, bool> where T : INumber<T>
    {
        public static bool Apply(T a, T b) => a == b;
    }
}
