using Pare.LowRank;
using Pare.Onnx;
using Pare.Profile;

namespace Pare.Torch.LowRank;

/// <summary>From a network to one of thin layers: curves of what each rank keeps, ranks, factors.</summary>
public static class LowRankNetwork
{
    /// <summary>Factorises the layers of a network.</summary>
    /// <param name="model">The network.</param>
    /// <param name="layers">Its layers, of <see cref="FactorLayers"/>.</param>
    /// <param name="options">How ranks are chosen.</param>
    /// <param name="moments">Second moments of layers' inputs, by the layer's output; layers without them are factorised by their weights alone.</param>
    /// <param name="threads">Processor threads; 0 for all.</param>
    /// <exception cref="BadInputException">A rank is above a layer's, or the multiply-adds cannot be reached or told.</exception>
    public static FactorizeResult Factorize(
        Model model, IReadOnlyList<FactorLayer> layers, FactorizeOptions options, IReadOnlyDictionary<string, InputMoments> moments,
        int threads = 0, IProgress<double>? progress = null, CancellationToken cancel = default)
    {
        options.Validate();
        torch.set_num_threads(threads > 0 ? threads : Environment.ProcessorCount);
        List<FactorLayer> open = [.. layers.Where(l => l.Reason is null)];
        var macs = ModelProfile.Of(model).Macs;
        if (options.Macs is not null && open.FirstOrDefault(l => !l.HasKnownShape) is { } unknown)
            throw new BadInputException($"the multiply-adds of layer '{unknown.Name}' cannot be told, its shape is not known; a share of them needs them all");
        // Both passes over the layers take about as long.
        var done = 0;
        void Step()
        {
            cancel.ThrowIfCancellationRequested();
            progress?.Report(++done / (2.0 * open.Count));
        }

        var choices = Choose().ToDictionary(c => c.Layer);
        done = open.Count;
        List<FactorizedLayer> results = [.. layers.Select(l => choices.TryGetValue(l, out var choice) ? Solve(choice) : new FactorizedLayer(l, null, l.Reason))];
        var replaced = results.Where(r => r.Factors is not null).Select(r => (r.Layer, r.Factors!)).ToList();
        return new FactorizeResult(Factorizer.Replace(model, replaced), results)
        {
            MacsBefore = macs, MacsAfter = macs + results.Where(r => r.Layer.HasKnownShape).Sum(r => r.MacsAfter - r.Layer.Macs),
        };

        IReadOnlyList<LayerChoice> Choose()
        {
            if (options.Rank is { } rank) return RankChoice.Fixed(open, rank);
            // The rule of noise is about the weights themselves.
            List<LayerCurves> curves = [.. open.Select(l => Curves(l, options.Vbmf ? null : MomentsOf(l)))];
            return options.Energy is { } energy ? RankChoice.ByEnergy(curves, energy)
                : options.Macs is { } share ? RankChoice.ByMacs(curves, share, macs - open.Sum(l => l.Macs), options.Curves)
                : RankChoice.ByVbmf(curves);
        }

        LayerCurves Curves(FactorLayer layer, InputMoments? seen)
        {
            Step();
            return RankCurves.Of(layer, seen);
        }

        FactorizedLayer Solve(LayerChoice choice)
        {
            Step();
            if (choice.Candidates.Count == 0) return new FactorizedLayer(choice.Layer, null, choice.Reason);
            var factors = choice.Candidates.Select(o => LayerFactors.Solve(choice.Layer, o, MomentsOf(choice.Layer))).MinBy(f => f.Error);
            return new FactorizedLayer(choice.Layer, factors, null);
        }

        InputMoments? MomentsOf(FactorLayer layer) => moments.GetValueOrDefault(layer.Layer.Node.Outputs[0]);
    }
}
