using System.Numerics.Tensors;

namespace Pare.Prune.Obs;

/// <summary>A layer's weights, one output a row, with the moments of its inputs.</summary>
internal sealed class ObsLayer
{
    /// <summary>Columns up to which each weight is removed by itself, and multiplications that this may take.</summary>
    private const int MaxExactColumns = 1200;
    private const double MaxExactCost = 1e12;

    private readonly ObsTraces? _traces;

    /// <param name="weights">Rows x columns.</param>
    /// <param name="groups">Groups of the layer; rows are divided among them in order.</param>
    /// <param name="moments">Of its inputs.</param>
    /// <param name="isCentred">True where the layer's bias makes up for the mean error of its output.</param>
    public ObsLayer(float[] weights, int rows, int columns, int groups, InputMoments moments, bool isCentred)
    {
        (Weights, Rows, Columns) = (weights, rows, columns);
        var each = rows / groups;
        Sections = [.. moments.Blocks.Select(b => new ObsSection(b.Group * each, each, b.First, b.Size, isCentred ? b.Covariance() : b.Values))];
        IsExact = Sections.All(s => s.Columns <= MaxExactColumns) && Sections.Sum(s => s.Rows * Math.Pow(s.Columns, 3)) <= MaxExactCost;
        Energy = ErrorOf(new float[weights.Length]);
        if (IsExact) _traces = new ObsTraces(this);
    }

    public float[] Weights { get; }

    public int Rows { get; }

    public int Columns { get; }

    public IReadOnlyList<ObsSection> Sections { get; }

    /// <summary>True where weights are removed one by one, false where in blocks of columns.</summary>
    public bool IsExact { get; }

    /// <summary>Mean square of the layer's output, the error where no weight is left.</summary>
    public double Energy { get; }

    public Span<float> Row(float[] weights, ObsSection section, int row) => weights.AsSpan((section.FirstRow + row) * Columns + section.FirstColumn, section.Columns);

    /// <summary>Weights with the given number of zeros, the others moved to make up for them.</summary>
    public float[] With(long zeros) => _traces?.With(zeros) ?? ObsColumns.Prune(this, (double)zeros / Weights.Length, null);

    /// <summary>Weights of which each <paramref name="of"/> in a row keep <paramref name="kept"/>.</summary>
    public float[] WithPattern(int kept, int of) => ObsColumns.Prune(this, 0, (kept, of));

    /// <summary>The error of the layer's output at rising numbers of zeros, 0 to all.</summary>
    public IReadOnlyList<(long Zeros, double Error)> Curve() => _traces?.Curve() ?? ObsColumns.Curve(this);

    /// <summary>Mean square of the difference that other weights make to the layer's output.</summary>
    public double ErrorOf(float[] other)
    {
        double sum = 0;
        foreach (var section in Sections)
        {
            var sums = new double[section.Rows];
            Parallel.For(0, section.Rows, row =>
            {
                var d = new float[section.Columns];
                TensorPrimitives.Subtract(Row(Weights, section, row), Row(other, section, row), d);
                for (var i = 0; i < d.Length; i++)
                    if (d[i] != 0) sums[row] += (double)d[i] * TensorPrimitives.Dot<float>(section.Matrix.AsSpan(i * d.Length, d.Length), d);
            });
            sum += sums.Sum();
        }
        return sum;
    }
}
