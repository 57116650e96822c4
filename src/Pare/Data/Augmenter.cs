using System.Collections.Immutable;

namespace Pare.Data;

/// <summary>Applies an <see cref="Augmentation"/> to pictures of one shape. Not for several threads at once: it holds scratch space.</summary>
internal sealed class Augmenter
{
    private readonly Augmentation _settings;
    private readonly int _channels;
    private readonly int _height;
    private readonly int _width;
    private readonly ElasticField? _field;
    private readonly float[] _source;

    /// <exception cref="BadInputException">Not pictures, or settings out of range.</exception>
    public Augmenter(Augmentation settings, ImmutableArray<int> shape)
    {
        settings.Check();
        if (shape.Length != 3) throw new BadInputException($"augmentation needs pictures (channels x height x width), the data is {string.Join('x', shape)}");
        _settings = settings;
        (_channels, _height, _width) = (shape[0], shape[1], shape[2]);
        _field = settings.Elastic > 0 ? new ElasticField(_width, _height, settings.ElasticSpacing) : null;
        _source = new float[_channels * _height * _width];
    }

    /// <summary>Changes one picture in place. What comes in from outside the picture is 0.</summary>
    public void Apply(Span<float> values, RandomStream random)
    {
        if (random.Uniform() < _settings.KeepShare) return;
        values.CopyTo(_source);
        var flip = _settings.Flip && random.Below(2) == 1;
        var dx = _settings.PadCrop > 0 ? random.Below((2 * _settings.PadCrop) + 1) - _settings.PadCrop : 0;
        var dy = _settings.PadCrop > 0 ? random.Below((2 * _settings.PadCrop) + 1) - _settings.PadCrop : 0;
        if (_settings.Warps)
            Warp(values, DrawAffine(ref random, flip, dx, dy), ref random);
        else
            Move(values, flip, dx, dy);
    }

    /// <summary>Moves whole pixels.</summary>
    private void Move(Span<float> values, bool flip, int dx, int dy)
    {
        values.Clear();
        var (from, to) = (Math.Max(0, dx), Math.Min(_width, _width + dx));
        if (from >= to) return;
        for (var row = 0; row < _channels * _height; row++)
        {
            var y = (row % _height) - dy;
            if (y < 0 || y >= _height) continue;
            var target = values.Slice((row * _width) + from, to - from);
            _source.AsSpan(((row - dy) * _width) + from - dx, to - from).CopyTo(target);
            if (flip) values.Slice(row * _width, _width).Reverse();
        }
    }

    /// <summary>Where a pixel's value comes from: x' = A·x + B·y + C, y' = D·x + E·y + F.</summary>
    private readonly record struct Affine(float A, float B, float C, float D, float E, float F);

    private Affine DrawAffine(ref RandomStream random, bool flip, int dx, int dy)
    {
        var angle = random.Uniform(-_settings.RotationDegrees, _settings.RotationDegrees) * Math.PI / 180;
        var scaleX = random.Uniform(_settings.MinScale, _settings.MaxScale) * (flip ? -1 : 1);
        var scaleY = random.Uniform(_settings.MinScale, _settings.MaxScale);
        var shear = random.Uniform(-_settings.Shear, _settings.Shear);
        var shiftX = dx + random.Uniform(-_settings.Shift, _settings.Shift);
        var shiftY = dy + random.Uniform(-_settings.Shift, _settings.Shift);
        // Inverse of shift · rotation · shear · scale, about the middle of the picture.
        var (sin, cos) = Math.SinCos(angle);
        var (a, b) = ((cos + (shear * sin)) / scaleX, (sin - (shear * cos)) / scaleX);
        var (d, e) = (-sin / scaleY, cos / scaleY);
        var (middleX, middleY) = ((_width - 1) / 2.0, (_height - 1) / 2.0);
        var (x, y) = (middleX + shiftX, middleY + shiftY);
        return new((float)a, (float)b, (float)(middleX - (a * x) - (b * y)), (float)d, (float)e, (float)(middleY - (d * x) - (e * y)));
    }

    private void Warp(Span<float> values, Affine affine, ref RandomStream random)
    {
        _field?.Draw(ref random, (float)_settings.Elastic);
        var plane = _width * _height;
        for (var y = 0; y < _height; y++)
        {
            _field?.ToRow(y);
            var (startX, startY) = ((affine.B * y) + affine.C, (affine.E * y) + affine.F);
            for (var x = 0; x < _width; x++)
            {
                var fromX = startX + (affine.A * x);
                var fromY = startY + (affine.D * x);
                if (_field is not null) (fromX, fromY) = (fromX + _field.RowX[x], fromY + _field.RowY[x]);
                for (var c = 0; c < _channels; c++) values[(c * plane) + (y * _width) + x] = Sample(_source.AsSpan(c * plane, plane), fromX, fromY);
            }
        }
    }

    private float Sample(ReadOnlySpan<float> plane, float x, float y)
    {
        if (!(x > -1 && x < _width && y > -1 && y < _height)) return 0;
        var (left, top) = ((int)(x + 1) - 1, (int)(y + 1) - 1);
        var (right, below) = (x - left, y - top);
        if (left >= 0 && top >= 0 && left < _width - 1 && top < _height - 1)
        {
            var at = (top * _width) + left;
            var upper = plane[at] + (right * (plane[at + 1] - plane[at]));
            var lower = plane[at + _width] + (right * (plane[at + _width + 1] - plane[at + _width]));
            return upper + (below * (lower - upper));
        }
        return ((1 - below) * (((1 - right) * At(plane, left, top)) + (right * At(plane, left + 1, top))))
            + (below * (((1 - right) * At(plane, left, top + 1)) + (right * At(plane, left + 1, top + 1))));
    }

    private float At(ReadOnlySpan<float> plane, int x, int y) => (uint)x < (uint)_width && (uint)y < (uint)_height ? plane[(y * _width) + x] : 0;
}
