using System.CommandLine;
using Pare.Compress;
using Pare.Data;
using Pare.Data.Synthetic;
using Pare.Onnx;
using Pare.Recipes;
using Pare.Skia;
using Pare.Zoo;

namespace Pare.Cli;

/// <summary>Which data, and how pictures become a network's input. Defined once for every verb that reads data.</summary>
internal sealed class DataFlags : OptionGroup
{
    private readonly Option<string> _data;
    private readonly Option<string?> _size, _resize, _crop;
    private readonly PixelFlags _pixels;

    /// <param name="ordersChannels">False where --channels means something else.</param>
    public DataFlags(bool ordersChannels = true) : base("Data and preprocessing: input = (pixel * scale - mean) / std")
    {
        _data = Added(new Option<string>("--data", "-d")
        {
            HelpName = "D",
            Description = "An IDX or CIFAR folder, a folder or zip of class folders, .npy, .npz, or a name: glyphs (made by Pare), mnist, fashion-mnist, cifar10. (default glyphs, for networks that learn or were trained on them)",
            DefaultValueFactory = _ => "glyphs",
        });
        _size = Added(Opt.Text("--size", "WxH", "Size of the network's input. (default: as the network fixes it)"));
        _resize = Added(Opt.Text("--resize", "WxH|short:N", "Resize pictures to this size, or until the shorter side has N pixels. (default: no resizing)"));
        _crop = Added(Opt.Text("--crop", "center|none", "Cut the middle out where a picture is larger than the input. (default none)"));
        _pixels = new PixelFlags(this, ordersChannels);
    }

    public string DataName(VerbRun run) => run.Get(_data);

    /// <summary>Whether the user named data.</summary>
    public bool IsGiven(VerbRun run) => run.Has(_data);

    /// <summary>The preprocessing: what the flags say, else what the model's metadata say, else what the network's input fixes.</summary>
    /// <exception cref="BadInputException">A flag or the metadata cannot be read.</exception>
    public Preprocess Preprocess(VerbRun run, Model? model)
    {
        var start = model is null ? new Preprocess() : PreprocessText.FromModel(model);
        var geometry = start.Geometry;
        if (model is not null && ModelShape.Input(model) is [var channels, var height, var width])
        {
            if (channels == 1) geometry = geometry with { Channels = ChannelOrder.Grey };
            if (geometry.Size is null && height > 0 && width > 0) geometry = geometry with { Size = new PictureSize(width, height) };
        }
        if (run.Get(_size) is { } size) geometry = geometry with { Size = PictureSize.Parse(size) };
        if (run.Get(_resize) is { } resize) geometry = geometry with { Resize = PictureResize.Parse(resize) };
        if (run.Get(_crop) is { } crop) geometry = geometry with { Crop = PictureGeometry.ParseCrop(crop) };
        return _pixels.Apply(run, start with { Geometry = geometry });
    }

    /// <summary>Opens the data with a preprocessing's geometry.</summary>
    /// <param name="known">A network that the data should mean something to: what nobody named must be what it was trained on. Null for one that is yet to learn.</param>
    /// <exception cref="BadInputException">There is no such data, it is damaged, or it has to be named.</exception>
    public DataSplits Open(VerbRun run, Preprocess preprocess, Model? known)
    {
        var options = new DataOptions { Geometry = preprocess.Geometry, Seed = (ulong)run.Seed, Threads = run.Threads };
        // What nobody asked for is never a folder that happens to have the name.
        var data = IsGiven(run) ? DataSource.Open(DataName(run), options, SkiaDecoder.Decode) : Glyphs.Draw(options.Seed, options.Threads);
        if (known is not null && !IsGiven(run) && !TrainedOn.Names(known, data.Name)) throw new BadInputException($"--data is needed: a folder or zip with a folder a class, an .npz, or a name (see --help); only a network that was trained on {data.Name} does without");
        // Pixels are 0 to 255; floats may be anything, and most often are what the network takes.
        if (data.All is FloatDataset && preprocess.Scale == Data.Preprocess.UnitScale && !_pixels.HasScale(run))
            throw new BadInputException($"'{DataName(run)}' holds floats: --scale 1 takes them as they are, --scale {Data.Preprocess.UnitScale} as pixels of 0 to 255");
        preprocess.Check(data.All.Shape.Length == 3 ? data.All.Shape[0] : 1);
        return data;
    }

    /// <summary>Some training examples, drawn by the seed, for measurements on a model from a file or the zoo.</summary>
    public (IDataset Examples, Preprocess Preprocess) Examples(VerbRun run, Model model, int count)
    {
        var preprocess = Preprocess(run, model);
        var splits = Open(run, preprocess, model);
        ModelShape.CheckInput(model, splits);
        return (Subset.Draw(splits.Train, count, run.Seed), preprocess);
    }

    /// <summary>
    /// A model with its data. A network of the zoo is built for the data's shape and classes, so that any of them can be
    /// tried on any data; a model from a file decides how pictures are read.
    /// </summary>
    /// <param name="like">A network whose preprocessing, input size and number of outputs one of the zoo takes over; null for what the data suggest.</param>
    /// <param name="learns">Whether a network from a file may meet data that it has not seen: it is going to be trained.</param>
    public (LoadedModel Model, DataSplits Data, Preprocess Preprocess) OpenWithModel(VerbRun run, string nameOrPath, Model? like = null, bool learns = false)
    {
        if (Models.IsPath(nameOrPath))
        {
            var loaded = Models.LoadFinite(nameOrPath, new ZooOptions());
            var preprocess = Preprocess(run, loaded.Model);
            return (loaded, Open(run, preprocess, learns ? null : loaded.Model), preprocess);
        }
        // Before the data is read, which may take long: is there such a network?
        if (!ModelZoo.Contains(nameOrPath)) ModelZoo.Build(nameOrPath);
        var own = Preprocess(run, like);
        var data = Open(run, own, known: null);
        var outputs = like is null ? null : ModelShape.Outputs(like);
        var options = new ZooOptions { Seed = run.Seed, InputShape = [.. data.All.Shape], Classes = outputs ?? (data.All.Classes.Length > 0 ? data.All.Classes.Length : null) };
        return (Models.Load(nameOrPath, options), data, own);
    }
}
