using System.CommandLine;
using Pare.Compress;
using Pare.Data;
using Pare.LowRank;
using Pare.Profile;
using Pare.Zoo;

namespace Pare.Cli.Verbs;

/// <summary><c>pare factorize</c>: layers as two or three thin ones.</summary>
internal static class FactorizeVerb
{
    public static Command Create()
    {
        var model = Models.Argument();
        var output = Opt.Output("The factorised network (.onnx).");
        var method = Opt.Choice("--method", ["auto", "svd", "spatial", "channel", "tucker2"], "auto", "How convolutions with a kernel are split; auto takes for each the way that errs least. Dense layers and 1x1 convolutions are matrices, svd takes these alone.");
        var energy = Opt.Number("--energy", "E", 0, 1, "Keep this share of each layer's squared singular values.");
        var macs = Opt.Number("--macs", "S", 0, 1, "Multiply-adds of the whole network afterwards, as a share of those before; layers give way where it costs least.", closed: false);
        var by = ByFlag.Create("layers give up the multiply-adds of --macs where that costs least by it.");
        var vbmf = Opt.Flag("--vbmf", "The ranks at which singular values stand out of noise (variational Bayes).");
        var rank = Opt.MaybeWhole("--rank", "N", 1, int.MaxValue, "One rank for all layers.");
        var images = Opt.Whole("--images", "N", 1, 1_000_000, 256, "Examples of --data that layers' outputs are to err little on, drawn from the training part.");
        var exclude = new Option<string[]>("--exclude") { HelpName = "PATTERN", Description = "Layers to leave alone, by name or operator; * and ? stand for any characters. May be repeated." };
        var data = new DataFlags();
        return new VerbCommand("factorize", "Replace layers by thin ones of low rank.", new OptionGroup("Factorising") { output, method, energy, macs, by, vbmf, rank, images, exclude }, data)
        {
            Arguments = { model },
            Details = "Give one of --energy, --macs, --vbmf and --rank. With --data the error of layers' outputs is made small, without it that of their weights. A layer that would not get smaller and faster stays as it is. 'pare train' on the result wins accuracy back.",
            Examples = ["pare factorize model.onnx --macs 0.5 --data photos.zip -o thin.onnx", "pare factorize model.onnx --energy 0.95 --method tucker2 -o thin.onnx"],
            Body = run =>
            {
                var path = run.Get(output);
                OutputFile.Check(path);
                run.NeedsOne([energy, macs, vbmf, rank]);
                if (run.Get(by) is not null && run.Get(macs) is null) throw new BadInputException("--by shares out --macs; give that too");
                var options = new FactorizeOptions
                {
                    Method = run.Get(method) is "auto" ? null : Enum.Parse<FactorMethod>(run.Get(method), ignoreCase: true),
                    Energy = run.Get(energy), Macs = run.Get(macs), Vbmf = run.Get(vbmf), Rank = run.Get(rank), Exclude = run.Get(exclude) ?? [],
                };
                using var progress = run.Progress("factorising");
                var request = Request(options, progress, run);
                var result = Factorization.Run(request);
                run.Cancel.ThrowIfCancellationRequested();
                Models.Save(request.Examples is null ? result.Model : request.Preprocess.ToMetadata(result.Model), path);
                FactorizeOutput.Show(run, result, request.Examples?.Count ?? 0, path);
            },
        };

        FactorizationRequest Request(FactorizeOptions options, ProgressLine progress, VerbRun run)
        {
            if (!data.IsGiven(run)) run.Refuse("factorize without --data", [images, .. data]);
            if (!data.IsGiven(run)) return Of(Models.LoadFinite(run.Get(model), new ZooOptions { Seed = run.Seed }));
            var (loaded, splits, preprocess) = data.OpenWithModel(run, run.Get(model));
            ModelShape.CheckInput(loaded.Model, splits);
            return Of(loaded) with { Examples = Subset.Draw(splits.Train, run.Get(images), run.Seed), Preprocess = preprocess };

            FactorizationRequest Of(LoadedModel loaded) => new()
            {
                Model = loaded.Model, Threads = run.Threads, Progress = what => run.Share(progress, what), Cancel = run.Cancel,
                Options = ByFlag.Read(run, by, loaded.Model) is { } measured ? options with { Curves = SensitivityCurves.Of(measured.Points, "rank", measured.Images) } : options,
            };
        }
    }
}
