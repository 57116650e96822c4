using System.Text.Json.Nodes;
using Pare.Profile;
using Pare.Report;

namespace Pare.Tests.Report;

internal static class Reports
{
    /// <summary>A report with every field set.</summary>
    public static RunReport Sample { get; } = new()
    {
        Pare = "0.1.0",
        Seed = 7,
        Machine = new Machine("Test CPU", 2, 2, "Linux", ".NET 10"),
        Command = "pare compress lenet5 --max-drop 0.5",
        Model = "lenet5",
        Data = "glyphs <&>",
        Inputs = [new InputFile("lenet5.onnx", 1_725_000, new string('0', 64))],
        Metric = Metric.Top1,
        Baseline = new ModelCosts
        {
            OnnxBytes = 1_725_000,
            WeightBytes = 1_724_320,
            Parameters = 431_080,
            NonZero = 431_080,
            Macs = 2_293_000,
            Value = 0.9920,
            Count = 10_000,
            LatencyMs = new Latency(0.20, 0.25, 100),
        },
        Result = new ModelCosts
        {
            OnnxBytes = 300_000,
            WeightBytes = 1_724_320,
            Parameters = 431_080,
            NonZero = 34_000,
            Macs = 2_293_000,
            Value = 0.9926,
            Count = 10_000,
            LatencyMs = new Latency(0.10, 0.12, 100),
            PackedBytes = 44_000,
        },
        Contract = new Contract(0.5, 0.5, -0.06, 0.1, true),
        Layers = [new LayerReport("conv1", "Conv", 500, 0.66, 8, 7.2, 5, 1.5, 1_349, 1.48), new LayerReport("ip1", "Gemm", 400_000, 0.08, 5, 4.5, 5, 4.5, 36_960, 43.3)],
        Steps = [new StepReport("train", new JsonObject { ["epochs"] = 10 }, 12.5, 0.991), new StepReport("prune", new JsonObject { ["sparsity"] = 0.9 }, 30, 0.9905, 90_000)],
    };
}
