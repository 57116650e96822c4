namespace Pare.Data;

/// <summary>A decoded picture: rows from the top, three bytes a pixel in the order red, green, blue.</summary>
public sealed record Picture
{
    /// <exception cref="ArgumentException">The number of bytes is not width x height x 3.</exception>
    public Picture(int width, int height, byte[] rgb)
    {
        if ((long)width * height * 3 != rgb.Length) throw new ArgumentException($"{width}x{height} needs {(long)width * height * 3} bytes, not {rgb.Length}.");
        (Width, Height, Rgb) = (width, height, rgb);
    }

    public int Width { get; }

    public int Height { get; }

    public byte[] Rgb { get; }

    public PictureSize Size => new(Width, Height);
}

/// <summary>
/// Decodes a JPEG, PNG, WebP or BMP file. Safe from several threads at once. The decoder may make the picture smaller while it
/// decodes, as long as both sides stay at least as long as <see cref="PictureResize.Of"/> says; all the rest is done afterwards.
/// </summary>
/// <exception cref="BadInputException">Not such a file, broken, truncated or too large; the message does not name the file.</exception>
public delegate Picture ImageDecoder(ReadOnlyMemory<byte> file, PictureGeometry geometry);
