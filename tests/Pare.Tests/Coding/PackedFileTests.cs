using CsCheck;
using Pare.Coding;
using Pare.Onnx;
using Pare.Onnx.Wire;
using Xunit;

namespace Pare.Tests.Coding;

public sealed class PackedFileTests : IDisposable
{
    private const string Vectors = "/usr/share/libonnx-testdata";
    private static readonly ElementType[] Types = [ElementType.UInt8, ElementType.Int8, ElementType.Float16, ElementType.Float, ElementType.Int64, ElementType.Double];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pare-coding-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_shared_layer_comes_back_byte_for_byte() => Returns(OnnxWriter.ToBytes(Models.Shared()));

    [Fact]
    public void Constants_and_subgraphs_come_back_and_are_coded_as_tensors()
    {
        var model = OnnxWriter.ToBytes(Models.Nested());
        Returns(model);
        Assert.Equal(["c", "inner", "deep"], PackedFile.Describe(PackedFile.Pack(model)).Tensors.Select(t => t.Name));
    }

    [Theory]
    [InlineData(ElementType.Float, 4)]
    [InlineData(ElementType.Int32, 5)]
    [InlineData(ElementType.Int64, 7)]
    [InlineData(ElementType.Double, 10)]
    [InlineData(ElementType.UInt64, 11)]
    public void Typed_storage_comes_back(ElementType type, int field)
    {
        var packed = new byte[80];
        new Random(field).NextBytes(packed);
        for (var i = 0; i < packed.Length && field is 5 or 7 or 11; i++) packed[i] &= 0x7f;
        var tensor = new WireWriter();
        tensor.PackedInt64s(1, [field is 4 ? 20 : field is 10 ? 10 : 80]);
        tensor.Int64(2, (int)type);
        tensor.Bytes(field, packed);
        tensor.Text(8, "typed");
        var graph = new WireWriter();
        graph.Message(5, tensor);
        var model = new WireWriter();
        model.Message(7, graph);
        Returns(model.ToArray());
        Assert.Equal("typed", Assert.Single(PackedFile.Describe(PackedFile.Pack(model.ToArray())).Tensors).Name);
    }

    [Fact]
    public void Any_bytes_come_back() => Gen.Byte.Array[0, 400].Sample(Returns, iter: 50);

    [Fact]
    public void A_model_cut_off_anywhere_comes_back()
    {
        var model = OnnxWriter.ToBytes(Models.Shared());
        Gen.Int[0, model.Length].Sample(length => Returns(model[..length]), iter: 40);
    }

    [Fact]
    public void A_model_with_bytes_changed_comes_back()
    {
        var model = OnnxWriter.ToBytes(Models.Nested());
        Gen.Select(Gen.Int[0, model.Length - 1], Gen.Byte).Array[1, 5].Sample(changes =>
        {
            var changed = model.ToArray();
            foreach (var (at, value) in changes) changed[at] = value;
            Returns(changed);
        }, iter: 60);
    }

    [Fact]
    public void Tensors_of_every_width_and_density_come_back() =>
        Gen.Select(Gen.Int[0, Types.Length - 1], Gen.Int[1, 300], Gen.Int[0, 100], Gen.Int[1, 300], Gen.Int[0, 1 << 20])
            .Sample((index, count, kept, distinct, seed) =>
            {
                var type = Types[index];
                var random = new Random(seed);
                var width = type.Bits() / 8;
                var palette = new byte[distinct * width];
                random.NextBytes(palette);
                var data = new byte[count * width];
                for (var i = 0; i < count; i++)
                    if (random.Next(100) < kept) palette.AsSpan(random.Next(distinct) * width, width).CopyTo(data.AsSpan(i * width));
                Returns(OnnxWriter.ToBytes(Models.Of([new Tensor { Name = "w", Type = type, Shape = [count], Data = data }])));
            }, iter: 150);

    [Fact]
    public void Large_tensors_come_back_from_blocks()
    {
        var random = new Random(3);
        var weights = new float[9_000_000];
        for (var i = 0; i < weights.Length; i += random.Next(1, 60)) weights[i] = random.Next(-8, 9) / 8f;
        var model = OnnxWriter.ToBytes(Models.Of([Tensor.Of("w", [3000, 3000], weights)]));
        var packed = PackedFile.Pack(model);
        Assert.True(PackedFile.ReadModel(packed).AsSpan().SequenceEqual(model));
        var tensor = Assert.Single(PackedFile.Describe(packed).Tensors);
        Assert.Equal("blocks", tensor.Coding);
        Assert.Equal(weights.Count(w => w != 0), tensor.Kept);
        Assert.InRange(tensor.WeightBitsCoded, 3.9, 4.2);
    }

    [Fact]
    public void Packing_is_deterministic()
    {
        var model = OnnxWriter.ToBytes(Models.Shared());
        Assert.Equal(PackedFile.Pack(model), PackedFile.Pack(model));
    }

    [Fact]
    public void A_small_network_pays_little_beside_its_weights()
    {
        var description = PackedFile.Describe(PackedFile.Pack(OnnxWriter.ToBytes(Models.Shared())));
        Assert.InRange(description.TextBytes + description.HeaderBytes, 1, 120);
    }

    [Fact]
    public void Sparse_codes_cost_what_the_same_sparse_floats_cost()
    {
        var shared = Models.Shared(100, 200);
        var codebook = shared.Graph.Initializers[0].Floats.ToArray();
        var dense = shared.Graph.Initializers[1].Data.ToArray().Select(c => codebook[c]).ToArray();
        var asCodes = PackedFile.Describe(PackedFile.Pack(OnnxWriter.ToBytes(shared))).Tensors.Take(2).Sum(t => t.PackedBytes);
        var asFloats = PackedFile.Describe(PackedFile.Pack(OnnxWriter.ToBytes(Models.Of([Tensor.Of("w", [100, 200], dense)])))).Tensors.Sum(t => t.PackedBytes);
        Assert.InRange(asCodes / asFloats, 0.98, 1.02);
    }

