using Pare.Onnx;
using Pare.Profile;
using Pare.Report;

namespace Pare.Cli;

/// <summary>Both costs of a network, as reports list them.</summary>
internal static class Costs
{
    /// <summary>The costs that need no running.</summary>
    public static ModelCosts Of(LoadedModel loaded) => Of(ModelProfile.Of(loaded.Model), SizeOf(loaded));

    public static ModelCosts Of(ModelProfile profile, long onnxBytes) => new()
    {
        OnnxBytes = onnxBytes,
        WeightBytes = profile.WeightBytes,
        Parameters = profile.Parameters,
        // Everything that is no weight (biases, normalisation) counts as it stands.
        NonZero = profile.Parameters - profile.Nodes.Sum(n => n.Weights is { } w ? w.Count - w.NonZero : 0),
        Macs = profile.Macs,
    };

    /// <summary>Bytes of the ONNX file that the network is or would be, data files included.</summary>
    public static long SizeOf(LoadedModel loaded) =>
        loaded.Path is { } path && Path.GetExtension(path) != ".pare" ? OutputFile.OnnxBytes(path) : OnnxWriter.ToBytes(loaded.Model).LongLength;
}
