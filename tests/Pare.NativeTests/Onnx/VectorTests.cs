using Microsoft.ML.OnnxRuntime;
using Pare.Onnx;
using Xunit;

namespace Pare.NativeTests.Onnx;

/// <summary>The standard's vectors, written again and simplified, on ONNX Runtime.</summary>
public sealed class VectorTests
{
    private const string Root = "/usr/share/libonnx-testdata/data";

    [Fact]
    public void What_loads_before_writing_loads_after()
    {
        var broken = new List<string>();
        var loaded = 0;
        foreach (var file in Files())
        {
            if (Failure(() => OrtRun.Open(File.ReadAllBytes(file)).Dispose()) is not null) continue;
            loaded++;
            if (Failure(() => OrtRun.Open(OnnxWriter.ToBytes(OnnxFile.Read(file))).Dispose()) is { } why) broken.Add($"{file}: {why}");
        }
        Assert.Empty(broken);
        Assert.True(loaded > 600, $"only {loaded} vectors load at all");
    }

    [Fact]
    public void Simplified_vectors_give_the_same_outputs()
    {
        var broken = new List<string>();
        var changed = 0;
        foreach (var file in Files())
        {
            var model = OnnxFile.Read(file);
            var simple = Simplify.Run(model);
            if (ReferenceEquals(model, simple) || Inputs(file, model) is not { } inputs) continue;
            if (Failure(() => OrtRun.Outputs(model, inputs)) is not null) continue;
            changed++;
            var difference = double.NaN;
            var failure = Failure(() => difference = OrtRun.Difference(model, simple, inputs));
            if (failure is not null || !(difference < 1e-5)) broken.Add($"{file}: {failure ?? $"differs by {difference}"}");
        }
        Assert.Empty(broken);
        Assert.True(changed > 10, $"only {changed} vectors were changed");
    }

    private static Dictionary<string, Tensor>? Inputs(string file, Model model)
    {
        var inputs = new Dictionary<string, Tensor>();
        var free = model.Graph.FreeInputs;
        for (var i = 0; i < free.Length; i++)
        {
            var path = Path.Combine(Path.GetDirectoryName(file)!, "test_data_set_0", $"input_{i}.pb");
            Tensor? tensor = null;
            if (free[i].OtherType.Length == 0 && File.Exists(path)) Failure(() => tensor = OnnxReader.ReadTensor(File.ReadAllBytes(path)));
            if (!OrtRun.Takes(tensor)) return null;
            inputs[free[i].Name] = tensor!;
        }
        return inputs;
    }

    private static string? Failure(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception e) when (e is OnnxRuntimeException or BadInputException)
        {
            return e.Message;
        }
    }

    private static IEnumerable<string> Files()
    {
        if (!Directory.Exists(Root)) Assert.Skip("the package libonnx-testdata is not installed");
        return Directory.EnumerateFiles(Root, "*.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
    }
}
