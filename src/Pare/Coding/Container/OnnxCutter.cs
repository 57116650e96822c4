using System.Text;
using Pare.Onnx;

namespace Pare.Coding.Container;

/// <summary>Where a parser of protobuf stands.</summary>
internal enum Phase
{
    Tag,
    Scalar,
    Fixed,
    Length,
    Leaf,

    /// <summary>Not protobuf any more; nothing is cut from here on.</summary>
    Lost,
}

/// <summary>
/// Reads an ONNX file byte by byte and says where elements begin that are cut out. It decides from bytes already seen
/// alone, so the unpacker finds the same places from what is left, and none of them needs to be stored.
/// </summary>
/// <param name="limit">Cuts to make at most.</param>
internal sealed class OnnxCutter(long limit)
{
    /// <summary>Shorter runs of elements stay where they are.</summary>
    public const int MinLength = 24;

    private const int MaxDepth = 100;
    private const int MaxText = 1 << 12;
    private readonly List<Frame> _frames = [new(MessageKind.Model, long.MaxValue)];
    private readonly List<byte> _text = [];
    private readonly List<Payload> _payloads = [];
    private readonly List<ExternalData> _external = [];
    private readonly List<(ElementType Type, long[] Shape)> _externalTypes = [];
    private long _position;
    private long _kept;
    private long _remaining;
    private ulong _number;
    private int _shift;

    public IReadOnlyList<Payload> Payloads => _payloads;

    /// <summary>Tensors kept in other files, with their types and shapes.</summary>
    public IEnumerable<(ExternalData Place, ElementType Type, long[] Shape)> External => _external.Zip(_externalTypes, (e, t) => (e, t.Type, t.Shape));

    public Phase Phase { get; private set; }

    /// <summary>The current field's number.</summary>
    public int Field { get; private set; }

    /// <summary>Bytes of the current number or text seen so far.</summary>
    public int Index { get; private set; }

    public MessageKind Kind => _frames[^1].Kind;

    /// <summary>The field before this one in the same message.</summary>
    public int PreviousField => _frames[^1].PreviousField;

    /// <summary>What the surroundings are about: the hash of the operator and of the attribute's name.</summary>
    public uint Scope => _frames[^1].Scope;

    /// <summary>Takes the next byte that is kept; returns how many bytes after it are cut out.</summary>
    public int Feed(byte value)
    {
        _position++;
        _kept++;
        switch (Phase)
        {
            case Phase.Tag:
                if (!Number(value)) break;
                Field = (int)Math.Min(_number >> 3, int.MaxValue);
                Begin((int)(_number & 7));
                break;
            case Phase.Scalar:
                if (!Number(value)) break;
                TakeScalar((long)_number);
                EndField();
                break;
            case Phase.Fixed:
                Index++;
                if (--_remaining == 0) EndField();
                break;
            case Phase.Length: return Number(value) ? BeginBytes(_number) : 0;
            case Phase.Leaf:
                Index++;
                if (_text.Count < MaxText) _text.Add(value);
                if (--_remaining == 0) EndLeaf();
                break;
        }
        return 0;
    }

    private bool Number(byte value)
    {
        Index++;
        _number |= (ulong)(value & 0x7f) << _shift;
        _shift += 7;
        if (value < 0x80) return true;
        if (_shift >= 64) Phase = Phase.Lost;
        return false;
    }

    private void Enter(Phase phase)
    {
        Phase = phase;
        Index = 0;
        _number = 0;
        _shift = 0;
    }

    private void Begin(int wireType)
    {
        _remaining = wireType == 1 ? 8 : 4;
        Enter(Field == 0 ? Phase.Lost : wireType switch { 0 => Phase.Scalar, 1 or 5 => Phase.Fixed, 2 => Phase.Length, _ => Phase.Lost });
        if (_position >= _frames[^1].End) Phase = Phase.Lost;
    }

    private int BeginBytes(ulong length)
    {
        var frame = _frames[^1];
        if (_position > frame.End || length > (ulong)(frame.End - _position))
        {
            Phase = Phase.Lost;
            return 0;
        }
        if (frame.Kind.HoldsElements(Field) && length is >= MinLength and <= int.MaxValue && _payloads.Count < limit)
        {
            _payloads.Add(Cut(frame, (int)length));
            frame.Cuts.Add(_payloads.Count - 1);
            _position += (long)length;
            EndField();
            return (int)length;
        }
        var child = frame.Kind.Child(Field);
        if (child != MessageKind.Opaque && _frames.Count < MaxDepth)
        {
            frame.OpenField = Field;
            _frames.Add(new(child, _position + (long)length) { Scope = child == MessageKind.Node ? 0 : frame.Scope });
            Enter(Phase.Tag);
            Field = 0;
            Close();
            return 0;
        }
        _remaining = (long)length;
        _text.Clear();
        Enter(Phase.Leaf);
        if (length == 0) EndLeaf();
        return 0;
    }

