namespace Pare.Zoo;

/// <summary>
/// Normally distributed starting weights, the same bits on every machine: integer arithmetic and one multiplication, no
/// library functions whose last digit depends on the platform.
/// </summary>
internal static class GaussianNoise
{
    private const ulong GoldenGamma = 0x9E3779B97F4A7C15;
    private const ulong EvenLanes = 0x0000FFFF0000FFFF;

    // Twice the sum of eight uniform 16-bit numbers (Irwin-Hall): close to normal up to almost five deviations. One less than
    // its mean is taken away, so that no weight starts as an exact zero, which would read as pruned.
    private const int Offset = 8 * 65535 - 1;
    private const double Deviation = 107019.84; // 2 · 65536 · sqrt(8/12)

    /// <summary>Fills <paramref name="values"/> with mean 0 and the given standard deviation.</summary>
    public static void Fill(Span<float> values, ulong seed, double deviation)
    {
        var scale = (float)(deviation / Deviation);
        var counter = Mix(seed);
        for (var i = 0; i < values.Length; i++)
        {
            var sums = PairSums(Mix(counter += GoldenGamma)) + PairSums(Mix(counter += GoldenGamma));
            values[i] = ((2 * (int)((uint)sums + (uint)(sums >> 32))) - Offset) * scale;
        }
    }

    /// <summary>A seed of its own for each name (FNV-1a), so that adding a layer leaves the others as they were.</summary>
    public static ulong SeedOf(int seed, string name)
    {
        var hash = 0xCBF29CE484222325 ^ (uint)seed;
        foreach (var c in name) hash = (hash ^ c) * 0x100000001B3;
        return hash;
    }

    // Four 16-bit lanes to two 32-bit ones.
    private static ulong PairSums(ulong lanes) => (lanes & EvenLanes) + ((lanes >> 16) & EvenLanes);

    // SplitMix64's finalizer (Steele, Lea, Flood 2014).
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
