using System.CommandLine;
using System.Text.Json.Nodes;
using Pare.Onnx;
using Spectre.Console;

namespace Pare.Cli.Verbs;

/// <summary><c>pare inspect</c>: what a network costs.</summary>
internal static class InspectVerb
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A path (.onnx, .pare) or a zoo name." };
        return new VerbCommand("inspect", "Both costs of a network, layer by layer and in total.")
        {
            Arguments = { model },
            Examples = ["pare inspect model.onnx"],
            Body = run =>
            {
                var loaded = OnnxFile.Read(run.Get(model));
                var weights = loaded.Graph.AllTensors().Sum(t => t.Count);
                run.Show(new JsonObject { ["parameters"] = weights }, console => console.WriteLine($"{weights:N0} parameters"));
            },
        };
    }
}
