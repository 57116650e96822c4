namespace Pare.Data;

/// <summary>A smooth random displacement of every pixel: a uniform cubic B-spline over control points that are drawn at random.</summary>
internal sealed class ElasticField
{
    private const int Taps = 4;

    private readonly int _width;
    private readonly int _columns;
    private readonly int _spacing;
    private readonly float[] _weights;
    private readonly float[] _controlX;
    private readonly float[] _controlY;
    private readonly float[] _columnX;
    private readonly float[] _columnY;

    public ElasticField(int width, int height, int spacing)
    {
        (_width, _spacing) = (width, spacing);
        _columns = ((width - 1) / spacing) + Taps;
        var rows = ((height - 1) / spacing) + Taps;
        _weights = new float[spacing * Taps];
        for (var i = 0; i < spacing; i++) Basis((float)i / spacing, _weights.AsSpan(i * Taps, Taps));
        (_controlX, _controlY) = (new float[rows * _columns], new float[rows * _columns]);
        (_columnX, _columnY) = (new float[_columns], new float[_columns]);
        (RowX, RowY) = (new float[width], new float[width]);
    }

    /// <summary>Horizontal displacements of the pixels of the row last computed.</summary>
    public float[] RowX { get; }

    /// <summary>Vertical displacements of the same pixels.</summary>
    public float[] RowY { get; }

    /// <summary>Draws new control points, each moved by up to <paramref name="amplitude"/> pixels in x and y.</summary>
    public void Draw(ref RandomStream random, float amplitude)
    {
        var scale = amplitude / (1u << 31);
        for (var i = 0; i < _controlX.Length; i++)
        {
            var bits = random.Next();
            _controlX[i] = (int)bits * scale;
            _controlY[i] = (int)(bits >> 32) * scale;
        }
    }

    /// <summary>Computes <see cref="RowX"/> and <see cref="RowY"/> for row <paramref name="y"/>.</summary>
    public void ToRow(int y)
    {
        var first = y / _spacing * _columns;
        var w = _weights.AsSpan(y % _spacing * Taps, Taps);
        for (var c = 0; c < _columns; c++)
        {
            var at = first + c;
            _columnX[c] = (w[0] * _controlX[at]) + (w[1] * _controlX[at + _columns]) + (w[2] * _controlX[at + (2 * _columns)]) + (w[3] * _controlX[at + (3 * _columns)]);
            _columnY[c] = (w[0] * _controlY[at]) + (w[1] * _controlY[at + _columns]) + (w[2] * _controlY[at + (2 * _columns)]) + (w[3] * _controlY[at + (3 * _columns)]);
        }
        for (var x = 0; x < _width; x++)
        {
            var at = x / _spacing;
            var v = _weights.AsSpan(x % _spacing * Taps, Taps);
            RowX[x] = (v[0] * _columnX[at]) + (v[1] * _columnX[at + 1]) + (v[2] * _columnX[at + 2]) + (v[3] * _columnX[at + 3]);
            RowY[x] = (v[0] * _columnY[at]) + (v[1] * _columnY[at + 1]) + (v[2] * _columnY[at + 2]) + (v[3] * _columnY[at + 3]);
        }
    }

    private static void Basis(float t, Span<float> w)
    {
        var (t2, t3) = (t * t, t * t * t);
        w[0] = (1 - (3 * t) + (3 * t2) - t3) / 6;
        w[1] = (4 - (6 * t2) + (3 * t3)) / 6;
        w[2] = (1 + (3 * t) + (3 * t2) - (3 * t3)) / 6;
        w[3] = t3 / 6;
    }
}
