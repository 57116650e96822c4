using Pare.Profile;
using Pare.Zoo;

namespace Pare.Cli;

/// <summary>Networks of the zoo brought to the same amount of work by their widths.</summary>
internal static class EqualCost
{
    private const double Narrowest = 0.02, Widest = 16;

    /// <summary>The options with the width at which a network's multiply-adds come closest to <paramref name="macs"/>.</summary>
    /// <exception cref="BadInputException">The network cannot be that small or that large.</exception>
    public static ZooOptions At(string network, ZooOptions options, long macs)
    {
        // Channels are whole numbers, so the work grows in steps; the bisection ends inside one.
        var low = Narrowest;
        if (Macs(low) > macs) throw new BadInputException($"{network} needs {Macs(low)} MACs at its narrowest; {macs} were asked for");
        // Upwards: a network much wider than asked for might not fit into memory.
        var high = Widest / 512;
        while (high < Widest && Macs(high) <= macs) high *= 2;
        for (var i = 0; i < 12; i++)
        {
            var middle = (low + high) / 2;
            if (Macs(middle) <= macs) low = middle;
            else high = middle;
        }
        var width = macs - Macs(low) <= Macs(high) - macs ? low : high;
        return options with { Width = Math.Round(width, 4) };

        long Macs(double width) => ModelProfile.Of(ModelZoo.Build(network, options with { Width = width })).Macs;
    }
}
