namespace Pare.Coding.Modelled;

/// <summary>
/// The logistic domain of context mixing (Mahoney, PAQ): probabilities are 16-bit, log odds are in units of 1/256.
/// Only multiplications, divisions and integer steps make the tables, so every machine has the same ones.
/// </summary>
internal static class Logistic
{
    /// <summary>Largest log odds: 11.25, about one in 77,000.</summary>
    public const int Limit = 2880;

    private static readonly ushort[] Squashed = MakeSquashed();
    private static readonly short[] Stretched = MakeStretched();

    /// <summary>Log odds (clamped) to a probability in [1, 65535] / 65536.</summary>
    public static int Squash(int logOdds) => Squashed[Math.Clamp(logOdds, -Limit, Limit) + Limit];

    /// <summary>A probability in [0, 65535] / 65536 to log odds.</summary>
    public static int Stretch(int probability) => Stretched[probability];

    private static ushort[] MakeSquashed()
    {
        const double step = 1.00391388933834757; // e^(1/256)
        var table = new ushort[2 * Limit + 1];
        var odds = 1.0;
        for (var x = 0; x <= Limit; x++, odds *= step)
        {
            var p = (int)(65536.0 * odds / (1.0 + odds) + 0.5);
            table[Limit + x] = (ushort)Math.Clamp(p, 1, 65535);
            table[Limit - x] = (ushort)Math.Clamp(65536 - p, 1, 65535);
        }
        return table;
    }

    // The inverse: the first log odds whose probability is not below p.
    private static short[] MakeStretched()
    {
        var table = new short[65536];
        var x = -Limit;
        for (var p = 0; p < table.Length; p++)
        {
            while (x < Limit && Squash(x) < p) x++;
            table[p] = (short)x;
        }
        return table;
    }
}
