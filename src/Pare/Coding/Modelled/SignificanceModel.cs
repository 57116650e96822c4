namespace Pare.Coding.Modelled;

/// <summary>
/// Predicts whether an element differs from the most frequent value, from elements already coded: neighbours in the row, in the
/// rows above, in the kernel, and how full the row, the column, the channel and the kernel position have been so far.
/// </summary>
internal sealed class SignificanceModel
{
    private const int Inputs = 9;
    private const int Limit = 1000;
    private readonly Grid _grid;
    private readonly byte[] _set;
    private readonly int[] _column;
    private readonly int[] _channel;
    private readonly uint[] _byNeighbours = Counter.Table(1 << 10);
    private readonly uint[] _byDensity = Counter.Table(1 << 12);
    private readonly uint[] _byColumn;
    private readonly uint[] _byColumnCount = Counter.Table(1 << 12);
    private readonly uint[] _byKernel = Counter.Table(1 << 12);
    private readonly uint[] _byWindow = Counter.Table(1 << 12);
    private readonly uint[] _byPosition;
    private readonly uint[] _byChannel = Counter.Table(1 << 12);
    private readonly Mixer _mixer = new(Inputs, 6, 256, 256);
    private readonly int[] _slots = new int[Inputs];
    private readonly uint[][] _tables;
    private int _row, _inRow, _total, _window, _kernelCount;

    public SignificanceModel(Grid grid, int count)
    {
        _grid = grid;
        _set = new byte[count];
        _column = new int[grid.Width];
        _channel = new int[grid.Width / grid.Kernel + 1];
        _byColumn = Counter.Table(grid.Width);
        _byPosition = Counter.Table(grid.Kernel * 8);
        _tables = [_byNeighbours, _byDensity, _byColumn, _byColumnCount, _byKernel, _byWindow, _byPosition, _byChannel];
    }

    /// <summary>Codes whether element <paramref name="i"/> is set. Elements are coded in order.</summary>
    public bool Code(ArithmeticCoder coder, int i, bool set)
    {
        var (width, kernel) = _grid;
        var column = i - _row * width;
        if (column == width)
        {
            _row++;
            _inRow = 0;
            column = 0;
        }
        var position = column % kernel;
        if (position == 0) _kernelCount = 0;
        var channel = column / kernel;
        var left = At(i - 1) | At(i - 2) << 1 | At(i - 3) << 2;
        int up = At(i - width), up2 = At(i - 2 * width);
        var upSides = At(i - width + 1) + At(i - width - 1);
        int before = At(i - kernel), before2 = At(i - 2 * kernel);
        var rowDensity = Density(_inRow, column, 15);
        var columnDensity = Density(_column[column], _row, 15);
        var channelDensity = Density(_channel[channel], _row * kernel, 15);
        var window = Math.Min(15, System.Numerics.BitOperations.PopCount((uint)_window));
        var above = 0;
        for (var k = -4; k <= 4; k++) above += At(i - width + k);

        _slots[0] = left | up << 3 | up2 << 4 | upSides << 5 | before << 7 | before2 << 8;
        _slots[1] = columnDensity | rowDensity << 4 | channelDensity << 8;
        _slots[2] = column;
        _slots[3] = Math.Min(_column[column], 31) | Math.Min(Log2(_row), 15) << 5 | (left & 1) << 9 | up << 10 | up2 << 11;
        _slots[4] = before | before2 << 1 | Math.Min(_kernelCount, 15) << 2 | Math.Min(position, 15) << 6 | (left & 3) << 10;
        _slots[5] = window | Math.Min(above, 7) << 4 | columnDensity << 7;
        _slots[6] = position * 8 + (At(i - kernel) | up << 1 | At(i - 1) << 2);
        _slots[7] = channelDensity | Math.Min(_kernelCount, 7) << 4 | rowDensity << 7;
        for (var k = 0; k < _tables.Length; k++) _mixer.Add(Counter.LogOdds(_tables[k][_slots[k]]));
        _mixer.Add(256);
        _mixer.Select(0, columnDensity | rowDensity << 4);
        _mixer.Select(1, left | up << 3 | up2 << 4 | before << 5 | channelDensity >> 2 << 6);
        if (coder.Tally is { } tally) tally.IsPosition = true;
        var bit = coder.Bit(set ? 1 : 0, Logistic.Squash(_mixer.Mix()));
        if (coder.Tally is { } after) after.IsPosition = false;
        _mixer.Update(bit);
        for (var k = 0; k < _tables.Length; k++) Counter.Update(ref _tables[k][_slots[k]], bit, Limit);

        _set[i] = (byte)bit;
        _inRow += bit;
        _column[column] += bit;
        _channel[channel] += bit;
        _kernelCount += bit;
        _total += bit;
        _window = _window << 1 | bit;
        return bit != 0;
    }

    // What lies ahead is not known yet, on either side: narrow rows reach there.
    private int At(int i) => (uint)i < (uint)_set.Length ? _set[i] : 0;

    // The share set, against the whole tensor's so far, in half steps of a logarithm.
    private int Density(int set, int seen, int top)
    {
        var all = _row * _grid.Width + 1;
        // (set + mean) / (seen + 1) relative to mean = total / all, with one pseudo element.
        var share = (set * 4096L * all + 4096L * (_total + 1)) / ((seen + 1L) * (_total + 1L));
        return share <= 0 ? 0 : Math.Clamp(Log2((int)Math.Min(share * share >> 8, int.MaxValue)) - 8, 0, top);
    }

    private static int Log2(int value) => value <= 0 ? 0 : 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)value);
}
