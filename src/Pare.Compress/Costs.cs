using Pare.Onnx;
using Pare.Profile;
using Pare.Report;

namespace Pare.Compress;

/// <summary>Both costs of a network, as reports list them.</summary>
internal static class Costs
{
    /// <summary>The costs that need no running.</summary>
    public static ModelCosts Of(LoadedModel loaded) => Of(ModelProfile.Of(loaded.Model), loaded);

    public static ModelCosts Of(ModelProfile profile, LoadedModel loaded) =>
        Of(profile, SizeOf(loaded)) with { PackedBytes = loaded.IsPacked ? new FileInfo(loaded.Path!).Length : null };

    /// <param name="onnxBytes">Size of the ONNX file, data files included.</param>
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
    public static long SizeOf(LoadedModel loaded) => loaded.IsFresh || loaded.IsPacked
        ? OnnxWriter.ToBytes(loaded.Model).LongLength
        : new FileInfo(loaded.Path!).Length + loaded.Model.Graph.AllTensors().Where(t => t.IsExternal).Sum(t => (long)t.Data.Length);
}
