namespace Pare.Profile;

/// <summary>The distributions behind intervals.</summary>
internal static class Normal
{
    private const double Z975 = 1.959963984540054;

    /// <summary>The share of a standard normal distribution below <paramref name="z"/>, to 1e-7 (Abramowitz and Stegun 1964, 26.2.17).</summary>
    public static double Below(double z)
    {
        if (z > 0) return 1 - Below(-z);
        var t = 1 / (1 - 0.2316419 * z);
        var tail = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        return Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI) * tail;
    }

    /// <summary>The value below which a share of a standard normal distribution lies, to 1e-6.</summary>
    /// <param name="share">Above 0 and below 1.</param>
    public static double Quantile(double share)
    {
        var (low, high) = (-40.0, 40.0);
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            if (Below(middle) < share) low = middle;
            else high = middle;
        }
        return high;
    }

    /// <summary>The 97.5 % quantile of Student's distribution, to 1 % from 3 degrees of freedom up (Abramowitz and Stegun 1964, 26.7.5).</summary>
    public static double StudentQuantile975(int degrees)
    {
        if (degrees < 3) return degrees == 1 ? 12.706 : 4.303;
        const double z = Z975, z2 = z * z;
        double n = degrees;
        return z * (1 + (z2 + 1) / (4 * n) + (z2 * (5 * z2 + 16) + 3) / (96 * n * n)
            + (z2 * (z2 * (3 * z2 + 19) + 17) - 15) / (384 * n * n * n));
    }
}
