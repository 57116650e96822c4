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
        double value = 0, sum = 0;
        foreach (var batch in BatchLoader.Epoch(data, BatchSize, preprocess, null, seed: 0, epoch: 0, shuffle: false))
        {
            using var scope = torch.NewDisposeScope();
            var score = loss.Summed(graph.Forward(batch.ToTensor(), training: false), batch);
            value += score.Value;
            sum += score.Loss;
        }
        return new Score(value / data.Count, sum / data.Count);
    }
}
