using System.CommandLine;
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
    private readonly Option<string?> _first, _second, _crop, _size, _scale, _mean, _std, _channels;

    public CascadeFlags() : base("Cascade; settings default to what the networks' files say")
    {
        _folder = Added(new Option<string>("--cascade", "-c") { HelpName = "DIR", Description = "Folder with level1 and level2, as .onnx or .pare. (default cascade)", DefaultValueFactory = _ => "cascade" });
        _first = Added(Opt.Text("--level1", "MODEL", "Network of level 1, in place of the folder's."));
        _second = Added(Opt.Text("--level2", "MODEL", "Network of level 2, in place of the folder's; with --level1 alone there is none."));
        _crop = Added(Opt.Text("--crop", "RULE", "What level 2 looks at: nose*F, a square about the nose whose half side is F times the distance from the nose to the left eye, or face*F, about the points' mean with their root mean square distance as the unit. (default nose*2, the published one)"));
        _size = Added(Opt.Text("--size", "WxH", "Input of networks that leave it open."));
        _scale = Added(Opt.Text("--scale", "S", "Factor on pixels 0 to 255."));
        _mean = Added(Opt.Text("--mean", "A,B,C", "Subtracted after scaling."));
        _std = Added(Opt.Text("--std", "A,B,C", "Divided by at last."));
        _channels = Added(Opt.Text("--channels", "rgb|bgr", "Order of the channels."));
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
        var preprocess = level.Preprocess;
        if (run.Get(_scale) is { } scale) preprocess = preprocess with { Scale = PreprocessText.ParseList("--scale", scale) is [var s] ? s : throw new BadInputException($"--scale '{scale}' is not one number") };
        if (run.Get(_mean) is { } mean) preprocess = preprocess with { Mean = PreprocessText.ParseList("--mean", mean) };
        if (run.Get(_std) is { } std) preprocess = preprocess with { Std = PreprocessText.ParseList("--std", std) };
        if (run.Get(_channels) is { } order) preprocess = preprocess with { Geometry = preprocess.Geometry with { Channels = PictureGeometry.ParseChannels(order) } };
        return level with { Preprocess = preprocess };
    }

    private static string Find(string folder, int level)
    {
        string[] places = [$"level{level}.onnx", $"level{level}.pare", Path.Combine($"level{level}", "model.onnx")];
        return places.Select(p => Path.Combine(folder, p)).FirstOrDefault(File.Exists)
            ?? throw new BadInputException($"there is no cascade in '{folder}': level{level}.onnx or level{level}.pare is needed; 'pare landmarks train' makes them");
    }
}
