namespace Pare.Data;

/// <summary>
/// A small seeded stream of random numbers (SplitMix64), made to be keyed: the stream of (seed, epoch, example) is the same
/// whichever thread draws it and in whatever order. Only integer and plain floating-point arithmetic, so the same on every machine.
/// </summary>
internal struct RandomStream(ulong seed)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private ulong _state = Mix(seed + Golden);

    public RandomStream(ulong seed, ulong first, ulong second = 0)
        : this(Mix(Mix(seed + Golden) ^ (first + Golden)) ^ Mix(second + Golden))
    {
    }

    public ulong Next() => Mix(_state += Golden);

    /// <summary>Uniform in [0, 1).</summary>
    public double Uniform() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [low, high).</summary>
    public double Uniform(double low, double high) => low + ((high - low) * Uniform());

    /// <summary>Uniform in [0, count); count is positive.</summary>
    public int Below(int count) => (int)(((UInt128)Next() * (ulong)count) >> 64);

    /// <summary>Mean 0, deviation 1, bell-shaped and never beyond 3.5: the sum of four uniform numbers from one draw.</summary>
    public double Bell()
    {
        var bits = Next();
        var sum = (bits & 0xFFFF) + ((bits >> 16) & 0xFFFF) + ((bits >> 32) & 0xFFFF) + (bits >> 48);
        return (sum - 131070.0) * (1.7320508075688772 / 65536);
    }

    /// <summary>The numbers 0 to count - 1 in random order.</summary>
    public int[] Permutation(int count)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++) order[i] = i;
        for (var i = count - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
