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
        Contract = new Contract(0.5, 0.5, -0.06, 0.1, true) { Accept = "interval", Tries = 1 },
        Layers = [new LayerReport("conv1", "Conv", 500, 0.66, 8, 7.2, 5, 1.5, 1_349, 1.48), new LayerReport("ip1", "Gemm", 400_000, 0.08, 5, 4.5, 5, 4.5, 36_960, 43.3)],
        Steps = [new StepReport("train", new JsonObject { ["epochs"] = 10 }, 12.5, 0.991), new StepReport("prune", new JsonObject { ["sparsity"] = 0.9 }, 30, 0.9905, 90_000)],
    };

    /// <summary>A report as large as a SqueezeNet's with every optional part, its names such as would do harm in a page that took them as they are.</summary>
    public static RunReport Large { get; } = Sample with
    {
        Model = "</title><script>alert(1)</script>",
        Data = "\"><img src=x onerror=alert(2)>",
        Recipe = "a 'recipe' & \"more\"",
        Command = "pare compress 'x.onnx' && echo </code></pre><b>",
        Libraries = ["ONNX Runtime 1.31.1"],
        Target = "both",
        Minutes = 60,
        LeftOut = [new LeftOut("fast", "it's <slow>")],
        Front = [new FrontPoint("front/1", 480_000, 8.1, 0.985, 0.6), new FrontPoint("front/2", 310_000, 20.5, 0.982, 0.9)],
        Reference = 0.991,
        Layers = [.. Names.Select((n, i) => new LayerReport(n, "Conv", 12_288 << (i % 6), 0.4 - i / 100.0, 6, 5.1, 4, 3.2, 9_000 << (i % 5), 5.5 + i))],
        Steps =
        [
            .. Enumerable.Range(0, 14).Select(i => new StepReport(i < 10 ? "prune" : "share", new JsonObject { ["float: </td>"] = "it's \"slower\"" }, 100 + i, 0.99 - i * i / 4000.0)
            {
                Kept = 1.0 / (i + 1), Drop = i * i / 40.0 - 0.1, EstimatedBytes = 4_900_000 / (i + 1), Accepted = i % 4 != 3,
            }),
            new StepReport("pack", [], 2.5, null, 480_000),
        ],
        Sensitivity =
        [
            .. from layer in Names.Index()
               from setting in new (string Method, double Setting)[] { ("sparsity", 0.5), ("sparsity", 0.8), ("sparsity", 0.9), ("bits", 2), ("bits", 4), ("bits", 8), ("rank", 0.5), ("rank", 0.25), ("channels", 0.75), ("channels", 0.5) }
               where layer.Index % 7 != 3 || setting.Method != "rank"
               select new SensitivityPoint(layer.Item, setting.Method, setting.Setting, setting.Method == "bits" ? 40 * Math.Pow(0.3, setting.Setting) * (1 + layer.Index % 5) - 0.02 : (layer.Index % 9) * setting.Setting - 0.3, 4_900_000 - 1000 * layer.Index, 861_000_000),
        ],
        Nodes = [.. Names.Select((n, i) => new NodeLatency(n, "Conv", 3.5 - i / 10.0, i % 8 == 0 ? null : 1.2 - i / 30.0)), new NodeLatency("quantize", "QuantizeLinear", null, 0.4)],
        Call = new ModelCall("in\"put</script>", [1, 3, 224, 224], "scores\\", 1 / 255f, [0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f], "channels=bgr;resize=256x256;crop=center"),
    };

    private static IReadOnlyList<string> Names =>
    [
        "conv1<b>", .. Enumerable.Range(2, 8).SelectMany(i => (string[])[$"fire{i}/squeeze1x1", $"fire{i}/expand1x1", $"fire{i}/expand3x3"]), "conv10",
    ];

    /// <summary>Networks compared, with everything measured.</summary>
    public static Comparison Compared { get; } = new()
    {
        Pare = "0.1.0", Machine = Sample.Machine, Command = "pare compare mobilenet shufflenet-g3", Data = "glyphs", Metric = Metric.Top1, Epochs = 3, Examples = 8_000,
        Networks = [.. Enumerable.Range(1, 6).Select(i => new ComparedNetwork($"network-{i} <x>", 0.25 * i, Sample.Baseline with { Macs = 1_000_000 * i * i, OnnxBytes = 90_000 * i }, [0.9 + i / 100.0, 0.91 + i / 90.0]))],
    };
}
