namespace Pare.Data;

/// <summary>
/// Resizing with a triangle filter that widens as the picture shrinks, so nothing aliases: the "bilinear" that most published
/// networks were trained with. Integer weights, so every machine gives the same bytes.
/// </summary>
internal static class Resampling
{
    private const int FractionBits = 14;

    public static Picture Resize(Picture source, PictureSize size)
    {
        var narrow = size.Width == source.Width ? source.Rgb : Horizontal(source, size.Width);
        var result = size.Height == source.Height ? narrow : Vertical(narrow, source.Height, size.Width * 3, size.Height);
        return new Picture(size.Width, size.Height, result);
    }

    private static byte[] Horizontal(Picture source, int width)
    {
        var taps = Taps.Make(source.Width, width);
        var result = new byte[width * source.Height * 3];
        for (var y = 0; y < source.Height; y++)
        {
            var row = source.Rgb.AsSpan(y * source.Width * 3, source.Width * 3);
            var target = result.AsSpan(y * width * 3, width * 3);
            for (var x = 0; x < width; x++)
            {
                int red = 1 << (FractionBits - 1), green = red, blue = red;
                var at = taps.Start[x] * 3;
                foreach (var weight in taps.Of(x))
                {
                    red += weight * row[at];
                    green += weight * row[at + 1];
                    blue += weight * row[at + 2];
                    at += 3;
                }
                target[3 * x] = Clamp(red);
                target[(3 * x) + 1] = Clamp(green);
                target[(3 * x) + 2] = Clamp(blue);
            }
        }
        return result;
    }

    private static byte[] Vertical(byte[] rows, int height, int stride, int newHeight)
    {
        var taps = Taps.Make(height, newHeight);
        var result = new byte[newHeight * stride];
        var sums = new int[stride];
        for (var y = 0; y < newHeight; y++)
        {
            Array.Fill(sums, 1 << (FractionBits - 1));
            var at = taps.Start[y] * stride;
            foreach (var weight in taps.Of(y))
            {
                var row = rows.AsSpan(at, stride);
                for (var i = 0; i < row.Length; i++) sums[i] += weight * row[i];
                at += stride;
            }
            for (var i = 0; i < stride; i++) result[(y * stride) + i] = Clamp(sums[i]);
        }
        return result;
    }

    private static byte Clamp(int sum) => (byte)Math.Clamp(sum >> FractionBits, 0, 255);

    /// <summary>The weights of the source samples that make up each new sample; those of one sample add up to 1.</summary>
    private sealed record Taps(int[] Start, int[] Offset, int[] Weights)
    {
        public ReadOnlySpan<int> Of(int sample) => Weights.AsSpan(Offset[sample], Offset[sample + 1] - Offset[sample]);

        public static Taps Make(int count, int newCount)
        {
            var step = (double)count / newCount;
            var radius = Math.Max(step, 1);
            var start = new int[newCount];
            var offset = new int[newCount + 1];
            var weights = new List<int>();
            for (var sample = 0; sample < newCount; sample++)
            {
                var centre = (sample + 0.5) * step;
                start[sample] = Math.Max((int)(centre - radius + 0.5), 0);
                var end = Math.Min((int)(centre + radius + 0.5), count);
                AddSample(weights, start[sample], end, centre, radius);
                offset[sample + 1] = weights.Count;
            }
            return new Taps(start, offset, [.. weights]);
        }

        private static void AddSample(List<int> weights, int start, int end, double centre, double radius)
        {
            var total = 0.0;
            for (var i = start; i < end; i++) total += Triangle(i);
            for (var i = start; i < end; i++) weights.Add((int)Math.Round(Triangle(i) / total * (1 << FractionBits)));

            double Triangle(int i) => Math.Max(0, 1 - Math.Abs((i + 0.5 - centre) / radius));
        }
    }
}
