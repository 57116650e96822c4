using System.CommandLine;
using Pare.Data;

namespace Pare.Cli;

/// <summary>How pixels become a network's input: the options that every group about pictures has.</summary>
internal sealed class PixelFlags
{
    private readonly Option<string?> _scale = Opt.Text("--scale", "S", "Factor on pixels 0 to 255; not 0. (default 1/255)");
    private readonly Option<string?> _mean = Opt.Text("--mean", "A,B,C", "Subtracted after scaling: one number, or one a channel in the input's order. (default 0)");
    private readonly Option<string?> _std = Opt.Text("--std", "A,B,C", "Divided by at last: one number above 0, or one a channel. (default 1)");
    private readonly Option<string?> _channels = Opt.Text("--channels", "rgb|bgr|grey", "Channels of the input and their order. (default: grey for one channel, else rgb)");

    /// <param name="group">The group that shows them.</param>
    /// <param name="ordersChannels">False where --channels means something else; the order is what the model's file says then.</param>
    public PixelFlags(OptionGroup group, bool ordersChannels = true)
    {
        foreach (var option in (Option[])[_scale, _mean, _std]) group.Add(option);
        if (ordersChannels) group.Add(_channels);
    }

    /// <summary>What the flags say, else what there was.</summary>
    /// <exception cref="BadInputException">A flag cannot be read.</exception>
    public Preprocess Apply(VerbRun run, Preprocess start) => start with
    {
        Geometry = run.Get(_channels) is { } order ? start.Geometry with { Channels = PictureGeometry.ParseChannels(order) } : start.Geometry,
        Scale = run.Get(_scale) is { } scale ? Single("--scale", scale) : start.Scale,
        Mean = run.Get(_mean) is { } mean ? PreprocessText.ParseList("--mean", mean) : start.Mean,
        Std = run.Get(_std) is { } std ? PreprocessText.ParseList("--std", std) : start.Std,
    };

    private static float Single(string name, string text) =>
        PreprocessText.ParseList(name, text) is [var value] ? value : throw new BadInputException($"{name} '{text}' is not one number");
}
