using Pare.Onnx;
using Pare.Torch;
using TorchSharp;
using Xunit;

namespace Pare.NativeTests.Torch;

/// <summary>
/// The ONNX standard's own vectors: small models with inputs and the outputs they must give, one or a few an operator. Debian's
/// package libonnx-testdata installs them.
/// </summary>
public class StandardVectorTests
{
    private const string Folder = "/usr/share/libonnx-testdata/data";

    /// <summary>The standard's own test runner allows as much.</summary>
    private const double Relative = 1e-3, Absolute = 1e-6;

    [Fact]
    public void Every_vector_of_the_supported_operators_gives_the_standards_outputs()
    {
        Assert.SkipUnless(Directory.Exists(Folder), $"{Folder} is missing; Debian's package libonnx-testdata brings it");
        var cases = StandardVectors.Load(Folder).ToList();
        var applicable = cases.Where(c => c.Applies && !StandardVectors.Excluded.ContainsKey(c.Name)).ToList();

        var failures = applicable.Select(c => (c.Name, Fault: Fault(c))).Where(f => f.Fault is not null).Select(f => $"{f.Name}: {f.Fault}").ToList();

        Assert.True(applicable.Count >= 500, $"only {applicable.Count} vectors apply");
        Assert.True(failures.Count == 0, $"{failures.Count} of {applicable.Count} fail:\n{string.Join('\n', failures)}");
    }

    [Fact]
    public void Every_exclusion_names_a_vector_that_would_apply()
    {
        Assert.SkipUnless(Directory.Exists(Folder), $"{Folder} is missing; Debian's package libonnx-testdata brings it");
        var applicable = StandardVectors.Load(Folder).Where(c => c.Applies).Select(c => c.Name).ToHashSet();

        Assert.All(StandardVectors.Excluded.Keys, name => Assert.Contains(name, applicable));
    }

    /// <summary>What is wrong with our outputs; null where nothing is.</summary>
    private static string? Fault(StandardVector vector)
    {
        using var scope = torch.NewDisposeScope();
        try
        {
            using var graph = new TorchGraph(vector.Model);
            foreach (var (inputs, expected) in vector.DataSets())
            {
                var outputs = graph.Run(inputs, training: false);
                foreach (var (name, wanted) in expected)
                {
                    if (!outputs.TryGetValue(name, out var given)) return $"output '{name}' is missing";
                    if (Difference(given, wanted) is { } difference) return $"'{name}' {difference}";
                }
            }
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return e.Message.Split('\n')[0];
        }
    }

    private static string? Difference(torch.Tensor given, torch.Tensor wanted)
    {
        if (!given.shape.AsSpan().SequenceEqual(wanted.shape)) return $"has shape [{string.Join(',', given.shape)}], not [{string.Join(',', wanted.shape)}]";
        if (given.dtype != wanted.dtype) return $"is {given.dtype}, not {wanted.dtype}";
        var (a, b) = (given.to(torch.ScalarType.Float64), wanted.to(torch.ScalarType.Float64));
        return torch.allclose(a, b, Relative, Absolute, equal_nan: true) ? null : $"differs by {(a - b).abs().max().item<double>():g3}";
    }
}
