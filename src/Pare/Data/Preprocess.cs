using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Pare.Data;

/// <summary>A network's input from raw pixels: (pixel · scale - mean) / std, channel by channel.</summary>
public sealed record Preprocess
{
    /// <summary>The usual scale: pixels become 0 to 1.</summary>
    public const float UnitScale = 1f / 255;

    public float Scale { get; init; } = UnitScale;

    /// <summary>One value, or one a channel in the input's order; empty for 0.</summary>
    public ImmutableArray<float> Mean { get; init; } = [];

    /// <summary>One value, or one a channel in the input's order; empty for 1.</summary>
    public ImmutableArray<float> Std { get; init; } = [];

    /// <summary>How picture files become pixels.</summary>
    public PictureGeometry Geometry { get; init; } = new();

    /// <summary>Turns raw pixels into a network's input, in place.</summary>
    /// <param name="values">One or more examples of <paramref name="shape"/>.</param>
    /// <param name="shape">Shape of one example; the first dimension is the channels.</param>
    /// <exception cref="BadInputException">Mean or std have neither one value nor one a channel, or a value that cannot be used.</exception>
    public void Apply(Span<float> values, ImmutableArray<int> shape)
    {
        var channels = shape.Length == 3 ? shape[0] : 1;
        Check(channels);
        var example = shape.Aggregate(1, (a, b) => checked(a * b));
        var plane = example / channels;
        for (var at = 0; at < values.Length; at += plane)
        {
            var channel = at / plane % channels;
            var std = ValueAt(Std, channel, 1);
            MultiplyAdd(values.Slice(at, plane), Scale / std, -ValueAt(Mean, channel, 0) / std);
        }
    }

    /// <summary>By value, lists included.</summary>
    public bool Equals(Preprocess? other) =>
        other is not null && Scale == other.Scale && Mean.AsSpan().SequenceEqual(other.Mean.AsSpan()) && Std.AsSpan().SequenceEqual(other.Std.AsSpan()) && Geometry == other.Geometry;

    public override int GetHashCode() => HashCode.Combine(Scale, Mean.Length, Std.Length, Geometry);

    /// <summary>The compact text of <see cref="PreprocessText"/>, which tells any two apart.</summary>
    public override string ToString() => PreprocessText.Format(this);

    /// <summary>Refuses values that do not fit a number of channels.</summary>
    /// <exception cref="BadInputException">See <see cref="Apply"/>.</exception>
    public void Check(int channels)
    {
        if (!(float.IsFinite(Scale) && Scale != 0)) throw new BadInputException($"scale {Scale} is not a finite number other than 0");
        CheckList("mean", Mean, channels, float.IsFinite, "finite");
        CheckList("std", Std, channels, v => float.IsFinite(v) && v > 0, "finite and over 0");
    }

    private static void MultiplyAdd(Span<float> values, float factor, float offset)
    {
        var whole = MemoryMarshal.Cast<float, Vector<float>>(values);
        for (var i = 0; i < whole.Length; i++) whole[i] = (whole[i] * factor) + new Vector<float>(offset);
        foreach (ref var value in values[(whole.Length * Vector<float>.Count)..]) value = (value * factor) + offset;
    }

    private static void CheckList(string name, ImmutableArray<float> values, int channels, Func<float, bool> allowed, string rule)
    {
        if (values.Length > 1 && values.Length != channels) throw new BadInputException($"{name} has {values.Length} values, the data has {channels} channels");
        foreach (var value in values)
        {
            if (!allowed(value)) throw new BadInputException($"{name} {value} is not {rule}");
        }
    }

    private static float ValueAt(ImmutableArray<float> values, int channel, float otherwise) =>
        values.Length == 0 ? otherwise : values[values.Length == 1 ? 0 : channel];
}
