using Pare.Onnx;
using Pare.Profile;

namespace Pare.Recipes;

/// <summary>About what a network's weights take once packed, told from their values alone: a search compares many networks, and packing each would cost more than it says.</summary>
public static class SizeEstimate
{
    private const int FloatBytes = sizeof(float);

    /// <summary>Bytes of all layers' weights; biases are not counted.</summary>
    public static long Of(Model model) => (long)Math.Ceiling(WeightCount.Stored(model).Sum(t => Of(t.Type == ElementType.Float ? t.Floats : t.ToFloats())));

    /// <summary>
    /// The cheapest of three codings, each at its entropy (Shannon 1948): every value as a float; the places of those that are
    /// not zero and these as floats; a codebook of the different values and a code for each.
    /// </summary>
    internal static double Of(ReadOnlySpan<float> values)
    {
        var counts = new Dictionary<float, int>();
        long zeros = 0;
        foreach (var value in values)
        {
            if (value == 0) zeros++;
            else if (counts.Count <= WeightProfile.MaxDistinct) counts[value] = counts.GetValueOrDefault(value) + 1;
        }
        double count = values.Length, others = count - zeros;
        var best = Math.Min(FloatBytes * count, Bytes(zeros) + Bytes(others) + FloatBytes * others);
        return counts.Count > WeightProfile.MaxDistinct ? best : Math.Min(best, Bytes(zeros) + counts.Values.Sum(n => Bytes(n)) + FloatBytes * counts.Count);

        // What so many equal symbols among all add to a code at its entropy.
        double Bytes(double equal) => equal == 0 ? 0 : -equal * Math.Log2(equal / count) / 8;
    }
}
