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
        Soften(_pixels, _spare, share, 1);
        Soften(_spare, _pixels, share, side);
    }

    private void Soften(Vector3[] from, Vector3[] to, float share, int step)
    {
        for (var i = 0; i < from.Length; i++)
        {
            var along = step == 1 ? i % side : i / side;
            var before = from[along == 0 ? i : i - step];
            var after = from[along == side - 1 ? i : i + step];
            to[i] = (from[i] * (1 - (2 * share))) + ((before + after) * share);
        }
    }
}
