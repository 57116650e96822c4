using Pare.Data;
using Pare.Recipes;
using TorchSharp;

namespace Pare.Torch.Training;

/// <summary>Scores the graph being trained on held-out data, where it stands.</summary>
internal static class Scorer
{
    private const int BatchSize = 500;

    public static Score Score(TorchGraph graph, Loss loss, IDataset data, Preprocess preprocess)
    {
        using var noGradient = torch.no_grad();
        double sum = 0;
        long right = 0;
        foreach (var batch in BatchLoader.Epoch(data, BatchSize, preprocess, null, seed: 0, epoch: 0, shuffle: false))
        {
            using var scope = torch.NewDisposeScope();
            var labels = batch.ToLabels();
            var output = graph.Forward(batch.ToTensor(), training: false);
            sum += loss.Summed(output, labels).item<float>();
            right += output.reshape(batch.Count, -1).argmax(1).eq(labels).sum().item<long>();
        }
        return new Score((double)right / data.Count, sum / data.Count);
    }
}
