using Pare.Onnx;
using Pare.Torch.Ops;
using Pare.Torch.Quantized;

namespace Pare.Torch;

/// <summary>
/// An ONNX graph that torch can run and train. Weights that training may change are <see cref="Parameters"/>, wherever they stand:
/// a layer's own, a shared codebook's, or behind a Q/DQ pair. Not safe for use from several threads at once.
/// </summary>
public sealed class TorchGraph : IDisposable
{
    private readonly Model _model;
    private readonly Plan _plan;
    private readonly Dictionary<string, TorchTensor> _parameters = [];
    private readonly Dictionary<string, TorchTensor> _buffers = [];
    private readonly Dictionary<string, TorchTensor> _constants = [];
    private readonly Dictionary<string, ElementType> _types = [];
    private readonly HashSet<string> _widened = [];
    private readonly CodedConstants _coded;

    /// <summary>Prepares the model's main graph: constants become torch tensors, what depends on constants alone is computed once.</summary>
    /// <param name="model">The model; it is not changed.</param>
    /// <param name="learned">What of a Q/DQ graph is among <see cref="Parameters"/>.</param>
    /// <exception cref="BadInputException">A node that the outputs need has an operator that training lacks; the message names both.</exception>
    public TorchGraph(Model model, Learned learned = Learned.Floats)
    {
        _model = model;
        var plan = Plan.Of(model);
        using var scope = torch.NewDisposeScope();
        using var noGradients = torch.no_grad();
        var index = new GraphIndex(model.Graph);
        var trainable = TrainableConstants.Of(index).ToHashSet();
        var statistics = plan.RunningStatistics;
        _coded = new CodedConstants(index, learned);
        foreach (var constant in plan.Constants)
        {
            _types[constant.Name] = constant.Type;
            if (statistics.Contains(constant.Name)) _buffers[constant.Name] = Held(constant.ToTorch());
            else if (_coded.Start(constant) is { } real) _parameters[constant.Name] = Held(real).requires_grad_(true);
            else if (!trainable.Contains(constant.Name)) _constants[constant.Name] = Held(constant.ToTorch());
            else
            {
                // A weight stored in 16 bits and computed with in 32 is trained in 32: small steps would be lost on it.
                var widened = constant.Type is ElementType.Float16 or ElementType.BFloat16 && TrainableConstants.IsWidened(index, constant.Name);
                if (widened) _widened.Add(constant.Name);
                _parameters[constant.Name] = Held(widened ? constant.ToTorch().to(torch.ScalarType.Float32) : constant.ToTorch()).requires_grad_(true);
            }
        }
        foreach (var value in model.Graph.Inputs.Concat(model.Graph.Values)) _types.TryAdd(value.Name, value.Type);
        _plan = _coded.Replace(Fold(plan)).With(Prepared);
        ReleaseUnused();
    }

    /// <summary>The weights that training may change, by the name of their constant. They require gradients.</summary>
    public IReadOnlyDictionary<string, TorchTensor> Parameters => _parameters;

    /// <summary>Those of them that are scales or zero points of codes.</summary>
    public IReadOnlySet<string> Grids => _parameters.Keys.Where(_coded.IsGrid).ToHashSet();

    /// <summary>Those of them that the file holds rounded: weights and biases in codes, learned zero points, weights stored in 16 bits and trained in 32.</summary>
    public IEnumerable<string> Rounded => _coded.Rounded.Where(_parameters.ContainsKey).Concat(_widened);

    /// <summary>The running statistics of BatchNormalization, by the name of their constant. Running with training set moves them.</summary>
    public IReadOnlyDictionary<string, TorchTensor> Buffers => _buffers;

