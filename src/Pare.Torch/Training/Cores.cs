using TorchSharp;

namespace Pare.Torch.Training;

/// <summary>The processor's cores and the tensor library's share of them.</summary>
internal static class Cores
{
    /// <summary>Whether the tensor library leaves any to threads that make batches ahead.</summary>
    public static bool AreSpare => torch.get_num_threads() < Environment.ProcessorCount;
}
