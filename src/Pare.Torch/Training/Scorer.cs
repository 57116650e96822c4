using Pare.Data;
using Pare.Recipes;
using TorchSharp;

namespace Pare.Torch.Training;

/// <summary>Scores the graph being trained on held-out data, where it stands.</summary>
internal static class Scorer
{
    private const int BatchSize = 500;

    /// <param name="output">The graph's output that is scored.</param>
    public static Score Score(TorchGraph graph, string output, Loss loss, IDataset data, Preprocess preprocess)
    {
        using var noGradient = torch.no_grad();
        var each = new List<float>(data.Count);
        double sum = 0;
        foreach (var batch in BatchLoader.Epoch(data, BatchSize, preprocess, null, seed: 0, epoch: 0, shuffle: false, ahead: Cores.AreSpare))
        {
            using var scope = torch.NewDisposeScope();
            var (scores, lost) = loss.Score(graph.Run(batch.ToTensor(), training: false)[output], batch);
            each.AddRange(scores.to(torch.float32).data<float>());
            sum += lost.item<float>();
        }
        return new Score(each.Sum(s => (double)s) / data.Count, sum / data.Count) { Each = each };
    }
}
