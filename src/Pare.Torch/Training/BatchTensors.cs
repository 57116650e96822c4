using Pare.Data;

namespace Pare.Torch.Training;

/// <summary>Batches as torch tensors.</summary>
internal static class BatchTensors
{
    /// <summary>The inputs, float [batch, ...].</summary>
    public static TorchTensor ToTensor(this Batch batch) => torch.tensor(batch.Inputs, [.. batch.Shape.Select(d => (long)d)]);

    /// <summary>The labels, int64 [batch].</summary>
    public static TorchTensor ToLabels(this Batch batch) => torch.tensor(Array.ConvertAll(batch.Labels, label => (long)label));

    /// <summary>What the examples are to be mapped to, [batch, 2 · points].</summary>
    public static TorchTensor ToPoints(this Batch batch) => torch.tensor(batch.Points, [batch.Count, batch.Points.Length / batch.Count]);

    /// <summary>What errors are divided by, [batch].</summary>
    public static TorchTensor ToUnits(this Batch batch) => torch.tensor(batch.Units);
}
