namespace Pare.Coding.Modelled;

/// <summary>
/// Codes numbers of 1, 2, 4 or 8 bytes from their top byte down. Floats are rotated left by a bit, so that the exponent is a
/// byte of its own and the sign comes last. Low bits that are zero in all of them are left out; low bytes that are noise are not modelled.
/// </summary>
internal sealed class NumberModel
{
    private const int Contexts = 6;
    private readonly int _bytes;
    private readonly bool _isFloat;
    private readonly int _zeros;
    private readonly int _noise;
    private readonly uint[][] _tables = new uint[Contexts][];
    private readonly int[] _slots = new int[Contexts];
    private readonly Mixer _mixer = new(Contexts + 1, 3, 64);
    private readonly ulong[] _above;
    private ulong _previous;

    /// <param name="bytes">Bytes of a number.</param>
    /// <param name="isFloat">True for a sign, an exponent and a mantissa.</param>
    /// <param name="zeros">Low bits that are zero in every number.</param>
    /// <param name="noise">Low bytes whose bits are coded at one half each.</param>
    /// <param name="width">Columns of the grid.</param>
    public NumberModel(int bytes, bool isFloat, int zeros, int noise, int width)
    {
        _bytes = bytes;
        _isFloat = isFloat;
        _zeros = zeros;
        _noise = noise;
        _above = new ulong[width];
        ReadOnlySpan<int> sizes = [bytes << 8, bytes << 16, bytes << 16, bytes << 16, 64, bytes << 9];
        for (var k = 0; k < Contexts; k++) _tables[k] = Counter.Table(sizes[k]);
    }

    /// <summary>Codes the number in a column.</summary>
    public ulong Code(ArithmeticCoder coder, int column, ulong number)
    {
        var bits = _bytes * 8;
        var value = _isFloat ? Rotate(number, bits, 1) : number;
        var above = _above[column];
        // After the rotation the sign is bit 0 and the zeros follow it.
        var skipFrom = _isFloat ? 1 : 0;
        ulong result = 0;
        for (var b = _bytes - 1; b >= 0; b--)
        {
            var shift = 8 * b;
            if (b < _noise)
            {
                result |= (ulong)coder.Byte((byte)(value >> shift)) << shift;
                continue;
            }
            var over = (int)(Above(result, shift) & 255);
            var same = Above(result, shift) == Above(_previous, shift) ? 1 : 0;
            var prior = (int)(_previous >> shift) & 255;
            var up = (int)(above >> shift) & 255;
            var node = 1;
            for (var i = 7; i >= 0; i--)
            {
                var position = shift + i;
                if (position >= skipFrom && position < skipFrom + _zeros)
                {
                    node <<= 1;
                    continue;
                }
                _slots[0] = b << 8 | node;
                _slots[1] = (b << 8 | over) << 8 | node;
                _slots[2] = (b << 8 | prior) << 8 | node;
                _slots[3] = (b << 8 | up) << 8 | node;
                _slots[4] = position;
                _slots[5] = (b << 1 | same) << 8 | node;
                for (var k = 0; k < Contexts; k++) _mixer.Add(Counter.LogOdds(_tables[k][_slots[k]]));
                _mixer.Add(256);
                _mixer.Select(0, position);
                var bit = coder.Bit((int)(value >> position) & 1, Logistic.Squash(_mixer.Mix()));
                _mixer.Update(bit);
                for (var k = 0; k < Contexts; k++) Counter.Update(ref _tables[k][_slots[k]], bit, 1000);
                node = node << 1 | bit;
            }
            result |= (ulong)(node & 255) << shift;
        }
        _previous = _above[column] = result;
        return _isFloat ? Rotate(result, bits, bits - 1) : result;
    }

    // The bytes over the one at this shift.
    private static ulong Above(ulong value, int shift) => shift == 56 ? 0 : value >> shift + 8;

    private static ulong Rotate(ulong value, int bits, int by)
    {
        var mask = bits == 64 ? ulong.MaxValue : (1UL << bits) - 1;
        return (value << by | value >> bits - by) & mask;
    }
}
