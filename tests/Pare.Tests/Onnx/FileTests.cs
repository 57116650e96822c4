using System.Collections.Immutable;
using System.Text;
using Pare.Onnx;
using Pare.Onnx.Wire;
using Xunit;

namespace Pare.Tests.Onnx;

public sealed class FileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pare-onnx").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_missing_file_is_named() => Assert.Contains("no such file", Refused(Path.Combine(_folder, "none.onnx")), StringComparison.Ordinal);

    [Theory]
    [InlineData("", "empty")]
    [InlineData("\x89PNG\r\n\x1a\n and so on", "not an ONNX model")]
    [InlineData("hello, I am no model", "not an ONNX model: it is text")]
    [InlineData("<html>\n<body>Not found</body>", "not an ONNX model: it is text")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:00", "'git lfs pull' fetches the model")]
    public void A_file_that_is_no_model_gets_one_line(string content, string expected)
    {
        var message = Refused(Put("m.onnx", Encoding.Latin1.GetBytes(content)));
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void A_file_that_is_replaced_keeps_its_permissions_and_a_link_stays_a_link()
    {
        if (OperatingSystem.IsWindows()) return;
        var real = Put("real.onnx", [1]);
        File.SetUnixFileMode(real, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var link = Path.Combine(_folder, "link.onnx");
        File.CreateSymbolicLink(link, real);
        OnnxFile.Write(Nets.Small(), link);
        Assert.Equal(real, new FileInfo(link).LinkTarget);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(real));
        Assert.Equal(OnnxWriter.ToBytes(Nets.Small()), File.ReadAllBytes(real));
    }

    [Fact]
    public void A_device_is_written_to_and_stays_one()
    {
        if (OperatingSystem.IsWindows()) return;
        OnnxFile.Write(Nets.Small(), "/dev/null");
        Assert.Equal(0, new FileInfo("/dev/null").Length);
        Assert.Empty(File.ReadAllBytes("/dev/null"));
    }

    [Fact]
    public void A_size_of_minus_one_is_one_that_is_not_fixed()
    {
        var model = Nets.Small();
        var old = OnnxWriter.ToBytes(model with { Graph = model.Graph with { Inputs = [Nets.Float("x", -1, 2, 4, 4)] } });
        Assert.Null(OnnxReader.Read(old).Graph.Inputs[0].Shape!.Value[0].Value);
    }

    [Fact]
    public void A_folder_that_is_missing_is_said_of_the_file_that_was_asked_for() =>
        Assert.Equal(
            $"cannot write '{_folder}/none/m.onnx': its folder does not exist",
            Assert.Throws<BadInputException>(() => OnnxFile.Write(Nets.Small(), $"{_folder}/none/m.onnx")).Message);

    // In version 3 every initializer is an input too, which those that a step makes are not.
    [Fact]
    public void A_model_of_IR_version_3_that_was_given_initializers_becomes_one_of_version_4()
    {
        var old = Nets.Small() with { IrVersion = 3, Opsets = [new("", 7)] };
        old = old with { Graph = old.Graph with { Inputs = [.. old.Graph.Inputs, .. old.Graph.Initializers.Select(t => ValueInfo.Of(t.Name, t.Type, [.. t.Shape.Select(d => (Dimension)d)]))] } };
        Assert.Equal(3, OnnxReader.Read(OnnxWriter.ToBytes(old)).IrVersion);
        var folded = OnnxReader.Read(OnnxWriter.ToBytes(Simplify.Run(old)));
        Assert.Equal((4, "x"), (folded.IrVersion, folded.Graph.Inputs.Single().Name));
    }

    [Fact]
    public void Every_truncation_of_a_model_is_refused_or_still_a_model()
    {
        var whole = OnnxWriter.ToBytes(Nets.Small());
        for (var length = 0; length < whole.Length; length++)
        {
            try
            {
                OnnxReader.Read(whole.AsMemory(0, length));
            }
            catch (BadInputException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        }
    }

    [Fact]
    public void A_tensor_without_its_data_is_refused()
    {
        var tensor = new WireWriter();
        tensor.PackedInt64s(1, [2, 3]);
        tensor.Int64(2, 1);
        tensor.Text(8, "conv1.weight");
        var graph = new WireWriter();
        graph.Message(5, tensor);
        var model = new WireWriter();
        model.Message(7, graph);
        var error = Assert.Throws<BadInputException>(() => OnnxReader.Read(model.ToArray()));
        Assert.Contains("tensor 'conv1.weight' of Float[2,3] has 0 bytes of data, 24 are needed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_a_file_can_hold_survives()
    {
        var model = Rich();
        var again = OnnxReader.Read(OnnxWriter.ToBytes(model));
        Assert.Null(ModelDifference.First(model, again));
    }

    [Theory]
    [InlineData(ElementType.Int8, 5, new long[] { -1, 2 }, new byte[] { 0xff, 2 })]
    [InlineData(ElementType.UInt8, 5, new long[] { 255, 2 }, new byte[] { 0xff, 2 })]
    [InlineData(ElementType.Bool, 5, new long[] { 1, 0 }, new byte[] { 1, 0 })]
    [InlineData(ElementType.UInt16, 5, new long[] { 65535, 2 }, new byte[] { 0xff, 0xff, 2, 0 })]
    [InlineData(ElementType.Float16, 5, new long[] { 0x3c00, 0x4000 }, new byte[] { 0, 0x3c, 0, 0x40 })]
    [InlineData(ElementType.BFloat16, 5, new long[] { 0x3f80, 0x4000 }, new byte[] { 0x80, 0x3f, 0, 0x40 })]
    [InlineData(ElementType.Int32, 5, new long[] { -1, 1 }, new byte[] { 255, 255, 255, 255, 1, 0, 0, 0 })]
    [InlineData(ElementType.UInt32, 11, new long[] { 4294967295, 1 }, new byte[] { 255, 255, 255, 255, 1, 0, 0, 0 })]
    [InlineData(ElementType.Int64, 7, new long[] { -1, 1 }, new byte[] { 255, 255, 255, 255, 255, 255, 255, 255, 1, 0, 0, 0, 0, 0, 0, 0 })]
    public void Typed_storage_becomes_raw(ElementType type, int field, long[] values, byte[] raw)
    {
        var packed = new WireWriter();
        packed.PackedInt64s(1, [values.Length]);
        packed.Int64(2, (int)type);
        packed.PackedInt64s(field, values);
        var single = new WireWriter();
        single.Int64(1, values.Length);
        single.Int64(2, (int)type);
        foreach (var value in values) single.Int64(field, value);
        Assert.Equal(raw, OnnxReader.ReadTensor(packed.ToArray()).Data.ToArray());
        Assert.Equal(raw, OnnxReader.ReadTensor(single.ToArray()).Data.ToArray());
    }

    [Fact]
    public void Floats_written_one_by_one_are_read_in_linear_time()
    {
        const int Count = 300_000;
        var writer = new WireWriter();
        writer.Int64(1, Count);
        writer.Int64(2, 1);
        for (var i = 0; i < Count; i++) writer.Float(4, i);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var tensor = OnnxReader.ReadTensor(writer.ToArray());
        Assert.Equal(Count - 1, tensor.Floats[^1]);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 64 << 20);
    }

    [Fact]
    public void A_model_over_the_limit_goes_to_a_data_file_by_itself()
    {
        var path = Path.Combine(_folder, "big.onnx");
        var model = Nets.Small();
        model = model with { Graph = model.Graph with { Initializers = model.Graph.Initializers.Add(Nets.Random("large", 9, 100, 100)) } };
        OnnxFile.Write(model, path, maxInlineBytes: 10_000);
        var again = OnnxFile.Read(path);
        Assert.True(new FileInfo(path).Length < 10_000);
        Assert.True(again.Graph.Initializers[^1].IsExternal);
        Assert.Equal(model.Graph.Initializers[^1].Data.ToArray(), again.Graph.Initializers[^1].Data.ToArray());
        Assert.False(again.Graph.Initializers[1].IsExternal, "small tensors stay inside");

        OnnxFile.Write(again, path);
        Assert.Single(Directory.GetFiles(_folder, "*.data"));
        Assert.Null(ModelDifference.First(again, OnnxFile.Read(path)));
        OnnxFile.Write(Nets.Small(), path);
        Assert.Empty(Directory.GetFiles(_folder, "*.data"));
    }

    [Theory]
    [InlineData("../secret.bin")]
    [InlineData("/etc/passwd")]
    [InlineData("sub/../../secret.bin")]
    [InlineData("link.bin")]
    [InlineData("out/secret.bin")]
    [InlineData("")]
    public void Data_outside_the_folder_is_refused(string location)
    {
        var inside = Directory.CreateDirectory(Path.Combine(_folder, "model")).FullName;
        File.WriteAllBytes(Path.Combine(_folder, "secret.bin"), new byte[4096]);
        File.CreateSymbolicLink(Path.Combine(inside, "link.bin"), Path.Combine(_folder, "secret.bin"));
        Directory.CreateSymbolicLink(Path.Combine(inside, "out"), _folder);
        var path = Path.Combine(inside, "m.onnx");
        File.WriteAllBytes(path, External(location, 0, 4096));
        Assert.Contains("only files in the model's own folder are allowed", Refused(path), StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_that_stays_in_the_folder_is_followed_and_a_circle_is_refused()
    {
        File.WriteAllBytes(Path.Combine(_folder, "real.bin"), new byte[4096]);
        File.CreateSymbolicLink(Path.Combine(_folder, "alias.bin"), "real.bin");
        File.CreateSymbolicLink(Path.Combine(_folder, "round.bin"), "round.bin");
        Assert.Equal(4096, OnnxFile.Read(Put("a.onnx", External("alias.bin", 0, 4096))).Graph.Initializers[0].Data.Length);
        Refused(Put("b.onnx", External("round.bin", 0, 4096)));
    }

    [Theory]
    [InlineData(1, 4096)]
    [InlineData(0, 4095)]
    [InlineData(long.MaxValue, 4096)]
    public void External_data_that_is_not_there_is_refused(long offset, long length)
    {
        File.WriteAllBytes(Path.Combine(_folder, "d.bin"), new byte[4096]);
        Assert.Contains("needs 4096 bytes", Refused(Put("m.onnx", External("d.bin", offset, length))), StringComparison.Ordinal);
    }

    [Fact]
    public void Data_that_stand_for_many_times_what_is_there_are_refused()
    {
        File.WriteAllBytes(Path.Combine(_folder, "d.bin"), new byte[4200]);
        var message = Refused(Put("m.onnx", External([.. Enumerable.Range(0, 8).Select(i => Placed($"w{i}", "d.bin", i, 4096))])));
        Assert.Contains("overlaps others in 'd.bin': together they take more than 4 times its 4200 bytes", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Writing_a_large_model_copies_no_payload()
    {
        var model = Nets.Model([Nets.Node("Identity", ["w"], ["y"])], [Tensor.Of("w", [1 << 22], new float[1 << 22])], [], Nets.Float("y", 1 << 22));
        var path = Path.Combine(_folder, "large.onnx");
        var before = GC.GetAllocatedBytesForCurrentThread();
        OnnxFile.Write(model, path);
        GraphSpec.Verify(model);
        GraphSpec.CheckFinite(model);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4 << 20);
        before = GC.GetAllocatedBytesForCurrentThread();
        OnnxFile.Read(path);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 20 << 20, "reading holds the file once");
    }

    private static byte[] External(string location, long offset, long length) => External(Placed("w", location, offset, length));

    private static WireWriter Placed(string name, string location, long offset, long length)
    {
        var tensor = new WireWriter();
        tensor.Int64(1, 1024);
        tensor.Int64(2, 1);
        tensor.Text(8, name);
        foreach (var (key, value) in new[] { ("location", location), ("offset", $"{offset}"), ("length", $"{length}") })
        {
            var entry = new WireWriter();
            entry.Text(1, key);
            entry.Text(2, value);
            tensor.Message(13, entry);
        }
        tensor.Int64(14, 1);
        return tensor;
    }

    private static byte[] External(params WireWriter[] tensors)
    {
        var graph = new WireWriter();
        foreach (var tensor in tensors) graph.Message(5, tensor);
        var model = new WireWriter();
        model.Message(7, graph);
        return model.ToArray();
    }

    // One of everything: kinds of attribute, subgraphs, functions with references, types that are no tensors, unknown fields.
    internal static Model Rich()
    {
        var unknown = new WireWriter();
        unknown.Text(900, "a field of a later version");
        var sequence = new WireWriter();
        sequence.Bytes(4, new byte[] { 10, 4, 10, 2, 8, 1 });
        var inner = new Graph { Name = "body", Nodes = [Nets.Node("Add", ["x", "one"], ["z"])], Initializers = [Tensor.Of("one", [1], [1f])], Outputs = [Nets.Float("z", 2)] };
        Node[] nodes =
        [
            Nets.Node("Mystery", ["x", ""], ["m", "", "k"],
                NodeAttribute.Of("f", 0f), NodeAttribute.Of("i", -5L), NodeAttribute.Of("s", "naïve"), NodeAttribute.Of("none", ReadOnlySpan<long>.Empty), NodeAttribute.Of("fs", 1f, float.NaN),
                NodeAttribute.Of("is", long.MinValue, long.MaxValue), NodeAttribute.Of("t", Tensor.Of("", [], [3L])), NodeAttribute.Of("g", inner),
                new NodeAttribute("ss", AttributeKind.Texts, (ImmutableArray<ReadOnlyMemory<byte>>)[new byte[] { 0xff }, ReadOnlyMemory<byte>.Empty]),
                new NodeAttribute("ts", AttributeKind.Tensors, (ImmutableArray<Tensor>)[Tensor.Of("a", [2], [1, 2])]),
                new NodeAttribute("gs", AttributeKind.Graphs, (ImmutableArray<Graph>)[inner]),
                new NodeAttribute("tp", (AttributeKind)13, null) { Rest = new byte[] { 114, 2, 10, 0 } }) with { Domain = "com.example", Rest = unknown.ToArray() },
            Nets.Node("Constant", [], ["c1"], NodeAttribute.Of("value_floats", 1f, 2f)),
            Nets.Node("Constant", [], ["c2"], NodeAttribute.Of("value_string", "text")),
        ];
        return new Model
        {
            IrVersion = 13,
            Opsets = [new("", 25), new("com.example", 1), new("local", 1)],
            Metadata = [new("pare.norm", "1/255"), new("empty", "")],
            Rest = unknown.ToArray(),
            Functions =
            [
                new Function
                {
                    Name = "Scaled", Domain = "local", Inputs = ["a"], Outputs = ["b"], Opsets = [new("", 25)],
                    Nodes = [Nets.Node("LeakyRelu", ["a"], ["b"], new NodeAttribute("alpha", AttributeKind.Float, null) { Reference = "slope" })],
                },
            ],
            Graph = new Graph
            {
                Name = "g",
                Nodes = [.. nodes],
                Initializers =
                [
                    new Tensor { Name = "text", Type = ElementType.Text, Shape = [2], Strings = [new byte[] { 1 }, ReadOnlyMemory<byte>.Empty] },
                    new Tensor { Name = "i4", Type = ElementType.Int4, Shape = [3], Data = new byte[] { 0x21, 0x03 } },
                    new Tensor { Name = "later", Type = (ElementType)77, Shape = [3], Data = new byte[] { 9, 8 } },
                ],
                Inputs =
                [
                    ValueInfo.Of("x", ElementType.Float, new Dimension(null, "batch") { Denotation = "DATA_BATCH" }, 2) with { Denotation = "IMAGE" },
                    new ValueInfo { Name = "s", OtherType = sequence.ToArray() },
                    new ValueInfo { Name = "unranked", Type = ElementType.Int64 },
                ],
                Outputs = [Nets.Float("m", Dimension.Unknown), new ValueInfo { Name = "k" }],
                Rest = unknown.ToArray(),
            },
        };
    }

    private string Put(string name, byte[] bytes)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static string Refused(string path) => Assert.Throws<BadInputException>(() => OnnxFile.Read(path)).Message;
}
