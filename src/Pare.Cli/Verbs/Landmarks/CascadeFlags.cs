using System.CommandLine;
using Pare.Compress;
using Pare.Data;
using Pare.Data.Landmarks;
using Pare.Onnx;
using Pare.Ort;
using Pare.Zoo;

namespace Pare.Cli.Verbs.Landmarks;

/// <summary>The two networks of a cascade with what is known about each.</summary>
internal sealed record LoadedCascade(LoadedModel First, LandmarkLevel FirstLevel, LoadedModel? Second, LandmarkLevel? SecondLevel)
{
    public LandmarkCascade Open(OrtOptions options) => new(First.Model, FirstLevel, Second?.Model, SecondLevel, options);
}

/// <summary>Which cascade, and how its networks see pictures where their files do not say.</summary>
internal sealed class CascadeFlags : OptionGroup
{
    private readonly Option<string> _folder;
    private readonly Option<string?> _first, _second, _crop, _size;
    private readonly PixelFlags _pixels;

    public CascadeFlags() : base("Cascade; settings default to what the networks' files say")
    {
        _folder = Added(new Option<string>("--cascade", "-c") { HelpName = "DIR", Description = "Folder with level1 and level2, as .onnx or .pare. (default cascade)", DefaultValueFactory = _ => "cascade" });
        _first = Added(Opt.Text("--level1", "MODEL", "Network of level 1, in place of the folder's."));
        _second = Added(Opt.Text("--level2", "MODEL", "Network of level 2, in place of the folder's; with --level1 alone there is none."));
        _crop = Added(Opt.Text("--crop", "RULE", "What level 2 looks at: nose*F, a square about the nose whose half side is F times the distance from the nose to the left eye, or face*F, about the points' mean with their root mean square distance as the unit. (default nose*2, the published one)"));
        _size = Added(Opt.Text("--size", "WxH", "Input of networks that leave it open."));
        _pixels = new PixelFlags(this);
    }

    public LoadedCascade Load(VerbRun run)
    {
        var folder = run.Get(_folder);
        var first = Models.LoadFinite(run.Get(_first) ?? Find(folder, 1), new ZooOptions());
        var second = run.Get(_second) ?? (run.Get(_first) is null ? Find(folder, 2) : null);
        var loaded = second is null ? null : Models.LoadFinite(second, new ZooOptions());
        return new LoadedCascade(first, Level(run, first.Model, CropRule.Whole), loaded, loaded is null ? null : Level(run, loaded.Model, CropRule.AroundNose));
    }

    private LandmarkLevel Level(VerbRun run, Model model, CropRule otherwise)
    {
        var level = LandmarkLevel.Of(model, otherwise, run.Get(_size) is { } size ? PictureSize.Parse(size) : null);
        if (level.Crop != CropRule.Whole && run.Get(_crop) is { } rule) level = level with { Crop = CropRule.Parse(rule) };
        return level with { Preprocess = _pixels.Apply(run, level.Preprocess) };
    }

    private static string Find(string folder, int level)
    {
        string[] places = [$"level{level}.onnx", $"level{level}.pare", Path.Combine($"level{level}", "model.onnx")];
        return places.Select(p => Path.Combine(folder, p)).FirstOrDefault(File.Exists)
            ?? throw new BadInputException($"there is no cascade in '{folder}': level{level}.onnx or level{level}.pare is needed; 'pare landmarks train' makes them");
    }
}
