namespace Pare.Coding.Modelled;

/// <summary>
/// An adaptive probability in 32 bits: the probability of a one in the upper 22, the number of bits seen in the lower 10.
/// It moves by 1/(n + 1.5) of the error, n bounded by a limit, so it learns fast first and then averages.
/// </summary>
internal static class Counter
{
    /// <summary>One half, nothing seen.</summary>
    public const uint Fresh = 1u << 31;

    private static readonly int[] Rates = MakeRates();
    private static readonly int[] Trust = MakeTrust();

    /// <summary>The log odds of a one, nearer to zero the less was seen: weighed by n / (n + 5).</summary>
    public static int LogOdds(uint counter) => Logistic.Stretch((int)(counter >> 16)) * Trust[counter & 1023] >> 8;

    /// <summary>Learns a bit.</summary>
    /// <param name="counter">The probability to move.</param>
    /// <param name="bit">The bit that came.</param>
    /// <param name="limit">Bound of n, below 1024: the memory's length in bits.</param>
    public static void Update(ref uint counter, int bit, int limit)
    {
        var n = (int)(counter & 1023);
        var p = (int)(counter >> 10);
        p += (int)(((long)((bit << 22) - bit - p) * Rates[n]) >> 16);
        counter = ((uint)p << 10) | (uint)(n < limit ? n + 1 : n);
    }

    public static uint[] Table(int size)
    {
        var table = new uint[size];
        Array.Fill(table, Fresh);
        return table;
    }

    private static int[] MakeRates()
    {
        var rates = new int[1024];
        for (var n = 0; n < rates.Length; n++) rates[n] = 131072 / (2 * n + 3);
        return rates;
    }

    private static int[] MakeTrust()
    {
        var trust = new int[1024];
        for (var n = 0; n < trust.Length; n++) trust[n] = 256 * n / (n + 5);
        return trust;
    }
}
