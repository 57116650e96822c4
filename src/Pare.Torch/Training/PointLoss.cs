using Pare.Data;
using Pare.Recipes;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace Pare.Torch.Training;

/// <summary>
/// Error of points, [batch, 2 · points], over each example's unit: squared where small, absolute where large (Huber 1964), so that small faces
/// count as much as large ones and lost ones do not drown the rest. A teacher's points count as a second truth. The score is the normalised
/// mean error.
/// </summary>
internal sealed class PointLoss(TrainOptions options) : Loss
{
    /// <summary>Where the loss turns from squared to absolute, in units.</summary>
    private const double Turn = 0.5;

    public override torch.Tensor Of(torch.Tensor output, Batch batch, torch.Tensor? teacher)
    {
        var units = batch.ToUnits().unsqueeze(1);
        var points = output.reshape(output.shape[0], -1).div(units);
        var hard = functional.smooth_l1_loss(points, batch.ToPoints().div(units), beta: Turn);
        if (teacher is null) return hard;
        using Scalar hardShare = 1 - options.TeacherShare, softShare = options.TeacherShare;
        var soft = functional.smooth_l1_loss(points, teacher.reshape(output.shape[0], -1).div(units), beta: Turn);
        return hard.mul(hardShare).Plus(soft.mul(softShare));
    }

    public override (torch.Tensor Scores, torch.Tensor Loss) Score(torch.Tensor output, Batch batch)
    {
        var units = batch.ToUnits().unsqueeze(1);
        var (points, truth) = (output.reshape(batch.Count, -1).div(units), batch.ToPoints().div(units));
        var pairs = points.Minus(truth).reshape(batch.Count, -1, 2);
        using Scalar count = batch.Count;
        return (pairs.square().sum(2).sqrt().mean([1L]), functional.smooth_l1_loss(points, truth, beta: Turn).mul(count));
    }
}
