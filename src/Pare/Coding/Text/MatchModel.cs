using Pare.Coding.Modelled;

namespace Pare.Coding.Text;

/// <summary>Predicts the byte that followed the last time the same few bytes were seen, the surer the longer the match is.</summary>
internal sealed class MatchModel(byte[] history)
{
    private const int MinLength = 4;
    private const int MaxLength = 32;
    private int[] _places = new int[1 << 16];
    private uint[] _hits = Counter.Table(MaxLength + 1);
    private int _pointer;
    private int _length;
    private int _expected = -1;
    private int _slot = -1;

    /// <summary>0 without a prediction, to 31 for the longest matches.</summary>
    public int Confidence => _expected < 0 ? 0 : Math.Min(_length, 31);

    /// <summary>A model in the same state over a longer array that begins with the same bytes.</summary>
    public MatchModel Copy(byte[] longer) => new(longer)
    {
        _places = (int[])_places.Clone(),
        _hits = (uint[])_hits.Clone(),
        _pointer = _pointer,
        _length = _length,
        _expected = _expected,
        _slot = _slot,
    };

    /// <summary>Adds two predictions of bit <paramref name="position"/> (7 is the first) under the bits already known.</summary>
    public void Predict(Mixer mixer, int node, int position)
    {
        // The bits known so far must agree with the expected byte.
        if (_expected >= 0 && (_expected | 256) >> (position + 1) != node) _expected = -1;
        if (_expected < 0)
        {
            mixer.Add(0);
            mixer.Add(0);
            return;
        }
        var odds = Counter.LogOdds(_hits[_length]);
        var sign = (_expected >> position & 1) == 1 ? 1 : -1;
        mixer.Add(sign * odds);
        mixer.Add(sign * Math.Min(_length, MaxLength) * 32);
    }

    /// <summary>Takes the byte just written at <paramref name="count"/> - 1.</summary>
    public void Append(int count)
    {
        if (_slot >= 0) Counter.Update(ref _hits[_slot], history[_pointer] == history[count - 1] ? 1 : 0, 250);
        if (_length > 0 && history[_pointer] == history[count - 1])
        {
            _length = Math.Min(_length + 1, MaxLength);
            _pointer++;
        }
        else
        {
            _length = 0;
        }
        if (count >= MinLength)
        {
            ref var place = ref _places[Hash(count)];
            if (_length == 0 && place > 0)
            {
                _pointer = place;
                while (_length < MaxLength && _length < _pointer && history[_pointer - 1 - _length] == history[count - 1 - _length]) _length++;
                if (_length < MinLength) _length = 0;
            }
            place = count;
        }
        _expected = _length > 0 ? history[_pointer] : -1;
        _slot = _length > 0 ? _length : -1;
    }

    private int Hash(int count) =>
        (int)((uint)(history[count - 1] | history[count - 2] << 8 | history[count - 3] << 16 | history[count - 4] << 24) * 0x9e3779b1 >> 16);
}
