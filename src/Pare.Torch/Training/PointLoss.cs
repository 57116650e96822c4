using Pare.Data;
using Pare.Recipes;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace Pare.Torch.Training;

/// <summary>
/// Error of points, [batch, 2 · points], over the root of each example's unit: squared where small, absolute where large (Huber 1964). By the root, small faces count
/// for more than their pixels do, and the smallest, which are found last, do not drown the rest. The teachers' points, averaged, count as a second truth. The score is the
/// normalised mean error.
/// </summary>
internal sealed class PointLoss : Loss
{
    /// <summary>Where the loss turns from squared to absolute.</summary>
    private const double Turn = 0.1;

    public override torch.Tensor Of(torch.Tensor output, Batch batch) => Error(output, batch.ToPoints(), batch);

    public override torch.Tensor Following(torch.Tensor output, Batch batch, IReadOnlyList<torch.Tensor> teachers) => Error(output, Mean(teachers, teachers.Count), batch);

    public override torch.Tensor Plain(torch.Tensor output) => output.reshape(output.shape[0], -1);

    public override (torch.Tensor Scores, torch.Tensor Loss) Score(torch.Tensor output, Batch batch)
    {
        var units = batch.ToUnits().unsqueeze(1);
        var (points, truth) = (Plain(output).div(units), batch.ToPoints().div(units));
        var pairs = points.Minus(truth).reshape(batch.Count, -1, 2);
        using Scalar count = batch.Count;
        return (pairs.square().sum(2).sqrt().mean([1L]), Error(output, batch.ToPoints(), batch).mul(count));
    }

    private torch.Tensor Error(torch.Tensor output, torch.Tensor truth, Batch batch)
    {
        var roots = batch.ToUnits().sqrt().unsqueeze(1);
        return functional.smooth_l1_loss(Plain(output).div(roots), truth.div(roots), beta: Turn);
    }
}
