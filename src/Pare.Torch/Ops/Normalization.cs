namespace Pare.Torch.Ops;

/// <summary>BatchNormalization, Instance- and LayerNormalization, LRN.</summary>
internal static class Normalization
{
    /// <summary>
    /// BatchNormalization over dimension 1. When training, statistics come from the batch, and the running ones move in place:
    /// running = running · momentum + batch · (1 − momentum), with the population's variance (ONNX, BatchNormalization-15).
    /// </summary>
    public static TorchTensor[] Batch(OpCall call)
    {
        var (x, scale, bias, mean, variance) = (call.X, call[1], call[2], call[3], call[4]);
        var epsilon = call.Node.Float("epsilon", 1e-5f);
        if (!call.Training && call.Node.Int("training_mode", 0) == 0)
            return [torch.nn.functional.batch_norm(x, mean, variance, scale, bias, false, 0, epsilon)];
        var momentum = call.Node.Float("momentum", 0.9f);
        TorchTensor before;
        // A graph that asks for training by itself does not own its statistics: it returns the moved ones.
        if (call.Training) before = variance.clone();
        else (before, mean, variance) = (variance, mean.clone(), variance.clone());
        var y = torch.nn.functional.batch_norm(x, mean, variance, scale, bias, true, 1 - (double)momentum, epsilon);
        using (torch.no_grad())
        {
            var count = (double)(x.numel() / x.shape[1]);
            var kept = before * momentum;
            variance.copy_(kept + ((variance - kept) * ((count - 1) / count)));
        }
        return [y, mean.alias(), variance.alias()];
    }
}
