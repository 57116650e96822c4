namespace Pare.Zoo;

/// <summary>What may differ from a network's paper.</summary>
public sealed record ZooOptions
{
    /// <summary>Channels, height, width of one example; null for the paper's.</summary>
    public IReadOnlyList<int>? InputShape { get; init; }

    /// <summary>Number of classes, at least 1; null for the paper's.</summary>
    public int? Classes { get; init; }

    /// <summary>Factor on the channels of every layer but the last, above 0 (MobileNet's width multiplier).</summary>
    public double Width { get; init; } = 1;

    /// <summary>Seed of the starting weights: the same seed gives the same bits on every machine.</summary>
    public int Seed { get; init; }

    /// <summary>A layer's channels at this width: a multiple of <paramref name="multiple"/>, at most a tenth below what the width asks for.</summary>
    internal int Wide(int channels, int multiple = 1)
    {
        var wanted = checked(channels * Width);
        var rounded = Math.Max(multiple, (int)(wanted + multiple / 2.0) / multiple * multiple);
        return rounded < 0.9 * wanted ? rounded + multiple : rounded;
    }
}
