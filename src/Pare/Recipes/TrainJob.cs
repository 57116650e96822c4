using System.Collections.Immutable;
using Pare.Data;
using Pare.Onnx;

namespace Pare.Recipes;

/// <summary>One training run: what is trained, on what, and how.</summary>
public sealed record TrainJob
{
    /// <summary>The network; one picture-like input, one score vector as output.</summary>
    public required Model Model { get; init; }

    public required IDataset Train { get; init; }

    /// <summary>Scored while training goes on and at its end; null scores nothing.</summary>
    public IDataset? Validation { get; init; }

    /// <summary>Epochs between two scores; the last epoch is scored in any case. 1 or more.</summary>
    public int ScoreEvery { get; init; } = 1;

    public required Preprocess Preprocess { get; init; }

    /// <summary>Random changes to the training examples; null for none.</summary>
    public Augmentation? Augmentation { get; init; }

    public required TrainOptions Options { get; init; }

    /// <summary>Other networks that are followed besides the labels; null follows the labels alone.</summary>
    public Distillation? Distillation { get; init; }

    /// <summary>
    /// The floats that codes of the network were rounded from, by the name of the codes: they go on from there, where they round to the same code. Others start from
    /// what their codes stand for.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> Real { get; init; } = ImmutableDictionary<string, Tensor>.Empty;

    /// <summary>A change made while training goes on; not where tensors inside the network are followed, which it might remove.</summary>
    public TrainEdit? Edit { get; init; }

    /// <summary>Steps between two edits; 1 or more.</summary>
    public int EditEvery { get; init; } = 100;

    /// <summary>A file that holds the run every few seconds and at its end; where it exists, the run goes on from it, to the same bits.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>Seconds between two of its writings, or more where writing takes long; 0 or more.</summary>
    public double CheckpointSeconds { get; init; } = 5;
}

/// <summary>Runs a training job. Recipes receive it as an argument, so that they need no tensor library.</summary>
public delegate TrainResult TrainMethod(TrainJob job, IProgress<TrainProgress>? progress, CancellationToken cancellation);
