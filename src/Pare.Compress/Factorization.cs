using Pare.Data;
using Pare.LowRank;
using Pare.Onnx;
using Pare.Ort;
using Pare.Torch.LowRank;

namespace Pare.Compress;

/// <summary>What a factorised network is asked for.</summary>
public sealed record FactorizationRequest
{
    public required Model Model { get; init; }
    public required FactorizeOptions Options { get; init; }

    /// <summary>Examples whose layers' outputs are to err little; null for factors of the weights alone.</summary>
    public IDataset? Examples { get; init; }

    /// <summary>From examples to the model's input.</summary>
    public Preprocess Preprocess { get; init; } = new();
    public int Threads { get; init; }

    /// <summary>Gives, for what is about to be done, whom to tell which share of it is.</summary>
    public required Func<string, IProgress<double>> Progress { get; init; }
    public CancellationToken Cancel { get; init; }
}

/// <summary>From a network to a factorised one: second moments of layers' inputs by ONNX Runtime, factors by torch.</summary>
public static class Factorization
{
    /// <exception cref="BadInputException">No layer can be factorised, a rank is too high, or the multiply-adds cannot be reached.</exception>
    public static FactorizeResult Run(FactorizationRequest request)
    {
        var model = Simplify.Run(request.Model);
        var layers = FactorLayers.Of(model, request.Options.Validate());
        List<FactorLayer> open = [.. layers.Where(l => l.Reason is null)];
        if (open.Count == 0) throw new BadInputException(layers.Count == 0 ? "the model has no Conv, MatMul or Gemm with constant weights" : $"no layer can be factorised; '{layers[0].Name}': {layers[0].Reason}");
        var moments = request.Examples is null
            ? new Dictionary<string, InputMoments>()
            : Moments.Of(model, [.. open.Select(l => l.Layer.Node.Outputs[0])], request.Examples, request.Preprocess, new OrtOptions { Threads = request.Threads }, request.Progress("second moments"));
        return LowRankNetwork.Factorize(model, layers, request.Options, moments, request.Threads, request.Progress("factorising"), request.Cancel);
    }
}
