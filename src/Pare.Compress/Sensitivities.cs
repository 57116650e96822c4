using Pare.Data;
using Pare.LowRank;
using Pare.Onnx;
using Pare.Ort;
using Pare.Profile;
using Pare.Prune;
using Pare.Prune.Channels;
using Pare.Quantize;
using Pare.Torch.LowRank;

namespace Pare.Compress;

/// <summary>What is to be measured of a network's layers.</summary>
public sealed record SensitivityRequest
{
    public required Model Model { get; init; }

    /// <summary>The pictures that count; no choice may have been made on those that a result is reported on.</summary>
    public required IDataset Examples { get; init; }
    public required Preprocess Preprocess { get; init; }
    public required Metric Metric { get; init; }
    public IReadOnlyList<string> Methods { get; init; } = Sensitivities.Methods;

    /// <summary>Patterns of the layers to measure; empty for all.</summary>
    public IReadOnlyList<string> Layers { get; init; } = [];

    /// <summary>Where results are kept; null for nowhere.</summary>
    public string? Cache { get; init; }
    public int Threads { get; init; }
}

/// <summary>Each layer of a network under each method at a few settings.</summary>
public static class Sensitivities
{
    /// <summary>Counts up when a step comes to give other networks, so that what was kept of them is measured anew.</summary>
    private const string Version = "2";

    /// <summary>Settings by method, mildest first.</summary>
    private static readonly Dictionary<string, double[]> Settings = new()
    {
        ["sparsity"] = [0.5, 0.7, 0.8, 0.9, 0.95],
        ["bits"] = [8, 6, 5, 4, 3, 2],
        ["rank"] = [0.75, 0.5, 0.25],
        ["channels"] = [0.75, 0.5, 0.25],
    };

    public static IReadOnlyList<string> Methods => [.. Settings.Keys];

    /// <exception cref="BadInputException">A method is not known, a pattern fits no layer, the model has no layers or does not fit the examples.</exception>
    public static SensitivityResult Measure(SensitivityRequest request, IProgress<double>? progress = null, CancellationToken cancel = default)
    {
        var judge = new VariantJudge(request.Metric, request.Examples, request.Preprocess, new OrtOptions { Threads = request.Threads });
        var cache = request.Cache is not { } folder ? null
            : new TrialCache(folder, Version, OnnxWriter.Sha256(request.Model), ExampleDigest.Of(request.Examples), request.Preprocess.ToString(), request.Metric.Name);
        return SensitivityMeter.Measure(request.Model, [.. Trials(request)], judge, request.Metric, cache, progress, cancel);
    }

    // Sparsity and bits layer by layer, then ranks, then channels: each from one network, in the order of the graph.
    private static IEnumerable<SensitivityTrial> Trials(SensitivityRequest request)
    {
        if (request.Methods.FirstOrDefault(m => !Settings.ContainsKey(m)) is { } unknown) throw new BadInputException($"method '{unknown}' is not known; allowed: {string.Join(", ", Methods)}");
        var model = request.Model;
        var all = Layer.Of(new GraphIndex(model.Graph)).DistinctBy(l => l.Name).ToList();
        if (all.Count == 0) throw new BadInputException("the model has no layer with constant weights (Conv, ConvTranspose, Gemm, MatMul); nothing can be measured");
        var chosen = request.Layers.Count == 0 ? [.. all.Select(l => l.Name)] : LayerPatterns.Matching(all, request.Layers);
        // Weights that several layers use are changed for all of them, under the first one's name.
        var layers = all.DistinctBy(l => l.Weight).Where(l => chosen.Contains(l.Name)).ToList();
        return Asked("sparsity", "bits").Any() ? ByLayer().Concat(Ranks()).Concat(Channels()) : Ranks().Concat(Channels());

        IEnumerable<string> Asked(params string[] methods) => methods.Where(request.Methods.Contains);

        IEnumerable<SensitivityTrial> ByLayer() =>
            from layer in layers
            from method in Asked("sparsity", "bits")
            from setting in Settings[method]
            select new SensitivityTrial
            {
                Layer = layer.Name, Method = method, Setting = setting, Original = model, Changed = layer.Node.Outputs[0],
                Make = () => method == "sparsity" ? Pruned(layer.Name, setting) : Shared(layer.Name, (int)setting),
            };

        Model Pruned(string layer, double sparsity)
        {
            var result = Pruner.Prune(model, new PruneOptions { LayerSparsities = new Dictionary<string, double> { [layer] = sparsity } });
            return result.LeftAlone.Contains(layer) ? throw new BadInputException("its weights are in a form that is not known here") : result.Model;
        }

        Model Shared(string layer, int bits) => Sharer.Share(model, new ShareOptions { Size = CodebookSize.OfBits(bits), Exclude = Others(layer) }).Model;

        string[] Others(string layer) => [.. all.Select(l => l.Name).Where(n => n != layer).Select(LayerPatterns.Exactly)];

        IEnumerable<SensitivityTrial> Ranks()
        {
            if (!Asked("rank").Any()) yield break;
            var plain = Simplify.Run(model);
            var macs = ModelProfile.MacsByNode(plain);
            var whole = macs.Values.Sum();
            // What is folded into a layer gives its output another name.
            foreach (var layer in Layer.Of(new GraphIndex(plain.Graph)).Where(l => layers.Exists(asked => asked.Name == l.Name)).DistinctBy(l => l.Name))
                foreach (var share in Settings["rank"])
                    yield return new SensitivityTrial
                    {
                        Layer = layer.Name, Method = "rank", Setting = share, Original = plain, Changed = layer.Node.Outputs[0],
                        Make = () => Factorized(plain, layer.Name, 1 - (1 - share) * macs.GetValueOrDefault(layer.Node.Outputs[0]) / whole),
                    };
        }

        Model Factorized(Model plain, string layer, double share)
        {
            var options = new FactorizeOptions { Macs = share, Exclude = Others(layer) };
            var found = FactorLayers.Of(plain, options);
            if (found.FirstOrDefault(l => l.Name == layer) is { Reason: { } reason }) throw new BadInputException(reason);
            var result = LowRankNetwork.Factorize(plain, found, options, new Dictionary<string, InputMoments>(), request.Threads);
            return result.Layers.FirstOrDefault(l => l.Name == layer) is { Factors: null } whole ? throw new BadInputException(whole.Reason!) : result.Model;
        }

        IEnumerable<SensitivityTrial> Channels()
        {
            if (!Asked("channels").Any()) yield break;
            var families = ChannelFamilies.Of(model);
            foreach (var (family, makers) in families.Layers.Index())
            {
                if (!makers.Any(l => chosen.Contains(l.Name))) continue;
                foreach (var share in Settings["channels"])
                    yield return new SensitivityTrial
                    {
                        Layer = string.Join(" + ", makers.Select(l => l.Name)), Method = "channels", Setting = share, Original = model, Changed = makers[0].Node.Outputs[0],
                        Make = () => families.Narrowed(family, share),
                    };
            }
        }
    }
}
