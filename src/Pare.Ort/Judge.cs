using Pare.Data;
using Pare.Onnx;
using Pare.Profile;

namespace Pare.Ort;

/// <summary>Scores models the way one run was asked to: against the labels, or by how far they do what a reference does.</summary>
/// <param name="metric">What is measured.</param>
/// <param name="reference">The network that <see cref="Metric.Agreement"/> is with.</param>
/// <param name="preprocess">From raw values to the models' input.</param>
/// <param name="options">How models are run.</param>
public sealed class Judge(Metric metric, Model reference, Preprocess preprocess, OrtOptions options)
{
    public Metric Metric => metric;

    /// <summary>A model's score on data.</summary>
    /// <exception cref="BadInputException">The model does not fit the data.</exception>
    public Evaluation Of(Model model, IDataset data, IProgress<double>? progress = null) => metric == Metric.Agreement
        ? Evaluator.Agreement(reference, model, data, preprocess, options, progress)
        : Evaluator.Score(model, data, preprocess, options, progress);
}
