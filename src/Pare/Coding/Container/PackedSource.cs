using System.IO.Compression;
using Pare.Coding.Blocks;
using Pare.Coding.Modelled;
using Pare.Coding.Text;

namespace Pare.Coding.Container;

/// <summary>A packed file opened for reading: its text is decoded and its runs are known; the runs' bytes are decoded on demand.</summary>
internal sealed class PackedSource
{
    private readonly ReadOnlyMemory<byte> _file;
    private readonly Header _header;
    private readonly ArithmeticCoder _coder;
    private readonly int[] _sharedOrder;
    private readonly Dictionary<int, byte[]> _shared = [];
    private readonly List<(Payload, byte[])> _codebooks = [];
    private readonly (int Start, int Length)[] _streams;
    private int _sharedDone;

    public PackedSource(ReadOnlyMemory<byte> file)
    {
        _file = file;
        var input = new ByteReader(file.Span);
        _header = Header.Read(ref input);
        HeaderBytes = input.Position;
        var brotliStart = input.Position;
        if (_header.BrotliLength > input.Remaining) throw new BadInputException($"packed file: {_header.BrotliLength} bytes of text are announced, {input.Remaining} bytes are left");
        input.Take(_header.BrotliLength);
        var sharedStart = input.Position;
        var sharedLength = _header.SharedLength ?? input.Remaining;
        input.Take(sharedLength);
        _coder = ArithmeticCoder.Decoder(file.Slice(sharedStart, sharedLength));
        var cutter = new OnnxCutter(_header.Cuts);
        (Text, var manifest) = _header.BrotliLength > 0 ? Unbrotli(file.Slice(brotliStart, _header.BrotliLength).Span, cutter) : Modelled(ref cutter);
        TextBytes = _header.BrotliLength > 0 ? _header.BrotliLength : _coder.Position;
        if (cutter.Payloads.Count != _header.Cuts) throw new BadInputException($"packed file: {_header.Cuts} cuts are announced, the text has {cutter.Payloads.Count}");
        Cuts = cutter.Payloads;
        DataFiles = Manifest.Read(manifest);
        Runs = [.. Cuts, .. DataFiles.SelectMany(f => f.Runs)];
        _sharedOrder = SharedRuns.Of(Runs);
        _streams = Streams(ref input);
        input.End("the last stream");
        var modelled = Runs.Zip(_streams).Where(r => r.Second.Length > 0 && (StreamCoding)file.Span[r.Second.Start] == StreamCoding.Modelled).Sum(r => (long)r.First.Count);
        if (modelled > TensorModel.MaxCount) throw new BadInputException($"packed file: {modelled} elements are modelled one by one, up to {TensorModel.MaxCount} are allowed");
    }

    public byte[] Text { get; }

    /// <summary>Bytes of the header.</summary>
    public int HeaderBytes { get; }

    /// <summary>Bytes that the text takes.</summary>
    public int TextBytes { get; }

    /// <summary>Runs of the model file.</summary>
    public IReadOnlyList<Payload> Cuts { get; }

    public IReadOnlyList<DataFile> DataFiles { get; }

    /// <summary>All runs: the model file's, then the data files'.</summary>
    public IReadOnlyList<Payload> Runs { get; }

    public uint Checksum => _header.Checksum;

    /// <summary>The model file's size.</summary>
    public long ModelLength => Text.Length + Cuts.Sum(c => (long)c.Length);

    /// <summary>Decodes one run; those that share a stream are kept once they are decoded.</summary>
    public ReadOnlyMemory<byte> Run(int index)
    {
        if (_streams[index].Length > 0) return Stream(index);
        while (!_shared.ContainsKey(index)) NextShared();
        return _shared[index];
    }

    /// <summary>All runs, those of the shared stream first and as they follow each other there.</summary>
    public IEnumerable<int> ReadingOrder() => [.. _sharedOrder, .. Enumerable.Range(0, Runs.Count).Where(i => _streams[i].Length > 0)];

    /// <summary>Decodes one run, in <see cref="ReadingOrder"/>, and says what it cost.</summary>
    public (ReadOnlyMemory<byte> Bytes, RunCost Cost) RunWithCost(int index)
    {
        var (start, length) = _streams[index];
        var tally = new BitTally();
        if (length == 0)
        {
            _coder.Tally = tally;
            var bytes = Run(index);
            _coder.Tally = null;
            return (bytes, new("modelled", tally.Bits, tally.PositionBits, null));
        }
        var coding = (StreamCoding)_file.Span[start];
        BlockFormat? format = coding == StreamCoding.Blocks && length > 1 ? BlockFormat.Of(_file.Span[start + 1]) : null;
        var run = Stream(index, tally);
        return (run, new(coding.ToString().ToLowerInvariant(), 8.0 * length, coding == StreamCoding.Modelled ? tally.PositionBits : null, format));
    }

    private void NextShared()
    {
        var index = _sharedOrder[_sharedDone++];
        var run = Runs[index];
        var bytes = new byte[run.Length];
        new TensorModel(_coder, run).Code(bytes, _codebooks, -1);
        _shared[index] = bytes;
        if (SharedRuns.IsCodebook(run)) _codebooks.Add((run, bytes));
    }

