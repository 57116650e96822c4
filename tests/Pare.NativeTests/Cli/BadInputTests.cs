using System.Buffers.Binary;
using Pare.Onnx;
using Xunit;

namespace Pare.NativeTests.Cli;

public sealed class BadInputTests : IDisposable
{
    private readonly Command _pare = new();

    public void Dispose() => _pare.Dispose();

    [Theory]
    [InlineData("inspect")]
    [InlineData("eval")]
    [InlineData("bench")]
    public void A_missing_file_is_named(string verb) => Assert.Contains("missing.onnx: no such file", _pare.Fail($"{verb} @missing.onnx"), StringComparison.Ordinal);

    [Fact]
    public void An_empty_file_is_no_model()
    {
        File.WriteAllBytes(_pare.At("empty.onnx"), []);
        Assert.Contains("empty.onnx: the file is empty", _pare.Fail("inspect @empty.onnx"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_file_is_no_model()
    {
        var whole = File.ReadAllBytes(_pare.Tiny());
        File.WriteAllBytes(_pare.At("cut.onnx"), whole[..(whole.Length / 2)]);
        Assert.Contains("cut.onnx", _pare.Fail("inspect @cut.onnx"), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_is_no_model()
    {
        File.WriteAllText(_pare.At("text.onnx"), "This is a letter, not a network.");
        Assert.Contains("text.onnx", _pare.Fail("prune @text.onnx --sparsity 0.5 -o @p.onnx"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_packed_file_is_refused()
    {
        _pare.Tiny();
        _pare.Succeed("pack @tiny.onnx -o @tiny.pare");
        var bytes = File.ReadAllBytes(_pare.At("tiny.pare"));
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(_pare.At("bad.pare"), bytes);
        Assert.Contains("bad.pare", _pare.Fail("unpack @bad.pare -o @back.onnx"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train @half.onnx --epochs 1 -o @t.onnx", "x: Float16[N,784]")]
    [InlineData("prune @half.onnx --data glyphs --score taylor --sparsity 0.5 -o @p.onnx", "x: Float16[N,784]")]
    [InlineData("prune @half.onnx --sparsity 0.5 -o @p.onnx", "nothing can be pruned: mm keeps its weights in a form that is not known, such as Float16")]
    public void Networks_of_half_precision_are_refused_where_they_cannot_be_worked_on(string line, string says)
    {
        OnnxFile.Write(Flat(ElementType.Float16), _pare.At("half.onnx"));
        Assert.Contains(says, _pare.Fail(line), StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_of_flat_examples_takes_pictures()
    {
        OnnxFile.Write(Flat(ElementType.Float), _pare.At("flat.onnx"));
        Assert.Contains("test examples right", _pare.Succeed("train @flat.onnx --epochs 1 -o @t.onnx --quiet"), StringComparison.Ordinal);
        _pare.Succeed("quantize @t.onnx --size-first -o @q.onnx --quiet");
    }

    private static Model Flat(ElementType type) => new()
    {
        Graph = new Graph
        {
            Name = "flat", Nodes = [new Node { OpType = "MatMul", Name = "mm", Inputs = ["x", "w"], Outputs = ["y"] }], Inputs = [ValueInfo.Of("x", type, new Dimension(null, "N"), 784)], Outputs = [ValueInfo.Of("y", type, new Dimension(null, "N"), 10)],
            Initializers = [new Tensor { Name = "w", Type = type, Shape = [784, 10], Data = new byte[type.Bits() / 8 * 7840] }],
        },
    };

    [Theory]
    [InlineData(float.NaN, "prune @bad.onnx --sparsity 0.5 -o @p.onnx")]
    [InlineData(float.PositiveInfinity, "share @bad.onnx --bits 4 -o @p.onnx")]
    [InlineData(float.NaN, "train @bad.onnx --data @digits -o @p.onnx")]
    public void Weights_that_are_no_numbers_are_named(float poison, string line)
    {
        _pare.Tiny("bad.onnx", poison);
        Assert.Contains("w1", _pare.Fail(line), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("@missing/p.onnx", "its folder does not exist")]
    [InlineData("/dev/null/p.onnx", "cannot write")]
    [InlineData("@", "it is a folder")]
    public void An_output_that_cannot_be_written_is_found_before_the_work(string path, string says)
    {
        _pare.Tiny();
        Assert.Contains(says, _pare.Fail($"prune @tiny.onnx --sparsity 0.5 -o {path}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Data_of_another_size_are_refused()
    {
        WriteIdx("digits", side: 12, labels: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        _pare.Succeed("zoo lenet5 -o @lenet5.onnx");
        Assert.Contains("12x12", _pare.Fail("train @lenet5.onnx --data @digits -o @t.onnx"), StringComparison.Ordinal);
        Assert.Contains("12x12", _pare.Fail("eval @lenet5.onnx --data @digits"), StringComparison.Ordinal);
    }

    [Fact]
    public void One_class_only_is_refused()
    {
        WriteIdx("digits", side: 28, labels: [3, 3, 3, 3, 3, 3]);
        _pare.Succeed("zoo lenet5 -o @lenet5.onnx");
        Assert.Contains("one class", _pare.Fail("train @lenet5.onnx --data @digits -o @t.onnx"), StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_outside_the_outputs_are_refused()
    {
        WriteIdx("digits", side: 28, labels: [0, 1, 2, 3, 4, 5]);
        _pare.Succeed("zoo lenet5 --classes 4 -o @lenet5.onnx");
        Assert.Contains("label 4", _pare.Fail("train @lenet5.onnx --data @digits -o @t.onnx"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--data @nowhere", "nowhere")]
    [InlineData("--mean a,b", "--mean")]
    [InlineData("--size 28", "28")]
    [InlineData("--crop corner", "corner")]
    public void Data_flags_that_cannot_be_read_are_named(string flags, string says)
    {
        _pare.Succeed("zoo lenet5 -o @lenet5.onnx");
        Assert.Contains(says, _pare.Fail($"eval @lenet5.onnx {flags}"), StringComparison.Ordinal);
    }

    /// <summary>An IDX folder with the same noise as training and test pictures.</summary>
    private void WriteIdx(string name, int side, byte[] labels)
    {
        Directory.CreateDirectory(_pare.At(name));
        var pixels = new byte[labels.Length * side * side];
        new Random(0).NextBytes(pixels);
        foreach (var part in new[] { "train", "t10k" })
        {
            File.WriteAllBytes(Path.Combine(_pare.At(name), $"{part}-images-idx3-ubyte"), [.. Header(0x803, labels.Length, side, side), .. pixels]);
            File.WriteAllBytes(Path.Combine(_pare.At(name), $"{part}-labels-idx1-ubyte"), [.. Header(0x801, labels.Length), .. labels]);
        }
    }

    private static byte[] Header(params int[] words)
    {
        var bytes = new byte[4 * words.Length];
        for (var i = 0; i < words.Length; i++) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 * i), words[i]);
        return bytes;
    }
}
