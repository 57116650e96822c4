namespace Pare.Profile;

/// <summary>From measured points to what a target is shared out by.</summary>
public static class SensitivityCurves
{
    /// <summary>What each layer loses as it gives up a share: of its weights (sparsity), or of its multiply-adds or channels.</summary>
    /// <param name="points">Points of any methods.</param>
    /// <param name="method">The one that counts.</param>
    /// <param name="images">Pictures that they were measured on.</param>
    /// <exception cref="BadInputException">None of the points is of the method.</exception>
    public static DropCurves Of(IReadOnlyList<SensitivityPoint> points, string method, int images)
    {
        CheckAny(points, method);
        return new DropCurves
        {
            Layers = points.Where(p => p.Method == method).GroupBy(p => p.Layer)
                .ToDictionary(g => g.Key, g => (IReadOnlyList<DropPoint>)[.. g.Select(p => new DropPoint(method == "sparsity" ? p.Setting : 1 - p.Setting, p.Drop))]),
            Resolution = Resolution(images),
            Power = method == "sparsity" ? 3 : 1,
        };
    }

    /// <summary>
    /// Bits for each layer with which the packed network takes at most so many bytes and the measured drops add up to the least. Layers that are missing
    /// in the result stay as they are.
    /// </summary>
    /// <param name="points">Points of any methods; those of bits count.</param>
    /// <param name="images">Pictures that they were measured on.</param>
    /// <param name="before">Packed bytes of the network as it was.</param>
    /// <param name="bytes">What it may take.</param>
    /// <exception cref="BadInputException">So few bytes cannot be reached, or none of the points is of bits.</exception>
    public static IReadOnlyDictionary<string, int> Bits(IReadOnlyList<SensitivityPoint> points, int images, long before, long bytes)
    {
        CheckAny(points, "bits");
        var layers = points.Where(p => p.Method == "bits").GroupBy(p => p.Layer).Select(g => g.OrderByDescending(p => p.Setting).ToList()).ToList();
        List<IReadOnlyList<(long Gain, double Cost)>> options = [.. layers.Select(Options)];
        if (Allocation.Choose(options, before - bytes) is not { } chosen)
            throw new OutOfReachException($"{bytes} bytes cannot be reached: with every layer at its fewest bits the packed network takes {before - options.Sum(o => o.Max(x => x.Gain))}");
        return layers.Index().Where(l => chosen[l.Index] > 0).ToDictionary(l => l.Item[0].Layer, l => (int)l.Item[chosen[l.Index] - 1].Setting);

        // Fewer bits never cost less: where a measurement says so, it is noise.
        IReadOnlyList<(long, double)> Options(List<SensitivityPoint> layer)
        {
            var costs = DropCurves.Rising(layer.ConvertAll(p => p.Drop), Resolution(images));
            return [(0, 0), .. layer.Zip(costs, (p, cost) => (Math.Max(0, before - p.Bytes), cost))];
        }
    }

    // Half a picture: what is not seen to be lost may still be that much.
    private static double Resolution(int images) => 50.0 / Math.Max(1, images);

    private static void CheckAny(IReadOnlyList<SensitivityPoint> points, string method)
    {
        if (!points.Any(p => p.Method == method))
            throw new BadInputException($"there are no points of '{method}'; there are those of {string.Join(", ", points.Select(p => p.Method).Distinct().DefaultIfEmpty("no method"))}");
    }
}
