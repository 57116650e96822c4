using System.Collections.Immutable;

namespace Pare.Data.Landmarks;

/// <summary>One crop of each photo of a landmark set at a network's size, with its points: what one level of the cascade learns from.</summary>
public sealed class CropDataset : IPointDataset
{
    private readonly LandmarkSet _set;
    private readonly Crop[] _crops;
    private readonly PictureSize _size;
    private readonly ChannelOrder _order;
    private readonly CropVariation? _variation;
    private readonly (ulong Seed, int Epoch)? _pass;

    /// <param name="set">The photos.</param>
    /// <param name="crops">One for each.</param>
    /// <param name="size">The network's input.</param>
    /// <param name="order">The order of its channels.</param>
    /// <param name="variation">How crops change in training; null for not at all.</param>
    public CropDataset(LandmarkSet set, Crop[] crops, PictureSize size, ChannelOrder order, CropVariation? variation)
        : this(set, crops, size, order, variation, null)
    {
    }

    private CropDataset(LandmarkSet set, Crop[] crops, PictureSize size, ChannelOrder order, CropVariation? variation, (ulong, int)? pass)
    {
        if (crops.Length != set.Photos.Length) throw new ArgumentException($"{crops.Length} crops for {set.Photos.Length} photos", nameof(crops));
        if (order == ChannelOrder.Grey) throw new BadInputException("landmark networks take three channels; --channels grey is not for them");
        (_set, _crops, _size, _order, _variation, _pass) = (set, crops, size, order, variation, pass);
    }

    public int Count => _crops.Length;

    public ImmutableArray<int> Shape => [3, _size.Height, _size.Width];

    public ImmutableArray<string> Classes => [];

    public int Points => _set.Scheme.Count;

    public int Label(int index) => -1;

    public IDataset Take(ImmutableArray<int> indices) =>
        new CropDataset(_set with { Photos = [.. indices.Select(i => _set.Photos[i])] }, [.. indices.Select(i => _crops[i])], _size, _order, _variation, _pass);

    public IPointDataset Varied(ulong seed, int epoch) => _variation is null ? this : new CropDataset(_set, _crops, _size, _order, _variation, (seed, epoch));

    public void Read(int index, Span<float> values)
    {
        var crop = CropOf(index, out var random);
        CropSampler.Cut(_set.Photos[index].Picture(), crop, _size, _order, values);
        if (_pass is not null) _variation!.Relight(values, ref random);
    }

    public void ReadPoints(int index, Span<float> points)
    {
        var crop = CropOf(index, out _);
        var truth = _set.Photos[index].Points;
        for (var i = 0; i < Points; i++)
        {
            // In a mirrored picture the left eye is what was the right eye.
            var source = crop.Mirrored ? _set.Scheme.Mirror[i] : i;
            (points[2 * i], points[(2 * i) + 1]) = crop.Into(truth[2 * source], truth[(2 * source) + 1]);
        }
    }

    public float Unit(int index) => _set.Scheme.EyeDistance(_set.Photos[index].Points.AsSpan()) / CropOf(index, out _).Half;

    private Crop CropOf(int index, out RandomStream random)
    {
        if (_pass is not { } pass)
        {
            random = default;
            return _crops[index];
        }
        random = new RandomStream(pass.Seed, (ulong)pass.Epoch, (ulong)index);
        return _variation!.Draw(_crops[index], ref random);
    }
}
