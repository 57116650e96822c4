using System.Collections.Immutable;

namespace Pare.Data;

/// <summary>Applies a picture geometry to pictures that come as arrays, not as picture files.</summary>
internal static class DatasetFitting
{
    /// <summary>The data resized, cropped and in the wanted order of channels; grey pictures stay grey, other shapes stay as they are.</summary>
    /// <exception cref="BadInputException">The pictures do not have the wanted size and may not be brought to it.</exception>
    public static ByteDataset Fit(ByteDataset data, string name, DataOptions options)
    {
        if (data.Shape.Length != 3 || data.Shape[0] is not (1 or 3)) return data;
        var geometry = data.Shape[0] == 1 ? options.Geometry with { Channels = ChannelOrder.Grey } : options.Geometry;
        var given = new PictureSize(data.Shape[2], data.Shape[1]);
        var resized = geometry.Resize?.Of(given) ?? given;
        var size = geometry.Size ?? resized;
        if (given == resized && resized == size && (data.Shape[0] == 1 || geometry.Channels == ChannelOrder.Rgb)) return data;
        ImmutableArray<int> shape = [geometry.ChannelCount, size.Height, size.Width];
        var example = shape[0] * shape[1] * shape[2];
        if ((long)data.Count * example > Array.MaxLength) throw new BadInputException($"data '{name}': {data.Count} pictures of {size} do not fit into memory");
        var pixels = new byte[data.Count * example];
        try
        {
            Ordered.For(data.Count, options.Threads, i =>
            {
                var picture = PictureFitting.Resized(ToPicture(data.Bytes(i), given), geometry);
                PictureFitting.Fit(picture, size, geometry, pixels.AsSpan(i * example, example));
            });
        }
        catch (BadInputException e)
        {
            throw new BadInputException($"data '{name}': every picture {e.Message}", e);
        }
        return new ByteDataset(pixels, [.. Enumerable.Range(0, data.Count).Select(data.Label)], shape, data.Classes);
    }

    private static Picture ToPicture(ReadOnlySpan<byte> planes, PictureSize size)
    {
        var plane = size.Width * size.Height;
        var step = planes.Length == plane ? 0 : plane;
        var rgb = new byte[3 * plane];
        for (var i = 0; i < plane; i++) (rgb[3 * i], rgb[(3 * i) + 1], rgb[(3 * i) + 2]) = (planes[i], planes[i + step], planes[i + (2 * step)]);
        return new Picture(size.Width, size.Height, rgb);
    }
}
