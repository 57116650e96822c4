using System.Numerics;

namespace Pare.Coding.Blocks;

/// <summary>The distinct values of a tensor, numbered as they are met, with their counts. Gives up where there are too many.</summary>
internal sealed class Palette<T> where T : unmanaged, IBinaryInteger<T>
{
    private const int Slots = 4 * BlockFormat.MaxPalette;
    private readonly ushort[] _slots = new ushort[Slots];
    private readonly List<T> _values = [];
    private readonly List<int> _counts = [];

    public IReadOnlyList<T> Values => _values;
    public IReadOnlyList<int> Counts => _counts;
    public bool Overflowed { get; private set; }

    /// <summary>Counts the elements until there are more distinct ones than a palette may have.</summary>
    public static Palette<T> Of(ReadOnlySpan<T> data)
    {
        var palette = new Palette<T>();
        for (var i = 0; i < data.Length;)
        {
            // Runs of one value are the rule in sparse tensors.
            var value = data[i];
            var run = data[i..].IndexOfAnyExcept(value);
            if (run < 0) run = data.Length - i;
            var index = palette.Find(value, add: true);
            if (index < 0) return palette;
            palette._counts[index] += run;
            i += run;
        }
        return palette;
    }

    /// <summary>The palette as a file gives it.</summary>
    public static Palette<T> OfValues(IEnumerable<T> values)
    {
        var palette = new Palette<T>();
        foreach (var value in values) palette.Find(value, add: true);
        return palette;
    }

    /// <summary>The value with the largest count, of equals the one met first.</summary>
    public T MostFrequent()
    {
        var best = 0;
        for (var i = 1; i < _counts.Count; i++)
            if (_counts[i] > _counts[best]) best = i;
        return _values[best];
    }

    /// <summary>A value's number; -1 where it has none.</summary>
    public int Index(T value) => Find(value, add: false);

    private int Find(T value, bool add)
    {
        var slot = (int)(ulong.CreateTruncating(value) * 0x9e3779b97f4a7c15 >> 64 - 14);
        for (; _slots[slot] != 0; slot = slot + 1 & Slots - 1)
            if (_values[_slots[slot] - 1] == value) return _slots[slot] - 1;
        if (!add) return -1;
        if (_values.Count == BlockFormat.MaxPalette)
        {
            Overflowed = true;
            return -1;
        }
        _values.Add(value);
        _counts.Add(0);
        _slots[slot] = (ushort)_values.Count;
        return _values.Count - 1;
    }
}
