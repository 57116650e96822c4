namespace Pare.Data;

/// <summary>A smooth random displacement of every pixel: a uniform cubic B-spline over control points that are drawn at random.</summary>
internal sealed class ElasticField
{
    private const int Taps = 4;

    private readonly int width;
    private readonly int columns;
    private readonly int spacing;
    private readonly float[] weights;
    private readonly float[] controlX;
    private readonly float[] controlY;
    private readonly float[] columnX;
    private readonly float[] columnY;

    public ElasticField(int width, int height, int spacing)
    {
        (this.width, this.spacing) = (width, spacing);
        columns = ((width - 1) / spacing) + Taps;
        var rows = ((height - 1) / spacing) + Taps;
        weights = new float[spacing * Taps];
        for (var i = 0; i < spacing; i++) Basis((float)i / spacing, weights.AsSpan(i * Taps, Taps));
        (controlX, controlY) = (new float[rows * columns], new float[rows * columns]);
        (columnX, columnY) = (new float[columns], new float[columns]);
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
        for (var i = 0; i < controlX.Length; i++)
        {
            var bits = random.Next();
            controlX[i] = (int)bits * scale;
            controlY[i] = (int)(bits >> 32) * scale;
        }
    }

    /// <summary>Computes <see cref="RowX"/> and <see cref="RowY"/> for row <paramref name="y"/>.</summary>
    public void ToRow(int y)
    {
        var first = y / spacing * columns;
        var w = weights.AsSpan(y % spacing * Taps, Taps);
        for (var c = 0; c < columns; c++)
        {
            var at = first + c;
            columnX[c] = (w[0] * controlX[at]) + (w[1] * controlX[at + columns]) + (w[2] * controlX[at + (2 * columns)]) + (w[3] * controlX[at + (3 * columns)]);
            columnY[c] = (w[0] * controlY[at]) + (w[1] * controlY[at + columns]) + (w[2] * controlY[at + (2 * columns)]) + (w[3] * controlY[at + (3 * columns)]);
        }
        for (var x = 0; x < width; x++)
        {
            var at = x / spacing;
            var v = weights.AsSpan(x % spacing * Taps, Taps);
            RowX[x] = (v[0] * columnX[at]) + (v[1] * columnX[at + 1]) + (v[2] * columnX[at + 2]) + (v[3] * columnX[at + 3]);
            RowY[x] = (v[0] * columnY[at]) + (v[1] * columnY[at + 1]) + (v[2] * columnY[at + 2]) + (v[3] * columnY[at + 3]);
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
