using Pare.Data;
using SkiaSharp;

namespace Pare.Skia;

/// <summary>Decodes JPEG, PNG, WebP and BMP with Skia.</summary>
public static class SkiaDecoder
{
    /// <summary>
    /// An <see cref="ImageDecoder"/>. Transparency is dropped, orientation tags are ignored. A JPEG much larger than wanted is decoded at a fraction of its size.
    /// </summary>
    /// <exception cref="BadInputException">Not such a file, broken, truncated or too large.</exception>
    public static Picture Decode(ReadOnlyMemory<byte> file, PictureGeometry geometry)
    {
        using var data = SKData.CreateCopy(file.Span);
        using var codec = SKCodec.Create(data);
        if (codec is null || !IsAllowed(codec.EncodedFormat)) throw new BadInputException("is not a readable JPEG, PNG, WebP or BMP file");
        var size = DecodedSize(codec, geometry);
        if ((long)size.Width * size.Height > PictureSize.MaxPixels)
            throw new BadInputException($"is {size.Width}x{size.Height}, at most {PictureSize.MaxPixels} pixels are allowed");
        using var bitmap = new SKBitmap(new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        var result = codec.GetPixels(bitmap.Info, bitmap.GetPixels());
        if (result != SKCodecResult.Success) throw new BadInputException(result == SKCodecResult.IncompleteInput ? "is truncated" : $"is broken ({result})");
        return new Picture(size.Width, size.Height, WithoutAlpha(bitmap.GetPixelSpan(), size.Width * size.Height));
    }

    private static bool IsAllowed(SKEncodedImageFormat format) =>
        format is SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Png or SKEncodedImageFormat.Webp or SKEncodedImageFormat.Bmp;

    /// <summary>A quarter more than wanted stays, so that the last step of shrinking still filters.</summary>
    private static PictureSize DecodedSize(SKCodec codec, PictureGeometry geometry)
    {
        var whole = new PictureSize(codec.Info.Width, codec.Info.Height);
        if (geometry.Resize is not { } resize || codec.EncodedFormat != SKEncodedImageFormat.Jpeg) return whole;
        var wanted = resize.Of(whole);
        for (var eighths = 1; eighths < 8; eighths++)
        {
            var scaled = codec.GetScaledDimensions(eighths / 8f);
            if (scaled.Width >= 1.25 * wanted.Width && scaled.Height >= 1.25 * wanted.Height) return new(scaled.Width, scaled.Height);
        }
        return whole;
    }

    private static byte[] WithoutAlpha(ReadOnlySpan<byte> rgba, int count)
    {
        var rgb = new byte[count * 3];
        for (var i = 0; i < count; i++)
        {
            rgb[3 * i] = rgba[4 * i];
            rgb[(3 * i) + 1] = rgba[(4 * i) + 1];
            rgb[(3 * i) + 2] = rgba[(4 * i) + 2];
        }
        return rgb;
    }
}
