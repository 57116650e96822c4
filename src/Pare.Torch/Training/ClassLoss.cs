using Pare.Data;
using Pare.Onnx;
using Pare.Profile;
using Pare.Recipes;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace Pare.Torch.Training;

/// <summary>
/// Cross-entropy of a network's outputs, whichever form they leave the graph in (scores, probabilities or their logarithms, [batch,
/// classes] with any trailing dimensions of 1), and the teachers' share of it (Hinton et al. 2015).
/// </summary>
internal sealed class ClassLoss(Model model, TrainOptions options) : Loss
{
    private readonly bool _areScores = ClassScores.Are(model.Graph);
    private readonly bool _isSoftmax = ClassScores.Are(model.Graph) && EndsInSoftmax(new GraphIndex(model.Graph), model.Graph.Outputs[0].Name);

    public override torch.Tensor Of(torch.Tensor output, Batch batch) => Of(output, batch.ToLabels());

    /// <param name="labels">Classes, [batch].</param>
    public torch.Tensor Of(torch.Tensor output, torch.Tensor labels) => functional.cross_entropy(Plain(output), labels, label_smoothing: options.LabelSmoothing);

    /// <summary>
    /// The distance (Kullback-Leibler) to the mean of the teachers' softened probabilities, times T² so that its gradients keep their size. Of outputs that are no scores
    /// of classes |a - b|² / |a|² an example, a being the mean of the teachers.
    /// </summary>
    public override torch.Tensor Following(torch.Tensor output, Batch batch, IReadOnlyList<torch.Tensor> teachers)
    {
        if (!_areScores)
        {
            var mean = Mean(teachers, teachers.Count);
            return Plain(output).Minus(mean).square().sum([1L]).div(mean.square().sum([1L]).clamp_min(Scalars.Of(1e-12))).mean();
        }
        var t = options.Temperature;
        using Scalar temperature = t, factor = t * t / output.shape[0];
        var said = Mean(teachers.Select(logits => functional.softmax(logits.div(temperature), 1)), teachers.Count);
        return functional.kl_div(functional.log_softmax(Plain(output).div(temperature), 1), said, log_target: false, reduction: Reduction.Sum).mul(factor);
    }

    // The logarithm of a softmax differs from the scores before it by a constant an example, which cross-entropy ignores.
    public override torch.Tensor Plain(torch.Tensor output)
    {
        var flat = output.reshape(output.shape[0], -1);
        return _isSoftmax ? flat.clamp_min(Scalars.Of(1e-12)).log() : flat;
    }

    // Past nodes that give on what they are given, in another form.
    private static bool EndsInSoftmax(GraphIndex index, string value)
    {
        while (index.Producer(value) is { } node)
        {
            if (node.OpType == "Softmax") return true;
            if (node.OpType is not ("Identity" or "Cast" or "Reshape" or "Flatten" or "Squeeze" or "QuantizeLinear" or "DequantizeLinear")) return false;
            value = node.Inputs[0];
        }
        return false;
    }

    public override (torch.Tensor Scores, torch.Tensor Loss) Score(torch.Tensor output, Batch batch)
    {
        var labels = batch.ToLabels();
        var logits = Plain(output);
        return (logits.argmax(1).eq(labels), functional.cross_entropy(logits, labels, reduction: Reduction.Sum));
    }
}
