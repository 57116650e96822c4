using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Pare.Onnx;

namespace Pare.Import;

/// <summary>
/// The <c>.net</c> files in which the authors of Deep Compression published their compressed networks (github.com/songhan/SqueezeNet-Deep-Compression).
/// Little-endian, without any names: the network's shape must be known. First the number of stored entries of each layer (u32); then for each layer
/// a codebook (256 floats, the first 0), the biases (floats), a code for each entry (u8), and a 4-bit gap for each entry, two a byte, the low one
/// first. An entry stands gap + 1 places after the one before it in the flattened weight [out, in, height, width]; a filler, for distances
/// over 16, has gap 15 and code 0.
/// </summary>
public static class DeepCompressionNet
{
    private const int CodebookSize = 256;
    private const int MaxGap = 15;

    /// <summary>Gives a network the weights of a file, shared: <c>Gather(codebook, Cast(codes))</c>. Biases stay plain.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="network">A network with the file's layers in the file's order, each with a float weight and a bias.</param>
    /// <exception cref="BadInputException">The file is not of this format or of another network.</exception>
    public static Model Read(ReadOnlySpan<byte> file, Model network)
    {
        var layers = Layers(network);
        var stored = StoredCounts(file, layers);
        var forms = new Dictionary<string, WeightForm>();
        var biases = new Dictionary<string, Tensor>();
        var rest = file[(sizeof(uint) * layers.Count)..];
        for (var i = 0; i < layers.Count; i++)
        {
            var (layer, weight, bias) = layers[i];
            var codebook = Floats(Take(ref rest, CodebookSize * sizeof(float)), layer.Name, "codebook");
            if (codebook[0] != 0) throw new BadInputException($"layer '{layer.Name}': its codebook starts with {codebook[0]}; the format keeps 0 there");
            biases[bias.Name] = Tensor.Of(bias.Name, bias.Shape.AsSpan(), Floats(Take(ref rest, (int)bias.Count * sizeof(float)), layer.Name, "bias"));
            var entries = Take(ref rest, stored[i]);
            var codes = Scatter(entries, Take(ref rest, GapBytes(stored[i])), (int)weight.Count, layer.Name);
            forms[weight.Name] = SharedWeight.Form(weight.Name, weight.Shape.AsSpan(), codebook, codes, network.OpsetVersion);
        }
        return WeightForm.Replace(network with { Graph = network.Graph.ReplaceConstants(biases) }, forms);
    }

    private static List<(Layer Layer, Tensor Weight, Tensor Bias)> Layers(Model network)
    {
        var index = new GraphIndex(network.Graph);
        return [.. Layer.Of(index).Select(l => (l, Parameter(l, l.Weight, "weight"), Parameter(l, l.Bias, "bias")))];

        Tensor Parameter(Layer layer, string name, string role) => index.Constant(name) is { Type: ElementType.Float } tensor
            ? tensor
            : throw new BadInputException($"layer '{layer.Name}' has no plain float {role}; the format stores one for each layer");
    }

    /// <summary>The header, checked against the network and the file's length, so that everything after it can be read without looking.</summary>
    private static int[] StoredCounts(ReadOnlySpan<byte> file, List<(Layer Layer, Tensor Weight, Tensor Bias)> layers)
    {
        if (file.Length < sizeof(uint) * layers.Count)
            throw new BadInputException($"the file has {file.Length} bytes; the header alone has {sizeof(uint) * layers.Count} for {layers.Count} layers");
        var stored = new int[layers.Count];
        var expected = (long)sizeof(uint) * layers.Count;
        for (var i = 0; i < layers.Count; i++)
        {
            var (layer, weight, bias) = layers[i];
            var count = BinaryPrimitives.ReadUInt32LittleEndian(file[(sizeof(uint) * i)..]);
            if (count < 1 || count > weight.Count)
                throw new BadInputException($"layer '{layer.Name}': the header says {count} stored weights; 1 to {weight.Count} are possible");
            stored[i] = (int)count;
            expected += ((CodebookSize + bias.Count) * sizeof(float)) + count + GapBytes(stored[i]);
        }
        if (file.Length != expected) throw new BadInputException($"the file has {file.Length} bytes; its header adds up to {expected}");
        return stored;
    }

    /// <summary>Puts each entry's code at its place; all other places have code 0.</summary>
    private static byte[] Scatter(ReadOnlySpan<byte> entries, ReadOnlySpan<byte> gaps, int count, string layer)
    {
        var codes = new byte[count];
        var position = -1;
        for (var i = 0; i < entries.Length; i++)
        {
            var gap = i % 2 == 0 ? gaps[i / 2] & 15 : gaps[i / 2] >> 4;
            position += gap + 1;
            if (position >= count) throw new BadInputException($"layer '{layer}': stored weight {i} stands at {position}; the layer has {count} weights");
            if (entries[i] == 0 && gap != MaxGap) throw new BadInputException($"layer '{layer}': stored weight {i} is a filler with gap {gap}; fillers have gap {MaxGap}");
            codes[position] = entries[i];
        }
        if (entries.Length % 2 == 1 && gaps[^1] >> 4 != 0) throw new BadInputException($"layer '{layer}': the unused half of its last gap byte is {gaps[^1] >> 4}; it is 0 in this format");
        return codes;
    }

    private static float[] Floats(ReadOnlySpan<byte> bytes, string layer, string what)
    {
        var values = new float[bytes.Length / sizeof(float)];
        bytes.CopyTo(MemoryMarshal.AsBytes(values.AsSpan()));
        foreach (var value in values)
            if (!float.IsFinite(value)) throw new BadInputException($"layer '{layer}': its {what} has {value}; only finite numbers are allowed");
        return values;
    }

    private static int GapBytes(int stored) => (stored - 1) / 2 + 1;

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest, int length)
    {
        var taken = rest[..length];
        rest = rest[length..];
        return taken;
    }
}
