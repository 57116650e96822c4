using Pare.Coding.Container;

namespace Pare.Coding.Modelled;

/// <summary>How a modelled tensor is taken apart.</summary>
internal enum Form
{
    /// <summary>Set or not, then a symbol: bytes as they are, wider elements through a palette.</summary>
    Symbols,

    /// <summary>Each element as a number.</summary>
    Numbers,

    /// <summary>Set or not, then a number.</summary>
    SparseNumbers,

    /// <summary>Floats as multiples of a power of two.</summary>
    Grid,
}

/// <summary>What the encoder found out about a tensor before coding it.</summary>
internal sealed class Plan
{
    private const int MaxPalette = 256;
    private readonly Dictionary<ulong, int> _histogram = [];
    private bool _overflowed;

    public Form Form { get; private set; }

    /// <summary>The distinct values in ascending order, where there are few.</summary>
    public ulong[] Palette { get; private set; } = [];

    /// <summary>The most frequent value.</summary>
    public ulong Zero { get; private set; }

    /// <summary>Low bits that are zero in all numbers.</summary>
    public int ZeroBits { get; private set; }

    /// <summary>Exponent of the power of two of <see cref="Form.Grid"/>.</summary>
    public int GridExponent { get; private set; }

    /// <summary>Low bytes that look like noise.</summary>
    public int NoiseBytes { get; private set; }

    /// <summary>The largest value.</summary>
    public ulong Max { get; private set; }

    public static Plan Of(ReadOnlySpan<byte> data, Payload payload)
    {
        var plan = new Plan();
        ulong any = 0;
        var planes = new int[payload.Width, 256];
        var setPlanes = new int[payload.Width, 256];
        var zeros = 0;
        for (var i = 0; i < payload.Count; i++)
        {
            var value = Values.Get(data, payload.Width, i);
            any |= value;
            plan.Max = Math.Max(plan.Max, value);
            plan.Count(value);
            var turned = payload.IsFloat ? value << 1 : value;
            for (var b = 0; b < payload.Width; b++) planes[b, turned >> 8 * b & 255]++;
            if (value == 0) zeros++;
            else
                for (var b = 0; b < payload.Width; b++) setPlanes[b, turned >> 8 * b & 255]++;
        }
        plan.ZeroBits = any == 0 ? 8 * payload.Width - 1 : System.Numerics.BitOperations.TrailingZeroCount(any);
        if (payload.IsFloat) plan.ZeroBits = Math.Min(plan.ZeroBits, 8 * payload.Width - 1);
        plan.Choose(payload, zeros, planes, setPlanes, payload.IsFloat && payload.Width == 4 ? GridModel.Of(data) : null);
        return plan;
    }

    private void Count(ulong value)
    {
        if (_overflowed) return;
        System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_histogram, value, out _)++;
        _overflowed = _histogram.Count > MaxPalette;
    }

    private void Choose(Payload payload, int zeros, int[,] planes, int[,] setPlanes, (int Exponent, int Bits)? grid)
    {
        var numbers = Planes(planes);
        var sparse = Planes(setPlanes) + Entropy([zeros, payload.Count - zeros]);
        Form = sparse < numbers ? Form.SparseNumbers : Form.Numbers;
        while (NoiseBytes < payload.Width - 1 && IsNoise(Form == Form.Numbers ? planes : setPlanes, NoiseBytes)) NoiseBytes++;
        var least = Math.Min(numbers, sparse);
        // A sign and the bits of the largest; most are smaller, which makes up for the sign.
        if (grid is { } g && payload.Count * (double)g.Bits + 20 is var bits && bits < least)
        {
            Form = Form.Grid;
            GridExponent = g.Exponent;
            least = bits;
        }
        if (_overflowed) return;
        Palette = [.. _histogram.Keys.OrderBy(k => Values.OrderKey(k, payload.Width, payload.IsFloat, Alphabet.IsSigned(payload.Type)))];
        Zero = _histogram.OrderByDescending(p => p.Value).ThenBy(p => p.Key).First().Key;
        var symbols = Entropy(_histogram.Values) + (payload.Width == 1 ? 0 : 7.0 * payload.Width * Palette.Length);
        if (payload.Width == 1 || symbols < least) Form = Form.Symbols;
    }

    private static double Planes(int[,] planes)
    {
        double bits = 0;
        for (var b = 0; b < planes.GetLength(0); b++) bits += Plane(planes, b).Bits;
        return bits;
    }

    private static bool IsNoise(int[,] planes, int b) => Plane(planes, b) is var (bits, count) && bits > 7.95 * count;

    private static (double Bits, long Count) Plane(int[,] planes, int b)
    {
        var plane = new int[256];
        for (var i = 0; i < plane.Length; i++) plane[i] = planes[b, i];
        // Each value that occurs has to be learned.
        return (Entropy(plane) + 4 * plane.Count(n => n > 0), plane.Sum(n => (long)n));
    }

    // Bits that an order-0 code needs.
    private static double Entropy(IEnumerable<int> counts)
    {
        double total = 0, sum = 0;
        foreach (var n in counts)
        {
            if (n == 0) continue;
            total += n;
            sum += n * Math.Log2(n);
        }
        return total > 0 ? total * Math.Log2(total) - sum : 0;
    }
}
