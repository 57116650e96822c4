using System.CommandLine;
using System.Text.Json.Nodes;
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
        return new VerbCommand("zoo", "What can be built; with a name, build it.", new OptionGroup("Building") { output, classes, input })
        {
            Arguments = { net },
            Details = "Weights are a random start that --seed fixes: the same bits on every machine. 'pare train' trains them.",
            Examples = ["pare zoo", "pare zoo lenet5 -o lenet5.onnx --seed 1"],
            Body = run =>
            {
                if (run.Get(net) is not { } name)
                {
                    List(run);
                    return;
                }
                var path = run.Get(output) ?? throw new BadInputException($"zoo {name} needs -o FILE");
                OutputFile.Check(path);
                var model = ModelZoo.Build(name, new ZooOptions { Seed = run.Seed, Classes = run.Get(classes), InputShape = run.Get(input) is { } shape ? ParseShape(shape) : null });
                Models.Save(model, path);
                var costs = Costs.Of(new LoadedModel(name, model, path));
                run.Show(new JsonObject { ["network"] = name, ["out"] = path, ["parameters"] = costs.Parameters, ["macs"] = costs.Macs, ["onnxBytes"] = costs.OnnxBytes },
                    console => console.WriteLine($"{name}: {Format.Count(costs.Parameters)} parameters, {Format.Short(costs.Macs)} MACs; wrote {path}, {Format.Bytes(costs.OnnxBytes)}"));
            },
        };
    }

    private static void List(VerbRun run)
    {
        var rows = ModelZoo.Names.Select(n => (Name: n, Model: ModelZoo.Build(n))).Select(n => (n.Name, n.Model, Costs: Costs.Of(new LoadedModel(n.Name, n.Model, null)))).ToList();
        var json = new JsonObject
        {
            ["networks"] = new JsonArray([.. rows.Select(r => new JsonObject
            {
                ["name"] = r.Name, ["input"] = Input(r.Model), ["parameters"] = r.Costs.Parameters, ["macs"] = r.Costs.Macs, ["weightBytes"] = r.Costs.WeightBytes,
            })]),
        };
        run.Show(json, console =>
        {
            var table = Tables.New(console, ["network", "input", "parameters", "size", "MACs"]);
            foreach (var (name, model, costs) in rows)
                table.AddRow(name, Input(model), Format.Count(costs.Parameters), Format.Bytes(costs.WeightBytes), Format.Short(costs.Macs));
            console.Write(table);
        });
    }

    private static string Input(Onnx.Model model) => string.Join('x', model.Graph.FreeInputs[0].Shape!.Value.Skip(1));

    private static int[] ParseShape(string text)
    {
        var parts = text.Split('x').Select(p => int.TryParse(p, out var n) && n > 0 ? n : 0).ToArray();
        return parts.Length == 3 && parts.All(n => n > 0) ? parts : throw new BadInputException($"--input is '{text}'; allowed: CxHxW with whole numbers above 0, such as 3x224x224");
    }
}
