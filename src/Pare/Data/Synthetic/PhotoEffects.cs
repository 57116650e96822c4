using System.Numerics;

namespace Pare.Data.Synthetic;

/// <summary>What a camera does to light: something in the way, blur, exposure, contrast, colour, noise, bytes.</summary>
internal static class PhotoEffects
{
    /// <summary>Sometimes puts a bar or something round in front of the face.</summary>
    public static void Occlude(Canvas canvas, Landmarks.FaceBox face, ref RandomStream random)
    {
        if (random.Uniform() > 0.08) return;
        var colour = random.Uniform() < 0.4 ? FaceLook.Linear(new Vector3(0.8f, 0.6f, 0.48f) * (float)random.Uniform(0.4, 1.15)) : FaceLook.Linear(FaceLook.Any(ref random));
        var size = Math.Max(face.Width, face.Height);
        var (sin, cos) = MathF.SinCos((float)random.Uniform(0, Math.PI));
        var patch = new Patch(
            face.X + (face.Width * (float)random.Uniform(0, 1)),
            face.Y + (face.Height * (float)random.Uniform(0.1, 1)),
            size * (float)random.Uniform(0.08, 0.45),
            size * (float)random.Uniform(0.06, 0.18),
            sin,
            cos);
        var seed = (uint)random.Next();
        patch.Paint(canvas, random.Uniform() < 0.5, (u, v) => (colour * (1 - (0.3f * v) + (0.2f * Noise.At(u * 4, v * 4, seed))), 1));
    }

    /// <summary>Turns light into bytes: red, green, blue for each pixel.</summary>
    public static void Expose(Canvas canvas, Span<byte> rgb, ref RandomStream random)
    {
        for (var left = random.Uniform() < 0.5 ? 0 : 1 + random.Below(2); left > 0; left--) canvas.Soften((float)random.Uniform(0.05, 0.33));
        var exposure = MathF.Exp((float)random.Bell() * 0.22f);
        var (contrast, brightness) = ((float)random.Uniform(0.8, 1.2), (float)random.Uniform(-0.06, 0.06));
        var saturation = random.Uniform() < 0.1 ? 0 : (float)random.Uniform(0.65, 1.2);
        var noise = random.Uniform() < 0.4 ? 0 : (float)random.Uniform(0, 0.035);
        var pixels = canvas.Pixels;
        for (var i = 0; i < pixels.Length; i++)
        {
            // Bright light bends to white instead of breaking off.
            var light = Vector3.Max(pixels[i] * exposure, Vector3.Zero);
            light = light * (new Vector3(1) + (light * 0.25f)) / (new Vector3(1) + (light * 0.45f));
            var shown = Vector3.SquareRoot(light);
            var grey = Vector3.Dot(shown, new(0.299f, 0.587f, 0.114f));
            shown = new Vector3(grey) + ((shown - new Vector3(grey)) * saturation);
            shown = ((shown - new Vector3(0.5f)) * contrast) + new Vector3(0.5f + brightness + (noise * (float)random.Bell()));
            (rgb[3 * i], rgb[(3 * i) + 1], rgb[(3 * i) + 2]) = (Byte(shown.X), Byte(shown.Y), Byte(shown.Z));
        }
    }

    private static byte Byte(float value) => (byte)Math.Clamp((value * 255) + 0.5f, 0, 255);
}
