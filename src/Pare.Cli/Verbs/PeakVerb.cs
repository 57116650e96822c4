using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Pare.Coding;
using Pare.Data;
using Pare.Onnx;
using Pare.Ort;
using Spectre.Console;

namespace Pare.Cli.Verbs;

/// <summary>
/// <c>pare peak-memory</c>, hidden: how far loading and running a network raises this process's memory. <c>bench</c> starts it, a process
/// for each network, so that none meets another one's memory.
/// </summary>
internal static class PeakVerb
{
    public const string Name = "peak-memory";
    private const int Runs = 3;

    public static Command Create()
    {
        var path = new Argument<string>("MODEL") { Description = "A path (.onnx or .pare)." };
        var flags = new BenchFlags();
        return new VerbCommand(Name, "Peak memory of one network, for 'bench'.", flags)
        {
            Hidden = true,
            Arguments = { path },
            Body = run =>
            {
                var options = flags.Read(run);
                var bytes = Growth(() =>
                {
                    using var model = Models.OpenOnOrt(run.Get(path), options.Run);
                    var inputs = RandomInputs.Of(model.Inputs, new InputOptions { Batch = options.Batch, Size = options.Size });
                    for (var i = 0; i < Runs; i++) model.Run(inputs);
                });
                run.Show(new JsonObject { ["peakBytes"] = bytes }, console => console.WriteLine($"{bytes}"));
            },
        };
    }

    private static long Growth(Action work)
    {
        // What every process needs once is not the network's.
        OrtModel.StartRuntime();
        PackedFile.ReadModel(PackedFile.Pack(OnnxWriter.ToBytes(new Model { Graph = new Graph { Name = "start" } })));
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        var before = process.WorkingSet64;
        work();
        process.Refresh();
        return Math.Max(0, process.PeakWorkingSet64 - before);
    }
}
