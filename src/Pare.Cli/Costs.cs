using Pare.Onnx;
using Pare.Profile;
using Pare.Report;

namespace Pare.Cli;

/// <summary>Both costs of a network, as reports list them.</summary>
internal static class Costs
{
    /// <summary>The costs that need no running.</summary>
    public static ModelCosts Of(LoadedModel loaded) => throw new NotImplementedException(loaded.Name);
}
