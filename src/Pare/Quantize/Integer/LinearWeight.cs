using Pare.Onnx;
using Pare.Onnx.Kernels;

namespace Pare.Quantize.Integer;

/// <summary>
/// A constant in integer codes, <c>DequantizeLinear(codes, scale, zero point)</c>, with one map for all elements or one for each
/// place of an axis.
/// </summary>
/// <param name="Real">The values to code, float.</param>
/// <param name="Maps">One, or one for each place of the axis.</param>
/// <param name="Axis">The axis; -1 for one map.</param>
internal sealed record LinearWeight(Tensor Real, Affine[] Maps, int Axis)
{
    private readonly AxisLayout _layout = new(Real, Axis);

    /// <summary>Codes that were chosen otherwise than by rounding each weight to the nearest; null where they were not.</summary>
    public sbyte[]? Codes { get; init; }

    /// <summary>One map from the smallest to the largest value.</summary>
    public static LinearWeight MinMax(Tensor real, CodeRange codes)
    {
        var (min, max) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (var value in real.Floats) (min, max) = (MathF.Min(min, value), MathF.Max(max, value));
        return new LinearWeight(real, [real.Count == 0 ? Affine.FromRange(0, 0, codes) : Affine.FromRange(min, max, codes)], -1);
    }

    /// <summary>Symmetric maps for each place of an axis, or one for all where <paramref name="axis"/> is -1.</summary>
    public static LinearWeight Symmetric(Tensor real, int axis, CodeRange codes)
    {
        var values = real.Floats;
        var layout = new AxisLayout(real, axis);
        var magnitudes = new float[layout.Places];
        for (var i = 0; i < values.Length; i++)
        {
            ref var magnitude = ref magnitudes[layout.PlaceOf(i)];
            magnitude = MathF.Max(magnitude, MathF.Abs(values[i]));
        }
        return new LinearWeight(real, [.. magnitudes.Select(m => Affine.Symmetric(m, codes))], axis);
    }

    /// <summary>Maps for each place of an axis, or one for all where <paramref name="axis"/> is -1, with the least squared error; code 0 is 0.0.</summary>
    public static LinearWeight LeastError(Tensor real, int axis, CodeRange codes)
    {
        var values = real.Floats;
        var layout = new AxisLayout(real, axis);
        var places = new float[layout.Places][];
        for (var place = 0; place < places.Length; place++) places[place] = new float[values.Length / places.Length];
        var filled = new int[places.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var place = layout.PlaceOf(i);
            places[place][filled[place]++] = values[i];
        }
        return new LinearWeight(real, [.. places.Select(p => Affine.LeastError(p, codes))], axis);
    }

    /// <summary>The same weight with codes that leave little error in the output of a layer, an output's weights going along <see cref="Axis"/>.</summary>
    /// <param name="outputs">The weight's axis of outputs, 0 or 1 of a matrix, 0 of a convolution.</param>
    /// <param name="groups">Groups of the layer.</param>
    /// <param name="isCentred">True where a bias will make up for the mean error of the output.</param>
    public LinearWeight Compensated(int outputs, int groups, InputMoments moments, RoundingMethod method, bool isCentred = false)
    {
        var rows = (int)Real.Shape[outputs];
        var columns = (int)(Real.Count / rows);
        var codes = CompensatedRounding.Round(outputs == 0 ? Real.Floats.ToArray() : Matrix.Transposed(Real.Floats, columns, rows), rows, columns, groups, (r, _) => Maps[Maps.Length == 1 ? 0 : r], moments, method, isCentred);
        return this with { Codes = outputs == 0 ? codes : Matrix.Transposed<sbyte>(codes, rows, columns) };
    }

    private int Code(int element, Affine map, float value) => Codes is { } codes ? codes[element] : map.Encode(value);

    private float Decode(int element, Affine map, float value) => map.Decode(Code(element, map, value));

    /// <summary>The value that an element's code stands for.</summary>
    public float Decoded(int element) => Decode(element, Maps[_layout.PlaceOf(element)], Real.Floats[element]);

    /// <summary>|w - decoded| / |w| (Euclidean).</summary>
    public double Error()
    {
        double error = 0, size = 0;
        var values = Real.Floats;
        for (var i = 0; i < values.Length; i++)
        {
            var difference = (double)values[i] - Decode(i, Maps[_layout.PlaceOf(i)], values[i]);
            error += difference * difference;
            size += (double)values[i] * values[i];
        }
        return size == 0 ? 0 : Math.Sqrt(error / size);
    }

    /// <summary>Share of the codes that do not stand for 0.0.</summary>
    public double Kept()
    {
        var values = Real.Floats;
        if (values.IsEmpty) return 1;
        long kept = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var map = Maps[_layout.PlaceOf(i)];
            if (Code(i, map, values[i]) != map.ZeroPoint) kept++;
        }
        return (double)kept / values.Length;
    }

    /// <summary>The initializers, and the node that makes the value <paramref name="name"/> of them.</summary>
    public WeightForm Form(string name)
    {
        var type = Maps[0].Codes.Type;
        long[] shape = Axis < 0 ? [] : [Maps.Length];
        var zeros = Bytes(Maps.Length, i => Maps[i].ZeroPoint, type);
        return new WeightForm(
            [CodeTensor($"{name}.codes"), Tensor.Of($"{name}.scale", shape, [.. Maps.Select(m => m.Scale)]), new Tensor { Name = $"{name}.zero", Type = type, Shape = [.. shape], Data = zeros }],
            [
                new Node
                {
                    OpType = "DequantizeLinear",
                    Inputs = [$"{name}.codes", $"{name}.scale", $"{name}.zero"],
                    Outputs = [name],
                    Attributes = Axis < 0 ? [] : [NodeAttribute.Of("axis", (long)Axis)],
                },
            ]);
    }

    private Tensor CodeTensor(string name)
    {
        var type = Maps[0].Codes.Type;
        var data = Bytes(checked((int)Real.Count), i => Code(i, Maps[_layout.PlaceOf(i)], Real.Floats[i]), type);
        return new Tensor { Name = name, Type = type, Shape = Real.Shape, Data = data, IsExternal = Real.IsExternal };
    }

    private static ReadOnlyMemory<byte> Bytes(int count, Func<int, int> code, ElementType type)
    {
        var bytes = new byte[count];
        for (var i = 0; i < count; i++) bytes[i] = unchecked((byte)code(i));
        return type == ElementType.Int4 ? Packing.Pack(Tensor.Create("", ElementType.Int8, [count], bytes), type)!.Data : bytes;
    }
}

/// <summary>Which place of an axis an element belongs to.</summary>
internal readonly struct AxisLayout
{
    private readonly int _inner;

    public AxisLayout(Tensor tensor, int axis)
    {
        Places = axis < 0 ? 1 : (int)tensor.Shape[axis];
        _inner = axis < 0 ? 1 : (int)tensor.Shape.Skip(axis + 1).Aggregate(1L, (a, b) => a * b);
    }

    public int Places { get; }

    public int PlaceOf(int element) => Places == 1 ? 0 : element / _inner % Places;
}
