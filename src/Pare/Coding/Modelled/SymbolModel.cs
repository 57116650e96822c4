using System.Numerics;

namespace Pare.Coding.Modelled;

/// <summary>
/// Codes the symbols (codes of a codebook, ranks in a palette) of the elements that are set, as binary trees of adaptive
/// probabilities under several contexts, mixed.
/// </summary>
internal sealed class SymbolModel
{
    private const int Contexts = 8;
    private const int Steps = 32;
    private readonly int _depth;
    private readonly int _kernel;
    private readonly uint[][] _tables = new uint[Contexts][];
    private readonly int[] _bases = new int[Contexts];
    private readonly Mixer _mixer;
    private readonly byte[] _magnitudes;
    private readonly int[] _columnLast;
    private readonly int[] _columnMean;
    private readonly int[] _channelMean;
    private int _previous, _previous2, _row, _rowMean, _fastMean;

    /// <param name="depth">Bits of a symbol, 0 to 8.</param>
    /// <param name="grid">How the elements lie.</param>
    /// <param name="magnitudes">How large the value of each symbol is, 0 to 15.</param>
    public SymbolModel(int depth, Grid grid, byte[] magnitudes)
    {
        _depth = depth;
        var context = 1 << depth;
        ReadOnlySpan<int> sizes = [1, context, context, Steps * Steps, Steps * Steps, 256, Steps, Steps * Steps];
        for (var k = 0; k < Contexts; k++) _tables[k] = Counter.Table(sizes[k] << depth);
        _mixer = new Mixer(Contexts + 1, 3, 1 << depth, Steps * 16);
        _kernel = grid.Kernel;
        _magnitudes = magnitudes;
        _columnLast = new int[grid.Width];
        _columnMean = new int[grid.Width];
        _channelMean = new int[grid.Width / grid.Kernel + 1];
        Array.Fill(_columnMean, 8 << 8);
        Array.Fill(_channelMean, 8 << 8);
        _rowMean = _fastMean = 8 << 8;
    }

    /// <summary>Codes the symbol of an element in <paramref name="column"/>.</summary>
    public int Code(ArithmeticCoder coder, int row, int column, int symbol)
    {
        if (_depth == 0) return 0;
        if (row != _row)
        {
            _row = row;
            _rowMean = (_rowMean + 3 * (8 << 8)) / 4;
        }
        var kernel = _kernel;
        var channel = column / kernel;
        var up = _columnLast[column];
        int Step(int mean) => Math.Min(mean >> 7, Steps - 1);
        _bases[0] = 0;
        _bases[1] = _previous;
        _bases[2] = up;
        _bases[3] = Step(_rowMean) + Step(_columnMean[column]) * Steps;
        _bases[4] = Step(_fastMean) + Step(_channelMean[channel]) * Steps;
        _bases[5] = _magnitudes[_previous] + _magnitudes[_previous2] * 16;
        _bases[6] = Step((_rowMean + _columnMean[column] + _channelMean[channel]) / 3);
        _bases[7] = column % kernel % Steps + Step(_rowMean) * Steps;
        var activity = Step((2 * _rowMean + _fastMean + _columnMean[column] + 2 * _channelMean[channel]) / 6);
        var node = 1;
        for (var d = _depth - 1; d >= 0; d--)
        {
            for (var k = 0; k < Contexts; k++)
                _mixer.Add(Counter.LogOdds(_tables[k][(_bases[k] << _depth) + node]));
            _mixer.Add(256);
            _mixer.Select(0, node);
            _mixer.Select(1, activity * 16 + _depth - d);
            var bit = coder.Bit(symbol >> d & 1, Logistic.Squash(_mixer.Mix()));
            _mixer.Update(bit);
            for (var k = 0; k < Contexts; k++) Counter.Update(ref _tables[k][(_bases[k] << _depth) + node], bit, 1000);
            node = node << 1 | bit;
        }
        symbol = node - (1 << _depth);
        var size = _magnitudes[symbol] << 8;
        _rowMean += (size - _rowMean) >> 4;
        _fastMean += (size - _fastMean) >> 2;
        _columnMean[column] += (size - _columnMean[column]) >> 2;
        _channelMean[channel] += (size - _channelMean[channel]) >> 3;
        _previous2 = _previous;
        _previous = symbol;
        _columnLast[column] = symbol;
        return symbol;
    }
}
