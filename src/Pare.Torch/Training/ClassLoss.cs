using Pare.Data;
using Pare.Onnx;
using Pare.Recipes;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace Pare.Torch.Training;

/// <summary>
/// Cross-entropy of a network's outputs, whichever form they leave the graph in (scores, probabilities or their logarithms, [batch,
/// classes] with any trailing dimensions of 1), and the teacher's share of it (Hinton et al. 2015).
/// </summary>
internal sealed class ClassLoss(Model model, TrainOptions options) : Loss
{
    private readonly string _last = new GraphIndex(model.Graph).Producer(model.Graph.Outputs[0].Name)?.OpType ?? "";

    public override torch.Tensor Of(torch.Tensor output, Batch batch, torch.Tensor? teacher) => Of(output, batch.ToLabels(), teacher);

    /// <param name="labels">Classes, [batch].</param>
    public torch.Tensor Of(torch.Tensor output, torch.Tensor labels, torch.Tensor? teacher)
    {
        var logits = Logits(output);
        var hard = functional.cross_entropy(logits, labels, label_smoothing: options.LabelSmoothing);
        if (teacher is null) return hard;
        var t = options.Temperature;
        using Scalar temperature = t, hardShare = 1 - options.TeacherShare, softShare = options.TeacherShare * t * t / output.shape[0];
        var soft = functional.kl_div(
            functional.log_softmax(logits.div(temperature), 1), functional.softmax(Logits(teacher).div(temperature), 1), log_target: false, reduction: Reduction.Sum);
        return hard.mul(hardShare).Plus(soft.mul(softShare));
    }

    public override (torch.Tensor Scores, torch.Tensor Loss) Score(torch.Tensor output, Batch batch)
    {
        var labels = batch.ToLabels();
        var logits = Logits(output);
        return (logits.argmax(1).eq(labels), functional.cross_entropy(logits, labels, reduction: Reduction.Sum));
    }

    // The logarithm of a softmax differs from the scores before it by a constant an example, which cross-entropy ignores.
    private torch.Tensor Logits(torch.Tensor output)
    {
        var flat = output.reshape(output.shape[0], -1);
        if (_last != "Softmax") return flat;
        return flat.clamp_min(Scalars.Of(1e-12)).log();
    }
}
