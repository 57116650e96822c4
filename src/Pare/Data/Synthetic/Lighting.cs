using System.Numerics;

namespace Pare.Data.Synthetic;

/// <summary>A sky of even light, a lamp, and a weaker lamp from elsewhere, each with its own colour.</summary>
/// <param name="Ambient">Light from everywhere.</param>
/// <param name="Key">The lamp's colour.</param>
/// <param name="KeyFrom">The way to the lamp, length 1.</param>
/// <param name="Fill">The second lamp's colour.</param>
/// <param name="FillFrom">The way to it, length 1.</param>
/// <param name="Gloss">Strength of highlights.</param>
internal sealed record Lighting(Vector3 Ambient, Vector3 Key, Vector3 KeyFrom, Vector3 Fill, Vector3 FillFrom, float Gloss)
{
    public static Lighting Draw(ref RandomStream random)
    {
        var key = (float)random.Uniform(0.2, 0.95);
        var ambient = (float)random.Uniform(0.22, 0.6);
        return new Lighting(
            ambient * Warmth(ref random),
            key * Warmth(ref random),
            Toward(ref random, 1.1, -0.9, 0.35),
            (float)random.Uniform(0, 0.35) * Warmth(ref random),
            Toward(ref random, 1.6, -0.6, 0.6),
            (float)random.Uniform(0.02, 0.35));
    }

    /// <summary>The light that a surface sends to the viewer, who looks along z.</summary>
    public Vector3 On(Vector3 colour, Vector3 normal, float gloss)
    {
        var key = Vector3.Dot(normal, KeyFrom);
        var fill = Math.Max(Vector3.Dot(normal, FillFrom), 0);
        // Skin lets light through: it is lit a little beyond the edge of its own shadow.
        var wrapped = Math.Max((key + 0.2f) * (1 / 1.2f), 0);
        var sky = Ambient * (0.82f - (0.18f * normal.Y));
        var light = colour * (sky + (Key * wrapped) + (Fill * fill));
        var half = Math.Max(((2 * normal.Z * key) - KeyFrom.Z) * 0.5f + 0.5f, 0);
        var (h2, h4) = (half * half, half * half * half * half);
        return light + (Key * (gloss * Gloss * h4 * h4 * h4 * h2 * (key > 0 ? 1 : 0)));
    }

    private static Vector3 Warmth(ref RandomStream random)
    {
        var warm = (float)random.Bell() * 0.1f;
        return new(1 + warm, 1, 1 - warm);
    }

    private static Vector3 Toward(ref RandomStream random, double sideways, double up, double down) =>
        Vector3.Normalize(new((float)random.Uniform(-sideways, sideways), (float)random.Uniform(up, down), 0.7f));
}
