using System.CommandLine;
using System.Text.Json.Nodes;
using Pare.Compress;
using Pare.Report;
using Pare.Zoo;
using Spectre.Console;

namespace Pare.Cli.Verbs;

/// <summary><c>pare zoo</c>: the networks that can be built.</summary>
internal static class ZooVerb
{
    public static Command Create()
    {
        var net = new Argument<string?>("NET") { Description = "The network to build. Without it, all are listed with both costs.", Arity = ArgumentArity.ZeroOrOne };
        var output = Opt.Text("--out", "FILE", "Where the network is written (.onnx); needed with NET.", "-o");
        var classes = Opt.MaybeWhole("--classes", "N", 1, 1_000_000, "Number of classes. (default: the paper's)");
        var input = Opt.Text("--input", "CxHxW", "Channels, height and width of the input. (default: the paper's)");
        var width = Opt.Number("--width", "F", 0.01, 16, "Factor on the channels of every layer but the last. (default 1)");
        var noShuffle = new Option<bool>("--no-shuffle") { Description = "ShuffleNet without its shuffle, for the ablation: the network of the same name with -noshuffle." };
        return new VerbCommand("zoo", "What can be built; with a name, build it.", new OptionGroup("Building") { output, classes, input, width, noShuffle })
        {
            Arguments = { net },
            Details = "Weights are a random start that --seed fixes: the same bits on every machine. 'pare train' trains them.",
            Examples = ["pare zoo", "pare zoo lenet5 -o lenet5.onnx --seed 1"],
            Body = run =>
            {
                if (run.Get(net) is not { } name)
                {
                    if (((Option[])[output, classes, input, width, noShuffle]).FirstOrDefault(run.Has) is { } useless) throw new BadInputException($"{useless.Name} is about a network; name one of those that 'pare zoo' lists");
                    List(run);
                    return;
                }
                var path = run.Get(output) ?? throw new BadInputException($"zoo {name} needs -o FILE");
                OutputFile.Check(path);
                if (run.Get(noShuffle) && !name.EndsWith("-noshuffle", StringComparison.Ordinal)) name = ModelZoo.Contains($"{name}-noshuffle") ? $"{name}-noshuffle" : throw new BadInputException($"--no-shuffle is about ShuffleNet; '{name}' has no shuffle");
                var options = new ZooOptions { Seed = run.Seed, Classes = run.Get(classes), Width = run.Get(width) ?? 1, InputShape = run.Get(input) is { } shape ? ParseShape(shape) : null };
                var model = ModelZoo.Build(name, options);
                run.Cancel.ThrowIfCancellationRequested();
                Models.Save(model, path);
                var costs = Costs.Of(new LoadedModel(name, model, path));
                run.Show(new JsonObject { ["network"] = name, ["out"] = path, ["parameters"] = costs.Parameters, ["macs"] = costs.Macs, ["onnxBytes"] = OutputFile.Bytes(path) },
                    console => console.WriteLine($"{name}: {Format.Count(costs.Parameters)} parameters, {Format.Short(costs.Macs)} MACs; wrote {path}, {Format.Bytes(OutputFile.Bytes(path))}"));
            },
        };
    }

    private static void List(VerbRun run)
    {
        var rows = ModelZoo.Networks.Select(Row).ToList();
        var json = new JsonObject
        {
            ["networks"] = new JsonArray([.. rows.Select(r => new JsonObject
            {
                ["name"] = r.Network.Name, ["paper"] = r.Network.Paper, ["input"] = r.Input, ["parameters"] = r.Costs.Parameters, ["macs"] = r.Costs.Macs,
                ["weightBytes"] = r.Costs.WeightBytes, ["top1"] = r.Network.Top1 is { } top1 ? Math.Round(top1 / 100, 6) : null,
            })]),
        };
        run.Show(json, console =>
        {
            var table = Tables.New(console, ["network", "paper", "input", "parameters", "size", "MACs", "published top-1"]);
            foreach (var (network, input, costs) in rows)
            {
                IReadOnlyList<string> cells =
                [
                    network.Name, network.Paper, input, Format.Count(costs.Parameters), Format.Bytes(costs.WeightBytes), Format.Short(costs.Macs),
                    network.Top1 is { } top1 ? Format.Percent(top1 / 100) : "-",
                ];
                table.AddRow(cells.Select(Tables.Cell));
            }
            console.WriteTable(table);
        });
    }

    // One network at a time: the weights of all together would take 1.3 GB.
    private static (ZooNetwork Network, string Input, ModelCosts Costs) Row(ZooNetwork network)
    {
        var model = network.Build(new ZooOptions());
        return (network, Input(model), Costs.Of(new LoadedModel(network.Name, model, null)));
    }

    private static string Input(Onnx.Model model) => string.Join('x', model.Graph.FreeInputs[0].Shape!.Value.Skip(1));

    private static int[] ParseShape(string text)
    {
        var parts = text.Split('x').Select(p => int.TryParse(p, out var n) && n > 0 ? n : 0).ToArray();
        return parts.Length == 3 && parts.All(n => n > 0) ? parts : throw new BadInputException($"--input is '{text}'; allowed: CxHxW with whole numbers above 0, such as 3x224x224");
    }
}
