using System.Collections.Immutable;

namespace Pare.Data;

/// <summary>Examples by index. Reading is safe from several threads at once.</summary>
public interface IDataset
{
    /// <summary>Number of examples.</summary>
    int Count { get; }

    /// <summary>Shape of one example without the batch: channels, height, width for pictures.</summary>
    ImmutableArray<int> Shape { get; }

    /// <summary>Class names in the order of the labels; empty where there are no labels.</summary>
    ImmutableArray<string> Classes { get; }

    /// <summary>The class of an example, or -1 where it has none.</summary>
    int Label(int index);

    /// <summary>Some of the examples, in the given order.</summary>
    IDataset Take(ImmutableArray<int> indices) => new Subset(this, indices);

    /// <summary>Copies an example's raw values (pixels 0 to 255, channel by channel) to <paramref name="values"/>.</summary>
    void Read(int index, Span<float> values);
}

/// <summary>A data set's three parts. Every choice is made on <see cref="Validation"/>; <see cref="Test"/> is for reporting.</summary>
public sealed record DataSplits(string Name, IDataset Train, IDataset Validation, IDataset Test)
{
    /// <summary>True where the data came with a test part of its own; false where Pare split it off.</summary>
    public required bool HasOwnTest { get; init; }

    /// <summary>Everything there is, in the source's order.</summary>
    public required IDataset All { get; init; }

    /// <summary>
    /// The same data for a network that others trained, perhaps on all of the training part: choices made on pictures that it has seen would
    /// flatter it. Half of the test part, drawn by the seed, takes the place of the validation part; the other half stays for reporting. Data
    /// without a test part of its own has nothing that is known to be unseen, and stays as it is.
    /// </summary>
    public DataSplits ForStrangers(ulong seed)
    {
        if (!HasOwnTest || Test.Count < 2) return this;
        var (validation, test) = Splitting.Halve(Test.Count, seed);
        return this with { Validation = Test.Take([.. validation]), Test = Test.Take([.. test]) };
    }
}
