using Pare.Data;
using Pare.Onnx;
using Pare.Ort;
using Pare.Torch;

namespace Pare.Compress;

/// <summary>Second moments of layers' inputs: ONNX Runtime runs the network, torch multiplies.</summary>
internal static class Moments
{
    /// <summary>On examples of a data set.</summary>
    /// <param name="layers">The layers' outputs.</param>
    public static IReadOnlyDictionary<string, InputMoments> Of(
        Model model, IReadOnlyList<string> layers, IDataset examples, Preprocess preprocess, OrtOptions run, IProgress<double> progress) =>
        Of(model, layers, CalibrationData.Of(model, layers, examples, preprocess), run, progress);

    /// <summary>On examples as the network takes them.</summary>
    /// <param name="layers">The layers' outputs.</param>
    public static IReadOnlyDictionary<string, InputMoments> Of(Model model, IReadOnlyList<string> layers, CalibrationInputs inputs, OrtOptions run, IProgress<double> progress)
    {
        using var sums = new MomentSums(model, layers, inputs.Count);
        ValueObserver.Observe(model, sums.Inputs, inputs, sums.Add, run, progress);
        return sums.ToMoments();
    }
}
