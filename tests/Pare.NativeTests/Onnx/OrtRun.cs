using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Pare.Onnx;

namespace Pare.NativeTests.Onnx;

/// <summary>A model's outputs on ONNX Runtime, for comparing models with each other.</summary>
internal static class OrtRun
{
    private static readonly Dictionary<ElementType, Func<Tensor, OrtValue>> Supported = new()
    {
        [ElementType.Float] = Value<float>,
        [ElementType.Double] = Value<double>,
        [ElementType.Int64] = Value<long>,
        [ElementType.Int32] = Value<int>,
        [ElementType.UInt8] = Value<byte>,
        [ElementType.Int8] = Value<sbyte>,
        [ElementType.Bool] = Value<bool>,
    };

    public static bool Takes(Tensor? tensor) => tensor is not null && Supported.ContainsKey(tensor.Type);

    /// <summary>Opens a session on the model's bytes; throws what ONNX Runtime throws. Its own graph rewrites are off.</summary>
    public static InferenceSession Open(byte[] model)
    {
        using var options = new SessionOptions { GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL, IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        return new InferenceSession(model, options);
    }

    /// <summary>The raw bytes and shape of each output, by name.</summary>
    public static Dictionary<string, (byte[] Bytes, long[] Shape, bool Float)> Outputs(Model model, IReadOnlyDictionary<string, Tensor> inputs)
    {
        using var session = Open(OnnxWriter.ToBytes(model));
        using var run = new RunOptions();
        var values = inputs.Where(p => session.InputMetadata.ContainsKey(p.Key)).ToDictionary(p => p.Key, p => Supported[p.Value.Type](p.Value));
        using var results = session.Run(run, values, session.OutputNames);
        foreach (var value in values.Values) value.Dispose();
        return session.OutputNames.Zip(results).Where(p => p.Second.OnnxType == OnnxValueType.ONNX_TYPE_TENSOR).ToDictionary(p => p.First, p =>
        {
            var info = p.Second.GetTensorTypeAndShape();
            var isFloat = info.ElementDataType == Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float;
            var isText = info.ElementDataType == Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.String;
            return (isText ? [] : p.Second.GetTensorDataAsSpan<byte>().ToArray(), info.Shape, isFloat);
        });
    }

    /// <summary>The largest difference between the outputs of two models, as a share of the largest output; infinite where they do not fit.</summary>
    public static double Difference(Model a, Model b, IReadOnlyDictionary<string, Tensor> inputs)
    {
        var (left, right) = (Outputs(a, inputs), Outputs(b, inputs));
        if (!left.Keys.Order().SequenceEqual(right.Keys.Order())) return double.PositiveInfinity;
        return left.Keys.Select(name => Difference(left[name], right[name])).DefaultIfEmpty().Max();
    }

    private static double Difference((byte[] Bytes, long[] Shape, bool Float) a, (byte[] Bytes, long[] Shape, bool Float) b)
    {
        if (!a.Shape.SequenceEqual(b.Shape) || a.Bytes.Length != b.Bytes.Length) return double.PositiveInfinity;
        if (a.Bytes.AsSpan().SequenceEqual(b.Bytes)) return 0;
        if (!a.Float) return double.PositiveInfinity;
        var (x, y) = (MemoryMarshal.Cast<byte, float>(a.Bytes).ToArray(), MemoryMarshal.Cast<byte, float>(b.Bytes).ToArray());
        return x.Zip(y, (p, q) => Math.Abs((double)p - q)).Max() / Math.Max(1e-3, x.Max(MathF.Abs));
    }

    private static OrtValue Value<T>(Tensor tensor) where T : unmanaged =>
        OrtValue.CreateTensorValueFromMemory(MemoryMarshal.Cast<byte, T>(tensor.Data.Span).ToArray(), [.. tensor.Shape]);
}