    [Fact]
    public void One_tensor_is_read_by_name()
    {
        var path = Packed(OnnxWriter.ToBytes(Models.Shared()));
        var model = PackedFile.Open(path);
        Assert.Equal(Models.Shared().Graph.Initializers[1].Data.ToArray(), model.Read("ip1.weight.codes").ToArray());
        Assert.Equal([20, 60], model.Info("ip1.weight.codes").Shape);
        Assert.Contains("no tensor 'nothing'", Assert.Throws<BadInputException>(() => model.Read("nothing")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_files_come_back_with_what_lies_between_their_tensors()
    {
        var (model, data) = External("weights/net.data");
        var packed = Path.Combine(_folder.FullName, "m.pare");
        PackedFile.Pack(model, packed);
        var target = Path.Combine(_folder.CreateSubdirectory("target").FullName, "back.onnx");
        PackedFile.Unpack(packed, target);
        Assert.Equal(File.ReadAllBytes(model), File.ReadAllBytes(target));
        Assert.Equal(File.ReadAllBytes(data), File.ReadAllBytes(Path.Combine(_folder.FullName, "target", "weights", "net.data")));
    }

    [Fact]
    public void A_data_file_that_another_model_may_need_is_not_replaced()
    {
        var (model, data) = External("net.data");
        var packed = Path.Combine(_folder.FullName, "m.pare");
        PackedFile.Pack(model, packed);
        var target = _folder.CreateSubdirectory("target").FullName;
        string back = Path.Combine(target, "back.onnx"), other = Path.Combine(target, "net.data");
        File.WriteAllText(other, "precious");
        Assert.Contains("is there already, with other content", Assert.Throws<BadInputException>(() => PackedFile.Unpack(packed, back)).Message, StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(other));
        Assert.False(File.Exists(back));

        // What is equal is no obstacle, nor is what the model that is replaced names.
        File.Copy(data, other, overwrite: true);
        Assert.Equal(new FileInfo(model).Length + new FileInfo(data).Length, PackedFile.Unpack(packed, back));
        File.WriteAllText(other, "old");
        PackedFile.Unpack(packed, back);
        Assert.Equal(File.ReadAllBytes(data), File.ReadAllBytes(other));
    }

    [Fact]
    public void A_model_with_data_files_is_read_with_its_elements_inside()
    {
        var (model, _) = External("net.data");
        var packed = Path.Combine(_folder.FullName, "m.pare");
        PackedFile.Pack(model, packed);
        var read = OnnxReader.Read(PackedFile.ReadModel(packed));
        Assert.Equal(Models.Floats("w", 400, 9).Data.ToArray(), read.Graph.Initializers.Single().Data.ToArray());
    }

    [Fact]
    public void A_data_file_outside_the_folder_is_refused()
    {
        var (model, _) = External("net.data");
        var bytes = File.ReadAllBytes(model);
        var at = bytes.AsSpan().IndexOf("net.data"u8);
        "../x.dat"u8.CopyTo(bytes.AsSpan(at));
        File.WriteAllBytes(model, bytes);
        var e = Assert.Throws<BadInputException>(() => PackedFile.Pack(model, Path.Combine(_folder.FullName, "m.pare")));
        Assert.Contains("'../x.dat'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_vector_of_the_standard_comes_back()
    {
        if (!Directory.Exists(Vectors)) Assert.Skip($"{Vectors} is not there; Debian's libonnx-testdata has it");
        foreach (var path in Directory.EnumerateFiles(Vectors, "*.onnx", SearchOption.AllDirectories)) Returns(File.ReadAllBytes(path));
    }

    private static void Returns(byte[] model) =>
        Assert.True(PackedFile.ReadModel(PackedFile.Pack(model)).AsSpan().SequenceEqual(model), $"{model.Length} bytes came back changed");

    private string Packed(byte[] model)
    {
        var path = Path.Combine(_folder.FullName, "m.pare");
        File.WriteAllBytes(path, PackedFile.Pack(model));
        return path;
    }

    // A tensor of 1,600 bytes at 100 in a data file of 2,000.
    private (string Model, string Data) External(string location)
    {
        var tensor = new WireWriter();
        tensor.PackedInt64s(1, [400]);
        tensor.Int64(2, (int)ElementType.Float);
        tensor.Text(8, "w");
        foreach (var (key, value) in new[] { ("location", location), ("offset", "100"), ("length", "1600") })
        {
            var entry = new WireWriter();
            entry.Text(1, key);
            entry.Text(2, value);
            tensor.Message(13, entry);
        }
        tensor.Int64(14, 1);
        var graph = new WireWriter();
        graph.Message(5, tensor);
        var model = new WireWriter();
        model.Message(7, graph);
        var bytes = new byte[2000];
        new Random(1).NextBytes(bytes);
        Models.Floats("w", 400, 9).Data.Span.CopyTo(bytes.AsSpan(100));
        var (modelPath, dataPath) = (Path.Combine(_folder.FullName, "m.onnx"), Path.Combine(_folder.FullName, location));
        Directory.CreateDirectory(Path.GetDirectoryName(dataPath)!);
        File.WriteAllBytes(modelPath, model.ToArray());
        File.WriteAllBytes(dataPath, bytes);
        return (modelPath, dataPath);
    }
}
