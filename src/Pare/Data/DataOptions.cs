namespace Pare.Data;

/// <summary>How a data set is opened.</summary>
public sealed record DataOptions
{
    /// <summary>How pictures become examples. Arrays of floats are taken as they are; grey arrays stay grey.</summary>
    public PictureGeometry Geometry { get; init; } = new();

    /// <summary>Fixes the split, and the drawing of built-in sets.</summary>
    public ulong Seed { get; init; }

    /// <summary>Picture sets up to this many bytes of pixels are decoded once and kept; larger ones are decoded at each reading.</summary>
    public long CacheBytes { get; init; } = 512L << 20;

    /// <summary>Threads that decode or draw. The result does not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}
