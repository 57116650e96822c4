using Pare.Data;
using Pare.Data.Landmarks;
using Pare.Onnx;
using Pare.Recipes;
using Pare.Zoo;

namespace Pare.Ort;

/// <summary>How a landmark cascade is trained.</summary>
public sealed record CascadeOptions
{
    /// <summary>Input of both levels.</summary>
    public PictureSize Size { get; init; } = new(48, 48);

    /// <summary>Factor on the channels of both levels.</summary>
    public double Width { get; init; } = 1;

    /// <summary>How the second level cuts its crops.</summary>
    public CropRule Crop { get; init; } = CropRule.AroundFace;

    /// <summary>From pixels to inputs.</summary>
    public Preprocess Preprocess { get; init; } = new() { Mean = [0.5f], Std = [0.5f] };

    /// <summary>How each level is trained.</summary>
    public TrainOptions Training { get; init; } = new() { Epochs = 25, BatchSize = 64, LearningRate = 8e-3 };

    /// <summary>The file that holds a level's run while it goes on, by the level's number; null for none.</summary>
    public Func<int, string>? Checkpoint { get; init; }
}

/// <summary>Trains the two levels one after the other: the second on crops cut by what the first finds, errors and all.</summary>
public static class CascadeTrainer
{
    /// <summary>Trains both levels.</summary>
    /// <param name="data">Photos; the validation part is scored after every epoch.</param>
    /// <param name="train">Runs one training job.</param>
    /// <param name="progress">Told the level and how far its training is.</param>
    public static (Model First, Model Second) Train(
        LandmarkSplits data, CascadeOptions options, TrainMethod train, IProgress<(int Level, TrainProgress Training)>? progress = null, CancellationToken cancel = default)
    {
        var run = new OrtOptions { Threads = options.Training.Threads };
        var first = TrainLevel(1, CropRule.Whole, WholeCrops);
        var second = TrainLevel(2, options.Crop, set => LandmarkCascade.CropsBy(first, set, options.Crop, run));
        return (first, second);

        Model TrainLevel(int number, CropRule crop, Func<LandmarkSet, Crop[]> crops)
        {
            var preprocess = options.Preprocess with { Geometry = options.Preprocess.Geometry with { Size = options.Size } };
            var level = new LandmarkLevel(data.Scheme, crop, preprocess);
            var network = new ZooOptions { Seed = options.Training.Seed + number, InputShape = [3, options.Size.Height, options.Size.Width], Classes = 2 * data.Scheme.Count, Width = options.Width };
            var examples = level.Examples(data, crops);
            var job = new TrainJob
            {
                Model = ModelZoo.Build("landmark-net", network),
                Train = examples.Train,
                Validation = examples.Validation,
                Preprocess = preprocess,
                Options = options.Training with { Seed = options.Training.Seed + number },
                Checkpoint = options.Checkpoint?.Invoke(number),
            };
            var result = train(job, new Relay<TrainProgress>(p => progress?.Report((number, p))), cancel);
            return TrainedOn.Mark(level.ToMetadata(result.Model), examples);
        }
    }

    /// <summary>The first level's crops: each photo whole.</summary>
    public static Crop[] WholeCrops(LandmarkSet set) => [.. set.Photos.Select(p => Crop.Whole(p.Size))];
}
