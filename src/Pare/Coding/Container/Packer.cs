using System.IO.Compression;
using Pare.Coding.Blocks;
using Pare.Coding.Modelled;
using Pare.Coding.Text;

namespace Pare.Coding.Container;

/// <summary>How a run with a stream of its own is coded; the stream's first byte.</summary>
internal enum StreamCoding
{
    Stored,
    Modelled,
    Blocks,
}

/// <summary>Writes a packed file.</summary>
internal static class Packer
{
    private const int MaxWindowBits = 24;

    /// <returns>The file in pieces, in order: weights that do not compress are not copied together.</returns>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Pack(PackSource source)
    {
        var manifest = new ByteWriter();
        if (source.DataFiles.Count > 0) Manifest.Write(source.DataFiles, manifest);
        var runs = source.Cuts.Concat(source.DataFiles.SelectMany(f => f.Runs)).ToList();
        var shared = SharedRuns.Of(runs);
        var isShared = shared.ToHashSet();
        var small = new Dictionary<int, byte[]>();
        var streams = new List<(StreamCoding Coding, byte[] Bytes)>();
        var checksum = Crc32C.Start();
        source.AddModel(ref checksum);
        var index = 0;
        long modelled = 0;
        foreach (var (run, bytes) in source.Runs())
        {
            if (run.File >= 0) checksum.Add(bytes.Span);
            if (isShared.Contains(index)) small[index] = bytes.ToArray();
            else
            {
                var mayModel = SharedRuns.MayModel(runs, run, modelled);
                streams.Add(Code(bytes, run, mayModel));
                if (mayModel) modelled += run.Count;
            }
            index++;
        }
        byte[] text = [.. manifest.Written, .. source.Text];
        var brotli = text.Length > Header.MaxModelledText ? Brotli(text) : [];
        var sharedStream = Shared(brotli.Length > 0 ? [] : text, manifest.Count, source.Cuts.Count, runs, shared, small);
        var head = new ByteWriter();
        new Header
        {
            Checksum = checksum.Value,
            ManifestLength = manifest.Count,
            TextLength = source.Text.Length,
            Cuts = source.Cuts.Count,
            BrotliLength = brotli.Length,
            SharedLength = streams.Count > 0 ? sharedStream.Length : null,
        }.Write(head);
        head.Bytes(brotli);
        head.Bytes(sharedStream);
        var length = head.Count + brotli.Length + sharedStream.Length + streams.Sum(s => s.Bytes.Length + 11L);
        if (length > Array.MaxLength) throw new BadInputException($"the packed file would take {length:N0} bytes, up to {Array.MaxLength:N0} are possible; ship the ONNX file with its data beside it");
        foreach (var (_, bytes) in streams) head.Varint((ulong)bytes.Length + 1);
        return [head.Written.ToArray(), .. streams.SelectMany(s => (ReadOnlyMemory<byte>[])[new[] { (byte)s.Coding }, s.Bytes])];
    }

    private static byte[] Shared(byte[] text, int manifestLength, int cuts, List<Payload> runs, int[] shared, Dictionary<int, byte[]> data)
    {
        var coder = ArithmeticCoder.Encoder();
        if (text.Length > 0)
        {
            var model = new TextModel(coder, text.Length);
            for (var i = 0; i < text.Length; i++)
            {
                if (i == manifestLength) model.Begin(cuts);
                model.Code(text[i]);
            }
        }
        var codebooks = new List<(Payload, byte[])>();
        foreach (var i in shared)
        {
            new TensorModel(coder, runs[i]).Code(data[i], codebooks, Codebook(runs[i], data[i], codebooks));
            if (SharedRuns.IsCodebook(runs[i])) codebooks.Add((runs[i], data[i]));
        }
        return coder.Finish();
    }

    // The codes' own codebook is the one whose name is most alike; a wrong guess only costs bytes.
    private static int Codebook(Payload run, byte[] data, List<(Payload Payload, byte[])> codebooks)
    {
        if (run.Width > 1 || data.Length == 0) return -1;
        var most = data.Max();
        var best = -1;
        for (var i = 0; i < codebooks.Count; i++)
        {
            if (codebooks[i].Payload.Count <= most) continue;
            if (best < 0 || Alike(run.Name, codebooks[i].Payload.Name) > Alike(run.Name, codebooks[best].Payload.Name)) best = i;
        }
        return best >= 0 && Alike(run.Name, codebooks[best].Payload.Name) > 0 ? best : -1;
    }

    private static int Alike(string a, string b) => a.AsSpan().CommonPrefixLength(b);

    private static (StreamCoding, byte[]) Code(ReadOnlyMemory<byte> bytes, Payload run, bool mayModel)
    {
        var blocks = BlockEncoder.Encode(bytes, run);
        var best = blocks?.Length ?? bytes.Length;
        if (mayModel)
        {
            var coder = ArithmeticCoder.Encoder();
            new TensorModel(coder, run).Code(bytes.ToArray(), [], -1);
            var modelled = coder.Finish();
            if (modelled.Length < best) return (StreamCoding.Modelled, modelled);
        }
        return blocks is null ? (StreamCoding.Stored, bytes.ToArray()) : (StreamCoding.Blocks, blocks);
    }

    private static byte[] Brotli(byte[] text)
    {
        var result = new byte[BrotliEncoder.GetMaxCompressedLength(text.Length)];
        if (!BrotliEncoder.TryCompress(text, result, out var written, 9, MaxWindowBits)) throw new InvalidOperationException("Brotli needs more room than it said.");
        return result[..written];
    }
}
