namespace Pare.Data;

/// <summary>Brings a decoded picture into an example's shape.</summary>
internal static class PictureFitting
{
    /// <summary>Resizes as the geometry says.</summary>
    public static Picture Resized(Picture picture, PictureGeometry geometry)
    {
        if (geometry.Resize is not { } resize) return picture;
        var size = resize.Of(picture.Size);
        if ((long)size.Width * size.Height > PictureSize.MaxPixels)
            throw new BadInputException($"resized to {size} it would be over {PictureSize.MaxPixels} pixels");
        return size == picture.Size ? picture : Resampling.Resize(picture, size);
    }

    /// <summary>Crops to <paramref name="size"/> and writes the channels one after the other.</summary>
    /// <exception cref="BadInputException">The picture does not have that size and may not be cropped, or is smaller.</exception>
    public static void Fit(Picture picture, PictureSize size, PictureGeometry geometry, Span<byte> planes)
    {
        var mayCrop = geometry.Crop == PictureCrop.Center && picture.Width >= size.Width && picture.Height >= size.Height;
        if (picture.Size != size && !mayCrop)
        {
            throw new BadInputException(geometry.Crop == PictureCrop.Center
                ? $"is {picture.Size}, too small to crop to {size}; give --resize"
                : $"is {picture.Size}, not {size}; give --resize, or --crop center");
        }
        var (left, top) = ((picture.Width - size.Width) / 2, (picture.Height - size.Height) / 2);
        for (var y = 0; y < size.Height; y++)
        {
            var row = picture.Rgb.AsSpan((((y + top) * picture.Width) + left) * 3, size.Width * 3);
            WriteRow(row, geometry.Channels, planes[(y * size.Width)..], size.Width * size.Height);
        }
    }

    private static void WriteRow(ReadOnlySpan<byte> rgb, ChannelOrder channels, Span<byte> planes, int planeSize)
    {
        var width = rgb.Length / 3;
        if (channels == ChannelOrder.Grey)
        {
            for (var x = 0; x < width; x++) planes[x] = Luma(rgb[3 * x], rgb[(3 * x) + 1], rgb[(3 * x) + 2]);
            return;
        }
        var (red, blue) = channels == ChannelOrder.Rgb ? (0, 2) : (2, 0);
        for (var x = 0; x < width; x++)
        {
            planes[x] = rgb[(3 * x) + red];
            planes[planeSize + x] = rgb[(3 * x) + 1];
            planes[(2 * planeSize) + x] = rgb[(3 * x) + blue];
        }
    }

    /// <summary>ITU-R 601 brightness in 16-bit fixed point.</summary>
    internal static byte Luma(int red, int green, int blue) => (byte)(((red * 19595) + (green * 38470) + (blue * 7471) + 0x8000) >> 16);
}
