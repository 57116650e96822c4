using Pare.Onnx;
using Pare.Onnx.Kernels;
using Pare.Quantize.Integer;

namespace Pare.Quantize;

/// <summary>A matrix [inputs, outputs] in codes of -8 to 7, each <see cref="Size"/> inputs of an output with a scale of their own.</summary>
internal sealed record Blocks4(long[] Shape, sbyte[] Codes, float[] Scales, double Error, double Kept)
{
    /// <summary>Inputs that share a scale.</summary>
    public const int Size = 32;

    /// <summary>The matrix in blocks.</summary>
    /// <param name="moments">Second moments of the inputs; null rounds each weight to the nearest code.</param>
    public static Blocks4 Of(Tensor matrix, InputMoments? moments, RoundingMethod method)
    {
        var (rows, columns) = ((int)matrix.Shape[0], (int)matrix.Shape[1]);
        var values = matrix.Floats;
        // One output's weights side by side.
        var turned = Matrix.Transposed(values, rows, columns);
        var blocks = (rows + Size - 1) / Size;
        var maps = new Affine[blocks * columns];
        for (var i = 0; i < maps.Length; i++) maps[i] = Affine.LeastError(turned.AsSpan(i / blocks * rows + i % blocks * Size, Math.Min(Size, rows - i % blocks * Size)), CodeRange.Int4);
        Affine Map(int output, int input) => maps[output * blocks + input / Size];

        var rounded = moments is null || method == RoundingMethod.Nearest ? null : CompensatedRounding.Round(turned, columns, rows, 1, Map, moments, method);
        var codes = new sbyte[values.Length];
        double error = 0, size = 0;
        long kept = 0;
        for (var i = 0; i < turned.Length; i++)
        {
            var (output, input) = (i / rows, i % rows);
            var map = Map(output, input);
            var code = rounded is null ? (sbyte)map.Encode(turned[i]) : rounded[i];
            codes[input * columns + output] = code;
            var difference = (double)turned[i] - map.Decode(code);
            error += difference * difference;
            size += (double)turned[i] * turned[i];
            if (code != 0) kept++;
        }
        var scales = new float[maps.Length];
        for (var i = 0; i < maps.Length; i++) scales[i % blocks * columns + i / blocks] = maps[i].Scale;
        return new Blocks4([rows, columns], codes, scales, size == 0 ? 0 : Math.Sqrt(error / size), (double)kept / Math.Max(1, codes.Length));
    }

    /// <summary>The initializers, and the node that makes the value <paramref name="name"/> of them.</summary>
    public WeightForm Form(string name) => new(
        [
            Packing.Pack(Tensor.Create($"{name}.codes", ElementType.Int8, Shape, Codes), ElementType.Int4),
            Tensor.Of($"{name}.scale", [Scales.Length / Shape[1], Shape[1]], Scales),
        ],
        [
            new Node
            {
                OpType = "DequantizeLinear", Inputs = [$"{name}.codes", $"{name}.scale"], Outputs = [name],
                Attributes = [NodeAttribute.Of("axis", 0L), NodeAttribute.Of("block_size", (long)Size)],
            },
        ]);
}
