using Pare.Data;
using Pare.Onnx;
using Pare.Recipes;
using TorchSharp;

namespace Pare.Torch.Training;

/// <summary>What a weight's saliency w² · v is worked out from.</summary>
public enum CurvatureKind
{
    /// <summary>v = g², g the gradient of the mean loss: first-order Taylor expansion (Molchanov et al. 2019).</summary>
    Taylor,

    /// <summary>v = the mean over examples of g²: the empirical Fisher information's diagonal.</summary>
    Fisher,

    /// <summary>v = the Hessian's diagonal, by Hutchinson's estimate z · (H·z) with signs z (LeCun et al., Optimal Brain Damage, 1990).</summary>
    Obd,
}

/// <summary>A measurement of the loss's curvature, as data for pruning.</summary>
/// <param name="Values">One value a weight, by the constant's name, in its order.</param>
/// <param name="Noise">For Hutchinson's estimate: the standard error over the root mean square of the values; 0 for others.</param>
public sealed record CurvatureRecord(IReadOnlyDictionary<string, float[]> Values, double Noise);

/// <summary>Measures first and second derivatives of the loss by every weight of a graph.</summary>
public static class Curvature
{
    private const int BatchSize = 100;

    /// <summary>Weights up to which the Hessian's diagonal is worked out element by element.</summary>
    private const int MaxExact = 2000;

    /// <summary>Measures on labelled examples, without training.</summary>
    /// <param name="model">The network; statistics of BatchNormalization are its running ones.</param>
    /// <param name="kind">What to measure.</param>
    /// <param name="probes">For Hutchinson's estimate: passes over the data with new signs, 2 or more.</param>
    /// <param name="seed">Where the signs start.</param>
    /// <param name="progress">Told the share that is done.</param>
    /// <exception cref="BadInputException">The data do not fit the network, or an operator has no derivative here.</exception>
    public static CurvatureRecord Of(Model model, IDataset data, Preprocess preprocess, CurvatureKind kind, int probes = 16, int seed = 0, IProgress<double>? progress = null)
    {
        using var run = new Measurement(model, data, preprocess);
        if (kind != CurvatureKind.Obd)
        {
            // One example's gradient at a time; the mean gradient needs no such care.
            run.Pass(kind == CurvatureKind.Fisher ? 1 : BatchSize, create: false, (gradients, share) => run.Add(gradients, kind == CurvatureKind.Fisher ? 2 : 1, share), progress);
            return new CurvatureRecord(run.Take(power: kind == CurvatureKind.Taylor ? 2 : 1), 0);
        }
        if (run.Weights <= MaxExact)
        {
            run.Pass(BatchSize, create: true, run.AddDiagonal, progress);
            return Mean([run.Take(power: 1)]);
        }
        var estimates = new List<IReadOnlyDictionary<string, float[]>>();
        for (var probe = 0; probe < probes; probe++)
        {
            var start = probe;
            run.DrawSigns(seed * 1_000_003L + probe);
            run.Pass(BatchSize, create: true, run.AddProducts, new Relay<double>(share => progress?.Report((start + share) / probes)));
            estimates.Add(run.Take(power: 1));
        }
        return Mean(estimates);
    }

    // The mean of independent estimates, and how far it may be off.
    private static CurvatureRecord Mean(List<IReadOnlyDictionary<string, float[]>> estimates)
    {
        double variance = 0, size = 0;
        var values = new Dictionary<string, float[]>();
        foreach (var name in estimates[0].Keys)
        {
            var mean = new float[estimates[0][name].Length];
            for (var i = 0; i < mean.Length; i++)
            {
                double sum = 0, squares = 0;
                foreach (var estimate in estimates) (sum, squares) = (sum + estimate[name][i], squares + (double)estimate[name][i] * estimate[name][i]);
                mean[i] = (float)(sum / estimates.Count);
                variance += Math.Max(0, squares / estimates.Count - sum / estimates.Count * (sum / estimates.Count)) / Math.Max(1, estimates.Count - 1);
                size += (double)mean[i] * mean[i];
            }
            // A weight where the loss curves down has nothing to lose by this measure.
            values[name] = Array.ConvertAll(mean, v => MathF.Max(v, 0));
        }
        return new CurvatureRecord(values, size == 0 ? 0 : Math.Sqrt(variance / size));
    }

