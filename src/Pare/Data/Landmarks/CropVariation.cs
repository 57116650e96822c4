namespace Pare.Data.Landmarks;

/// <summary>How crops change from one pass of training to the next. Draws are uniform within the ranges.</summary>
/// <param name="Turn">Largest turn to either side, in degrees.</param>
/// <param name="Scale">Largest factor of size, and one over the smallest; 1 or more.</param>
/// <param name="Shift">Largest shift in each direction, in halves of the crop's side.</param>
/// <param name="Mirror">Whether half of the crops are mirrored.</param>
/// <param name="Light">Largest change of brightness and contrast, as a share.</param>
public sealed record CropVariation(float Turn, float Scale, float Shift, bool Mirror, float Light)
{
    /// <summary>For the first level, which sees faces of any size anywhere.</summary>
    public static CropVariation OfWhole { get; } = new(15, 1.2f, 0.1f, true, 0.2f);

    /// <summary>
    /// For the second level. The first one errs less on the faces that it was trained on than on others, so crops must vary more than its
    /// errors there would let them.
    /// </summary>
    public static CropVariation OfFace { get; } = new(20, 1.3f, 0.2f, true, 0.2f);

    internal Crop Draw(Crop crop, ref RandomStream random)
    {
        var scale = (float)Math.Exp(random.Uniform(-1, 1) * Math.Log(Scale));
        return new Crop(
            crop.X + (crop.Half * (float)random.Uniform(-Shift, Shift)),
            crop.Y + (crop.Half * (float)random.Uniform(-Shift, Shift)),
            crop.Half * scale,
            crop.Turn + (float)(random.Uniform(-Turn, Turn) * Math.PI / 180),
            Mirror && random.Below(2) == 1);
    }

    /// <summary>Changes brightness and contrast about mid-grey, and the colours' balance.</summary>
    internal void Relight(Span<float> values, ref RandomStream random)
    {
        var (offset, plane) = ((float)random.Uniform(-Light, Light) * 128, values.Length / 3);
        var contrast = 1 + (float)random.Uniform(-Light, Light);
        for (var c = 0; c < 3; c++)
        {
            var gain = contrast * (1 + (float)random.Uniform(-Light, Light) / 2);
            foreach (ref var value in values.Slice(c * plane, plane)) value = Math.Clamp(((value - 128) * gain) + 128 + offset, 0, 255);
        }
    }
}
