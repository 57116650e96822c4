using Pare.Data;
using Pare.Data.Landmarks;
using Pare.Onnx;

namespace Pare.Ort;

/// <summary>
/// What one level of the landmark cascade needs to know about its network, as the model's metadata holds it: points, crop and the
/// preprocessing of pixels.
/// </summary>
/// <param name="Scheme">The points that the network gives, x and y in turn, -1 to 1 over its crop.</param>
/// <param name="Crop">The part of the picture that it looks at.</param>
/// <param name="Preprocess">From pixels to its input; the geometry's size is the input's.</param>
public sealed record LandmarkLevel(PointScheme Scheme, CropRule Crop, Preprocess Preprocess)
{
    /// <summary>The metadata entry's key.</summary>
    public const string Key = "pare.landmarks";

    /// <summary>The level that a model was trained as.</summary>
    /// <param name="model">A network with one picture as input and one vector of points as output.</param>
    /// <param name="crop">The rule where the model's metadata names none.</param>
    /// <param name="size">The input's size where the model leaves it open.</param>
    /// <exception cref="BadInputException">The model has another form, or its metadata cannot be read.</exception>
    public static LandmarkLevel Of(Model model, CropRule crop, PictureSize? size = null)
    {
        if (model.Graph.FreeInputs is not [{ Shape: [_, var channels, var height, var width] }])
            throw new BadInputException($"a landmark network takes one tensor [batch, 3, height, width]; this one takes {string.Join(", ", model.Graph.FreeInputs)}");
        if (channels.Value is { } count and not 3) throw new BadInputException($"a landmark network takes 3 channels; this one takes {count}");
        var preprocess = PreprocessText.FromModel(model);
        var own = height.Value is { } h && width.Value is { } w ? new PictureSize((int)w, (int)h) : size ?? preprocess.Geometry.Size
            ?? throw new BadInputException("the network leaves the size of its input open; give --size WxH");
        if (model.Graph.Outputs is not [{ Shape: [_, .. var lengths] }, ..] || lengths.Aggregate((long?)1, (a, d) => a * d.Value) is not { } numbers)
            throw new BadInputException("a landmark network gives [batch, 2 · points]; this one leaves the length of its output open");
        var scheme = numbers % 2 == 0 ? PointScheme.Of((int)Math.Min(numbers / 2, int.MaxValue)) : throw new BadInputException($"the network gives {numbers} numbers, which are not x and y of points");
        var rule = model.MetadataValue(Key) is { } text ? CropRule.Parse(text) : crop;
        return new LandmarkLevel(scheme, rule, preprocess with { Geometry = preprocess.Geometry with { Size = own } });
    }

    /// <summary>Photos as this level's network sees them.</summary>
    /// <param name="crops">One for each photo.</param>
    /// <param name="variation">How they change in training; null for not at all.</param>
    public CropDataset Examples(LandmarkSet set, Crop[] crops, CropVariation? variation) =>
        new(set, crops, Preprocess.Geometry.Size!.Value, Preprocess.Geometry.Channels, variation);

    /// <summary>All three parts as this level's network sees them; those for training vary.</summary>
    /// <param name="photos">The photos.</param>
    /// <param name="crops">Cuts one crop of each photo.</param>
    public DataSplits Examples(LandmarkSplits photos, Func<LandmarkSet, Crop[]> crops)
    {
        var train = Examples(photos.Train, crops(photos.Train), Crop == CropRule.Whole ? CropVariation.OfWhole : CropVariation.OfFace);
        return new DataSplits(photos.Name, train, Examples(photos.Validation, crops(photos.Validation), null), Examples(photos.Test, crops(photos.Test), null))
        {
            HasOwnTest = photos.HasOwnTest,
            All = train,
        };
    }

    /// <summary>The model with the level written into its metadata.</summary>
    public Model ToMetadata(Model model) => Preprocess.ToMetadata(model.WithMetadata(Key, Crop.ToString()));
}