    /// <summary>A graph with its data, and sums over them.</summary>
    private sealed class Measurement : IDisposable
    {
        private readonly IDataset _data;
        private readonly Preprocess _preprocess;
        private readonly TorchGraph _graph;
        private readonly Loss _loss;
        private readonly List<string> _names;
        private readonly List<TorchTensor> _parameters;
        private readonly List<TorchTensor> _sums;
        private List<TorchTensor> _signs = [];

        public Measurement(Model model, IDataset data, Preprocess preprocess)
        {
            (_data, _preprocess) = (data, preprocess);
            Trainer.OutputOf(model, "network");
            _graph = new TorchGraph(model);
            _loss = Loss.For(model, new TrainOptions(), data);
            _names = [.. _graph.Parameters.Keys];
            _parameters = [.. _graph.Parameters.Values];
            _sums = _parameters.ConvertAll(p => torch.zeros(p.shape));
        }

        public long Weights => _parameters.Sum(p => p.numel());

        /// <summary>Gives the gradients of each batch's mean loss, with the batch's share of the data.</summary>
        public void Pass(int batchSize, bool create, Action<List<TorchTensor>, double> see, IProgress<double>? progress)
        {
            var seen = 0;
            foreach (var batch in BatchLoader.Epoch(_data, batchSize, _preprocess, null, seed: 0, epoch: 0, shuffle: false, ahead: Cores.AreSpare))
            {
                using var scope = torch.NewDisposeScope();
                var value = _loss.Of(_graph.Forward(batch.ToTensor(), training: false, gradients: true), batch);
                see([.. torch.autograd.grad([value], _parameters, retain_graph: create, create_graph: create)], (double)batch.Count / _data.Count);
                seen += batch.Count;
                progress?.Report((double)seen / _data.Count);
            }
        }

        public void Add(List<TorchTensor> gradients, int power, double share)
        {
            using Scalar factor = share;
            for (var i = 0; i < gradients.Count; i++) _sums[i].add_(power == 2 ? gradients[i].square() : gradients[i], factor);
        }

        public void DrawSigns(long seed)
        {
            foreach (var sign in _signs) sign.Dispose();
            torch.manual_seed(seed);
            _signs = _parameters.ConvertAll(p =>
            {
                using var bits = torch.randint(0, 2, p.shape);
                using var twice = bits.to(torch.float32).Times(2);
                return twice.Plus(-1);
            });
        }

        /// <summary>Adds z · (H·z), H·z being the derivative of g·z.</summary>
        public void AddProducts(List<TorchTensor> gradients, double share)
        {
            using Scalar factor = share;
            var along = gradients.Select((g, i) => g.mul(_signs[i]).sum()).Aggregate((a, b) => a.Plus(b));
            var products = torch.autograd.grad([along], _parameters);
            for (var i = 0; i < _sums.Count; i++) _sums[i].add_(products[i].mul(_signs[i]), factor);
        }

        /// <summary>Adds the diagonal, one second derivative after the other.</summary>
        public void AddDiagonal(List<TorchTensor> gradients, double share)
        {
            for (var i = 0; i < gradients.Count; i++)
            {
                var flat = gradients[i].reshape(-1);
                var sums = _sums[i].reshape(-1);
                for (var k = 0L; k < flat.shape[0]; k++)
                {
                    using var scope = torch.NewDisposeScope();
                    using Scalar factor = share;
                    var second = torch.autograd.grad([flat[k]], [_parameters[i]], retain_graph: true)[0];
                    sums[k].add_(second.reshape(-1)[k], factor);
                }
            }
        }

        /// <summary>What was added, to a power; the sums start anew.</summary>
        public Dictionary<string, float[]> Take(int power)
        {
            using var scope = torch.NewDisposeScope();
            using var noGradient = torch.no_grad();
            var values = _names.Zip(_sums, (n, s) => (n, (power == 2 ? s.square() : s).contiguous().data<float>().ToArray())).ToDictionary();
            foreach (var sum in _sums) sum.zero_();
            return values;
        }

        public void Dispose()
        {
            foreach (var tensor in _sums.Concat(_signs)) tensor.Dispose();
            _graph.Dispose();
        }
    }
}
