using Pare.Onnx;
using Pare.Recipes;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace Pare.Torch.Training;

/// <summary>Cross-entropy of a network's outputs, whichever form they leave the graph in, and the teacher's share of the loss.</summary>
internal sealed class Loss(Model model, TrainOptions options)
{
    private readonly string _last = new GraphIndex(model.Graph).Producer(model.Graph.Outputs[0].Name)?.OpType ?? "";

    /// <summary>The loss of a batch, a scalar.</summary>
    /// <param name="output">Scores, probabilities or their logarithms, [batch, classes] (any trailing dimensions of 1).</param>
    /// <param name="labels">Classes, [batch].</param>
    /// <param name="teacher">The teacher's output for the same batch; null without one.</param>
    public torch.Tensor Of(torch.Tensor output, torch.Tensor labels, torch.Tensor? teacher)
    {
        var logits = Logits(output);
        var hard = functional.cross_entropy(logits, labels, label_smoothing: options.LabelSmoothing);
        if (teacher is null) return hard;
        var t = options.Temperature;
        using Scalar temperature = t, hardShare = 1 - options.TeacherShare, softShare = options.TeacherShare * t * t / output.shape[0];
        var soft = functional.kl_div(
            functional.log_softmax(logits.div(temperature), 1), functional.softmax(Logits(teacher).div(temperature), 1), reduction: Reduction.Sum);
        return hard.mul(hardShare).Plus(soft.mul(softShare));
    }

    /// <summary>Cross-entropy without smoothing, summed over the batch.</summary>
    public torch.Tensor Summed(torch.Tensor output, torch.Tensor labels) => functional.cross_entropy(Logits(output), labels, reduction: Reduction.Sum);

    // The logarithm of a softmax differs from the scores before it by a constant an example, which cross-entropy ignores.
    private torch.Tensor Logits(torch.Tensor output)
    {
        var flat = output.reshape(output.shape[0], -1);
        if (_last != "Softmax") return flat;
        return flat.clamp_min(Scalars.Of(1e-12)).log();
    }
}
