using Pare.Onnx;
using Pare.Profile;

namespace Pare.Recipes;

/// <summary>How far a training run has come.</summary>
/// <param name="Epoch">Epochs done, with fraction.</param>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="Loss">Mean training loss of the epoch so far.</param>
/// <param name="Validation">The metric on the validation data when it was last scored; null before.</param>
/// <param name="ExamplesPerSecond">Speed since the start.</param>
/// <param name="Left">Estimated time to the end.</param>
public sealed record TrainProgress(double Epoch, int Epochs, double Loss, double? Validation, double ExamplesPerSecond, TimeSpan Left);

/// <summary>A score on held-out data.</summary>
/// <param name="Value">Share of right answers, 0 to 1; for points the normalised mean error.</param>
/// <param name="Loss">Mean loss: cross-entropy in nats, or the points' mean squared error; NaN where it was not worked out.</param>
public sealed record Score(double Value, double Loss = double.NaN)
{
    /// <summary>The value of each example in the data's order, for paired comparisons; empty where it was not kept.</summary>
    public IReadOnlyList<float> Each { get; init; } = [];

    /// <summary>An evaluation as a score; its loss is not known.</summary>
    public static Score Of(Evaluation evaluation) => new(evaluation.Value) { Each = evaluation.Scores };
}

/// <summary>One epoch of a run.</summary>
public sealed record EpochRecord(int Epoch, double TrainLoss, Score? Validation);

/// <summary>A trained model and how it got there.</summary>
/// <param name="Model">The model with its trained weights; same structure as the last edit left it.</param>
/// <param name="MeanSquaredGradients">Running mean of the squared gradient of every trained constant by name: a diagonal Fisher for free. Empty for SGD.</param>
public sealed record TrainResult(Model Model, Score? Validation, IReadOnlyList<EpochRecord> Epochs, IReadOnlyDictionary<string, float[]> MeanSquaredGradients)
{
    /// <summary>Seconds that it took, with those before an interruption.</summary>
    public double Seconds { get; init; }
}

/// <summary>
/// A change made to the model while it trains: gradual pruning, freezing of codes. Called with the share of the run
/// that is done, the current model and the running mean squared gradients; null leaves the model as it is.
/// </summary>
public delegate Model? TrainEdit(double progress, Model model, IReadOnlyDictionary<string, float[]> meanSquaredGradients);
