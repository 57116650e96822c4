using System.CommandLine;
using System.Globalization;
using Pare.Prune;
using Pare.Zoo;

namespace Pare.Cli.Verbs;

/// <summary><c>pare prune</c>: sets the least important weights to zero.</summary>
internal static class PruneVerb
{
    public static Command Create()
    {
        var model = Models.Argument();
        var output = Opt.Output("The pruned network (.onnx).");
        var sparsity = Opt.Number("--sparsity", "S", 0, 1, "Share of weights that are zero afterwards.", closed: false);
        var quality = Opt.Number("--quality", "Q", 0, double.PositiveInfinity, "Prune weights smaller than Q times their layer's standard deviation, as Deep Compression does.");
        var scope = Opt.Choice("--scope", ["global", "layer"], "global", "Whether --sparsity holds over all weights together or in each layer.");
        var layers = new Option<string[]>("--layer") { HelpName = "NAME=S", Description = "A sparsity for one layer, such as ip1=0.92; layers not named stay as they are. May be repeated, in place of --sparsity.", AllowMultipleArgumentsPerToken = true };
        var exclude = new Option<string[]>("--exclude") { HelpName = "PATTERN", Description = "Layers to leave alone, by name; * and ? stand for any characters. May be repeated.", AllowMultipleArgumentsPerToken = true };
        var keepDead = Opt.Flag("--keep-dead", "Keep neurons and channels that have died; they are removed and their constants folded unless this is given.");
        return new VerbCommand("prune", "Set the least important weights to zero.", new OptionGroup("Pruning") { output, sparsity, quality, layers, scope, exclude, keepDead })
        {
            Arguments = { model },
            Details = "Give one of --sparsity, --quality and --layer. A zero stays zero in every later step. 'pare train' on the result wins accuracy back.",
            Examples = ["pare prune model.onnx --sparsity 0.9 -o pruned.onnx", "pare prune model.onnx --quality 1.2 --exclude 'conv1*' -o pruned.onnx"],
            Body = run =>
            {
                var path = run.Get(output);
                OutputFile.Check(path);
                var loaded = Models.LoadFinite(run.Get(model), new ZooOptions { Seed = run.Seed });
                var byLayer = (run.Get(layers) ?? []).Select(LayerSparsity).DistinctBy(l => l.Key).ToDictionary();
                if (new[] { run.Get(sparsity) is not null, run.Get(quality) is not null, byLayer.Count > 0 }.Count(given => given) != 1)
                    throw new BadInputException("prune needs one of --sparsity, --quality and --layer");
                var result = Pruner.Prune(loaded.Model, new PruneOptions
                {
                    Sparsity = run.Get(sparsity),
                    Quality = run.Get(quality),
                    LayerSparsities = byLayer.Count > 0 ? byLayer : null,
                    Scope = run.Get(scope) == "layer" ? PruneScope.Layer : PruneScope.Global,
                    Exclude = run.Get(exclude) ?? [],
                });
                run.Cancel.ThrowIfCancellationRequested();
                Models.Save(run.Get(keepDead) ? result.Model : DeadChannels.Remove(result.Model).Model, path);
                StepOutput.Show(run, result, path);
            },
        };
    }

    private static KeyValuePair<string, double> LayerSparsity(string text) =>
        text.LastIndexOf('=') is > 0 and var at && double.TryParse(text[(at + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out var sparsity)
            ? new(text[..at], sparsity)
            : throw new BadInputException($"--layer is '{text}'; allowed: NAME=SPARSITY, such as ip1=0.92");
}
