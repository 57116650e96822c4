using Pare.Import;
using Pare.Onnx;
using Pare.Zoo;
using Xunit;

namespace Pare.Tests.Import;

public sealed class DeepCompressionNetTests
{
    /// <summary>Two layers: conv1 with 2 · 1 · 3 · 3 = 18 weights and ip1 with 3 · 8 = 24.</summary>
    private static readonly Model Network = SmallNetwork();

    [Fact]
    public void Codes_stand_where_the_gaps_put_them()
    {
        var index = new GraphIndex(DeepCompressionNet.Read(File(), Network).Graph);
        var conv = SharedWeight.Find(index, "conv1.weight")!;
        // Gaps 0, 2, then 1; the last code is 255.
        Assert.Equal([5, 0, 0, 7, 0, 255, .. new byte[12]], conv.Codes.Data.ToArray());
        Assert.Equal([2, 1, 3, 3], conv.Codes.Shape);
        Assert.Equal([0.5f, 0, 0, 0.7f, 0, 25.5f, .. new float[12]], conv.Decode().Select(v => MathF.Round(v, 5)));
        // A filler after 16 places, then 4 more; a real weight may have gap 15 too.
        var ip = SharedWeight.Find(index, "ip1.weight")!;
        Assert.Equal([.. new byte[19], 9, 0, 0, 0, 0], ip.Codes.Data.ToArray());
        Assert.Equal([1, 2], index.Constant("conv1.bias")!.Floats.ToArray());
        Assert.Equal([1, 2, 3], index.Constant("ip1.bias")!.Floats.ToArray());
    }

    [Fact]
    public void The_rest_of_the_network_stays()
    {
        var model = DeepCompressionNet.Read(File(), Network);
        Assert.Equal(Network.Graph.Outputs[0].Name, model.Graph.Outputs[0].Name);
        Assert.Equal(["Cast", "Gather", "Cast", "Gather", "Conv", "Flatten", "Gemm"], model.Graph.Nodes.Select(n => n.OpType));
    }

    [Theory]
    [InlineData(0, "the file has 0 bytes; the header alone has 8 for 2 layers")]
    [InlineData(7, "the file has 7 bytes; the header alone has 8 for 2 layers")]
    [InlineData(8, "the file has 8 bytes; its header adds up to 2084")]
    [InlineData(2083, "the file has 2083 bytes; its header adds up to 2084")]
    [InlineData(2085, "the file has 2085 bytes; its header adds up to 2084")]
    public void A_file_of_another_length_is_refused(int length, string message)
    {
        var file = File();
        Array.Resize(ref file, length);
        Assert.Equal(message, Refusal(file));
    }

    [Theory]
    [InlineData(0, 0, "layer 'conv1': the header says 0 stored weights; 1 to 18 are possible")]
    [InlineData(0, 19, "layer 'conv1': the header says 19 stored weights; 1 to 18 are possible")]
    [InlineData(4, uint.MaxValue, "layer 'ip1': the header says 4294967295 stored weights; 1 to 24 are possible")]
    [InlineData(8, 0x3F800000, "layer 'conv1': its codebook starts with 1; the format keeps 0 there")]
    [InlineData(12, 0x7F800000, "layer 'conv1': its codebook has Infinity; only finite numbers are allowed")]
    [InlineData(8 + 1024 + 4, 0x7FC00000, "layer 'conv1': its bias has NaN; only finite numbers are allowed")]
    public void Numbers_that_cannot_be_are_named(int offset, uint value, string message)
    {
        var file = File();
        BitConverter.TryWriteBytes(file.AsSpan(offset), value);
        Assert.Equal(message, Refusal(file));
    }

    [Theory]
    [InlineData(0, 0, "layer 'conv1': stored weight 0 is a filler with gap 0; fillers have gap 15")]
    [InlineData(3, 0xF0, "layer 'conv1': stored weight 2 stands at 18; the layer has 18 weights")]
    [InlineData(4, 0x11, "layer 'conv1': the unused half of its last gap byte is 1; it is 0 in this format")]
    public void Entries_that_cannot_be_are_named(int offset, byte value, string message)
    {
        var file = File();
        file[8 + 1024 + 8 + offset] = value;
        Assert.Equal(message, Refusal(file));
    }

    [Fact]
    public void A_network_without_biases_is_refused()
    {
        var net = new GraphBuilder();
        var network = net.Build("n", net.Input(1, 4, 4).Conv("conv1", 2, 3, bias: false));
        Assert.Equal("layer 'conv1' has no plain float bias; the format stores one for each layer",
            Assert.Throws<BadInputException>(() => DeepCompressionNet.Read(File(), network)).Message);
    }

    private static string Refusal(byte[] file) => Assert.Throws<BadInputException>(() => DeepCompressionNet.Read(file, Network)).Message;

    private static Model SmallNetwork()
    {
        var net = new GraphBuilder();
        return net.Build("small", net.Input(1, 4, 4).Conv("conv1", 2, 3).Dense("ip1", 3));
    }

    private static byte[] File()
    {
        var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(3u);
        writer.Write(2u);
        WriteFloats(writer, 256, i => i / 10f);
        WriteFloats(writer, 2, i => i + 1);
        writer.Write([5, 7, 255, 0x20, 0x01]);
        WriteFloats(writer, 256, i => -i);
        WriteFloats(writer, 3, i => i + 1);
        writer.Write([0, 9, 0x3F]);
        return stream.ToArray();
    }

    private static void WriteFloats(BinaryWriter writer, int count, Func<int, float> value)
    {
        for (var i = 0; i < count; i++) writer.Write(value(i));
    }
}
