using System.CommandLine;
using Pare.Quantize;
using Pare.Recipes;
using Pare.Zoo;

namespace Pare.Cli.Verbs;

/// <summary><c>pare share</c>: few distinct weights a layer.</summary>
internal static class ShareVerb
{
    public static Command Create()
    {
        var model = Models.Argument();
        var output = Opt.Output("The network with shared weights (.onnx).");
        var bits = Opt.MaybeWhole("--bits", "B", 1, 8, "Bits of a weight's code: 2^B values a layer, zero's own included. (default 5)");
        var centroids = Opt.MaybeWhole("--centroids", "K", 2, 256, "Values a layer, in place of --bits.");
        var bytes = Opt.MaybeWhole("--bytes", "N", 1, int.MaxValue, "Packed bytes that the whole network may take, in place of --bits; needs --by.");
        var by = ByFlag.Create("each layer's bits are those that cost least by it within --bytes.");
        var layers = new Option<string[]>("--layer") { HelpName = "PATTERN=B", Description = "Bits for some layers, by name or operator, such as Conv=8; the first pattern that fits counts. May be repeated." };
        var start = Opt.Choice("--start", ["linear", "density", "forgy"], "linear", "First centroids of k-means.");
        var lambda = Opt.Number("--lambda", "L", 0, 1e9, "Price of a bit of code length against squared error; 0 takes the nearest centroid. (default 0)");
        var biases = Opt.Choice("--biases", ["keep", "float16", "grid8", "shared"], "keep", "What becomes of the biases.");
        var exclude = new Option<string[]>("--exclude") { HelpName = "PATTERN", Description = "Layers to leave alone, by name or operator; * and ? stand for any characters. May be repeated." };
        return new VerbCommand("share", "Give each layer few distinct weights, by k-means.", new OptionGroup("Sharing") { output, bits, centroids, bytes, by, layers, start, lambda, biases, exclude })
        {
            Arguments = { model },
            Details = "Zeros stay zero. The result is plain ONNX, Gather(codebook, codes); 'pare train' on it trains the shared values.",
            Examples = ["pare share pruned.onnx --bits 4 -o shared.onnx", "pare share pruned.onnx --layer Conv=8 --bits 5 -o shared.onnx", "pare share model.onnx --bytes 150000 --by sens.json -o shared.onnx"],
            Body = run =>
            {
                var path = run.Get(output);
                OutputFile.Check(path);
                if (run.Get(bits) is not null && run.Get(centroids) is not null) throw new BadInputException("--bits and --centroids say the same; give one of them");
                if (run.Get(bytes) is null != run.Get(by) is null) throw new BadInputException("--bytes and --by belong together; give both or none");
                if (run.Get(bytes) is not null && (run.Get(bits) is not null || run.Get(centroids) is not null || run.Has(layers) || run.Has(exclude)))
                    throw new BadInputException("--bytes chooses the bits of each layer; --bits, --centroids, --layer and --exclude would too");
                var loaded = Models.LoadFinite(run.Get(model), new ZooOptions { Seed = run.Seed });
                var options = new ShareOptions
                {
                    Size = run.Get(centroids) is { } count ? CodebookSize.OfCentroids(count) : CodebookSize.OfBits(run.Get(bits) ?? 5),
                    Layers = [.. (run.Get(layers) ?? []).Select(LayerBits)],
                    Start = Enum.Parse<CentroidStart>(run.Get(start), ignoreCase: true),
                    Lambda = run.Get(lambda) ?? 0,
                    Biases = Enum.Parse<BiasForm>(run.Get(biases), ignoreCase: true),
                    Exclude = run.Get(exclude) ?? [],
                    Seed = run.Seed,
                };
                var result = ByFlag.Read(run, by, loaded.Model) is { } measured ? SharedBits.Within(loaded.Model, options, measured.ToResult(), run.Get(bytes)!.Value) : Sharer.Share(loaded.Model, options);
                run.Cancel.ThrowIfCancellationRequested();
                Models.Save(result.Model, path);
                StepOutput.Show(run, loaded.Model, result, path);
            },
        };
    }

    private static LayerSize LayerBits(string text) => text.Split('=') is [{ Length: > 0 } pattern, var bits] && int.TryParse(bits, out var number)
        ? new LayerSize(pattern, CodebookSize.OfBits(number))
        : throw new BadInputException($"--layer is '{text}'; allowed: PATTERN=BITS, such as Conv=8");
}