    /// <summary>
    /// Computes the graph's outputs by name. The outputs belong to the caller's dispose scope.
    /// </summary>
    /// <param name="inputs">A tensor for every free input of the graph.</param>
    /// <param name="training">True to normalize by the batch, drop and move running statistics; otherwise statistics are the running ones and dropout does nothing.</param>
    /// <param name="gradients">Whether to record gradients; null for when training.</param>
    /// <exception cref="BadInputException">An input is missing, or a node cannot work on the shapes it gets.</exception>
    public IReadOnlyDictionary<string, TorchTensor> Run(IReadOnlyDictionary<string, TorchTensor> inputs, bool training, bool? gradients = null)
    {
        using var mode = torch.set_grad_enabled((gradients ?? training) && torch.is_grad_enabled());
        var live = new Dictionary<string, TorchTensor>();
        foreach (var name in _plan.Inputs)
            live[name] = inputs.TryGetValue(name, out var given) ? given.alias() : throw new BadInputException($"the graph's input '{name}' is not given");
        foreach (var step in _plan.Steps)
        {
            Evaluate(step, _plan, live, training);
            foreach (var name in step.LastUses)
                if (live.Remove(name, out var finished)) finished.Dispose();
        }
        return _plan.Outputs.ToDictionary(o => o, o => live.TryGetValue(o, out var value) ? value : Stored(o)!.alias());
    }

    /// <summary>Computes the output of a graph with one free input and one output. See <see cref="Run(IReadOnlyDictionary{string, TorchTensor}, bool, bool?)"/>.</summary>
    /// <exception cref="BadInputException">The graph has more than one input or output.</exception>
    public TorchTensor Forward(TorchTensor input, bool training, bool? gradients = null)
    {
        if (_plan.Inputs.Length != 1 || _plan.Outputs.Length != 1)
            throw new BadInputException($"the graph has {_plan.Inputs.Length} inputs and {_plan.Outputs.Length} outputs; one of each is expected here");
        return Run(input, training, gradients)[_plan.Outputs[0]];
    }

    /// <summary>Computes the outputs of a graph with one free input. See <see cref="Run(IReadOnlyDictionary{string, TorchTensor}, bool, bool?)"/>.</summary>
    /// <exception cref="BadInputException">The graph has more than one input.</exception>
    public IReadOnlyDictionary<string, TorchTensor> Run(TorchTensor input, bool training, bool? gradients = null)
    {
        if (_plan.Inputs.Length != 1) throw new BadInputException($"the graph has {_plan.Inputs.Length} inputs; one is expected here");
        // A network of flat examples takes pictures with as many values.
        if (_model.Graph.FreeInputs is [{ Shape.Length: 2 }] && input.dim() > 2) input = input.flatten(1);
        return Run(new Dictionary<string, TorchTensor> { [_plan.Inputs[0]] = input }, training, gradients);
    }

    /// <summary>The model with the present values of parameters and buffers (copies) in its constants; everything else is untouched.</summary>
    public Model ToModel()
    {
        var index = new GraphIndex(_model.Graph);
        using var scope = torch.NewDisposeScope();
        using var noGradients = torch.no_grad();
        var values = _parameters.Concat(_buffers).ToDictionary(p => p.Key, p => index.Constant(p.Key)!.WithValues(InFile(p.Key, p.Value)));
        foreach (var (name, scale) in _coded.TiedScales(n => Stored(n)!)) values[name] = index.Constant(name)!.WithValues(scale);
        return _model with { Graph = _model.Graph.ReplaceConstants(values) };
    }

    /// <summary>
    /// Takes over what rounding hides of another graph's weights: each that has the same code here goes on from where it stood between the codes.
    /// </summary>
    public void CarryFrom(TorchGraph other) => Carry(name => other.Rounded.Contains(name) ? other._parameters[name] : null);

    /// <summary>The same from the floats that codes were rounded from, by the codes' name.</summary>
    public void CarryFrom(IReadOnlyDictionary<string, Tensor> real) => Carry(name => real.GetValueOrDefault(name)?.ToTorch());

