using Pare.Onnx;

namespace Pare.Quantize;

public static partial class Sharer
{
    /// <summary>
    /// Shares a part of each layer's weights for good, those whose codes are the most certain first, and leaves the others
    /// free: <c>Where(frozen, Gather(codebook, codes), free)</c>, an ordinary graph to go on training. Called again with a
    /// larger fraction after training, it finds codes for the free weights against the codebook as it is now. Weights that
    /// are frozen keep their codes, and their centroids the values that training gave them; other centroids are found anew.
    /// At fraction 1 the plain shared form is left. Layers in the plain shared form stay as they are.
    /// </summary>
    /// <param name="model">A dense or partly shared model; it is not changed.</param>
    /// <param name="options">How far to freeze, and how to share.</param>
    /// <param name="importance">As in <see cref="Share"/>; the name may also be that of the free part.</param>
    /// <exception cref="BadInputException">As in <see cref="Share"/>; or the model's operators are older than version 9, which has no Where.</exception>
    public static StepResult Freeze(Model model, FreezeOptions options, IReadOnlyDictionary<string, float[]>? importance = null)
    {
        options.Validate();
        if (options.Fraction < 1 && model.OpsetVersion < PartlySharedWeight.MinOpset)
            throw new BadInputException($"the model uses operator set {model.OpsetVersion}; freezing in parts needs {PartlySharedWeight.MinOpset} or later");
        var index = new GraphIndex(model.Graph);
        var forms = new Dictionary<string, WeightForm>();
        var changes = new List<LayerChange>();
        var layers = LayerWeights.Of(index, options.Sharing, importance);
        var prices = BitPrice.Of(layers, options.Sharing.Lambda);
        foreach (var layer in layers)
        {
            if (layer.IsShared) continue;
            var step = FreezingStep.Take(layer, prices.For(layer), options);
            forms[layer.Name] = step.Form(layer, model.OpsetVersion);
            changes.Add(step.Codes.Change(layer.Layer.Name, step.FrozenShare));
            if (options.Fraction >= 1 && ChangeBias(index, layer.Layer, options.Sharing, model.OpsetVersion) is var (name, form)) forms[name] = form;
        }
        return new StepResult(WeightForm.Replace(model, forms), "freeze", changes);
    }
}
