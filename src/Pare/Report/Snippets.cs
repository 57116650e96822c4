using System.Globalization;
using System.Text.Json;

namespace Pare.Report;

/// <summary>How a model is loaded and run, with its own names, shape and preprocessing.</summary>
internal static class Snippets
{
    /// <summary>The languages, each with code to copy.</summary>
    public static IEnumerable<(string Language, string Code)> Of(ModelCall call)
    {
        var shape = string.Join(", ", call.Shape.Select(d => d.ToString(CultureInfo.InvariantCulture)));
        var count = call.Shape.Aggregate(1L, (a, b) => a * b);
        var plane = count / Channels(call);
        var (input, output) = (Literal(call.Input), Literal(call.Output));
        yield return ("C#, ONNX Runtime", $$"""
            using Microsoft.ML.OnnxRuntime;
            using Microsoft.ML.OnnxRuntime.Tensors;

            using var session = new InferenceSession("model.onnx");
            float[] pixels = ...; // {{count}} values of 0 to 255, {{Order(call)}}
            {{CSharp(call, plane)}}
            using var results = session.Run([NamedOnnxValue.CreateFromTensor({{input}}, new DenseTensor<float>(pixels, [{{shape}}]))], [{{output}}]);
            float[] scores = [.. results[0].AsEnumerable<float>()];
            """);
        yield return ("Python, onnxruntime", $$"""
            import numpy as np
            import onnxruntime

            session = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])
            pixels = ...  # {{count}} values of 0 to 255, {{Order(call)}}
            x = np.asarray(pixels, np.float32).reshape({{shape}}) * np.float32({{Number(call.Scale)}})
            {{Python(call, plane)}}scores, = session.run([{{output}}], {{{input}}: x})
            """);
        yield return ("Browser, onnxruntime-web", $$"""
            import * as ort from "onnxruntime-web";

            const session = await ort.InferenceSession.create("model.onnx");
            const pixels = ...; // {{count}} values of 0 to 255, {{Order(call)}}
            {{Browser(call, plane)}}
            const results = await session.run({ [{{input}}]: new ort.Tensor("float32", x, [{{shape}}]) });
            const scores = results[{{output}}].data;
            """);
    }

    private static string CSharp(ModelCall call, long plane) => Normalizes(call)
        ? $$"""
            float[] mean = {{List(call.Mean, 0, call, "f")}}, std = {{List(call.Std, 1, call, "f")}};
            for (var i = 0; i < pixels.Length; i++)
            {
                var channel = i / {{plane}};
                pixels[i] = (pixels[i] * {{Number(call.Scale)}}f - mean[channel]) / std[channel];
            }
            """
        : $"for (var i = 0; i < pixels.Length; i++) pixels[i] *= {Number(call.Scale)}f;";

    private static string Python(ModelCall call, long plane)
    {
        if (!Normalizes(call)) return "";
        var spread = IsFlat(call) ? $"repeat({plane})" : $"reshape({string.Join(", ", call.Shape.Select((_, i) => i == 1 ? "-1" : "1"))})";
        return $"""
            mean, std = np.float32({List(call.Mean, 0, call, "")}), np.float32({List(call.Std, 1, call, "")})
            x = (x - mean.{spread}) / std.{spread}

            """;
    }

    private static string Browser(ModelCall call, long plane) => Normalizes(call)
        ? $$"""
            const mean = {{List(call.Mean, 0, call, "")}}, std = {{List(call.Std, 1, call, "")}};
            const x = Float32Array.from(pixels, (p, i) => (p * {{Number(call.Scale)}} - mean[Math.floor(i / {{plane}})]) / std[Math.floor(i / {{plane}})]);
            """
        : $"const x = Float32Array.from(pixels, p => p * {Number(call.Scale)});";

    private static bool Normalizes(ModelCall call) => call.Mean.Count + call.Std.Count > 0;

    // A flat input holds the channels of a picture one after the other.
    private static long Channels(ModelCall call) => IsFlat(call) ? Math.Max(1, Math.Max(call.Mean.Count, call.Std.Count)) : call.Shape[1];

    private static bool IsFlat(ModelCall call) => call.Shape.Count < 3;

    private static string Order(ModelCall call) =>
        (Channels(call) > 1 ? "one channel after the other, row by row" : "row by row") + (call.Pictures.Length > 0 ? $" ({call.Pictures.ReplaceLineEndings(" ")})" : "");

    // One value stands for all channels.
    private static string List(IReadOnlyList<float> values, float otherwise, ModelCall call, string suffix)
    {
        var all = values.Count > 1 ? values : Enumerable.Repeat(values.Count == 1 ? values[0] : otherwise, (int)Channels(call));
        return $"[{string.Join(", ", all.Select(v => Number(v) + suffix))}]";
    }

    private static string Number(float value) => value.ToString(CultureInfo.InvariantCulture);

    // JSON's texts are texts in all three languages, whatever a model's author put into a name.
    private static string Literal(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