    /// <summary>Makes sure, before memory is taken for them, that the runs can be as long as they say.</summary>
    /// <exception cref="BadInputException">One cannot.</exception>
    public void CheckLengths()
    {
        for (var i = 0; i < Runs.Count; i++)
            if (_streams[i].Length > 0) Coded(i);
    }

    /// <summary>Checks that nothing is left over once all runs are decoded.</summary>
    public void End() => _coder.End();

    // As many bytes as the run says can stand in its stream.
    private (StreamCoding Coding, ReadOnlyMemory<byte> Bytes) Coded(int index)
    {
        var (start, length) = _streams[index];
        var run = Runs[index];
        var coded = _file.Slice(start + 1, length - 1);
        var coding = (StreamCoding)_file.Span[start];
        var most = coding switch
        {
            StreamCoding.Stored => coded.Length,
            StreamCoding.Modelled => (long)TensorModel.MaxCount * run.Width,
            StreamCoding.Blocks => BlockDecoder.MostBytes(coded.Length, run.Width),
            _ => throw new BadInputException($"packed file: tensor '{run.Name}' has coding {(int)coding}, codings 0 to 2 are allowed"),
        };
        if (run.Length > most || (coding == StreamCoding.Stored && run.Length != most))
            throw new BadInputException($"packed file: tensor '{run.Name}' has {run.Length} bytes, its {coded.Length} coded bytes can stand for {most}");
        return (coding, coded);
    }

    private ReadOnlyMemory<byte> Stream(int index, BitTally? tally = null)
    {
        var run = Runs[index];
        var (coding, coded) = Coded(index);
        if (coding == StreamCoding.Stored) return coded;
        var bytes = new byte[run.Length];
        if (coding == StreamCoding.Blocks)
        {
            BlockDecoder.Decode(coded, run, bytes);
            return bytes;
        }
        var coder = ArithmeticCoder.Decoder(coded);
        coder.Tally = tally;
        new TensorModel(coder, run).Code(bytes, [], -1);
        coder.End();
        return bytes;
    }

    private (byte[] Text, byte[] Manifest) Modelled(ref OnnxCutter cutter)
    {
        var (text, manifest) = (new byte[_header.TextLength], new byte[_header.ManifestLength]);
        if (manifest.Length + text.Length == 0) return (text, manifest);
        var model = new TextModel(_coder, manifest.Length + text.Length);
        for (var i = 0; i < manifest.Length; i++) manifest[i] = model.Code(0);
        cutter = model.Begin(_header.Cuts);
        for (var i = 0; i < text.Length; i++) text[i] = model.Code(0);
        return (text, manifest);
    }

    // No more than 4096 times what is there: a length that lies takes no memory to speak of.
    private (byte[] Text, byte[] Manifest) Unbrotli(ReadOnlySpan<byte> coded, OnnxCutter cutter)
    {
        using var decoder = new BrotliDecoder();
        var total = (long)_header.ManifestLength + _header.TextLength;
        if (total > (long)coded.Length << 12) throw new BadInputException($"packed file: {coded.Length} bytes stand for {total} bytes of text, up to 4096 times as many are allowed");
        if (total > Array.MaxLength) throw new BadInputException($"packed file: {total} bytes of text, up to {Array.MaxLength} are allowed");
        var all = new byte[total];
        var status = decoder.Decompress(coded, all, out var consumed, out var written);
        if (status != System.Buffers.OperationStatus.Done || consumed != coded.Length || written != total)
            throw new BadInputException("packed file: the text's Brotli stream is broken");
        var (manifest, text) = (all[.._header.ManifestLength], all[_header.ManifestLength..]);
        foreach (var b in text) cutter.Feed(b);
        return (text, manifest);
    }

    private (int Start, int Length)[] Streams(ref ByteReader input)
    {
        var streams = new (int Start, int Length)[Runs.Count];
        var shared = _sharedOrder.ToHashSet();
        if (shared.Count < Runs.Count != _header.SharedLength is not null) throw new BadInputException("packed file: the length of the shared stream is given where it must not be, or missing");
        for (var i = 0; i < streams.Length; i++)
        {
            if (shared.Contains(i)) continue;
            streams[i].Length = input.Length();
            if (streams[i].Length == 0) throw new BadInputException("packed file: a stream is empty");
        }
        for (var i = 0; i < streams.Length; i++)
        {
            if (streams[i].Length == 0) continue;
            streams[i].Start = input.Position;
            input.Take(streams[i].Length);
        }
        return streams;
    }
}

/// <summary>What a run takes.</summary>
/// <param name="Coding">How it is coded.</param>
/// <param name="Bits">Bits in the file.</param>
/// <param name="PositionBits">Those of them that say where values are; null where the coding does not tell.</param>
/// <param name="Format">How its blocks are coded, where it is in blocks.</param>
internal sealed record RunCost(string Coding, double Bits, double? PositionBits, BlockFormat? Format);
