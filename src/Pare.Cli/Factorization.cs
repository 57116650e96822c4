using Pare.Data;
using Pare.LowRank;
using Pare.Onnx;
using Pare.Ort;
using Pare.Torch.LowRank;

namespace Pare.Cli;

/// <summary>What a factorised network is asked for.</summary>
internal sealed record FactorizationRequest
{
    public required Model Model { get; init; }
    public required FactorizeOptions Options { get; init; }

    /// <summary>Examples whose layers' outputs are to err little; null for factors of the weights alone.</summary>
    public IDataset? Examples { get; init; }

    /// <summary>From examples to the model's input.</summary>
    public Preprocess Preprocess { get; init; } = new();
    public int Threads { get; init; }

    /// <summary>Told what is being done and which share of it.</summary>
    public Action<string, double> Progress { get; init; } = (_, _) => { };
    public CancellationToken Cancel { get; init; }
}

/// <summary>From a network to a factorised one: second moments of layers' inputs by ONNX Runtime, factors by torch.</summary>
internal static class Factorization
{
    /// <exception cref="BadInputException">No layer can be factorised, a rank is too high, or the multiply-adds cannot be reached.</exception>
    public static FactorizeResult Run(FactorizationRequest request)
    {
        var model = Simplify.Run(request.Model);
        var layers = FactorLayers.Of(model, request.Options.Validate());
        List<FactorLayer> open = [.. layers.Where(l => l.Reason is null)];
        if (open.Count == 0) throw new BadInputException(layers.Count == 0 ? "the model has no Conv, MatMul or Gemm with constant weights" : $"no layer can be factorised; '{layers[0].Name}': {layers[0].Reason}");
        return LowRankNetwork.Factorize(model, layers, request.Options, Moments(), request.Threads, Shown("factorising"), request.Cancel);

        IReadOnlyDictionary<string, InputMoments> Moments()
        {
            if (request.Examples is null) return new Dictionary<string, InputMoments>();
            string[] outputs = [.. open.Select(l => l.Layer.Node.Outputs[0])];
            var inputs = CalibrationData.Of(model, outputs, request.Examples, request.Preprocess);
            return Quantization.MomentsOf(model, outputs, inputs, new OrtOptions { Threads = request.Threads }, Shown("second moments"));
        }

        Relay<double> Shown(string what) => new(share =>
        {
            request.Cancel.ThrowIfCancellationRequested();
            request.Progress(what, share);
        });
    }
}
