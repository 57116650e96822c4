using Pare.Coding.Container;
using Pare.Coding.Modelled;

namespace Pare.Coding.Text;

/// <summary>
/// Codes a file's bytes around the tensors: predictions from the last 1 to 6 bytes, from the place in the protobuf message and from
/// the longest repeated text are mixed (after Mahoney's lpaq). It starts with a skeleton of ONNX in its memory.
/// </summary>
internal sealed class TextModel
{
    private const int Contexts = 11;
    private const int Inputs = 2 * Contexts + 3;
    private const int Limit = 250;
    private const int MinTableBits = 16;
    private const int MaxTableBits = 20;
    private static readonly Lazy<TextModel> Primed = new(() => new TextModel(MinTableBits));
    private readonly ArithmeticCoder? _coder;
    private readonly byte[] _history;
    private readonly uint[][] _tables = new uint[Contexts][];
    private readonly uint[] _bases = new uint[Contexts];
    private readonly int[] _slots = new int[Contexts];
    private readonly int _mask;
    private readonly Mixer _mixer;
    private readonly MatchModel _match;
    private OnnxCutter _place = new(long.MaxValue);
    private int _length;
    private uint _last;
    private uint _older;

    /// <param name="coder">Where the bits go to or come from.</param>
    /// <param name="capacity">Number of bytes that will be coded.</param>
    public TextModel(ArithmeticCoder coder, int capacity)
    {
        var bits = TableBits(capacity);
        // Reading the primer takes longer than coding a small model, so its result is kept for the smallest tables.
        var isKept = bits == MinTableBits;
        var primed = isKept ? Primed.Value : new TextModel(bits);
        _coder = coder;
        _mask = primed._mask;
        _history = new byte[primed._length + capacity];
        primed._history.AsSpan(0, primed._length).CopyTo(_history);
        for (var k = 0; k < Contexts; k++) _tables[k] = isKept ? (uint[])primed._tables[k].Clone() : primed._tables[k];
        _mixer = primed._mixer.Copy();
        _match = primed._match.Copy(_history);
        (_length, _last, _older) = (primed._length, primed._last, primed._older);
        Begin(0);
    }

    private TextModel(int tableBits)
    {
        _mask = (1 << tableBits) - 1;
        _history = new byte[Primer.Texts.Sum(t => t.Length)];
        _match = new MatchModel(_history);
        _mixer = new Mixer(Inputs, 5, 256, 2048, 512);
        for (var k = 0; k < Contexts; k++) _tables[k] = Counter.Table(1 << tableBits);
        foreach (var text in Primer.Texts)
        {
            Begin(long.MaxValue);
            foreach (var b in text.Span) Code(b, learnOnly: true);
        }
    }

    private static int TableBits(int capacity) => Math.Clamp(5 + System.Numerics.BitOperations.Log2((uint)capacity + 1), MinTableBits, MaxTableBits);

    /// <summary>Starts a new text; <paramref name="cuts"/> tells the parser how many runs of elements are cut out of it.</summary>
    public OnnxCutter Begin(long cuts) => _place = new OnnxCutter(cuts);

    /// <summary>Codes one byte.</summary>
    /// <returns>The byte.</returns>
    public byte Code(byte value) => Code(value, learnOnly: false);

    private byte Code(byte value, bool learnOnly)
    {
        Prepare();
        var selector = (int)_place.Kind * 64 + (int)_place.Phase * 8 + Math.Min(_place.Index, 7);
        var node = 1;
        for (var i = 7; i >= 0; i--)
        {
            for (var k = 0; k < Contexts; k++)
            {
                var slot = (int)((_bases[k] + (uint)node * 0x9e3779b1) * 0x2545f491 >> 7) & _mask;
                _slots[k] = slot;
                var odds = Counter.LogOdds(_tables[k][slot]);
                _mixer.Add(odds);
                _mixer.Add((int)((long)(_tables[k][slot] >> 16) - 32768) >> 5);
            }
            _match.Predict(_mixer, node, i);
            _mixer.Add(256);
            _mixer.Select(0, node);
            _mixer.Select(1, selector);
            _mixer.Select(2, _match.Confidence * 8 + i);
            var p = Math.Clamp(Logistic.Squash(_mixer.Mix()), 16, 65520);
            var bit = learnOnly ? value >> i & 1 : _coder!.Bit(value >> i & 1, p);
            _mixer.Update(bit);
            for (var k = 0; k < Contexts; k++) Counter.Update(ref _tables[k][_slots[k]], bit, Limit);
            node = node << 1 | bit;
        }
        Append((byte)node);
        return (byte)node;
    }

    private void Append(byte value)
    {
        _history[_length++] = value;
        _older = _older << 8 | _last >> 24;
        _last = _last << 8 | value;
        _match.Append(_length);
        _place.Feed(value);
    }

    private void Prepare()
    {
        var p = _place;
        var where = Hash((uint)p.Kind * 8 + (uint)p.Phase, (uint)p.Field);
        var index = (uint)Math.Min(p.Index, 255);
        Span<uint> contexts =
        [
            0,
            _last & 0xff,
            _last & 0xffff,
            _last & 0xffffff,
            _last,
            Hash(_last, _older & 0xffff),
            Hash(where, (uint)p.PreviousField),
            Hash(Hash(where, index), p.Scope),
            Hash(Hash(where, index), _last & 0xff),
            Hash(Hash(where, p.Scope), _last & 0xffff),
            Hash(Hash(where, p.Scope), Hash((uint)p.PreviousField, _last & 0xffffff)),
        ];
        for (var k = 0; k < Contexts; k++) _bases[k] = Hash(contexts[k], (uint)k);
    }

    private static uint Hash(uint a, uint b)
    {
        var h = a * 0x9e3779b1 ^ (b + 0x7f4a7c15) * 0x85ebca6b;
        return h ^ h >> 15;
    }
}