    private void Carry(Func<string, TorchTensor?> from)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradients = torch.no_grad();
        foreach (var name in Rounded)
        {
            if (from(name) is not { } old || !old.shape.SequenceEqual(_parameters[name].shape)) continue;
            var same = InFile(name, old).eq(InFile(name, _parameters[name]));
            _parameters[name].copy_(torch.where(same, old, _parameters[name]));
        }
    }

    public void Dispose()
    {
        foreach (var tensor in _parameters.Values.Concat(_buffers.Values).Concat(_constants.Values)) tensor.Dispose();
    }

    // A parameter's value as the file holds it.
    private TorchTensor InFile(string name, TorchTensor value) => _widened.Contains(name) ? value.to(_types[name].ToTorch()) : _coded.Stored(name, value, n => Stored(n)!);

    // What a graph holds lives until the graph is disposed of, whichever scope is open.
    private static TorchTensor Held(TorchTensor tensor) => tensor.DetachFromDisposeScope();

    private void Evaluate(Step step, Plan plan, Dictionary<string, TorchTensor> live, bool training)
    {
        var node = step.Node;
        using var scope = torch.NewDisposeScope();
        var inputs = new TorchTensor?[node.Inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
            inputs[i] = node.Inputs[i] is not { Length: > 0 } name ? null : live.TryGetValue(name, out var value) ? value : Stored(name);
        var outputs = Compute(step, inputs, training);
        for (var i = 0; i < node.Outputs.Length; i++)
        {
            if (node.Outputs[i].Length == 0 || !plan.Uses(node.Outputs[i])) continue;
            live[node.Outputs[i]] = i < outputs.Length
                ? outputs[i].MoveToOuterDisposeScope()
                : throw new BadInputException($"node {node}: output {i} is not supported in training");
        }
    }

    private TorchTensor[] Compute(Step step, TorchTensor?[] inputs, bool training)
    {
        try
        {
            return step.Kernel(CallOf(step, inputs, training));
        }
        catch (Exception e) when (e is System.Runtime.InteropServices.ExternalException or ArgumentException)
        {
            var shapes = string.Join(", ", inputs.Select(t => t is null ? "-" : $"[{string.Join(',', t.shape)}]"));
            throw new BadInputException($"node {step.Node}: cannot work on inputs of shape {shapes} ({e.Message.Split('\n')[0]})", e);
        }
    }

    private OpCall CallOf(Step step, TorchTensor?[] inputs, bool training) => new(step.Node, inputs, _model.OpsetVersion, training, TypeOf);

    private ElementType TypeOf(string name) => _types.GetValueOrDefault(name);

    private TorchTensor? Stored(string name) =>
        _constants.TryGetValue(name, out var constant) ? constant
        : _parameters.TryGetValue(name, out var parameter) ? parameter
        : _buffers.GetValueOrDefault(name);

    /// <summary>The plan without the steps that need constants alone: their results become constants.</summary>
    private Plan Fold(Plan plan)
    {
        var done = new HashSet<Step>();
        foreach (var step in plan.Steps)
        {
            if (!step.Node.Inputs.All(i => i.Length == 0 || _constants.ContainsKey(i))) continue;
            var values = new Dictionary<string, TorchTensor>();
            Evaluate(step, plan, values, training: false);
            foreach (var (name, value) in values) _constants[name] = Held(value);
            done.Add(step);
        }
        return plan.Without(done);
    }

    /// <summary>A Gather of constant indices from a known tensor with its indices made ready; other steps as they are.</summary>
    private Step Prepared(Step step)
    {
        var node = step.Node;
        if (!node.Is("Gather") || Stored(node.Input(0)) is not { } data || !_constants.TryGetValue(node.Input(1), out var indices)) return step;
        var ready = $"{node.Inputs[1]} for {node.Outputs[0]}";
        _constants[ready] = Held(Indexing.LookupIndices(CallOf(step, [data, indices], training: false)));
        return new Step(node with { Inputs = [node.Inputs[0], ready] }, Indexing.Lookup) { LastUses = step.LastUses };
    }

    private void ReleaseUnused()
    {
        foreach (var name in _constants.Keys.Where(n => !_plan.Uses(n)).ToList())
            if (_constants.Remove(name, out var unused)) unused.Dispose();
    }
}