    private Payload Cut(Frame frame, int length)
    {
        var type = frame.Kind == MessageKind.Attribute ? Field == 7 ? ElementType.Float : ElementType.Int64 : frame.Type;
        var width = Field switch
        {
            9 => Payload.WidthOf(type, length),
            4 or 7 when frame.Kind == MessageKind.Attribute || Field == 4 => length % 4 == 0 ? 4 : 1,
            10 => length % 8 == 0 ? 8 : 1,
            _ => 1,
        };
        return new Payload { Name = "", Type = type, Shape = [], Width = width, Length = length, Offset = _kept, IsRaw = Field == 9 };
    }

    private void EndField()
    {
        _frames[^1].PreviousField = Field;
        Enter(Phase.Tag);
        Close();
    }

    // Ends every message that ends here.
    private void Close()
    {
        while (_frames.Count > 1 && _position >= _frames[^1].End)
        {
            var frame = _frames[^1];
            if (_position > frame.End)
            {
                Phase = Phase.Lost;
                return;
            }
            _frames.RemoveAt(_frames.Count - 1);
            var parent = _frames[^1];
            if (frame.Kind == MessageKind.Tensor) EndTensor(frame);
            if (frame.Kind == MessageKind.Attribute) Describe(frame, $"{Node()?.Name}.{frame.Name}");
            if (frame.Kind == MessageKind.Entry && parent.Kind == MessageKind.Tensor) parent.Entries.Add(new(frame.Key, frame.Name));
            Field = parent.OpenField;
            parent.PreviousField = Field;
        }
    }

    private void EndTensor(Frame frame)
    {
        var name = frame.Name.Length > 0 ? frame.Name : Node()?.Name ?? "";
        Describe(frame, name);
        if (!frame.IsExternal) return;
        var place = new ExternalData { Tensor = name };
        try
        {
            foreach (var entry in frame.Entries) place = place.With(entry);
        }
        catch (BadInputException)
        {
            return; // A place that cannot be read is left alone; the model's reader says so.
        }
        _external.Add(place);
        _externalTypes.Add((frame.Type, [.. frame.Shape]));
    }

    private void Describe(Frame frame, string name)
    {
        foreach (var index in frame.Cuts)
        {
            var cut = _payloads[index];
            var isTensor = frame.Kind == MessageKind.Tensor;
            _payloads[index] = cut with { Name = name, Shape = [.. frame.Shape], Type = isTensor ? frame.Type : cut.Type, Width = isTensor && cut.IsRaw ? Payload.WidthOf(frame.Type, cut.Length) : cut.Width };
        }
    }

    private Frame? Node() => _frames.FindLast(f => f.Kind == MessageKind.Node);

    private void TakeScalar(long value)
    {
        var frame = _frames[^1];
        if (frame.Kind != MessageKind.Tensor) return;
        if (Field == 1 && frame.Shape.Count < MaxDepth) frame.Shape.Add(value);
        if (Field == 2) frame.Type = (ElementType)(int)value;
        if (Field == 14) frame.IsExternal = value == 1;
    }

    private void EndLeaf()
    {
        var frame = _frames[^1];
        switch (frame.Kind, Field)
        {
            case (MessageKind.Tensor, 1): TakeShape(frame); break;
            case (MessageKind.Tensor, 8):
            case (MessageKind.Attribute, 1):
            case (MessageKind.Entry, 2): frame.Name = Text(); break;
            case (MessageKind.Node, 2) when frame.Name.Length == 0: frame.Name = Text(); break;
            case (MessageKind.Entry, 1): frame.Key = Text(); break;
        }
        if (frame.Kind == MessageKind.Node && Field == 4 || frame.Kind == MessageKind.Attribute && Field == 1 || frame.Kind == MessageKind.Entry && Field == 1)
            frame.Scope = Hash(frame.Scope);
        EndField();
    }

    private void TakeShape(Frame frame)
    {
        ulong number = 0;
        var shift = 0;
        foreach (var b in _text)
        {
            number |= (ulong)(b & 0x7f) << shift;
            shift += 7;
            if (b >= 0x80) continue;
            if (frame.Shape.Count < MaxDepth) frame.Shape.Add((long)number);
            number = 0;
            shift = 0;
        }
    }

    private string Text() => Encoding.UTF8.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_text));

    private uint Hash(uint seed)
    {
        var hash = seed * 0x2c1b3c6d + 0x9e3779b9;
        foreach (var b in _text) hash = (hash ^ b) * 0x01000193;
        return hash;
    }

    private sealed class Frame(MessageKind kind, long end)
    {
        public MessageKind Kind => kind;
        public long End => end;
        public int PreviousField;
        public int OpenField;
        public uint Scope;
        public string Name = "";
        public string Key = "";
        public ElementType Type;
        public bool IsExternal;
        public readonly List<long> Shape = [];
        public readonly List<int> Cuts = [];
        public readonly List<KeyValuePair<string, string>> Entries = [];
    }
}
