using System.CommandLine;
using Pare.Data;

namespace Pare.Cli;

/// <summary>How pixels become a network's input: the options that every group about pictures has.</summary>
internal sealed class PixelFlags
{
    /// <summary>No mean of pixels from 0 to 1 is further from 0.</summary>
    private const float MaxUnitMean = 2;

    private readonly Option<string?> _scale = Opt.Text("--scale", "S", "Factor on pixels 0 to 255; not 0. (default: what the file says, else 1/255)");
    private readonly Option<string?> _mean = Opt.Text("--mean", "A,B,C", "Subtracted after scaling: one number, or one a channel in the input's order. (default: what the file says, else 0)");
    private readonly Option<string?> _std = Opt.Text("--std", "A,B,C", "Divided by at last: one number above 0, or one a channel. (default: what the file says, else 1)");
    private readonly Option<string?> _channels = Opt.Text("--channels", "rgb|bgr|grey", "Channels of the input and their order. (default: what the file says, else grey for one channel, rgb for more)");

    /// <param name="group">The group that shows them.</param>
    /// <param name="ordersChannels">False where --channels means something else; the order is what the model's file says then.</param>
    public PixelFlags(OptionGroup group, bool ordersChannels = true)
    {
        foreach (var option in (Option[])[_scale, _mean, _std]) group.Add(option);
        if (ordersChannels) group.Add(_channels);
    }

    /// <summary>Whether the user gave the factor.</summary>
    public bool HasScale(VerbRun run) => run.Has(_scale);

    /// <summary>What the flags say, else what there was.</summary>
    /// <exception cref="BadInputException">A flag cannot be read, or means are those of pixels that are not scaled.</exception>
    public Preprocess Apply(VerbRun run, Preprocess start)
    {
        var result = Read(run, start);
        if (result.Scale == Preprocess.UnitScale && result.Mean.FirstOrDefault(m => Math.Abs(m) > MaxUnitMean) is not 0 and var mean)
            throw new BadInputException($"--mean has {mean}, but scaled pixels are 0 to 1; means and deviations of 0 to 255 go with --scale 1");
        return result;
    }

    private Preprocess Read(VerbRun run, Preprocess start) => start with
    {
        Geometry = run.Get(_channels) is { } order ? start.Geometry with { Channels = PictureGeometry.ParseChannels(order) } : start.Geometry,
        Scale = run.Get(_scale) is { } scale ? Single("--scale", scale) : start.Scale,
        Mean = run.Get(_mean) is { } mean ? PreprocessText.ParseList("--mean", mean) : start.Mean,
        Std = run.Get(_std) is { } std ? PreprocessText.ParseList("--std", std) : start.Std,
    };

    private static float Single(string name, string text) =>
        PreprocessText.ParseList(name, text) is [var value] ? value : throw new BadInputException($"{name} '{text}' is not one number");
}
