using System.CommandLine;
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
        var exclude = new Option<string[]>("--exclude") { HelpName = "PATTERN", Description = "Layers to leave alone, by name; * and ? stand for any characters. May be repeated.", AllowMultipleArgumentsPerToken = true };
        var keepDead = Opt.Flag("--keep-dead", "Keep neurons and channels that have died; they are removed and their constants folded unless this is given.");
        return new VerbCommand("prune", "Set the least important weights to zero.", new OptionGroup("Pruning") { output, sparsity, quality, scope, exclude, keepDead })
        {
            Arguments = { model },
            Details = "Give either --sparsity or --quality. A zero stays zero in every later step. 'pare train' on the result wins accuracy back.",
            Examples = ["pare prune model.onnx --sparsity 0.9 -o pruned.onnx", "pare prune model.onnx --quality 1.2 --exclude 'conv1*' -o pruned.onnx"],
            Body = run =>
            {
                var path = run.Get(output);
                OutputFile.Check(path);
                var loaded = Models.LoadFinite(run.Get(model), new ZooOptions { Seed = run.Seed });
                if (run.Get(sparsity) is null == run.Get(quality) is null) throw new BadInputException("prune needs either --sparsity or --quality");
                var result = Pruner.Prune(loaded.Model, new PruneOptions
                {
                    Sparsity = run.Get(sparsity),
                    Quality = run.Get(quality),
                    Scope = run.Get(scope) == "layer" ? PruneScope.Layer : PruneScope.Global,
                    Exclude = run.Get(exclude) ?? [],
                });
                run.Cancel.ThrowIfCancellationRequested();
                Models.Save(run.Get(keepDead) ? result.Model : DeadChannels.Remove(result.Model).Model, path);
                StepOutput.Show(run, result, path);
            },
        };
    }
}
