using Pare.Cli;
using Pare.Onnx;
using Xunit;

namespace Pare.NativeTests.Cli;

/// <summary>Runs <c>pare</c> in this process, in a folder that goes away afterwards.</summary>
public sealed class Command : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("pare-").FullName;

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>A path in the folder.</summary>
    public string At(string name) => Path.Combine(Folder, name);

    /// <summary>Runs a command line whose words are separated by blanks; <c>@</c> before a word makes it a path in the folder, <c>''</c> is an empty word.</summary>
    public (int Code, string Output, string Error) Run(string line, CancellationToken cancel = default)
    {
        using StringWriter output = new(), error = new();
        var code = Program.Run([.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => w[0] == '@' ? At(w[1..]) : w == "''" ? "" : w)], output, error, cancel);
        return (code, output.ToString(), error.ToString());
    }

    /// <summary>Runs a command again and again, each time interrupted a little later, until it comes to its end; at least one interruption is asserted.</summary>
    public void SucceedInterrupted(string line)
    {
        var interrupted = 0;
        // Begins well below what the run takes anywhere, and grows until it is enough.
        for (var seconds = 0.5; ; seconds *= 1.5)
        {
            using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
            var (code, _, error) = Run(line, stop.Token);
            if (code == 0) break;
            Assert.True(code == 130, error);
            interrupted++;
        }
        Assert.NotEqual(0, interrupted);
    }

    /// <summary>Writes grey pictures of 28x28 without labels.</summary>
    /// <param name="pixel">From a picture's number and a place in it, row by row.</param>
    public void WritePictures(string name, int count, Func<int, int, byte> pixel)
    {
        var header = $"{{'descr': '|u1', 'fortran_order': False, 'shape': ({count}, 28, 28), }}".PadRight(117) + "\n";
        var pixels = new byte[count * 784];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = pixel(i / 784, i % 784);
        File.WriteAllBytes(At(name), [0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. System.Text.Encoding.ASCII.GetBytes(header), .. pixels]);
    }

    /// <summary>Runs a command that must work and returns what it printed.</summary>
    public string Succeed(string line)
    {
        var (code, output, error) = Run(line);
        Assert.True(code == 0, $"{line}: {code} {error}");
        return output;
    }

    /// <summary>Runs a command that must fail with one line, leave the folder as it was, and returns that line.</summary>
    public string Fail(string line, int expected = 2)
    {
        var before = Directory.GetFileSystemEntries(Folder).Order().ToList();
        var (code, output, error) = Run(line + " --quiet");
        Assert.True(code == expected, $"{line}: {code} {error}");
        Assert.Empty(output);
        Assert.Equal(before, Directory.GetFileSystemEntries(Folder).Order());
        var only = Assert.Single(error.TrimEnd().Split('\n'));
        Assert.StartsWith("pare: ", only, StringComparison.Ordinal);
        return only;
    }

    /// <summary>A dense network of two layers in the folder: 4 inputs, 3 scores.</summary>
    /// <param name="poison">Put in place of the second weight.</param>
    public string Tiny(string name = "tiny.onnx", float poison = 0.5f)
    {
        float[] first = [.. Enumerable.Range(0, 32).Select(i => MathF.Sin(i + 1))];
        first[1] = poison;
        OnnxFile.Write(new Model
        {
            Graph = new Graph
            {
                Name = "tiny",
                Inputs = [ValueInfo.Of("input", ElementType.Float, new Dimension(null, "batch"), 4)],
                Outputs = [ValueInfo.Of("scores", ElementType.Float, new Dimension(null, "batch"), 3)],
                Initializers =
                [
                    Tensor.Of("w1", [4, 8], first),
                    Tensor.Of("w2", [8, 3], [.. Enumerable.Range(0, 24).Select(i => MathF.Cos(i))]),
                ],
                Nodes =
                [
                    new Node { OpType = "MatMul", Name = "fc1", Inputs = ["input", "w1"], Outputs = ["a"] },
                    new Node { OpType = "Relu", Name = "relu", Inputs = ["a"], Outputs = ["b"] },
                    new Node { OpType = "MatMul", Name = "fc2", Inputs = ["b", "w2"], Outputs = ["scores"] },
                ],
            },
        }, At(name));
        return At(name);
    }
}
