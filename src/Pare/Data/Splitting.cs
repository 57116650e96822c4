namespace Pare.Data;

/// <summary>Which part of a source an example belongs to; <see cref="Any"/> where the source does not say.</summary>
internal enum Part
{
    Any,
    Train,
    Validation,
    Test,
}

/// <summary>
/// Divides a data set into training, validation and test examples. Depends on the seed, the number of examples and nothing else;
/// each part keeps the source's order.
/// </summary>
internal static class Splitting
{
    private const double TestShare = 0.2;
    private const double ValidationShare = 0.1;
    private const int MaxValidation = 5000;

    /// <summary>
    /// Test is the source's own part or a fifth of everything; validation the source's own or a tenth of the rest, at most 5,000.
    /// </summary>
    /// <param name="name">The data's name for messages.</param>
    /// <param name="all">Every example.</param>
    /// <param name="partOf">The part an example belongs to.</param>
    /// <param name="seed">Fixes the division.</param>
    public static DataSplits Divide(string name, IDataset all, Func<int, Part> partOf, ulong seed)
    {
        var (train, validation, test, hasOwnTest) = Divide(name, all.Count, partOf, seed);
        return new DataSplits(name, View(train), View(validation), View(test)) { HasOwnTest = hasOwnTest, All = all };

        Subset View(List<int> indices) => new(all, [.. indices]);
    }

    /// <summary>The same for the numbers 0 to <paramref name="count"/> - 1.</summary>
    public static (List<int> Train, List<int> Validation, List<int> Test, bool HasOwnTest) Divide(string name, int count, Func<int, Part> partOf, ulong seed)
    {
        if (count == 0) throw new BadInputException($"data '{name}' holds no examples");
        var byPart = Enumerable.Range(0, count).ToLookup(partOf);
        List<int> rest = [.. byPart[Part.Any].Concat(byPart[Part.Train]).Order()];
        List<int> test = [.. byPart[Part.Test]];
        List<int> validation = [.. byPart[Part.Validation]];
        var hasOwnTest = test.Count > 0;
        if (!hasOwnTest) (test, rest) = Take(rest, ShareOf(rest.Count, TestShare, int.MaxValue), new(seed, 1));
        if (validation.Count == 0) (validation, rest) = Take(rest, ShareOf(rest.Count, ValidationShare, MaxValidation), new(seed, 2));
        return (rest, validation, test, hasOwnTest);
    }

    /// <summary>The numbers 0 to <paramref name="count"/> - 1 in two halves, each in ascending order.</summary>
    public static (List<int> First, List<int> Second) Halve(int count, ulong seed) => Take([.. Enumerable.Range(0, count)], count / 2, new(seed, 3));

    /// <summary>At least one as soon as one can be spared.</summary>
    private static int ShareOf(int count, double share, int most) => count < 2 ? 0 : Math.Clamp((int)(count * share), 1, most);

    private static (List<int> Taken, List<int> Left) Take(List<int> indices, int count, RandomStream random)
    {
        var isTaken = new bool[indices.Count];
        foreach (var position in random.Permutation(indices.Count).AsSpan(0, count)) isTaken[position] = true;
        return ([.. indices.Where((_, i) => isTaken[i])], [.. indices.Where((_, i) => !isTaken[i])]);
    }
}
