using System.CommandLine;
using System.Text.Json.Nodes;
using Pare.Coding;
using Pare.Compress;
using Pare.Onnx;
using Pare.Report;
using Pare.Zoo;
using Spectre.Console;

namespace Pare.Cli.Verbs;

/// <summary><c>pare pack</c>: one small file for shipping.</summary>
internal static class PackVerb
{
    public static Command Create()
    {
        var model = Models.Argument();
        var output = Opt.Output("The packed file (.pare).");
        return new VerbCommand("pack", "Pack a network into one small .pare file, without loss.", new OptionGroup("Output") { output })
        {
            Arguments = { model },
            Details = "Any ONNX file can be packed, with its data files; 'pare unpack' gives it back byte for byte. Zeros and shared weights make it small.",
            Examples = ["pare pack shared.onnx -o shared.pare"],
            Body = run =>
            {
                var (name, path) = (run.Get(model), run.Get(output));
                if (!LoadedModel.IsPackedFile(path)) throw new BadInputException($"-o is '{path}'; a packed file's name ends in .pare, by which it is known");
                OutputFile.Check(path);
                var (before, after) = Pack(name, path, run.Seed);
                var json = new JsonObject { ["out"] = path, ["onnxBytes"] = before, ["packedBytes"] = after, ["ratio"] = (double)before / after };
                run.Show(json, console => console.MarkupLineInterpolated(
                    $"{Format.Count(before)} bytes of ONNX to [bold]{Format.Count(after)}[/], {Format.Ratio((double)before / after)}; wrote {path}"));
            },
        };
    }

    // Through the file where there is one: it comes back byte for byte, also where its graph is nothing that other verbs accept.
    private static (long Before, long After) Pack(string name, string path, int seed)
    {
        if (Models.IsPath(name) && !LoadedModel.IsPackedFile(name)) return (SizeOf(name), PackedFile.Pack(name, path));
        var bytes = Models.IsPath(name) ? PackedFile.ReadModel(name) : OnnxWriter.ToBytes(Models.Load(name, new ZooOptions { Seed = seed }).Model);
        return (bytes.LongLength, PackedFile.Pack(bytes, path));
    }

    private static long SizeOf(string path)
    {
        var data = OnnxFile.Read(path).Graph.AllTensors().Where(t => t.IsExternal).Sum(t => (long)t.Data.Length);
        return new FileInfo(path).Length + data;
    }
}
