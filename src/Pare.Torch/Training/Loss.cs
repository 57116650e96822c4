using Pare.Data;
using Pare.Onnx;
using Pare.Recipes;
using TorchSharp;

namespace Pare.Torch.Training;

/// <summary>What a network is trained to make small, and the score it is judged by.</summary>
internal abstract class Loss
{
    /// <summary>The loss that suits the data: cross-entropy for classes, the mean squared error for points.</summary>
    public static Loss For(Model model, TrainOptions options, IDataset data) => data is IPointDataset ? new PointLoss(options) : new ClassLoss(model, options);

    /// <summary>The loss of a batch, a scalar.</summary>
    /// <param name="output">The network's output, [batch, ...].</param>
    /// <param name="teacher">The teacher's output for the same batch; null without one.</param>
    public abstract torch.Tensor Of(torch.Tensor output, Batch batch, torch.Tensor? teacher);

    /// <summary>The score of each example, [batch], and the loss (without smoothing or teacher) summed over them.</summary>
    public abstract (torch.Tensor Scores, torch.Tensor Loss) Score(torch.Tensor output, Batch batch);
}
