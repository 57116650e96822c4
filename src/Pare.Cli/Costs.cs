using Pare.Profile;
using Pare.Report;

namespace Pare.Cli;

/// <summary>Both costs of a network, as reports list them.</summary>
internal static class Costs
{
    /// <summary>The costs that need no running.</summary>
    public static ModelCosts Of(LoadedModel loaded) => Of(ModelProfile.Of(loaded.Model), loaded);

    public static ModelCosts Of(ModelProfile profile, LoadedModel loaded) => new()
    {
        OnnxBytes = loaded.OnnxBytes,
        WeightBytes = profile.WeightBytes,
        Parameters = profile.Parameters,
        // Everything that is no weight (biases, normalisation) counts as it stands.
        NonZero = profile.Parameters - profile.Nodes.Sum(n => n.Weights is { } w ? w.Count - w.NonZero : 0),
        Macs = profile.Macs,
        PackedBytes = loaded.IsPacked ? new FileInfo(loaded.Path!).Length : null,
    };
}
