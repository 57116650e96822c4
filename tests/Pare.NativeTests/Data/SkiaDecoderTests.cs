using System.Buffers.Binary;
using Pare.Data;
using Pare.Skia;
using SkiaSharp;
using Xunit;

namespace Pare.NativeTests.Data;

public sealed class SkiaDecoderTests
{
    private static readonly PictureGeometry Plain = new();

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void Decodes_lossless_formats_to_the_byte(SKEncodedImageFormat format)
    {
        var picture = SkiaDecoder.Decode(Encode(5, 3, format), Plain);

        Assert.Equal(new PictureSize(5, 3), picture.Size);
        Assert.Equal(Pixels(5, 3), picture.Rgb);
    }

    [Fact]
    public void Decodes_a_bitmap_from_the_bottom_row_up() => Assert.Equal(Pixels(5, 3), SkiaDecoder.Decode(Bitmap(5, 3), Plain).Rgb);

    [Fact]
    public void Decodes_jpeg_closely()
    {
        var picture = SkiaDecoder.Decode(Encode(64, 48, SKEncodedImageFormat.Jpeg), Plain);

        // Quality 100 with halved colour resolution loses a few levels where colours change.
        Assert.True(picture.Rgb.Zip(Pixels(64, 48), (a, b) => Math.Abs(a - b)).Average() < 4);
    }

    [Fact]
    public void Decodes_grey_as_three_equal_channels()
    {
        using var bitmap = new SKBitmap(2, 2, SKColorType.Gray8, SKAlphaType.Opaque);
        bitmap.SetPixel(1, 0, new SKColor(77, 77, 77));

        var picture = SkiaDecoder.Decode(bitmap.Encode(SKEncodedImageFormat.Png, 100).ToArray(), Plain);

        Assert.Equal([77, 77, 77], picture.Rgb[3..6]);
    }

    [Fact]
    public void Drops_transparency_and_keeps_the_colour()
    {
        using var bitmap = new SKBitmap(1, 1, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        bitmap.SetPixel(0, 0, new SKColor(200, 100, 50, 128));

        Assert.Equal([200, 100, 50], SkiaDecoder.Decode(bitmap.Encode(SKEncodedImageFormat.Png, 100).ToArray(), Plain).Rgb);
    }

    [Fact]
    public void Decodes_a_large_jpeg_at_a_fraction_that_is_still_large_enough()
    {
        var picture = SkiaDecoder.Decode(Encode(800, 400, SKEncodedImageFormat.Jpeg), new() { Resize = PictureResize.ShortTo(64) });

        Assert.Equal(new PictureSize(200, 100), picture.Size);
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Webp)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    public void Names_a_truncated_file(SKEncodedImageFormat format)
    {
        var whole = Encode(64, 64, format);

        var error = Assert.Throws<BadInputException>(() => SkiaDecoder.Decode(whole.AsMemory(0, whole.Length / 2), Plain));

        Assert.Matches("is truncated|is broken", error.Message);
    }

    [Fact]
    public void Refuses_what_is_no_picture_and_what_is_too_large()
    {
        Assert.Contains("not a readable", Assert.Throws<BadInputException>(() => SkiaDecoder.Decode("GIF89a"u8.ToArray(), Plain)).Message);
        Assert.Contains("not a readable", Assert.Throws<BadInputException>(() => SkiaDecoder.Decode(Array.Empty<byte>(), Plain)).Message);

        var bitmap = Bitmap(2, 2);
        BinaryPrimitives.WriteInt32LittleEndian(bitmap.AsSpan(18), 30000);
        BinaryPrimitives.WriteInt32LittleEndian(bitmap.AsSpan(22), 30000);
        Assert.Matches("at most|not a readable", Assert.Throws<BadInputException>(() => SkiaDecoder.Decode(bitmap, Plain)).Message);
    }

    [Fact]
    public void Survives_any_damage()
    {
        var random = new Random(1);
        foreach (var format in new[] { SKEncodedImageFormat.Png, SKEncodedImageFormat.Webp, SKEncodedImageFormat.Jpeg })
        {
            var whole = Encode(32, 32, format);
            for (var run = 0; run < 200; run++)
            {
                var damaged = (byte[])whole.Clone();
                for (var i = 0; i < 5; i++) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                try
                {
                    SkiaDecoder.Decode(damaged, Plain);
                }
                catch (BadInputException)
                {
                    // A named rejection is as good as a picture.
                }
            }
        }
    }

    private static byte[] Pixels(int width, int height) =>
        [.. Enumerable.Range(0, width * height).SelectMany(i => new[] { (byte)(i % width * 255 / width), (byte)(i / width * 255 / height), (byte)(i * 13 % 64) })];

    private static byte[] Encode(int width, int height, SKEncodedImageFormat format)
    {
        var rgb = Pixels(width, height);
        using var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (var i = 0; i < width * height; i++) bitmap.SetPixel(i % width, i / width, new SKColor(rgb[3 * i], rgb[(3 * i) + 1], rgb[(3 * i) + 2]));
        using var pixmap = bitmap.PeekPixels();
        using var data = (format == SKEncodedImageFormat.Webp
            ? pixmap.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 100))
            : pixmap.Encode(format, 100))!;
        return data.ToArray();
    }

    /// <summary>An uncompressed 24-bit BMP: rows from the bottom, blue first, padded to four bytes.</summary>
    private static byte[] Bitmap(int width, int height)
    {
        var (rgb, stride) = (Pixels(width, height), ((3 * width) + 3) / 4 * 4);
        var file = new byte[54 + (stride * height)];
        "BM"u8.CopyTo(file);
        foreach (var (at, value) in new[] { (2, file.Length), (10, 54), (14, 40), (18, width), (22, height), (26, 1 | (24 << 16)), (34, stride * height) })
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), value);
        for (var i = 0; i < width * height; i++)
        {
            var at = 54 + ((height - 1 - (i / width)) * stride) + (i % width * 3);
            (file[at], file[at + 1], file[at + 2]) = (rgb[(3 * i) + 2], rgb[(3 * i) + 1], rgb[3 * i]);
        }
        return file;
    }
}
