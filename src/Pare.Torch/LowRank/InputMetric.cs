namespace Pare.Torch.LowRank;

/// <summary>
/// Second moments H of a layer's inputs as torch sees them: w·H·wᵀ is the mean square of an output. Where there is none (null), H is the identity, and
/// errors are those of weights.
/// </summary>
internal sealed class InputMetric
{
    private readonly List<(int First, TorchTensor Values)> _blocks;
    private readonly int _size;

    private InputMetric(List<(int First, TorchTensor Values)> blocks)
    {
        _blocks = blocks;
        _size = blocks.Sum(b => (int)b.Values.shape[0]);
        Mean = blocks.Sum(b => b.Values.trace().to(torch.float64).item<double>()) / _size;
    }

    /// <summary>Mean of the diagonal: an input's mean square.</summary>
    public double Mean { get; }

    /// <summary>The moments of a layer without groups; null where nothing is known.</summary>
    public static InputMetric? Of(InputMoments? moments, torch.ScalarType type) => moments is null ? null
        : new([.. moments.Blocks.Select(b => (b.First, torch.tensor(b.Values).reshape(b.Size, b.Size).to(type)))]);

    /// <summary>A metric of one block.</summary>
    public static InputMetric Of(TorchTensor matrix) => new([(0, matrix)]);

    /// <summary>x·H, for x of [rows, inputs].</summary>
    public TorchTensor Times(TorchTensor x) => _blocks.Count == 1 ? x.matmul(_blocks[0].Values)
        : torch.cat([.. _blocks.Select(b => x.slice(1, b.First, b.First + b.Values.shape[0], 1).matmul(b.Values))], 1);

    /// <summary>H as one matrix, [inputs, inputs].</summary>
    public TorchTensor Whole() => _blocks.Count == 1 ? _blocks[0].Values : torch.block_diag([.. _blocks.Select(b => b.Values)]);

    /// <summary>
    /// Moments of the slower of two axes that the inputs have, [inputs / fast, inputs / fast]: the mean over places of the faster one, as if places had
    /// nothing to do with each other.
    /// </summary>
    /// <param name="fast">Places of the faster axis.</param>
    public TorchTensor Marginal(int fast)
    {
        var slow = _size / fast;
        var sum = torch.zeros(slow, slow, dtype: _blocks[0].Values.dtype);
        foreach (var (first, values) in _blocks)
        {
            for (var place = 0; place < fast; place++)
            {
                // The block may begin between two places of the slower axis.
                var skipped = ((place - first) % fast + fast) % fast;
                if (skipped >= values.shape[0]) continue;
                var part = values.slice(0, skipped, values.shape[0], fast).slice(1, skipped, values.shape[0], fast);
                var (from, to) = ((first + skipped) / fast, (first + skipped) / fast + part.shape[0]);
                sum.slice(0, from, to, 1).slice(1, from, to, 1).add_(part, Scalars.One);
            }
        }
        return sum.div(torch.tensor((double)fast, dtype: sum.dtype));
    }
}
