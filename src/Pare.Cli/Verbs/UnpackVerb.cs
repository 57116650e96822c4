using System.CommandLine;
using System.Text.Json.Nodes;
using Pare.Coding;
using Pare.Compress;
using Pare.Report;
using Spectre.Console;

namespace Pare.Cli.Verbs;

/// <summary><c>pare unpack</c>: the ONNX file back.</summary>
internal static class UnpackVerb
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A packed file (.pare)." };
        var output = Opt.Output("The ONNX file; its data files, if any, go beside it under their own names.");
        return new VerbCommand("unpack", "Get the ONNX file back from a .pare file, byte for byte.", new OptionGroup("Output") { output })
        {
            Arguments = { file },
            Examples = ["pare unpack shared.pare -o shared.onnx"],
            Body = run =>
            {
                var path = run.Get(output);
                if (LoadedModel.IsPackedFile(path)) throw new BadInputException($"-o is '{path}'; an .onnx file is what comes out");
                OutputFile.Check(path);
                var bytes = PackedFile.Unpack(run.Get(file), path);
                run.Show(new JsonObject { ["out"] = path, ["onnxBytes"] = bytes },
                    console => console.WriteLine($"wrote {path}, {Format.Bytes(bytes)}"));
            },
        };
    }
}
