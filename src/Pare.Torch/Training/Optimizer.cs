using Pare.Recipes;
using TorchSharp;

namespace Pare.Torch.Training;

/// <summary>
/// SGD with momentum, Adam and AdamW, written out so that the moments can be saved, carried over an edit of the graph,
/// and read as a diagonal Fisher. Pinned zeros stay exactly zero: neither gradient, momentum nor decay moves them. Scales of codes
/// move by shares of themselves under Adam, since they may be as small as a step of the weights; under every method by half at most, so that they keep their sign.
/// </summary>
internal sealed class Optimizer : IDisposable
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;
    private const double Epsilon = 1e-8;

    private readonly TrainOptions _options;
    private readonly Dictionary<string, Slot> _slots = [];

    /// <param name="parameters">The trained tensors by name.</param>
    /// <param name="pinned">Names of those whose zeros must stay.</param>
    /// <param name="decayed">Names of those that weight decay acts on.</param>
    /// <param name="grids">Names of those that are scales or zero points of codes.</param>
    public Optimizer(TrainOptions options, IReadOnlyDictionary<string, torch.Tensor> parameters, IReadOnlySet<string> pinned, IReadOnlySet<string> decayed, IReadOnlySet<string> grids)
    {
        _options = options;
        using var scope = torch.NewDisposeScope();
        foreach (var (name, parameter) in parameters)
        {
            var mask = pinned.Contains(name) ? parameter.detach().ne(Scalars.Of(0)).to_type(torch.ScalarType.Float32) : null;
            _slots[name] = new Slot(
                parameter,
                torch.zeros_like(parameter).MoveToOuterDisposeScope(),
                options.Optimizer == OptimizerKind.Sgd ? null : torch.zeros_like(parameter).MoveToOuterDisposeScope(),
                mask?.MoveToOuterDisposeScope(),
                decayed.Contains(name),
                grids.Contains(name));
        }
    }

    /// <summary>Steps taken by each parameter's moments; they start anew where an edit changed a parameter's shape.</summary>
    private sealed record Slot(torch.Tensor Parameter, torch.Tensor First, torch.Tensor? Second, torch.Tensor? Mask, bool Decays, bool IsGrid)
    {
        public int Steps { get; set; }
    }

    /// <summary>One update of every parameter that has a gradient, which is then cleared.</summary>
    public void Step(double learningRate)
    {
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        foreach (var slot in _slots.Values)
        {
            var gradient = slot.Parameter.grad;
            if (gradient is null) continue;
            slot.Steps++;
            if (slot.Mask is { } mask) gradient.mul_(mask);
            if (slot.Decays && _options.WeightDecay > 0)
            {
                using Scalar decay = _options.WeightDecay, shrink = 1 - learningRate * _options.WeightDecay;
                if (_options.Optimizer == OptimizerKind.AdamW) slot.Parameter.mul_(shrink);
                else gradient.add_(slot.Parameter, alpha: decay);
            }
            if (slot.Second is null) StepSgd(slot, gradient, learningRate);
            else StepAdam(slot, slot.Second, gradient, learningRate);
            gradient.zero_();
        }
    }

    /// <summary>Running mean of the squared gradient of every parameter, without the bias of its start at zero.</summary>
    public Dictionary<string, float[]> MeanSquaredGradients()
    {
        var result = new Dictionary<string, float[]>();
        using var scope = torch.NewDisposeScope();
        foreach (var (name, slot) in _slots)
        {
            if (slot.Second is null || slot.Steps == 0) continue;
            using Scalar correction = 1 - Math.Pow(Beta2, slot.Steps);
            result[name] = slot.Second.div(correction).contiguous().data<float>().ToArray();
        }
        return result;
    }

    /// <summary>Takes over the moments of another optimizer for parameters of the same name and shape.</summary>
    public void CarryFrom(Optimizer other)
    {
        using var noGradient = torch.no_grad();
        foreach (var (name, slot) in _slots)
        {
            if (!other._slots.TryGetValue(name, out var old) || !old.Parameter.shape.SequenceEqual(slot.Parameter.shape)) continue;
            slot.First.copy_(old.First);
            slot.Second?.copy_(old.Second!);
            slot.Steps = old.Steps;
            if (slot.Mask is not { } mask) continue;
            slot.First.mul_(mask);
            slot.Second?.mul_(mask);
        }
    }

    /// <summary>Every moment by name, which weights may move (null for all), and the steps, for a checkpoint.</summary>
    public IEnumerable<(string Name, torch.Tensor First, torch.Tensor? Second, torch.Tensor? Mask, int Steps)> State =>
        _slots.Select(s => (s.Key, s.Value.First, s.Value.Second, s.Value.Mask, s.Value.Steps));

    /// <summary>Puts one parameter's moments back from a checkpoint, and its mask, which a rounded parameter no longer tells.</summary>
    public void Restore(string name, torch.Tensor first, torch.Tensor? second, torch.Tensor? mask, int steps)
    {
        using var noGradient = torch.no_grad();
        var slot = _slots[name];
        slot.First.copy_(first);
        if (second is not null) slot.Second?.copy_(second);
        if (mask is not null) slot.Mask?.copy_(mask);
        slot.Steps = steps;
    }

    public void Dispose()
    {
        foreach (var slot in _slots.Values)
        {
            slot.First.Dispose();
            slot.Second?.Dispose();
            slot.Mask?.Dispose();
        }
    }

    private void StepSgd(Slot slot, torch.Tensor gradient, double learningRate)
    {
        using Scalar rate = -learningRate;
        slot.First.mul_(Scalars.Of(_options.Momentum)).add_(gradient, alpha: Scalars.One);
        if (slot.IsGrid) MoveByShare(slot.Parameter, slot.First.mul(rate).div_(slot.Parameter.abs()));
        else slot.Parameter.add_(slot.First, alpha: rate);
    }

    private static void StepAdam(Slot slot, torch.Tensor second, torch.Tensor gradient, double learningRate)
    {
        // Epsilon stands inside the bias correction, as in the paper's efficient form.
        var correction = Math.Sqrt(1 - Math.Pow(Beta2, slot.Steps));
        using Scalar epsilon = Epsilon * correction, rate = -learningRate * correction / (1 - Math.Pow(Beta1, slot.Steps));
        slot.First.mul_(Scalars.Of(Beta1)).add_(gradient, alpha: Scalars.Of(1 - Beta1));
        second.mul_(Scalars.Of(Beta2)).addcmul_(gradient, gradient, Scalars.Of(1 - Beta2));
        var spread = second.sqrt().add_(epsilon, alpha: Scalars.One);
        if (slot.IsGrid) MoveByShare(slot.Parameter, slot.First.div(spread).mul_(rate));
        else slot.Parameter.addcdiv_(slot.First, spread, rate);
    }

    private static void MoveByShare(torch.Tensor parameter, torch.Tensor share) =>
        parameter.addcmul_(parameter.abs(), share.clamp_(Scalars.Of(-0.5), Scalars.Of(0.5)), Scalars.One);
}
