namespace Pare.Data;

/// <summary>Examples that are to be mapped to points in the picture instead of a class.</summary>
public interface IPointDataset : IDataset
{
    /// <summary>Points an example.</summary>
    int Points { get; }

    /// <summary>Copies an example's points, x and y in turn, each -1 to 1 over the picture, beyond that outside of it.</summary>
    void ReadPoints(int index, Span<float> points);

    /// <summary>The length that an example's errors are divided by, in the points' units.</summary>
    float Unit(int index);

    /// <summary>The examples as one pass of training sees them: each changed in a way that seed and epoch fix.</summary>
    IPointDataset Varied(ulong seed, int epoch);
}
