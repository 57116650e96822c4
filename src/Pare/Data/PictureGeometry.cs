namespace Pare.Data;

/// <summary>Width and height in pixels, written <c>WxH</c>.</summary>
public readonly record struct PictureSize(int Width, int Height)
{
    /// <summary>Longest side that Pare accepts.</summary>
    public const int MaxSide = 65535;

    /// <summary>Most pixels that Pare decodes at once.</summary>
    public const int MaxPixels = 1 << 26;

    /// <exception cref="BadInputException">The text is not two positive numbers with an x between.</exception>
    public static PictureSize Parse(string text)
    {
        var parts = text.Split('x');
        if (parts.Length == 2 && TrySide(parts[0], out var width) && TrySide(parts[1], out var height)) return new(width, height);
        throw new BadInputException($"size '{text}' is not WxH with sides from 1 to {MaxSide}, such as 224x224");
    }

    internal static bool TrySide(string text, out int side) =>
        int.TryParse(text, System.Globalization.NumberStyles.None, null, out side) && side is > 0 and <= MaxSide;

    public override string ToString() => $"{Width}x{Height}";
}

/// <summary>How a picture is made larger or smaller: to an exact size, or to a length of its shorter side.</summary>
public readonly record struct PictureResize
{
    private PictureResize(PictureSize exact, int shortSide) => (Exact, ShortSide) = (exact, shortSide);

    /// <summary>The exact size, or 0x0 where <see cref="ShortSide"/> rules.</summary>
    public PictureSize Exact { get; }

    /// <summary>Length of the shorter side afterwards, or 0 where <see cref="Exact"/> rules.</summary>
    public int ShortSide { get; }

    public static PictureResize To(PictureSize size) => new(size, 0);

    public static PictureResize ShortTo(int side) => new(default, side);

    /// <summary>Reads <c>WxH</c> or <c>short:N</c>.</summary>
    /// <exception cref="BadInputException">The text is neither.</exception>
    public static PictureResize Parse(string text)
    {
        if (!text.StartsWith("short:")) return To(PictureSize.Parse(text));
        return PictureSize.TrySide(text[6..], out var side)
            ? ShortTo(side)
            : throw new BadInputException($"resize '{text}' is not WxH or short:N with sides from 1 to {PictureSize.MaxSide}");
    }

    /// <summary>The size that a picture of <paramref name="size"/> gets; the longer side is rounded down.</summary>
    public PictureSize Of(PictureSize size)
    {
        if (ShortSide == 0) return Exact;
        return size.Width <= size.Height
            ? new(ShortSide, (int)((long)ShortSide * size.Height / size.Width))
            : new((int)((long)ShortSide * size.Width / size.Height), ShortSide);
    }

    public override string ToString() => ShortSide == 0 ? Exact.ToString() : $"short:{ShortSide}";
}

/// <summary>What is cut from a picture after resizing.</summary>
public enum PictureCrop
{
    /// <summary>Nothing: the picture must have the wanted size already.</summary>
    None,

    /// <summary>The middle, in the wanted size.</summary>
    Center,
}

/// <summary>The channels of an example and their order.</summary>
public enum ChannelOrder
{
    /// <summary>Red, green, blue.</summary>
    Rgb,

    /// <summary>Blue, green, red, as networks from Caffe want it.</summary>
    Bgr,

    /// <summary>One channel of brightness (ITU-R 601 luma).</summary>
    Grey,
}

/// <summary>The way from a decoded picture to an example: resize, then crop to <see cref="Size"/>, then order the channels.</summary>
public sealed record PictureGeometry
{
    /// <summary>Size of an example; null takes the size of the first picture after resizing.</summary>
    public PictureSize? Size { get; init; }

    public PictureResize? Resize { get; init; }

    public PictureCrop Crop { get; init; }

    public ChannelOrder Channels { get; init; }

    /// <summary>1 for grey, else 3.</summary>
    public int ChannelCount => Channels == ChannelOrder.Grey ? 1 : 3;

    /// <summary>Reads <c>center</c> or <c>none</c>.</summary>
    public static PictureCrop ParseCrop(string text) => text switch
    {
        "center" => PictureCrop.Center,
        "none" => PictureCrop.None,
        _ => throw new BadInputException($"crop '{text}' is not center or none"),
    };

    /// <summary>Reads <c>rgb</c>, <c>bgr</c> or <c>grey</c>.</summary>
    public static ChannelOrder ParseChannels(string text) => text switch
    {
        "rgb" => ChannelOrder.Rgb,
        "bgr" => ChannelOrder.Bgr,
        "grey" => ChannelOrder.Grey,
        _ => throw new BadInputException($"channels '{text}' is not rgb, bgr or grey"),
    };
}
