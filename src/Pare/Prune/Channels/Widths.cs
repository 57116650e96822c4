namespace Pare.Prune.Channels;

/// <summary>
/// How many places each axis of each value still has while groups are taken away. Axes with the same labels count as one, and
/// none may become empty.
/// </summary>
internal sealed class Widths
{
    private readonly Dictionary<(string Value, int Axis), int> _axes;
    private readonly Dictionary<int, (int Width, int Places)[]> _places;
    private readonly int[] _left;

    public Widths(ChannelMap map)
    {
        var known = new Dictionary<int[], int>(new SameNumbers());
        _axes = [];
        var places = new Dictionary<int, List<(int, int)>>();
        var left = new List<int>();
        foreach (var (name, value) in map.Values)
        {
            for (var axis = 0; axis < value.Rank; axis++)
            {
                if (value.Axes[axis] is not { } labels) continue;
                var roots = Array.ConvertAll(labels, map.Labels.Root);
                if (!known.TryGetValue(roots, out var width))
                {
                    known[roots] = width = left.Count;
                    left.Add(roots.Length);
                    foreach (var group in roots.CountBy(r => r))
                    {
                        if (!places.TryGetValue(group.Key, out var list)) places[group.Key] = list = [];
                        list.Add((width, group.Value));
                    }
                }
                _axes[(name, axis)] = width;
            }
        }
        _places = places.ToDictionary(p => p.Key, p => p.Value.ToArray());
        _left = [.. left];
    }

    private Widths(Widths other)
    {
        (_axes, _places) = (other._axes, other._places);
        _left = [.. other._left];
    }

    /// <summary>The roots of all labels.</summary>
    public IEnumerable<int> Groups => _places.Keys;

    /// <summary>The width that counts an axis of a value; -1 where it has no labels.</summary>
    public int Of(string value, int axis) => _axes.GetValueOrDefault((value, axis), -1);

    /// <summary>Places that are left of a width.</summary>
    public int Left(int width) => _left[width];

    /// <summary>How many places of which widths a group takes.</summary>
    public ReadOnlySpan<(int Width, int Places)> Places(int group) => _places[group];

    public bool CanGo(int group)
    {
        foreach (var (width, places) in _places[group])
            if (_left[width] <= places) return false;
        return true;
    }

    public void Remove(int group)
    {
        foreach (var (width, places) in _places[group]) _left[width] -= places;
    }

    public void Restore(int group)
    {
        foreach (var (width, places) in _places[group]) _left[width] += places;
    }

    public Widths Copy() => new(this);

    private sealed class SameNumbers : IEqualityComparer<int[]>
    {
        public bool Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(int[] numbers)
        {
            var hash = new HashCode();
            hash.AddBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(numbers.AsSpan()));
            return hash.ToHashCode();
        }
    }
}
