using System.CommandLine;
using System.Text.Json.Nodes;
using Pare.Data;
using Pare.Import;
using Pare.Recipes;
using Pare.Report;
using Pare.Zoo;
using Spectre.Console;

namespace Pare.Cli.Verbs;

/// <summary><c>pare import</c>: other tools' files to ONNX.</summary>
internal static class ImportVerb
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A .net file as the authors of Deep Compression published them." };
        var net = new Option<string>("--as") { HelpName = "NET", Description = $"The network that the file belongs to: {string.Join(", ", ModelZoo.Names)}.", Required = true };
        var output = Opt.Output("The network (.onnx).");
        return new VerbCommand("import", "Turn another tool's compressed network into ONNX.", new OptionGroup("Import") { net, output })
        {
            Arguments = { file },
            Examples = ["pare import compressed_SqueezeNet.net --as squeezenet1.0 -o squeezenet.onnx"],
            Body = run =>
            {
                var path = run.Get(output);
                OutputFile.Check(path);
                var network = ModelZoo.Build(run.Get(net));
                var model = CaffePreprocess.ToMetadata(Import(run.Get(file), network));
                Models.Save(model, path);
                var (weights, nonZero) = (WeightCount.All(model), WeightCount.NonZero(model));
                var json = new JsonObject { ["out"] = path, ["weights"] = weights, ["nonZero"] = nonZero, ["onnxBytes"] = OutputFile.Bytes(path) };
                run.Show(json, console => console.WriteLine(
                    $"{Format.Count(nonZero)} of {Format.Count(weights)} weights are not zero ({Format.Percent((double)nonZero / weights)}); wrote {path}, {Format.Bytes(OutputFile.Bytes(path))}"));
            },
        };
    }

    // The published networks come from Caffe: BGR pixels minus ImageNet's mean, resized to 256x256, the middle cut out.
    private static Preprocess CaffePreprocess { get; } = new()
    {
        Scale = 1,
        Mean = [104, 117, 123],
        Geometry = new PictureGeometry { Channels = ChannelOrder.Bgr, Resize = PictureResize.To(new PictureSize(256, 256)), Crop = PictureCrop.Center },
    };

    private static Onnx.Model Import(string path, Onnx.Model network)
    {
        try
        {
            return DeepCompressionNet.Read(File.ReadAllBytes(path), network);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or BadInputException)
        {
            throw new BadInputException($"{path}: {(e is FileNotFoundException or DirectoryNotFoundException ? "no such file" : e.Message)}", e);
        }
    }
}
