using Pare.Onnx;
using Xunit;

namespace Pare.Tests.Onnx;

/// <summary>The ONNX standard's own test vectors, where Debian's package libonnx-testdata puts them.</summary>
internal static class Vectors
{
    private const string Root = "/usr/share/libonnx-testdata/data";

    /// <summary>Every model file; skips the running test where the package is not installed.</summary>
    public static IReadOnlyList<string> Files()
    {
        if (!Directory.Exists(Root)) Assert.Skip("the package libonnx-testdata is not installed");
        return [.. Directory.EnumerateFiles(Root, "*.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
    }

    /// <summary>Models of one operator each, under the name of their test. Those of bfloat16 are left out: their data is stored as uint16.</summary>
    public static IEnumerable<(string Test, string Path)> Nodes() =>
        Files().Where(f => f.StartsWith(Root + "/node/", StringComparison.Ordinal) && !f.Contains("BFLOAT16", StringComparison.Ordinal))
            .Select(f => (Path.GetFileName(Path.GetDirectoryName(f)!), f));

    /// <summary>The first data set of a model: what goes in and what comes out. Null where an entry is no tensor.</summary>
    public static Tensor?[] Data(string model, string kind)
    {
        var folder = Path.Combine(Path.GetDirectoryName(model)!, "test_data_set_0");
        var tensors = new List<Tensor?>();
        for (var i = 0; File.Exists(Path.Combine(folder, $"{kind}_{i}.pb")); i++)
        {
            try
            {
                tensors.Add(OnnxReader.ReadTensor(File.ReadAllBytes(Path.Combine(folder, $"{kind}_{i}.pb"))));
            }
            catch (BadInputException)
            {
                tensors.Add(null);
            }
        }
        return [.. tensors];
    }
}
