namespace Pare.Profile;

/// <summary>Predicting latency in milliseconds over <paramref name="Runs"/> runs.</summary>
public sealed record Latency(double Median, double P95, int Runs)
{
    /// <summary>Lower end of the median's 95 % interval; null where it was not computed.</summary>
    public double? MedianLow { get; init; }

    /// <summary>Upper end of the median's 95 % interval; null where it was not computed.</summary>
    public double? MedianHigh { get; init; }
}

/// <summary>A figure with its 95 % interval.</summary>
public readonly record struct Estimate(double Value, double Low, double High)
{
    public bool Contains(double value) => value >= Low && value <= High;
}

/// <summary>One network of a comparison.</summary>
/// <param name="LatencyMs">Milliseconds a run.</param>
/// <param name="Ratio">Its latency over the first network's, from the rounds in which both ran; 1 for the first itself.</param>
/// <param name="Examples">Predictions in one run.</param>
/// <param name="LoadMs">Milliseconds from the file to a network that is ready to run.</param>
public sealed record LatencyComparison(Latency LatencyMs, Estimate Ratio, int Examples, double LoadMs)
{
    /// <summary>Predictions a second at the median latency.</summary>
    public double ImagesPerSecond => 1000 * Examples / LatencyMs.Median;
}
