using Pare.Data;

namespace Pare.Torch.Training;

/// <summary>Batches as torch tensors.</summary>
internal static class BatchTensors
{
    /// <summary>The inputs, float [batch, ...].</summary>
    public static TorchTensor ToTensor(this Batch batch) => torch.tensor(batch.Inputs, [.. batch.Shape.Select(d => (long)d)]);

    /// <summary>The labels, int64 [batch].</summary>
    public static TorchTensor ToLabels(this Batch batch) => torch.tensor(Array.ConvertAll(batch.Labels, label => (long)label));
}
