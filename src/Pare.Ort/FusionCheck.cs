using Microsoft.ML.OnnxRuntime;
using Pare.Onnx;

namespace Pare.Ort;

/// <summary>What ONNX Runtime makes of a model when it loads it.</summary>
/// <param name="Counts">How often each operator stands in its optimized graph.</param>
/// <param name="FloatLayers">Names of convolutions and matrix products that run in float, in the graph's order.</param>
public sealed record FusionReport(IReadOnlyDictionary<string, int> Counts, IReadOnlyList<string> FloatLayers)
{
    private static readonly HashSet<string> IntegerOperators =
        ["QLinearConv", "QLinearMatMul", "QGemm", "MatMulIntegerToFloat", "ConvInteger", "MatMulInteger", "MatMulNBits", "DynamicQuantizeMatMul"];

    /// <summary>Convolutions and matrix products that run on integers.</summary>
    public int Fused => Counts.Where(c => IntegerOperators.Contains(c.Key)).Sum(c => c.Value);

    /// <summary>Changes between codes and floats that are left.</summary>
    public int Conversions => Counts.GetValueOrDefault("QuantizeLinear") + Counts.GetValueOrDefault("DequantizeLinear");
}

/// <summary>Counts fused operators in ONNX Runtime's own optimized graph.</summary>
public static class FusionCheck
{
    private static readonly HashSet<string> FloatOperators = ["Conv", "FusedConv", "ConvTranspose", "Gemm", "FusedGemm", "MatMul", "FusedMatMul"];

    /// <summary>Loads a model as it would be run and reads back what became of it.</summary>
    /// <exception cref="BadInputException">ONNX Runtime refuses the model.</exception>
    public static FusionReport Of(Model model, OrtOptions? options = null)
    {
        var folder = Directory.CreateTempSubdirectory("pare-");
        try
        {
            var path = Path.Combine(folder.FullName, "optimized.onnx");
            // The last level only changes layouts, which the file's reader need not know.
            using (new OrtModel(Named(model), (options ?? new()) with { OptimizedPath = path, Optimization = GraphOptimizationLevel.ORT_ENABLE_EXTENDED })) { }
            var nodes = OnnxFile.Read(path).Graph.Nodes;
            return new FusionReport(
                nodes.CountBy(n => n.OpType).OrderBy(c => c.Key, StringComparer.Ordinal).ToDictionary(),
                [.. nodes.Where(n => FloatOperators.Contains(n.OpType)).Select(n => n.Label)]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // The runtime renames values on the way; a layer without a name goes by its output's.
    private static Model Named(Model model)
    {
        var taken = model.Graph.Nodes.Select(n => n.Name).ToHashSet();
        return model with { Graph = model.Graph with { Nodes = [.. model.Graph.Nodes.Select(n => n.Name.Length == 0 && FloatOperators.Contains(n.OpType) && taken.Add(n.Outputs[0]) ? n with { Name = n.Outputs[0] } : n)] } };
    }
}
