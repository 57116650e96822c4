using System.Numerics;

namespace Pare.Data.Synthetic;

/// <summary>Draws one face after the other; each instance is for one thread.</summary>
internal sealed class FacePainter
{
    private const int Side = Faces.Side;

    /// <summary>Samples a pixel along a side.</summary>
    private const int Samples = 2;

    private readonly Mesh _mesh = new();
    private readonly Rasteriser _solid = new(Side * Samples);
    private readonly Rasteriser _lenses = new(Side * Samples);
    private readonly Canvas _canvas = new(Side);

    /// <summary>Draws the face of a stream of random numbers and gives its points: x0, y0, x1, y1, ...</summary>
    public float[] Paint(RandomStream random, Span<byte> rgb)
    {
        var surface = new FaceSurface(FaceShape.Draw(ref random));
        var look = FaceLook.Draw(ref random);
        var (pose, points) = Framing.Draw(surface, ref random);
        var light = Lighting.Draw(ref random);
        FaceMesh.Build(_mesh, surface, look, pose);
        Backdrop.Paint(_canvas, ref random);
        _solid.Draw(_mesh, pose, Samples, material => material != Material.Lens);
        Shade(new SkinPainter(surface.Shape, look), look, light);
        if (look.Glasses is { } glasses)
        {
            _lenses.Draw(_mesh, pose, Samples, material => material == Material.Lens, _solid);
            AddLenses(glasses, light);
        }
        PhotoEffects.Occlude(_canvas, Landmarks.FaceBox.Around(points), ref random);
        PhotoEffects.Expose(_canvas, rgb, ref random);
        return points;
    }

    private void Shade(SkinPainter skin, FaceLook look, Lighting light)
    {
        Span<int> samples = stackalloc int[Samples * Samples];
        var triangles = _solid.Triangles;
        for (var at = 0; at < Side * Side; at++)
        {
            var first = (at / Side * Samples * _solid.Side) + (at % Side * Samples);
            (samples[0], samples[1], samples[2], samples[3]) = (first, first + _solid.Side + 1, first + 1, first + _solid.Side);
            var covered = 0;
            foreach (var sample in samples) covered += triangles[sample] == Rasteriser.None ? 0 : 1;
            if (covered == 0) continue;
            var (sum, shaded) = (Vector3.Zero, 0);
            foreach (var sample in samples[..Needed(samples, covered)])
            {
                if (triangles[sample] == Rasteriser.None) continue;
                sum += ShadeSample(sample, skin, look, light);
                shaded++;
            }
            _canvas.Blend(at, sum / shaded, covered / (float)samples.Length);
        }
    }

    /// <summary>Within one material a diagonal, or one sample where nothing is drawn finely, stands for all.</summary>
    private int Needed(ReadOnlySpan<int> samples, int covered)
    {
        if (covered < samples.Length) return samples.Length;
        var material = MaterialAt(samples[0]);
        foreach (var sample in samples)
        {
            if (MaterialAt(sample) != material) return samples.Length;
        }
        return material == Material.Head ? Samples : 1;
    }

    private Material MaterialAt(int sample) => _mesh.Triangles[_solid.Triangles[sample]].Material;

    private Vector3 ShadeSample(int sample, SkinPainter skin, FaceLook look, Lighting light)
    {
        var triangle = _mesh.Triangles[_solid.Triangles[sample]];
        var (a, b, c) = (_mesh.Vertices[triangle.A], _mesh.Vertices[triangle.B], _mesh.Vertices[triangle.C]);
        var weights = _solid.Weights[sample];
        var normal = Vector3.Normalize(a.Normal + (weights.X * (b.Normal - a.Normal)) + (weights.Y * (c.Normal - a.Normal)) + new Vector3(0, 0, 1e-6f));
        if (normal.Z < 0) normal = -normal;
        var texture = a.Texture + (weights.X * (b.Texture - a.Texture)) + (weights.Y * (c.Texture - a.Texture));
        var (colour, gloss) = triangle.Material switch
        {
            Material.Head => skin.At(texture),
            Material.Skin => (skin.Skin(texture.X, texture.Y) * Shadow(texture), 0.15f),
            Material.Hair => skin.Hair(texture.Z, texture.Y),
            Material.Cloth => (look.Cloth * (1 + (0.25f * Noise.At(texture.X * 0.9f, texture.Y * 2, look.Seed + 23))), 0.02f),
            Material.Hat => (look.Hat, 0.05f),
            _ => (look.Glasses!.Frame, 0.8f),
        };
        return light.On(colour, normal, gloss);
    }

    /// <summary>The head keeps light from the upper neck.</summary>
    private static float Shadow(Vector3 texture) => texture.X > 10 ? FaceMath.Lerp(0.35f, 1, FaceMath.Step(2.6f, 4.6f, texture.Y)) : 0.85f;

    private void AddLenses(Glasses glasses, Lighting light)
    {
        for (var sample = 0; sample < _lenses.Triangles.Length; sample++)
        {
            if (_lenses.Triangles[sample] == Rasteriser.None) continue;
            var at = (sample / _lenses.Side / Samples * Side) + (sample % _lenses.Side / Samples);
            _canvas.Blend(at, glasses.Tint * light.Ambient, glasses.Opacity / (Samples * Samples));
        }
    }
}
