using Pare.Onnx;

namespace Pare.Prune;

/// <summary>
/// The output channels of one layer, and everything that must shrink with them: the producer's own rows and bias, and the columns
/// of each consumer. A frozen group has a use that could not be followed, so it stays as it is.
/// </summary>
/// <param name="producer">The layer that makes the channels.</param>
internal sealed class ChannelGroup(ChannelLayer producer)
{
    private readonly List<ChannelUse> _uses = [];

    public ChannelLayer Producer => producer;
    public int Count => producer.OutputCount;
    public IReadOnlyList<ChannelUse> Uses => _uses;
    public bool IsFrozen { get; private set; }

    public void Freeze() => IsFrozen = true;

    public void Add(ChannelUse use) => _uses.Add(use);
}

/// <summary>One channel where a layer consumes it.</summary>
/// <param name="Channel">The channel's number in its group.</param>
/// <param name="Consumer">The layer that multiplies it by its weights.</param>
/// <param name="FirstColumn">The first of the consumer's inputs that it feeds.</param>
/// <param name="Columns">How many inputs it feeds: 1, or height · width after a Flatten.</param>
/// <param name="Constant">Its value there, where that is the same for all inputs of the model.</param>
internal readonly record struct ChannelUse(int Channel, ChannelLayer Consumer, int FirstColumn, int Columns, float? Constant);

/// <summary>A channel of a value: where it comes from, and its value where that is constant.</summary>
internal readonly record struct Channel(ChannelGroup Group, int Number, float? Constant);

/// <summary>Where a value has its channels.</summary>
internal enum ChannelAxis
{
    /// <summary>[N, C, ...] with one or more spatial axes.</summary>
    Spatial,

    /// <summary>[N, C], or [N, C · height · width] with each channel's places side by side.</summary>
    Matrix,

    /// <summary>[..., C], the number of axes unknown.</summary>
    Last,
}

/// <summary>The channels of a value in their order.</summary>
internal sealed record ChannelValue(ChannelAxis Axis, Channel[] Channels);
