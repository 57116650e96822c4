using System.Collections.Immutable;

namespace Pare.Data;

/// <summary>Applies an <see cref="Augmentation"/> to pictures of one shape. Not for several threads at once: it holds scratch space.</summary>
internal sealed class Augmenter
{
    private readonly Augmentation settings;
    private readonly int channels;
    private readonly int height;
    private readonly int width;
    private readonly ElasticField? field;
    private readonly float[] source;

    /// <exception cref="BadInputException">Not pictures, or settings out of range.</exception>
    public Augmenter(Augmentation settings, ImmutableArray<int> shape)
    {
        settings.Check();
        if (shape.Length != 3) throw new BadInputException($"augmentation needs pictures (channels x height x width), the data is {string.Join('x', shape)}");
        this.settings = settings;
        (channels, height, width) = (shape[0], shape[1], shape[2]);
        field = settings.Elastic > 0 ? new ElasticField(width, height, settings.ElasticSpacing) : null;
        source = new float[channels * height * width];
    }

    /// <summary>Changes one picture in place. What comes in from outside the picture is 0.</summary>
    public void Apply(Span<float> values, RandomStream random)
    {
        if (random.Uniform() < settings.KeepShare) return;
        values.CopyTo(source);
        var flip = settings.Flip && random.Below(2) == 1;
        var dx = settings.PadCrop > 0 ? random.Below((2 * settings.PadCrop) + 1) - settings.PadCrop : 0;
        var dy = settings.PadCrop > 0 ? random.Below((2 * settings.PadCrop) + 1) - settings.PadCrop : 0;
        if (settings.Warps)
            Warp(values, DrawAffine(ref random, flip, dx, dy), ref random);
        else
            Move(values, flip, dx, dy);
    }

    /// <summary>Moves whole pixels.</summary>
    private void Move(Span<float> values, bool flip, int dx, int dy)
    {
        values.Clear();
        var (from, to) = (Math.Max(0, dx), Math.Min(width, width + dx));
        if (from >= to) return;
        for (var row = 0; row < channels * height; row++)
        {
            var y = (row % height) - dy;
            if (y < 0 || y >= height) continue;
            var target = values.Slice((row * width) + from, to - from);
            source.AsSpan(((row - dy) * width) + from - dx, to - from).CopyTo(target);
            if (flip) values.Slice(row * width, width).Reverse();
        }
    }

    /// <summary>Where a pixel's value comes from: x' = A·x + B·y + C, y' = D·x + E·y + F.</summary>
    private readonly record struct Affine(float A, float B, float C, float D, float E, float F);

    private Affine DrawAffine(ref RandomStream random, bool flip, int dx, int dy)
    {
        var angle = random.Uniform(-settings.RotationDegrees, settings.RotationDegrees) * Math.PI / 180;
        var scaleX = random.Uniform(settings.MinScale, settings.MaxScale) * (flip ? -1 : 1);
        var scaleY = random.Uniform(settings.MinScale, settings.MaxScale);
        var shear = random.Uniform(-settings.Shear, settings.Shear);
        var shiftX = dx + random.Uniform(-settings.Shift, settings.Shift);
        var shiftY = dy + random.Uniform(-settings.Shift, settings.Shift);
        // Inverse of shift · rotation · shear · scale, about the middle of the picture.
        var (sin, cos) = Math.SinCos(angle);
        var (a, b) = ((cos + (shear * sin)) / scaleX, (sin - (shear * cos)) / scaleX);
        var (d, e) = (-sin / scaleY, cos / scaleY);
        var (middleX, middleY) = ((width - 1) / 2.0, (height - 1) / 2.0);
        var (x, y) = (middleX + shiftX, middleY + shiftY);
        return new((float)a, (float)b, (float)(middleX - (a * x) - (b * y)), (float)d, (float)e, (float)(middleY - (d * x) - (e * y)));
    }

    private void Warp(Span<float> values, Affine affine, ref RandomStream random)
    {
        field?.Draw(ref random, (float)settings.Elastic);
        var plane = width * height;
        for (var y = 0; y < height; y++)
        {
            field?.ToRow(y);
            var (startX, startY) = ((affine.B * y) + affine.C, (affine.E * y) + affine.F);
            for (var x = 0; x < width; x++)
            {
                var fromX = startX + (affine.A * x);
                var fromY = startY + (affine.D * x);
                if (field is not null) (fromX, fromY) = (fromX + field.RowX[x], fromY + field.RowY[x]);
                for (var c = 0; c < channels; c++) values[(c * plane) + (y * width) + x] = Sample(source.AsSpan(c * plane, plane), fromX, fromY);
            }
        }
    }

    private float Sample(ReadOnlySpan<float> plane, float x, float y)
    {
        if (!(x > -1 && x < width && y > -1 && y < height)) return 0;
        var (left, top) = ((int)(x + 1) - 1, (int)(y + 1) - 1);
        var (right, below) = (x - left, y - top);
        if (left >= 0 && top >= 0 && left < width - 1 && top < height - 1)
        {
            var at = (top * width) + left;
            var upper = plane[at] + (right * (plane[at + 1] - plane[at]));
            var lower = plane[at + width] + (right * (plane[at + width + 1] - plane[at + width]));
            return upper + (below * (lower - upper));
        }
        return ((1 - below) * (((1 - right) * At(plane, left, top)) + (right * At(plane, left + 1, top))))
            + (below * (((1 - right) * At(plane, left, top + 1)) + (right * At(plane, left + 1, top + 1))));
    }

    private float At(ReadOnlySpan<float> plane, int x, int y) => (uint)x < (uint)width && (uint)y < (uint)height ? plane[(y * width) + x] : 0;
}
