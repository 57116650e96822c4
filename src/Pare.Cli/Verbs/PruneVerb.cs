using System.CommandLine;
using System.Globalization;
using Pare.Compress;
using Pare.Data;
using Pare.Onnx;
using Pare.Ort;
using Pare.Profile;
using Pare.Prune;
using Pare.Prune.Channels;
using Pare.Report;
using Pare.Torch.Training;
using Pare.Zoo;

namespace Pare.Cli.Verbs;

/// <summary><c>pare prune</c>: sets the least important weights to zero, or removes whole channels.</summary>
internal static class PruneVerb
{
    public static Command Create()
    {
        var model = Models.Argument();
        var output = Opt.Output("The pruned network (.onnx).");
        var sparsity = Opt.Number("--sparsity", "S", 0, 1, "Share of weights that are zero afterwards.", closed: false);
        var quality = Opt.Number("--quality", "Q", 0, double.PositiveInfinity, "Prune weights smaller than Q times their layer's standard deviation, as Deep Compression does.");
        var scope = Opt.Choice("--scope", ["global", "layer"], "global", "Whether all weights or channels compete, or every layer gives up the same share.");
        var by = ByFlag.Create("each layer's share of --sparsity is the one that costs least by it.");
        var layers = new Option<string[]>("--layer") { HelpName = "NAME=S", Description = "A sparsity for one layer, such as ip1=0.92; layers not named stay as they are. May be repeated, in place of --sparsity." };
        var exclude = new Option<string[]>("--exclude") { HelpName = "PATTERN", Description = "Layers to leave alone, by name or operator; * and ? stand for any characters. May be repeated." };
        var score = Opt.Choice("--score", ["magnitude", "taylor", "fisher", "obd", "obs"], "magnitude",
            "What a weight counts: its size; what the loss loses by it, from its gradient (taylor), its squared gradients (fisher) or the Hessian's diagonal (obd); or what its layer's output errs by, the weights that stay making up for it (obs). All but magnitude need --data.");
        var pattern = Opt.Text("--pattern", "N:M", "Of each M consecutive weights of an output N stay, such as 2:4; with --score obs.");
        var images = Opt.Whole("--images", "N", 1, 1_000_000, 1024, "Training examples that scores are measured on.");
        var data = new DataFlags(ordersChannels: false);
        var keepDead = Opt.Flag("--keep-dead", "Keep neurons and channels that have died; they are removed and their constants folded unless this is given.");
        var channels = Opt.Flag("--channels", "Remove whole channels in place of single weights.");
        var branches = Opt.Flag("--branches", "Remove whole residual branches, those whose loss changes fewest answers on --images of --data; with --macs.");
        var macs = Opt.Number("--macs", "F", 0, 1, "Share of the multiply-adds that may be left.", closed: false);
        var parameters = Opt.Number("--params", "F", 0, 1, "Share of the parameters that may be left, in place of --macs.", closed: false);
        var importance = Opt.Choice("--importance", ["l1", "l2", "bn", "fisher"], "l2", "What a channel counts: its weights, its scale in batch normalisation, or what the loss loses by it (fisher, which needs --data).");
        var multiple = Opt.Whole("--multiple", "N", 1, 1 << 16, 1, "Make the widths that change multiples of N.");
        return new VerbCommand("prune", "Set the least important weights to zero, or remove whole channels.",
            new OptionGroup("Pruning") { output, sparsity, by, quality, layers, scope, score, pattern, images, exclude, keepDead },
            new OptionGroup("Channels and branches") { channels, branches, macs, parameters, importance, multiple }, data)
        {
            Arguments = { model },
            Details = "Give one of --sparsity, --quality, --layer and --pattern, --channels with --macs or --params, or --branches with --macs. A zero stays zero in every later step; a channel is gone, and the network is faster for it. 'pare train' on the result wins accuracy back.",
            Examples =
            [
                "pare prune model.onnx --sparsity 0.9 -o pruned.onnx", "pare prune model.onnx --quality 1.2 --exclude 'conv1*' -o pruned.onnx",
                "pare prune model.onnx --sparsity 0.7 --score obs --data photos.zip -o pruned.onnx", "pare prune model.onnx --sparsity 0.7 --by sens.json -o pruned.onnx",
                "pare prune model.onnx --channels --macs 0.5 -o small.onnx", "pare prune model.onnx --branches --macs 0.7 --data photos.zip -o small.onnx",
            ],
            Body = run =>
            {
                var path = run.Get(output);
                OutputFile.Check(path);
                var loaded = Models.LoadFinite(run.Get(model), new ZooOptions { Seed = run.Seed });
                var byLayer = (run.Get(layers) ?? []).Select(LayerSparsity).DistinctBy(l => l.Key).ToDictionary();
                if (run.Get(channels) || run.Get(branches))
                {
                    if (run.Get(sparsity) is not null || run.Get(quality) is not null || byLayer.Count > 0) throw new BadInputException("--channels and --branches take --macs or --params; --sparsity, --quality and --layer are about single weights");
                    if (run.Get(by) is not null) throw new BadInputException("--by shares out --sparsity; it says nothing of --channels");
                    if (run.Get(branches))
                    {
                        if (run.Get(channels) || run.Get(parameters) is not null) throw new BadInputException("--branches takes --macs alone; channels can be removed from what it gives");
                        run.Refuse("--branches", scope, score, pattern, keepDead, importance, multiple);
                        RemoveBranches(run, loaded.Model, path);
                        return;
                    }
                    run.Refuse("--channels", score, pattern, keepDead);
                    if (run.Get(importance) != "fisher") run.Refuse($"--importance {run.Get(importance)}", [images, .. data]);
                    RemoveChannels(run, loaded.Model, path, new ChannelPruneOptions
                    {
                        Macs = run.Get(macs),
                        Parameters = run.Get(parameters),
                        Importance = Enum.Parse<ChannelImportance>(run.Get(importance), ignoreCase: true),
                        Scope = Scope(run.Get(scope)),
                        Multiple = run.Get(multiple),
                        Exclude = run.Get(exclude) ?? [],
                    });
                    return;
                }
                if (run.Get(macs) is not null || run.Get(parameters) is not null) throw new BadInputException("--macs and --params are about channels and branches; add --channels or --branches");
                run.NeedsOne([sparsity, quality, layers, pattern]);
                if (run.Get(score) != "obs" && run.Get(pattern) is not null) throw new BadInputException("--pattern needs --score obs");
                if (run.Get(score) == "obs" && (run.Get(quality) is not null || byLayer.Count > 0)) throw new BadInputException("--score obs takes --sparsity or --pattern");
                if (run.Get(by) is not null && (run.Get(sparsity) is null || run.Get(score) == "obs")) throw new BadInputException("--by shares out --sparsity, by any score but obs, which shares out by errors of its own");
                run.Refuse("pruning of single weights", importance, multiple);
                if (run.Get(score) == "magnitude") run.Refuse("--score magnitude", [images, .. data]);
                if (run.Has(by)) run.Refuse("--by", scope);
                var result = run.Get(score) == "obs" ? Obs(run, loaded.Model) : Pruner.Prune(loaded.Model, new PruneOptions
                {
                    Score = run.Get(score) == "magnitude" ? PruneScore.Magnitude : PruneScore.Saliency,
                    Sparsity = run.Get(sparsity),
                    Curves = ByFlag.Read(run, by, loaded.Model) is { } measured ? SensitivityCurves.Of(measured.Points, "sparsity", measured.Images) : null,
                    Quality = run.Get(quality),
                    LayerSparsities = byLayer.Count > 0 ? byLayer : null,
                    Scope = Scope(run.Get(scope)),
                    Exclude = run.Get(exclude) ?? [],
                }, run.Get(score) == "magnitude" ? null : Measured(run, loaded.Model, Enum.Parse<CurvatureKind>(run.Get(score), ignoreCase: true)));
                run.Cancel.ThrowIfCancellationRequested();
                if (!run.Get(keepDead)) result = result with { Model = DeadChannels.Remove(result.Model).Model };
                Models.Save(result.Model, path);
                StepOutput.Show(run, loaded.Model, result, path);
            },
        };

        void RemoveChannels(VerbRun run, Model network, string path, ChannelPruneOptions options)
        {
            if (options.Macs is null == options.Parameters is null) throw new BadInputException("--channels needs one of --macs and --params");
            var gradients = options.Importance == ChannelImportance.Fisher ? Measured(run, network, CurvatureKind.Fisher) : null;
            var result = ChannelPruner.Prune(network, options, ModelProfile.MacsByNode(network), gradients);
            run.Cancel.ThrowIfCancellationRequested();
            Models.Save(result.Model, path);
            StepOutput.Show(run, network, result, path);
        }

        void RemoveBranches(VerbRun run, Model network, string path)
        {
            var share = run.Get(macs) ?? throw new BadInputException("--branches needs --macs");
            var (examples, preprocess) = data.Examples(run, network, run.Get(images));
            var judge = new Judge(Metric.Agreement, network, preprocess, new OrtOptions { Threads = run.Threads });
            using var line = run.Progress("pruning");
            var result = BranchPruner.Prune(network, share, ModelProfile.MacsByNode, m => -judge.Of(m, examples, new Relay<double>(_ => run.Cancel.ThrowIfCancellationRequested())).Value, run.Share(line, "answers without each branch"), run.Get(exclude) ?? []);
            Models.Save(result.Model, path);
            StepOutput.Show(run, network, result, path);
        }

        StepResult Obs(VerbRun run, Model network)
        {
            var options = new ObsOptions
            {
                Sparsity = run.Get(sparsity), Pattern = run.Get(pattern) is { } text ? Pattern(text) : null,
                Scope = Scope(run.Get(scope)), Exclude = run.Get(exclude) ?? [],
            };
            var wanted = ObsPruner.Layers(network, options);
            var (examples, preprocess) = data.Examples(run, network, run.Get(images));
            using var line = run.Progress("pruning");
            var moments = Moments.Of(network, wanted, examples, preprocess, new OrtOptions { Threads = run.Threads }, run.Share(line, "second moments"));
            line.Report(1, 1, "choosing weights");
            return ObsPruner.Prune(network, options, moments);
        }

        IReadOnlyDictionary<string, float[]> Measured(VerbRun run, Model network, CurvatureKind kind)
        {
            var (examples, preprocess) = data.Examples(run, network, run.Get(images));
            using var line = run.Progress("pruning");
            var record = Curvature.Of(network, examples, preprocess, kind, seed: run.Seed, progress: run.Share(line, "derivatives"));
            if (record.Noise > 0) line.Note($"the Hessian's diagonal is estimated; its standard error is {Format.Percent(record.Noise)} of its size");
            return record.Values;
        }
    }

    private static (int Kept, int Of) Pattern(string text) =>
        text.Split(':') is [var kept, var of] && int.TryParse(kept, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && int.TryParse(of, NumberStyles.None, CultureInfo.InvariantCulture, out var m)
            ? (n, m)
            : throw new BadInputException($"--pattern is '{text}'; allowed: N:M, such as 2:4");

    private static PruneScope Scope(string word) => word == "layer" ? PruneScope.Layer : PruneScope.Global;

    private static KeyValuePair<string, double> LayerSparsity(string text) =>
        text.LastIndexOf('=') is > 0 and var at && double.TryParse(text[(at + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out var sparsity)
            ? new(text[..at], sparsity)
            : throw new BadInputException($"--layer is '{text}'; allowed: NAME=SPARSITY, such as ip1=0.92");
}
