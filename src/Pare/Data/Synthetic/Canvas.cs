using System.Numerics;

namespace Pare.Data.Synthetic;

/// <summary>A square picture in linear light.</summary>
internal sealed class Canvas(int side)
{
    private readonly Vector3[] _pixels = new Vector3[side * side];
    private readonly Vector3[] _spare = new Vector3[side * side];

    public int Side => side;

    public Span<Vector3> Pixels => _pixels;

    public void Blend(int at, Vector3 colour, float share) => _pixels[at] += (colour - _pixels[at]) * share;

    /// <summary>Each pixel becomes a mix of itself and its neighbours along one axis, then along the other.</summary>
    /// <param name="share">Weight of each of the two neighbours, up to 1/3.</param>
    public void Soften(float share)
    {
        var rest = 1 - (2 * share);
        for (var y = 0; y < side; y++)
        {
            var from = _pixels.AsSpan(y * side, side);
            var to = _spare.AsSpan(y * side, side);
            for (var x = 0; x < side; x++) to[x] = (from[x] * rest) + ((from[Math.Max(x - 1, 0)] + from[Math.Min(x + 1, side - 1)]) * share);
        }
        for (var y = 0; y < side; y++)
        {
            var above = _spare.AsSpan(Math.Max(y - 1, 0) * side, side);
            var here = _spare.AsSpan(y * side, side);
            var below = _spare.AsSpan(Math.Min(y + 1, side - 1) * side, side);
            var to = _pixels.AsSpan(y * side, side);
            for (var x = 0; x < side; x++) to[x] = (here[x] * rest) + ((above[x] + below[x]) * share);
        }
    }
}
