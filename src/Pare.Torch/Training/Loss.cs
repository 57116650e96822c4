using Pare.Data;
using Pare.Onnx;
using Pare.Recipes;
using TorchSharp;

namespace Pare.Torch.Training;

/// <summary>What a network is trained to make small, and the score it is judged by.</summary>
internal abstract class Loss
{
    /// <summary>The loss that suits the data: cross-entropy for classes, the mean squared error for points.</summary>
    public static Loss For(Model model, TrainOptions options, IDataset data) => data is IPointDataset ? new PointLoss() : new ClassLoss(model, options);

    /// <summary>The loss of a batch by the truth, a scalar.</summary>
    /// <param name="output">The network's output, [batch, ...].</param>
    public abstract torch.Tensor Of(torch.Tensor output, Batch batch);

    /// <summary>The loss of a batch by what teachers say, a scalar.</summary>
    /// <param name="output">The network's output, [batch, ...].</param>
    /// <param name="teachers">What <see cref="Plain"/> makes of each teacher's output for the same batch; one or more.</param>
    public abstract torch.Tensor Following(torch.Tensor output, Batch batch, IReadOnlyList<torch.Tensor> teachers);

    /// <summary>The network's output as numbers that can be compared between networks: scores before any softmax, or points; [batch, numbers].</summary>
    public abstract torch.Tensor Plain(torch.Tensor output);

    /// <summary>The score of each example, [batch], and the loss (without smoothing or teacher) summed over them.</summary>
    public abstract (torch.Tensor Scores, torch.Tensor Loss) Score(torch.Tensor output, Batch batch);

    /// <summary>The mean of what several teachers say; of one, itself.</summary>
    protected static torch.Tensor Mean(IEnumerable<torch.Tensor> said, int count)
    {
        using Scalar number = count;
        var sum = said.Aggregate((a, b) => a.Plus(b));
        return count == 1 ? sum : sum.div(number);
    }
}
