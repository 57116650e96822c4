using System.Collections.Immutable;
using System.Globalization;
using Pare.Onnx;

namespace Pare.Data;

/// <summary>
/// Preprocessing in a model's metadata: one short entry such as <c>scale=1;mean=104,117,123;channels=bgr;resize=256x256;crop=center</c>, which names only what
/// differs from the usual. A model without it is preprocessed the usual way.
/// </summary>
public static class PreprocessText
{
    /// <summary>The metadata entry's key.</summary>
    public const string Key = "pare.pre";

    private static readonly Preprocess Usual = new();

    /// <summary>The preprocessing written into a model, or the usual one.</summary>
    /// <exception cref="BadInputException">The entry cannot be read.</exception>
    public static Preprocess FromModel(Model model) => model.MetadataValue(Key) is { } text ? Parse(text) : Usual;

    /// <summary>The model with this preprocessing written into it; nothing is written for the usual one.</summary>
    public static Model ToMetadata(this Preprocess preprocess, Model model)
    {
        var text = Format(preprocess);
        return model.WithMetadata(Key, text.Length == 0 ? null : text);
    }

    /// <summary>The compact text; empty for the usual preprocessing.</summary>
    public static string Format(Preprocess p)
    {
        var parts = new List<string>();
        if (p.Scale != Usual.Scale) parts.Add($"scale={p.Scale.ToString(CultureInfo.InvariantCulture)}");
        if (p.Mean.Length > 0) parts.Add($"mean={FormatList(p.Mean)}");
        if (p.Std.Length > 0) parts.Add($"std={FormatList(p.Std)}");
        if (p.Geometry.Channels != Usual.Geometry.Channels) parts.Add($"channels={(p.Geometry.Channels == ChannelOrder.Bgr ? "bgr" : "grey")}");
        if (p.Geometry.Size is { } size) parts.Add($"size={size}");
        if (p.Geometry.Resize is { } resize) parts.Add($"resize={resize}");
        if (p.Geometry.Crop != Usual.Geometry.Crop) parts.Add("crop=center");
        return string.Join(';', parts);
    }

    /// <summary>Reads what <see cref="Format"/> wrote.</summary>
    /// <exception cref="BadInputException">An unknown name or a bad value.</exception>
    public static Preprocess Parse(string text) =>
        text.Split(';', StringSplitOptions.RemoveEmptyEntries).Aggregate(Usual, (p, part) => part.Split('=') switch
        {
            ["scale", var value] => p with { Scale = ParseNumber("scale", value) },
            ["mean", var value] => p with { Mean = ParseList("mean", value) },
            ["std", var value] => p with { Std = ParseList("std", value) },
            ["channels", var value] => p with { Geometry = p.Geometry with { Channels = PictureGeometry.ParseChannels(value) } },
            ["size", var value] => p with { Geometry = p.Geometry with { Size = PictureSize.Parse(value) } },
            ["resize", var value] => p with { Geometry = p.Geometry with { Resize = PictureResize.Parse(value) } },
            ["crop", var value] => p with { Geometry = p.Geometry with { Crop = PictureGeometry.ParseCrop(value) } },
            _ => throw new BadInputException($"preprocessing '{part}' is not scale, mean, std, channels, size, resize or crop with a value (metadata '{Key}')"),
        });

    /// <summary>Numbers with commas between, such as <c>.485,.456,.406</c>.</summary>
    /// <param name="name">What they are, for the message.</param>
    /// <param name="text">The text.</param>
    /// <exception cref="BadInputException">Not such a list.</exception>
    public static ImmutableArray<float> ParseList(string name, string text) => [.. text.Split(',').Select(part => ParseNumber(name, part))];

    private static float ParseNumber(string name, string text) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && float.IsFinite(value)
            ? value
            : throw new BadInputException($"{name} '{text}' is not a finite number");

    private static string FormatList(ImmutableArray<float> values) => string.Join(',', values.Select(v => v.ToString(CultureInfo.InvariantCulture)));
}
