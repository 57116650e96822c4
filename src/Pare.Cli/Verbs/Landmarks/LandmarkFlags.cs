using System.CommandLine;
using Pare.Data;
using Pare.Data.Landmarks;
using Pare.Data.Synthetic;
using Pare.Skia;

namespace Pare.Cli.Verbs.Landmarks;

/// <summary>Which marked faces, and in how many points.</summary>
internal sealed class LandmarkFlags : OptionGroup
{
    private readonly Option<string> _data;
    private readonly Option<int?> _points;

    public LandmarkFlags() : base("Data")
    {
        _data = Added(new Option<string>("--data", "-d")
        {
            HelpName = "D",
            Description = "A folder or zip with .pts files beside photos, a dlib .xml or a .csv, or the name faces (drawn by Pare). (default faces)",
            DefaultValueFactory = _ => "faces",
        });
        _points = Added(Opt.MaybeWhole("--points", "N", 5, 98, "Points a face, 5, 68 or 98: the data's own number, or 5 made of more. (default 5)"));
    }

    public string DataName(VerbRun run) => run.Get(_data);

    /// <summary>Opens the data in the given scheme, or in the one that the flags say.</summary>
    /// <exception cref="BadInputException">There is no such data, it is damaged, or it has fewer points.</exception>
    public LandmarkSplits Open(VerbRun run, PointScheme? scheme = null)
    {
        scheme ??= PointScheme.Of(run.Get(_points) ?? 5);
        var options = new DataOptions { Seed = (ulong)run.Seed, Threads = run.Threads };
        // What nobody asked for is never a folder that happens to have the name.
        return (run.Has(_data) ? LandmarkSource.Open(DataName(run), options, SkiaDecoder.Decode) : Faces.Open(options.Seed, options.Threads)).In(scheme);
    }
}
