using System.Diagnostics;
using Pare.Coding;
using Pare.Coding.Blocks;
using Pare.Onnx;
using Xunit;

namespace Pare.Tests.Coding;

public class CorruptFileTests
{
    private static readonly byte[] Model = OnnxWriter.ToBytes(Models.Shared());
    private static readonly byte[] Packed = PackedFile.Pack(Model);

    [Fact]
    public void An_empty_file_is_refused() => Refused([], "not a packed file");

    [Fact]
    public void Another_magic_is_refused() => Refused(Changed(0, (byte)'X'), "not a packed file");

    [Fact]
    public void Another_version_is_refused() => Refused(Changed(3, 9), "format version 9");

    [Fact]
    public void A_wrong_checksum_is_refused() => Refused(Changed(4, (byte)(Packed[4] ^ 1)), "the file is damaged");

    [Fact]
    public void Too_much_modelled_text_is_refused() => Refused([.. Packed[..8], 0x80, 0x80, 0x80, 0x80, 0x01, .. Packed[9..]], "modelled text");

    // A byte of Brotli that is to stand for nearly 2 GB of a list of data files.
    [Fact]
    public void A_length_that_lies_is_found_before_its_memory_is_taken() =>
        Refused([.. Packed[..8], 0x03, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x01, 0x06], "1 bytes stand for 2147483647 bytes of text");

    [Fact]
    public void Bytes_left_over_are_refused() => Refused([.. Packed, 0, 0, 0, 0, 0, 0, 0], "too many");

    [Fact]
    public void A_cut_off_file_is_refused() => Refused(Packed[..(Packed.Length / 2)], "packed file");

    [Fact]
    public void A_number_in_a_longer_form_is_refused() => Rejects([0x81, 0x00], (ref ByteReader r) => r.Varint(), "shortest form");

    [Fact]
    public void A_length_past_the_end_is_refused() => Rejects([5, 1, 2], (ref ByteReader r) => r.Length(), "a part of 5 bytes is announced, 2 bytes are left");

    [Fact]
    public void An_incomplete_Huffman_code_is_refused()
    {
        var e = Assert.Throws<BadInputException>(() => HuffmanCode.OfLengths([1, 2]));
        Assert.Contains("complete code", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gaps_of_one_bit_are_refused() =>
        Assert.Contains("gaps of 1 bits", Assert.Throws<BadInputException>(() => BlockFormat.Of(1 << 1)).Message, StringComparison.Ordinal);

    /// <summary>Whatever happens to a packed file, what comes out is the original or a refusal. <c>PARE_FUZZ</c> sets the number of trials.</summary>
    [Fact]
    public void A_mutated_file_never_gives_other_weights()
    {
        var trials = int.TryParse(Environment.GetEnvironmentVariable("PARE_FUZZ"), out var wanted) ? wanted : 2000;
        byte[][] models = [Model, OnnxWriter.ToBytes(Models.Nested()), OnnxWriter.ToBytes(Models.Of([Models.Floats("w", 90, 1)]))];
        var files = models.Select(PackedFile.Pack).ToArray();
        var random = new Random(7);
        for (var trial = 0; trial < trials; trial++)
        {
            var which = random.Next(files.Length);
            var mutated = Mutate(files[which], files[random.Next(files.Length)], random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var watch = Stopwatch.StartNew();
            try
            {
                var read = PackedFile.ReadModel(mutated);
                Assert.True(Array.Exists(models, m => m.AsSpan().SequenceEqual(read)), $"trial {trial} came back changed");
            }
            catch (BadInputException)
            {
                // A refusal is the other good outcome.
            }
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256L << 20);
            // A hang, not a slow machine.
            Assert.InRange(watch.Elapsed.TotalSeconds, 0, 10);
        }
    }

    private static byte[] Mutate(byte[] file, byte[] other, Random random)
    {
        var bytes = file.ToList();
        for (var n = random.Next(1, 4); n > 0; n--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2 when at > 0: bytes.RemoveRange(at, bytes.Count - at); break;
                case 3: bytes.InsertRange(at, other.Skip(random.Next(other.Length)).Take(random.Next(20))); break;
                // The header's numbers.
                case 4 when bytes.Count > 12: bytes[8 + random.Next(4)] = (byte)random.Next(256); break;
                case 5 when bytes.Count > 12: bytes.InsertRange(8 + random.Next(4), [0xff, 0x7f]); break;
            }
        }
        return [.. bytes];
    }

    private delegate object Reading(ref ByteReader reader);

    private static void Rejects(byte[] bytes, Reading read, string message)
    {
        var e = Assert.Throws<BadInputException>(() =>
        {
            var reader = new ByteReader(bytes);
            read(ref reader);
        });
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    private static byte[] Changed(int at, byte value)
    {
        var bytes = Packed.ToArray();
        bytes[at] = value;
        return bytes;
    }

    private static void Refused(byte[] bytes, string message) =>
        Assert.Contains(message, Assert.Throws<BadInputException>(() => PackedFile.ReadModel(bytes)).Message, StringComparison.Ordinal);
}
