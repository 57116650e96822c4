using Pare.Data;
using SkiaSharp;

namespace Pare.Skia;

/// <summary>Encodes pictures as PNG.</summary>
public static class SkiaEncoder
{
    /// <summary>The bytes of a PNG file.</summary>
    public static byte[] Png(Picture picture)
    {
        var rgba = new byte[4 * picture.Width * picture.Height];
        for (var i = 0; i < rgba.Length / 4; i++)
        {
            picture.Rgb.AsSpan(3 * i, 3).CopyTo(rgba.AsSpan(4 * i, 3));
            rgba[4 * i + 3] = 255;
        }
        using var image = SKImage.FromPixelCopy(new SKImageInfo(picture.Width, picture.Height, SKColorType.Rgba8888, SKAlphaType.Opaque), rgba);
        using var data = image.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
