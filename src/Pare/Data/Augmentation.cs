namespace Pare.Data;

/// <summary>
/// Random changes to training pictures that leave their meaning alone. Everything off changes nothing. Draws are uniform within the ranges.
/// </summary>
public sealed record Augmentation
{
    /// <summary>Share of examples, 0 to 1, that stay exactly as they are.</summary>
    public double KeepShare { get; init; }

    /// <summary>Mirrors half of the pictures left to right.</summary>
    public bool Flip { get; init; }

    /// <summary>Whole pixels, up or down and left or right, as a random crop from a picture padded by as much gives.</summary>
    public int PadCrop { get; init; }

    /// <summary>Largest shift in pixels, in fractions of a pixel, in each direction.</summary>
    public double Shift { get; init; }

    /// <summary>Largest rotation to either side, in degrees.</summary>
    public double RotationDegrees { get; init; }

    /// <summary>Smallest factor of size, for width and height apart.</summary>
    public double MinScale { get; init; } = 1;

    /// <summary>Largest factor of size, for width and height apart.</summary>
    public double MaxScale { get; init; } = 1;

    /// <summary>Largest horizontal shear to either side: columns moved a row.</summary>
    public double Shear { get; init; }

    /// <summary>
    /// Elastic distortion: the largest displacement, in pixels, of a control point of a smooth field (Simard, Steinkraus and Platt 2003,
    /// here a cubic B-spline over a coarse grid in place of blurred noise).
    /// </summary>
    public double Elastic { get; init; }

    /// <summary>Pixels between two control points of the elastic field.</summary>
    public int ElasticSpacing { get; init; } = 6;

    /// <summary>For small pictures of written signs.</summary>
    public static Augmentation Digits { get; } = new()
    {
        KeepShare = 0.5,
        RotationDegrees = 10,
        MinScale = 0.9,
        MaxScale = 1.1,
        Shear = 0.15,
        Shift = 1,
        Elastic = 3,
    };

    /// <summary>For photographs: mirrored, and shifted by up to 4 pixels.</summary>
    public static Augmentation Photos { get; } = new() { Flip = true, PadCrop = 4 };

    /// <summary>True where pixels are mixed from their neighbours rather than moved.</summary>
    internal bool Warps => Shift > 0 || RotationDegrees > 0 || MinScale != 1 || MaxScale != 1 || Shear > 0 || Elastic > 0;

    /// <summary>
    /// Reads <c>none</c>, <c>digits</c> (also <c>mnist</c>) or <c>photos</c> (also <c>cifar</c>), perhaps followed by settings:
    /// <c>digits,rotate=15,keep=0.5</c>. Null for none.
    /// </summary>
    /// <exception cref="BadInputException">An unknown name or setting, or a value out of range.</exception>
    public static Augmentation? Parse(string text)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        Augmentation? start = parts[0] switch
        {
            "none" => null,
            "digits" or "mnist" => Digits,
            "photos" or "cifar" => Photos,
            _ => throw new BadInputException($"augmentation '{parts[0]}' is not none, digits or photos"),
        };
        if (parts.Length == 1) return start;
        var result = parts.Skip(1).Aggregate(start ?? new Augmentation(), With);
        result.Check();
        return result;
    }

    /// <summary>Refuses values that make no sense.</summary>
    /// <exception cref="BadInputException">A value is out of its range.</exception>
    public void Check()
    {
        Require("keep", KeepShare, 0, 1);
        Require("crop", PadCrop, 0, 1024);
        Require("shift", Shift, 0, 1024);
        Require("rotate", RotationDegrees, 0, 180);
        Require("min-scale", MinScale, 0.1, 10);
        Require("max-scale", MaxScale, MinScale, 10);
        Require("shear", Shear, 0, 2);
        Require("elastic", Elastic, 0, 1024);
        Require("elastic-spacing", ElasticSpacing, 2, 1024);
    }

    private static void Require(string name, double value, double low, double high)
    {
        if (!(value >= low && value <= high)) throw new BadInputException($"augmentation {name}={value} is not from {low} to {high}");
    }

    private static Augmentation With(Augmentation a, string setting)
    {
        var parts = setting.Split('=');
        if (parts.Length != 2 || !double.TryParse(parts[1], System.Globalization.CultureInfo.InvariantCulture, out var value))
            throw new BadInputException($"augmentation setting '{setting}' is not name=number");
        return parts[0] switch
        {
            "keep" => a with { KeepShare = value },
            "flip" => a with { Flip = value != 0 },
            "crop" => a with { PadCrop = (int)Math.Clamp(value, -1, 1025) },
            "shift" => a with { Shift = value },
            "rotate" => a with { RotationDegrees = value },
            "min-scale" => a with { MinScale = value },
            "max-scale" => a with { MaxScale = value },
            "shear" => a with { Shear = value },
            "elastic" => a with { Elastic = value },
            "elastic-spacing" => a with { ElasticSpacing = (int)Math.Clamp(value, -1, 1025) },
            _ => throw new BadInputException($"augmentation has no '{parts[0]}'; there are keep, flip, crop, shift, rotate, min-scale, max-scale, shear, elastic, elastic-spacing"),
        };
    }
}
