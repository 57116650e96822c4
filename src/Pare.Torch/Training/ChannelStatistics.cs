using Pare.Data;
using Pare.Onnx;
using Pare.Recipes;
using Pare.Torch.Training.Distilling;
using TorchSharp;

namespace Pare.Torch.Training;

/// <summary>Mean and variance of each channel of what convolutions give, over some of the training examples.</summary>
internal static class ChannelStatistics
{
    private const int Examples = 512;
    private const int BatchSize = 16;

    /// <summary>By the output of the convolution, for every one that can carry a BatchNormalization.</summary>
    public static Dictionary<string, (float[] Mean, float[] Variance)> Of(TrainJob job, CancellationToken cancellation)
    {
        var sites = BatchNorms.Sites(job.Model);
        using var scope = torch.NewDisposeScope();
        using var noGradients = torch.no_grad();
        using var graph = new TorchGraph(InnerValues.Expose(job.Model, sites, "network"));
        var sums = new Dictionary<string, (torch.Tensor Sum, torch.Tensor Squares, long Count)>();
        foreach (var batch in BatchLoader.Epoch(Subset.Draw(job.Train, Math.Min(Examples, job.Train.Count), job.Options.Seed), BatchSize, job.Preprocess, null, seed: 0, epoch: 0, shuffle: false, ahead: Cores.AreSpare))
        {
            cancellation.ThrowIfCancellationRequested();
            using var inner = torch.NewDisposeScope();
            var values = graph.Run(batch.ToTensor(), training: false);
            foreach (var site in sites)
            {
                var byChannel = values[site].transpose(0, 1).flatten(1).to(torch.float64);
                var (sum, squares, count) = (byChannel.sum(1), byChannel.square().sum(1), byChannel.shape[1]);
                if (sums.TryGetValue(site, out var old)) (sum, squares, count) = (sum.add_(old.Sum), squares.add_(old.Squares), count + old.Count);
                sums[site] = (sum.MoveToOuterDisposeScope(), squares.MoveToOuterDisposeScope(), count);
            }
        }
        return sums.ToDictionary(s => s.Key, s => Moments(s.Value.Sum.data<double>().ToArray(), s.Value.Squares.data<double>().ToArray(), s.Value.Count));
    }

    private static (float[] Mean, float[] Variance) Moments(double[] sum, double[] squares, long count)
    {
        var mean = sum.Select(s => s / count).ToArray();
        return ([.. mean.Select(m => (float)m)], [.. squares.Zip(mean, (s, m) => (float)Math.Max(0, s / count - m * m))]);
    }
}
