namespace Pare.Data.Landmarks;

/// <summary>Cuts a crop out of a picture at a network's size.</summary>
public static class CropSampler
{
    /// <summary>More samples a side than this for each pixel of the result are not worth their time.</summary>
    private const int MaxSamples = 8;

    /// <summary>With so many samples a side, the mean of nearest pixels is as good as that of bilinear samples.</summary>
    private const int ManySamples = 4;

    /// <summary>
    /// Fills a network's input, channel by channel. Each of its pixels is the mean of a grid of samples, dense enough that a
    /// picture that shrinks does not alias; beyond the picture's border its last pixels go on.
    /// </summary>
    /// <param name="values">Three planes, 0 to 255.</param>
    /// <param name="size">The network's input.</param>
    /// <param name="order">Which plane is first; grey is not for crops.</param>
    public static void Cut(Picture picture, Crop crop, PictureSize size, ChannelOrder order, Span<float> values)
    {
        var plane = size.Width * size.Height;
        var (red, blue) = order == ChannelOrder.Bgr ? (2 * plane, 0) : (0, 2 * plane);
        var samples = Math.Clamp((int)MathF.Ceiling(2 * crop.Half / Math.Min(size.Width, size.Height) / 1.5f), 1, MaxSamples);
        var share = 1f / (samples * samples);
        // A step of one sample to the right and one down, in picture coordinates.
        var (originX, originY) = crop.Back(-1, -1);
        var (rightX, rightY) = crop.Back(1, -1);
        var (downX, downY) = crop.Back(-1, 1);
        var (stepsX, stepsY) = (size.Width * samples, size.Height * samples);
        var (acrossX, acrossY) = ((rightX - originX) / stepsX, (rightY - originY) / stepsX);
        var (alongX, alongY) = ((downX - originX) / stepsY, (downY - originY) / stepsY);
        for (var y = 0; y < size.Height; y++)
        {
            for (var x = 0; x < size.Width; x++)
            {
                float r = 0, g = 0, b = 0;
                for (var sy = 0; sy < samples; sy++)
                {
                    var down = (y * samples) + sy + 0.5f;
                    for (var sx = 0; sx < samples; sx++)
                    {
                        var right = (x * samples) + sx + 0.5f;
                        var (atX, atY) = (originX + (right * acrossX) + (down * alongX), originY + (right * acrossY) + (down * alongY));
                        if (samples >= ManySamples) AddNearest(picture, atX, atY, ref r, ref g, ref b);
                        else AddBilinear(picture, atX - 0.5f, atY - 0.5f, ref r, ref g, ref b);
                    }
                }
                var at = (y * size.Width) + x;
                values[red + at] = r * share;
                values[plane + at] = g * share;
                values[blue + at] = b * share;
            }
        }
    }

    private static void AddNearest(Picture picture, float x, float y, ref float r, ref float g, ref float b)
    {
        var column = Math.Clamp((int)x, 0, picture.Width - 1);
        var row = Math.Clamp((int)y, 0, picture.Height - 1);
        var pixel = picture.Rgb.AsSpan(((row * picture.Width) + column) * 3, 3);
        (r, g, b) = (r + pixel[0], g + pixel[1], b + pixel[2]);
    }

    private static void AddBilinear(Picture picture, float x, float y, ref float r, ref float g, ref float b)
    {
        x = Math.Clamp(x, 0, picture.Width - 1);
        y = Math.Clamp(y, 0, picture.Height - 1);
        var (left, top) = ((int)x, (int)y);
        var (fx, fy) = (x - left, y - top);
        var rgb = picture.Rgb;
        var at = ((top * picture.Width) + left) * 3;
        var right = left + 1 < picture.Width ? 3 : 0;
        var below = top + 1 < picture.Height ? picture.Width * 3 : 0;
        var (w00, w10, w01, w11) = ((1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy);
        r += (w00 * rgb[at]) + (w10 * rgb[at + right]) + (w01 * rgb[at + below]) + (w11 * rgb[at + below + right]);
        g += (w00 * rgb[at + 1]) + (w10 * rgb[at + right + 1]) + (w01 * rgb[at + below + 1]) + (w11 * rgb[at + below + right + 1]);
        b += (w00 * rgb[at + 2]) + (w10 * rgb[at + right + 2]) + (w01 * rgb[at + below + 2]) + (w11 * rgb[at + below + right + 2]);
    }
}
